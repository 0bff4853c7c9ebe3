//! SCIM tokens: generated once, kept as a hash, each opening its one source.
//!
//! A token reads `rc_scim_<public id>_<secret><checksum>`: a fixed start for secret scanners, 12 characters that find
//! the row, 43 characters of 256 random bits, and 6 of a checksum that tells a typing mistake from a wrong token.

mod expiry;
mod opening;
mod restrictions;
mod rotation;

pub use expiry::{ending, warn};
pub use opening::{Access, Bearer, Speaker, authenticate, is_in_force};
pub use restrictions::{Restrictions, networks};
pub use rotation::{OVERLAP, rotate};

use crate::audit::Entry;
use crate::keyring::random;
use crate::{Error, Result, Tx, sources};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use model::source::{Refusal, ScimToken, SourceKind};
use model::{SourceId, TokenId};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
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

/// What a token is made with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct New<'a> {
    pub name: &'a str,
    pub expires_at: Option<DateTime<Utc>>,
    pub restrictions: Restrictions,
    /// The token whose place it takes.
    pub replaces: Option<TokenId>,
}

/// Generates a token for a source that reads and writes, from everywhere.
pub async fn generate(
    tx: &mut Tx,
    source: SourceId,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Generated> {
    generate_with(tx, source, New { name, expires_at, ..New::default() }).await
}

/// Generates a token for a source.
pub async fn generate_with(tx: &mut Tx, source: SourceId, new: New<'_>) -> Result<Generated> {
    let source = sources::get(tx, source).await?;
    if source.kind == SourceKind::Import {
        return Err(Error::Refused(format!(
            "{} holds whom an import found in Zoom; no client sends them. Generate the token for another source.",
            source.name
        )));
    }
    let id = TokenId(Uuid::now_v7());
    let public: String = random::<6>()?.iter().map(|b| format!("{b:02x}")).collect();
    let secret = BASE64.encode(random::<32>()?);
    let token = format!("{START}{public}_{secret}{}", checksum(&public, &secret));
    let hash = Sha256::digest(&secret).to_vec();
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let ranges = new.restrictions.texts();
    sqlx::query!(
        "insert into scim_token
            (id, source_id, name, public_id, secret_hash, created_at, created_by, expires_at, read_only, ranges, replaces)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.0,
        source.id.0,
        new.name,
        public,
        hash,
        now,
        by,
        new.expires_at,
        new.restrictions.read_only,
        &ranges,
        new.replaces.map(|id| id.0)
    )
    .execute(tx.db())
    .await?;
    let mut after = serde_json::json!({ "source": source.name, "prefix": public, "expires_at": new.expires_at });
    if new.restrictions != Restrictions::default() {
        after["read_only"] = new.restrictions.read_only.into();
        after["ranges"] = ranges.into();
    }
    tx.audit(Entry::new("token.generated", "token", id.0, new.name).after(after));
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
    last_used_from: Option<String>,
    last_client: Option<String>,
    refused_at: Option<DateTime<Utc>>,
    refused_from: Option<String>,
    refused_why: Option<String>,
    read_only: bool,
    ranges: Vec<String>,
    replaced_by: Option<String>,
}

impl TryFrom<Row> for ScimToken {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let last_refusal = match (row.refused_at, row.refused_from, row.refused_why) {
            (Some(at), Some(from), Some(why)) => Some(Refusal { at, from, why: why.parse()? }),
            _ => None,
        };
        Ok(Self {
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
            last_used_from: row.last_used_from,
            last_client: row.last_client,
            last_refusal,
            read_only: row.read_only,
            ranges: row.ranges,
            replaced_by: row.replaced_by,
        })
    }
}

/// The tokens of a source, or of all, newest first.
pub async fn list(tx: &mut Tx, source: Option<SourceId>) -> Result<Vec<ScimToken>> {
    select(tx, source, None).await
}

/// One token.
pub async fn get(tx: &mut Tx, id: TokenId) -> Result<ScimToken> {
    select(tx, None, Some(id)).await?.pop().ok_or(Error::NotFound("the token"))
}

async fn select(tx: &mut Tx, source: Option<SourceId>, id: Option<TokenId>) -> Result<Vec<ScimToken>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Row,
        "select t.id, t.source_id, s.name as source_name, t.name, t.public_id, t.created_at, t.created_by,
                t.expires_at, t.revoked_at, t.last_used_at, t.last_used_from, t.last_client, t.refused_at, t.refused_from,
                t.refused_why, t.read_only, t.ranges,
                (select n.name from scim_token n where n.replaces = t.id and n.revoked_at is null
                    and (n.expires_at is null or n.expires_at > $3) order by n.id desc limit 1) as replaced_by
         from scim_token t join source s on s.id = t.source_id
         where ($1::uuid is null or t.source_id = $1) and ($2::uuid is null or t.id = $2) order by t.id desc",
        source.map(|id| id.0),
        id.map(|id| id.0),
        now
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(ScimToken::try_from).collect()
}

/// Revokes a token: it opens nothing from the next request on. Revoking twice is no fault.
pub async fn revoke(tx: &mut Tx, id: TokenId) -> Result<ScimToken> {
    let now = tx.now();
    let done = sqlx::query!("update scim_token set revoked_at = $2 where id = $1 and revoked_at is null", id.0, now)
        .execute(tx.db())
        .await?;
    let token = get(tx, id).await?;
    if done.rows_affected() > 0 {
        let entry = Entry::new("token.revoked", "token", id.0, &token.name);
        tx.audit(entry.before(serde_json::json!({ "source": token.source_name, "prefix": token.prefix })));
    }
    Ok(token)
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
