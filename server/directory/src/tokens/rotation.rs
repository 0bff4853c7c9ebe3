//! Replacing a token without a gap: its successor may do the same, and both open the source until the old one ends.

use super::{Generated, New, generate_with, get};
use crate::audit::Entry;
use crate::{Error, Result, Tx};
use chrono::{DateTime, Duration, Utc};
use model::TokenId;

/// For how long the old token goes on, unless something else is chosen.
pub const OVERLAP: Duration = Duration::days(7);

/// Generates a successor with the same restrictions. The old token ends after the overlap, or when it would have ended.
pub async fn rotate(
    tx: &mut Tx,
    id: TokenId,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
    overlap: Duration,
) -> Result<Generated> {
    let now = tx.now();
    // Two who rotate it at once take turns, and the second one finds a successor.
    sqlx::query!("select id from scim_token where id = $1 for update", id.0).fetch_optional(tx.db()).await?;
    let old = get(tx, id).await?;
    if let Some(why) = old.cannot_be_rotated(now) {
        return Err(Error::Refused(why));
    }
    let restrictions = super::Restrictions::stored(old.read_only, &old.ranges)
        .map_err(|why| Error::Unreadable { what: "token's networks", why })?;
    let new = New { name, expires_at, restrictions, replaces: Some(id) };
    let generated = generate_with(tx, old.source_id, new).await?;
    let end = old.expires_at.map_or(now + overlap, |end| end.min(now + overlap));
    let done = sqlx::query!("update scim_token set expires_at = $2 where id = $1 and revoked_at is null", id.0, end)
        .execute(tx.db())
        .await?;
    if done.rows_affected() != 1 {
        return Err(Error::Stale("the token"));
    }
    let entry = Entry::new("token.rotated", "token", id.0, &old.name);
    let before = serde_json::json!({ "source": old.source_name, "prefix": old.prefix, "expires_at": old.expires_at });
    tx.audit(entry.before(before).after(serde_json::json!({ "expires_at": end, "successor": name })));
    Ok(generated)
}
