//! What a token opens: looked up with each request, so that one that was revoked opens nothing from the next request on,
//! on every replica.

use super::{Restrictions, parse};
use crate::audit::Entry;
use crate::{Actor, Directory, Error, Result};
use chrono::{DateTime, Duration, Utc};
use model::source::RefusedWhy;
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
    /// It is right, and may not change anything.
    ReadOnly(Speaker),
    Source(Speaker),
}

/// Who brings a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer<'a> {
    pub address: IpAddr,
    /// What the client was recognised as.
    pub client: Option<&'a str>,
    /// Whether it is to change something.
    pub writes: bool,
}

/// A token, as it is stored.
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
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    refused_at: Option<DateTime<Utc>>,
}

impl Found {
    /// Why it opens nothing at `now`, if it does not.
    fn ended(&self, now: DateTime<Utc>) -> Option<RefusedWhy> {
        let expired = self.expires_at.is_some_and(|end| end <= now);
        self.revoked_at.map(|_| RefusedWhy::Revoked).or(expired.then_some(RefusedWhy::Expired))
    }
}

/// Whether a token opens a source now. Notes no use.
pub async fn is_in_force(directory: &Directory, token: &str) -> Result<bool> {
    Ok(find(directory, token).await?.is_some_and(|found| found.ended(directory.now()).is_none()))
}

/// What a token opens now. Costs one read, and notes the use, or why it was refused, at most once a minute.
pub async fn authenticate(directory: &Directory, token: &str, bearer: &Bearer<'_>) -> Result<Access> {
    let Some(found) = find(directory, token).await? else { return Ok(Access::Nothing) };
    if let Some(why) = found.ended(directory.now()) {
        note_refusal(directory, &found, bearer, why).await?;
        return Ok(Access::Nothing);
    }
    let speaker = Speaker {
        actor: Actor::Token { id: TokenId(found.id), source: found.source.clone() },
        source: SourceId(found.source_id),
        token: TokenId(found.id),
        read_only: found.read_only,
    };
    let restrictions = Restrictions::stored(found.read_only, &found.ranges)
        .map_err(|why| Error::Unreadable { what: "token's networks", why })?;
    if !restrictions.allow(bearer.address) {
        note_refusal(directory, &found, bearer, RefusedWhy::Elsewhere).await?;
        return Ok(Access::Elsewhere(speaker));
    }
    if found.read_only && bearer.writes {
        note_refusal(directory, &found, bearer, RefusedWhy::ReadOnly).await?;
        return Ok(Access::ReadOnly(speaker));
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
    let found = sqlx::query_as!(
        Found,
        "select t.id, t.name, t.public_id, t.source_id, s.name as source, t.secret_hash, t.read_only, t.ranges, t.last_used_at,
                t.expires_at, t.revoked_at, t.refused_at
         from scim_token t join source s on s.id = t.source_id where t.public_id = $1",
        public
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

/// Of many at once, one is written: whoever has a token that opens nothing any more must not make the database work.
async fn note_refusal(directory: &Directory, found: &Found, bearer: &Bearer<'_>, why: RefusedWhy) -> Result<()> {
    let now = directory.now();
    if found.refused_at.is_some_and(|last| now - last < NOTED_EVERY) {
        return Ok(());
    }
    sqlx::query!(
        "update scim_token set refused_at = $2, refused_from = $3, refused_why = $4
         where id = $1 and (refused_at is null or refused_at <= $5)",
        found.id,
        now,
        bearer.address.to_canonical().to_string(),
        why.as_str(),
        now - NOTED_EVERY
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
