//! SCIM tokens: generated once, kept as a hash, each opening its one source.
//!
//! A token reads `rc_scim_<public id>_<secret><checksum>`: a fixed start for secret scanners, 12 characters that find
//! the row, 43 characters of 256 random bits, and 6 of a checksum that tells a typing mistake from a wrong token.

use crate::audit::Entry;
use crate::keyring::random;
use crate::{Actor, Directory, Error, Result, Tx, sources};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Duration, Utc};
use model::source::{ScimToken, Source};
use model::{SourceId, TokenId};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

const START: &str = "rc_scim_";
const PUBLIC: usize = 12;
const SECRET: usize = 43;
const CHECKSUM: usize = 6;

/// A new token: the only time its text exists.
pub struct Generated {
    pub id: TokenId,
    pub token: SecretString,
}

/// Generates a token for a source.
pub async fn generate(
    tx: &mut Tx,
    source: SourceId,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Generated> {
    let source = sources::get(tx, source).await?;
    let id = TokenId(Uuid::now_v7());
    let public: String = random::<6>()?.iter().map(|b| format!("{b:02x}")).collect();
    let secret = BASE64.encode(random::<32>()?);
    let token = format!("{START}{public}_{secret}{}", checksum(&public, &secret));
    let hash = Sha256::digest(&secret).to_vec();
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!(
        "insert into scim_token (id, source_id, name, public_id, secret_hash, created_at, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        source.id.0,
        name,
        public,
        hash,
        now,
        by,
        expires_at
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("token.generated", "token", id.0, name);
    tx.audit(entry.after(serde_json::json!({ "source": source.name, "prefix": public, "expires_at": expires_at })));
    Ok(Generated { id, token: SecretString::from(token) })
}

fn checksum(public: &str, secret: &str) -> String {
    let digest = Sha256::digest(format!("{public}{secret}"));
    BASE64.encode(digest).chars().take(CHECKSUM).collect()
}

/// The public id and the secret of a well-formed token.
fn parse(token: &str) -> Option<(&str, &str)> {
    let (public, rest) = token.strip_prefix(START)?.split_once('_')?;
    if public.len() != PUBLIC || rest.len() != SECRET + CHECKSUM || !rest.is_ascii() {
        return None;
    }
    let (secret, check) = rest.split_at(SECRET);
    (checksum(public, secret) == check).then_some((public, secret))
}

/// The source a token opens now; none when it is wrong, revoked or expired. Notes the use, at most once a minute.
pub async fn authenticate(directory: &Directory, token: &str) -> Result<Option<(Actor, SourceId)>> {
    let Some((public, secret)) = parse(token) else { return Ok(None) };
    let now = directory.now();
    let row = sqlx::query!(
        "select t.id, t.name, t.source_id, t.secret_hash, t.last_used_at, s.name as source
         from scim_token t join source s on s.id = t.source_id
         where t.public_id = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)",
        public,
        now
    )
    .fetch_optional(&directory.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if !bool::from(row.secret_hash.as_slice().ct_eq(&Sha256::digest(secret))) {
        return Ok(None);
    }
    let actor = Actor::Token { id: TokenId(row.id), source: row.source };
    match row.last_used_at {
        None => first_use(directory, &actor, TokenId(row.id), &row.name, public).await?,
        Some(last) if now - last >= Duration::minutes(1) => {
            sqlx::query!("update scim_token set last_used_at = $2 where id = $1", row.id, now)
                .execute(&directory.pool)
                .await?;
        }
        Some(_) => {}
    }
    Ok(Some((actor, SourceId(row.source_id))))
}

/// Notes the first use, in the audit log as well. Of several at once, one is the first.
async fn first_use(directory: &Directory, actor: &Actor, id: TokenId, name: &str, public: &str) -> Result<()> {
    let mut tx = directory.begin(actor.clone()).await?;
    let now = tx.now();
    let done =
        sqlx::query!("update scim_token set last_used_at = $2 where id = $1 and last_used_at is null", id.0, now)
            .execute(tx.db())
            .await?;
    if done.rows_affected() == 1 {
        let entry = Entry::new("token.first_used", "token", id.0, name);
        tx.audit(entry.after(serde_json::json!({ "source": actor.name(), "prefix": public })));
    }
    tx.commit().await
}

struct Row {
    id: Uuid,
    source_id: Uuid,
    source_name: String,
    name: String,
    public_id: String,
    created_at: DateTime<Utc>,
    created_by: String,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<Row> for ScimToken {
    fn from(row: Row) -> Self {
        Self {
            id: TokenId(row.id),
            source_id: SourceId(row.source_id),
            source_name: row.source_name,
            name: row.name,
            prefix: format!("{START}{}", row.public_id),
            created_at: row.created_at,
            created_by: row.created_by,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// The tokens of a source, or of all, newest first.
pub async fn list(tx: &mut Tx, source: Option<SourceId>) -> Result<Vec<ScimToken>> {
    let rows = sqlx::query_as!(
        Row,
        "select t.id, t.source_id, s.name as source_name, t.name, t.public_id, t.created_at, t.created_by,
                t.expires_at, t.revoked_at, t.last_used_at
         from scim_token t join source s on s.id = t.source_id
         where $1::uuid is null or t.source_id = $1 order by t.id desc",
        source.map(|id| id.0)
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(ScimToken::from).collect())
}

/// Revokes a token: it opens nothing from the next request on. Revoking twice is no fault.
pub async fn revoke(tx: &mut Tx, id: TokenId) -> Result<ScimToken> {
    let now = tx.now();
    let done = sqlx::query!("update scim_token set revoked_at = $2 where id = $1 and revoked_at is null", id.0, now)
        .execute(tx.db())
        .await?;
    let token = list(tx, None).await?.into_iter().find(|token| token.id == id);
    let token = token.ok_or(Error::NotFound("the token"))?;
    if done.rows_affected() > 0 {
        let entry = Entry::new("token.revoked", "token", id.0, &token.name);
        tx.audit(entry.before(serde_json::json!({ "source": token.source_name, "prefix": token.prefix })));
    }
    Ok(token)
}

/// The source a token belongs to, by the token's row.
pub async fn source_of(tx: &mut Tx, id: TokenId) -> Result<Source> {
    let source = sqlx::query_scalar!("select source_id from scim_token where id = $1", id.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the token"))?;
    sources::get(tx, SourceId(source)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_one_wrong_character_is_not_looked_up() {
        let (public, secret) = ("0123456789ab", "A".repeat(SECRET));
        let token = format!("{START}{public}_{secret}{}", checksum(public, &secret));
        assert_eq!(parse(&token), Some((public, secret.as_str())));
        for at in START.len()..token.len() {
            let mut wrong = token.clone().into_bytes();
            wrong[at] = if wrong[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(parse(std::str::from_utf8(&wrong).unwrap()), None, "character {at}");
        }
        assert_eq!(parse(""), None);
        assert_eq!(parse("rc_scim_"), None);
        assert_eq!(parse("Bearer x"), None);
    }
}
