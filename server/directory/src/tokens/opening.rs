//! What a token opens: looked up with each request, so that one that was revoked opens nothing from the next request on,
//! on every replica.

use super::{Restrictions, parse};
use crate::audit::Entry;
use crate::{Actor, Directory, Error, Result};
use chrono::{DateTime, Duration, Utc};
use model::{SourceId, TokenId};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How old the last use may get before it is written again.
const NOTED_EVERY: Duration = Duration::minutes(1);

/// Who speaks with a token, and what it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    pub actor: Actor,
    pub source: SourceId,
    pub token: TokenId,
    pub read_only: bool,
}

/// What a token opens for whoever brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It is wrong, revoked or expired.
    Nothing,
    /// It is right, and may not be used from this address.
    Elsewhere(Speaker),
    Source(Speaker),
}

/// Who brings a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer<'a> {
    pub address: IpAddr,
    /// What the client was recognised as.
    pub client: Option<&'a str>,
}

/// A token in force, as it is stored.
struct Found {
    id: Uuid,
    name: String,
    public_id: String,
    source_id: Uuid,
    source: String,
    secret_hash: Vec<u8>,
    read_only: bool,
    ranges: Vec<String>,
    last_used_at: Option<DateTime<Utc>>,
}

/// Whether a token opens a source now. Notes no use.
pub async fn is_in_force(directory: &Directory, token: &str) -> Result<bool> {
    Ok(find(directory, token).await?.is_some())
}

/// What a token opens now. Costs one read, and notes the use at most once a minute.
pub async fn authenticate(directory: &Directory, token: &str, bearer: &Bearer<'_>) -> Result<Access> {
    let Some(found) = find(directory, token).await? else { return Ok(Access::Nothing) };
    let speaker = Speaker {
        actor: Actor::Token { id: TokenId(found.id), source: found.source.clone() },
        source: SourceId(found.source_id),
        token: TokenId(found.id),
        read_only: found.read_only,
    };
    let restrictions = Restrictions::stored(found.read_only, &found.ranges)
        .map_err(|why| Error::Unreadable { what: "token's networks", why })?;
    if !restrictions.allow(bearer.address) {
        return Ok(Access::Elsewhere(speaker));
    }
    match found.last_used_at {
        None => first_use(directory, &speaker, &found, bearer).await?,
        Some(last) if directory.now() - last >= NOTED_EVERY => note_use(directory, &found, bearer).await?,
        Some(_) => {}
    }
    Ok(Access::Source(speaker))
}

async fn find(directory: &Directory, token: &str) -> Result<Option<Found>> {
    let Some((public, secret)) = parse(token) else { return Ok(None) };
    let now = directory.now();
    let found = sqlx::query_as!(
        Found,
        "select t.id, t.name, t.public_id, t.source_id, s.name as source, t.secret_hash, t.read_only, t.ranges, t.last_used_at
         from scim_token t join source s on s.id = t.source_id
         where t.public_id = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)",
        public,
        now
    )
    .fetch_optional(&directory.pool)
    .await?;
    Ok(found.filter(|found| bool::from(found.secret_hash.as_slice().ct_eq(&Sha256::digest(secret)))))
}

/// A client that is not recognised this time stays what it was recognised as before.
async fn note_use(directory: &Directory, found: &Found, bearer: &Bearer<'_>) -> Result<()> {
    let (now, address) = (directory.now(), bearer.address.to_canonical().to_string());
    sqlx::query!(
        "update scim_token set last_used_at = $2, last_used_from = $3, last_client = coalesce($4, last_client) where id = $1",
        found.id,
        now,
        address,
        bearer.client
    )
    .execute(&directory.pool)
    .await?;
    Ok(())
}

/// Notes the first use, in the audit log as well. Of several at once, one is the first.
async fn first_use(directory: &Directory, speaker: &Speaker, found: &Found, bearer: &Bearer<'_>) -> Result<()> {
    let mut tx = directory.begin(speaker.actor.clone()).await?;
    let (now, address) = (tx.now(), bearer.address.to_canonical().to_string());
    let done = sqlx::query!(
        "update scim_token set last_used_at = $2, last_used_from = $3, last_client = $4 where id = $1 and last_used_at is null",
        found.id,
        now,
        address,
        bearer.client
    )
    .execute(tx.db())
    .await?;
    if done.rows_affected() == 1 {
        let entry = Entry::new("token.first_used", "token", found.id, &found.name);
        let after = serde_json::json!({
            "source": speaker.actor.name(), "prefix": found.public_id, "address": address, "client": bearer.client,
        });
        tx.audit(entry.after(after));
    }
    tx.commit().await
}
