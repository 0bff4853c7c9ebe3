//! A sign-in by an identity provider: what is under way, and who is let in.
//!
//! A request is made when somebody presses a provider's button and is used once, by the same browser. The server checks
//! the provider's word (`login`); [`decide`] says what our own tables make of it, and [`admit`] carries that out.

use crate::audit::Entry;
use crate::text::name_key;
use crate::{Error, Result, Tx, admins, keyring, mail, providers};
use chrono::{DateTime, Duration, Utc};
use model::provider::Provider;
use model::{AdminId, Administrator, ProviderId, Role};
use uuid::Uuid;

/// How long somebody may take at the provider.
pub const REQUEST_LIFE: Duration = Duration::minutes(10);
/// How long a SAML answer waits for its browser.
pub const CODE_LIFE: Duration = Duration::seconds(60);
/// How long what a test brought back can be looked at.
pub const TEST_LIFE: Duration = Duration::minutes(30);

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Keeps a sign-in that begins, for the browser with that cookie.
pub async fn begin(tx: &mut Tx, state_hash: &[u8], flow_hash: &[u8], request: &Request) -> Result<()> {
    let pending = keyring::seal_briefly(tx, PENDING, &request.pending)?;
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

/// Uses a request up: none when there is none, it is too old, or another browser began it.
pub async fn take(tx: &mut Tx, provider: ProviderId, state_hash: &[u8], flow_hash: &[u8]) -> Result<Option<Request>> {
    let now = tx.now();
    let row = sqlx::query!(
        "delete from sign_in_request
         where state_hash = $1 and flow_hash = $2 and provider_id = $3 and expires_at > $4 and code_hash is null
         returning purpose, pending, return_to",
        state_hash,
        flow_hash,
        provider.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        Ok(Request {
            provider,
            purpose: Purpose::read(&row.purpose),
            pending: keyring::open_brief(tx, PENDING, &row.pending)?.to_vec(),
            return_to: row.return_to,
        })
    })
    .transpose()
}

/// A SAML request that waits for its answer, held until the transaction ends.
pub async fn waiting(tx: &mut Tx, provider: ProviderId, state_hash: &[u8]) -> Result<Option<Request>> {
    let now = tx.now();
    let row = sqlx::query!(
        "select purpose, pending, return_to from sign_in_request
         where state_hash = $1 and provider_id = $2 and expires_at > $3 and code_hash is null for update",
        state_hash,
        provider.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        Ok(Request {
            provider,
            purpose: Purpose::read(&row.purpose),
            pending: keyring::open_brief(tx, PENDING, &row.pending)?.to_vec(),
            return_to: row.return_to,
        })
    })
    .transpose()
}

/// Keeps the answer to a waiting request under a code, for [`CODE_LIFE`].
pub async fn answer(tx: &mut Tx, state_hash: &[u8], code_hash: &[u8], result: &[u8]) -> Result<()> {
    let result = keyring::seal_briefly(tx, RESULT, result)?;
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
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound("the sign-in")) }
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
         returning purpose, pending, return_to, result as \"result!\"",
        code_hash,
        flow_hash,
        provider.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        let request = Request {
            provider,
            purpose: Purpose::read(&row.purpose),
            pending: keyring::open_brief(tx, PENDING, &row.pending)?.to_vec(),
            return_to: row.return_to,
        };
        Ok((request, keyring::open_brief(tx, RESULT, &row.result)?.to_vec()))
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
    let outcome = keyring::seal_briefly(tx, OUTCOME, outcome)?;
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

/// What a test of this administrator brought back.
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
    found.map(|outcome| Ok(keyring::open_brief(tx, OUTCOME, &outcome)?.to_vec())).transpose()
}

/// Removes what nobody can use any more.
pub async fn prune(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    sqlx::query!("delete from sign_in_request where expires_at <= $1", now).execute(tx.db()).await?;
    sqlx::query!("delete from used_assertion where expires_at <= $1", now).execute(tx.db()).await?;
    sqlx::query!("delete from sign_in_test where expires_at <= $1", now).execute(tx.db()).await?;
    Ok(())
}

/// Whom a provider vouches for, in words that were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
    pub name: Option<String>,
    /// The values of the claim that gives roles.
    pub groups: Vec<String>,
}

/// What our tables make of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This administrator, with the role that holds from now on.
    Known {
        admin: Administrator,
        role: Role,
    },
    /// An invitation of that administrator, taken up.
    Invited {
        admin: Administrator,
    },
    /// Nobody yet: made now, with the role that a group gives.
    New {
        email: String,
        role: Role,
    },
    Refused(Refusal),
}

/// Why somebody is not let in. The sentences are for owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "Nobody here is linked to this account, no open invitation has its e-mail, and none of its groups gives a role. \
         Invite the address under Settings, Administrators, or map one of the groups to a role."
    )]
    Unknown,
    #[error(
        "This administrator's role comes from groups, and none of the groups that came gives a role any more. Map one of \
         them to a role, or give a role under Settings, Administrators."
    )]
    NoRole,
    #[error(
        "There is an invitation for this e-mail, but the provider does not say that the address is verified \
         (`email_verified`). Have the provider verify it."
    )]
    EmailNotVerified,
    #[error(
        "An administrator with this e-mail is linked to another account. If it is the same person, reset the sign-in of \
         that administrator under Settings, Administrators."
    )]
    EmailTaken,
    #[error("A group gives a role, but the provider sent no e-mail. Have it send one (scope or claim `email`).")]
    NoEmail,
}

