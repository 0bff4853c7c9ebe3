//! Sign-ins under way: kept when a browser leaves for the provider, used once when the same browser comes back.

use crate::{Result, Tx, keyring};
use chrono::{DateTime, Duration, Utc};
use model::{AdminId, ProviderId};
use uuid::Uuid;

/// How long somebody may take at the provider.
pub const REQUEST_LIFE: Duration = Duration::minutes(10);
/// How long a SAML answer waits for its browser.
pub const CODE_LIFE: Duration = Duration::seconds(60);
/// How long what a test brought back can be looked at.
pub const TEST_LIFE: Duration = Duration::minutes(30);

/// A sign-in under way. It prints nowhere: with the browser's cookie, what is pending finishes it.
pub struct Request {
    pub provider: ProviderId,
    pub purpose: Purpose,
    /// What the answer is checked against.
    pub pending: Vec<u8>,
    pub return_to: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    /// Shows what came back, and opens no session.
    Test,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Test => "test",
        }
    }

    fn read(word: &str) -> Self {
        if word == "test" { Self::Test } else { Self::SignIn }
    }
}

const PENDING: &str = "sign_in_request.pending";
const RESULT: &str = "sign_in_request.result";
const OUTCOME: &str = "sign_in_test.outcome";

/// The column and the row that a ciphertext belongs to.
fn of_row(column: &str, row: &[u8]) -> String {
    row.iter().fold(format!("{column} "), |text, byte| text + &format!("{byte:02x}"))
}

/// Keeps a sign-in that begins, for the browser with that cookie.
pub async fn begin(tx: &mut Tx, state_hash: &[u8], flow_hash: &[u8], request: &Request) -> Result<()> {
    let pending = keyring::seal_briefly(tx, &of_row(PENDING, state_hash), &request.pending).await?;
    let (now, end) = (tx.now(), tx.now() + REQUEST_LIFE);
    sqlx::query!(
        "insert into sign_in_request (state_hash, provider_id, flow_hash, purpose, pending, return_to, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        state_hash,
        request.provider.0,
        flow_hash,
        request.purpose.as_str(),
        pending,
        request.return_to,
        now,
        end
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A request as it is stored.
struct Row {
    state_hash: Vec<u8>,
    purpose: String,
    pending: Vec<u8>,
    return_to: String,
}

impl Row {
    fn open(self, tx: &Tx, provider: ProviderId) -> Result<Request> {
        Ok(Request {
            provider,
            purpose: Purpose::read(&self.purpose),
            pending: keyring::open_brief(tx, &of_row(PENDING, &self.state_hash), &self.pending)?.to_vec(),
            return_to: self.return_to,
        })
    }
}

/// Uses a request up: none when there is none, it is too old, or another browser began it.
pub async fn take(tx: &mut Tx, provider: ProviderId, state_hash: &[u8], flow_hash: &[u8]) -> Result<Option<Request>> {
    let now = tx.now();
    let row = sqlx::query_as!(
        Row,
        "delete from sign_in_request
         where state_hash = $1 and flow_hash = $2 and provider_id = $3 and expires_at > $4 and code_hash is null
         returning state_hash, purpose, pending, return_to",
        state_hash,
        flow_hash,
        provider.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| row.open(tx, provider)).transpose()
}

/// A SAML request that waits for its answer. That it is answered once, [`answer`] sees to.
pub async fn waiting(tx: &mut Tx, provider: ProviderId, state_hash: &[u8]) -> Result<Option<Request>> {
    let now = tx.now();
    let row = sqlx::query_as!(
        Row,
        "select state_hash, purpose, pending, return_to from sign_in_request
         where state_hash = $1 and provider_id = $2 and expires_at > $3 and code_hash is null",
        state_hash,
        provider.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| row.open(tx, provider)).transpose()
}

/// Keeps the answer to a waiting request under a code, for [`CODE_LIFE`]; false when it was answered meanwhile.
pub async fn answer(tx: &mut Tx, state_hash: &[u8], code_hash: &[u8], result: &[u8]) -> Result<bool> {
    let result = keyring::seal_briefly(tx, &of_row(RESULT, state_hash), result).await?;
    let end = tx.now() + CODE_LIFE;
    let done = sqlx::query!(
        "update sign_in_request set code_hash = $2, result = $3, code_expires_at = $4
         where state_hash = $1 and code_hash is null",
        state_hash,
        code_hash,
        result,
        end
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses an answered request up, with its answer: the code and the browser's cookie must belong together.
pub async fn take_answer(
    tx: &mut Tx,
    provider: ProviderId,
    code_hash: &[u8],
    flow_hash: &[u8],
) -> Result<Option<(Request, Vec<u8>)>> {
    let now = tx.now();
    let row = sqlx::query!(
        "delete from sign_in_request
         where code_hash = $1 and flow_hash = $2 and provider_id = $3 and code_expires_at > $4
         returning state_hash, purpose, pending, return_to, result as \"result!\"",
        code_hash,
        flow_hash,
        provider.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        let result = keyring::open_brief(tx, &of_row(RESULT, &row.state_hash), &row.result)?.to_vec();
        let row =
            Row { state_hash: row.state_hash, purpose: row.purpose, pending: row.pending, return_to: row.return_to };
        Ok((row.open(tx, provider)?, result))
    })
    .transpose()
}

/// Notes that an assertion was used; false when it had been used before.
pub async fn use_assertion(tx: &mut Tx, provider: ProviderId, id: &str, until: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into used_assertion (provider_id, assertion_id, expires_at) values ($1, $2, $3) on conflict do nothing",
        provider.0,
        id,
        until
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what a test brought back, for whoever asked.
pub async fn keep_test(tx: &mut Tx, admin: AdminId, provider: ProviderId, outcome: &[u8]) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let outcome = keyring::seal_briefly(tx, &of_row(OUTCOME, id.as_bytes()), outcome).await?;
    let (now, end) = (tx.now(), tx.now() + TEST_LIFE);
    sqlx::query!(
        "insert into sign_in_test (id, admin_id, provider_id, outcome, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        admin.0,
        provider.0,
        outcome,
        now,
        end
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

/// What a test of this administrator brought back. None also when its key was taken away: then it is made once more.
pub async fn test(tx: &mut Tx, admin: AdminId, id: Uuid) -> Result<Option<Vec<u8>>> {
    let now = tx.now();
    let found = sqlx::query_scalar!(
        "select outcome from sign_in_test where id = $1 and admin_id = $2 and expires_at > $3",
        id,
        admin.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    let opened = found.map(|outcome| keyring::open_brief(tx, &of_row(OUTCOME, id.as_bytes()), &outcome));
    Ok(opened.and_then(Result::ok).map(|outcome| outcome.to_vec()))
}

/// Removes what nobody can use any more.
pub async fn prune(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    sqlx::query!("delete from sign_in_request where expires_at <= $1", now).execute(tx.db()).await?;
    sqlx::query!("delete from used_assertion where expires_at <= $1", now).execute(tx.db()).await?;
    sqlx::query!("delete from sign_in_test where expires_at <= $1", now).execute(tx.db()).await?;
    Ok(())
}