/// What a proof comes to. Changes nothing: the test sign-in shows it, [`admit`] carries it out.
pub async fn decide(tx: &mut Tx, provider: &Provider, proof: &Proof) -> Result<Decision> {
    let role = provider.rule_for(&proof.groups).map(|rule| rule.role);
    let linked = sqlx::query_scalar!(
        "select admin_id from admin_identity where provider_id = $1 and issuer = $2 and subject = $3",
        provider.id.0,
        proof.issuer,
        proof.subject
    )
    .fetch_optional(tx.db())
    .await?;
    let all = admins::list(tx).await?;
    if let Some(admin) = linked.and_then(|id| all.iter().find(|admin| admin.id.0 == id)) {
        let role = if admin.role_from.is_some() { role } else { Some(admin.role) };
        let known = role.map(|role| Decision::Known { admin: admin.clone(), role });
        return Ok(known.unwrap_or(Decision::Refused(Refusal::NoRole)));
    }
    let email = proof.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let same = email.and_then(|email| all.iter().find(|admin| name_key(&admin.email) == name_key(email)));
    Ok(match (same, role, email) {
        (Some(admin), _, _) if admin.invited && proof.email_verified => Decision::Invited { admin: admin.clone() },
        (Some(admin), _, _) if admin.invited => Decision::Refused(Refusal::EmailNotVerified),
        (Some(_), _, _) => Decision::Refused(Refusal::EmailTaken),
        (None, Some(role), Some(email)) => Decision::New { email: email.to_owned(), role },
        (None, Some(_), None) => Decision::Refused(Refusal::NoEmail),
        (None, None, _) => Decision::Refused(Refusal::Unknown),
    })
}

/// Lets somebody in, or says why not. A refusal ends the sessions of an administrator who has lost the role, so the
/// caller commits in both cases.
pub async fn admit(tx: &mut Tx, provider: &Provider, proof: &Proof) -> Result<Result<AdminId, Refusal>> {
    // Two first sign-ins of one person at the same moment: one after the other.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall sign-in'))").execute(tx.db()).await?;
    let id = match decide(tx, provider, proof).await? {
        Decision::Known { admin, role } => {
            if role != admin.role {
                follow(tx, &admin, role).await?;
            }
            admin.id
        }
        Decision::Invited { admin } => {
            link(tx, provider, proof, admin.id).await?;
            admin.id
        }
        Decision::New { email, role } => {
            let id = admins::create(tx, &email, role).await?;
            sqlx::query!("update admin set role_from = $2 where id = $1", id.0, provider.id.0).execute(tx.db()).await?;
            link(tx, provider, proof, id).await?;
            id
        }
        Decision::Refused(refusal) => {
            if refusal == Refusal::NoRole {
                end_sessions(tx, provider, proof).await?;
            }
            return Ok(Err(refusal));
        }
    };
    let now = tx.now();
    sqlx::query!(
        "update admin_identity set last_used_at = $4 where provider_id = $1 and issuer = $2 and subject = $3",
        provider.id.0,
        proof.issuer,
        proof.subject,
        now
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update admin set last_sign_in_at = $2, name = coalesce($3, name) where id = $1",
        id.0,
        now,
        proof.name
    )
    .execute(tx.db())
    .await?;
    providers::used(tx, provider.id).await?;
    let email = admins::list(tx).await?.into_iter().find(|admin| admin.id == id).map(|admin| admin.email);
    let entry = Entry::new("admin.signed_in", "admin", id.0, &email.unwrap_or_default());
    tx.audit(entry.after(serde_json::json!({ "by": provider.label, "provider": provider.slug })));
    Ok(Ok(id))
}

/// The role that the groups give now. The last owner stays one: nobody could make another.
async fn follow(tx: &mut Tx, admin: &Administrator, role: Role) -> Result<()> {
    match admins::set_role(tx, admin.id, role).await {
        Err(Error::Refused(_)) => Ok(()),
        done => done,
    }
}

/// Links the account, and closes the invitation.
async fn link(tx: &mut Tx, provider: &Provider, proof: &Proof, admin: AdminId) -> Result<()> {
    let now = tx.now();
    sqlx::query!("update admin set invited = false where id = $1", admin.0).execute(tx.db()).await?;
    mail::forget_invitation(tx, admin).await?;
    sqlx::query!(
        "insert into admin_identity (provider_id, issuer, subject, admin_id, linked_at, last_used_at)
         values ($1, $2, $3, $4, $5, $5)",
        provider.id.0,
        proof.issuer,
        proof.subject,
        admin.0,
        now
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("admin.linked", "admin", admin.0, proof.email.as_deref().unwrap_or(&proof.subject));
    tx.audit(
        entry.after(serde_json::json!({ "provider": provider.slug, "issuer": proof.issuer, "subject": proof.subject })),
    );
    Ok(())
}

async fn end_sessions(tx: &mut Tx, provider: &Provider, proof: &Proof) -> Result<()> {
    sqlx::query!(
        "delete from session s using admin_identity i
         where i.provider_id = $1 and i.issuer = $2 and i.subject = $3 and s.admin_id = i.admin_id",
        provider.id.0,
        proof.issuer,
        proof.subject
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Notes a sign-in that was refused after the provider had vouched, or that the provider's answer did not survive.
pub fn refused(tx: &mut Tx, provider: &Provider, who: &str, why: &str) {
    let entry = Entry::new("admin.sign_in_failed", "provider", provider.id.0, &provider.label);
    tx.audit(entry.after(serde_json::json!({ "who": who, "why": why })));
}
