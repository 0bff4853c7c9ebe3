//! Sign-ins that failed, in the audit log.

use crate::audit::Entry;
use crate::{Result, Tx};
use chrono::Duration;
use model::provider::Provider;
use serde_json::json;

/// So many are noted in a minute: of one client, and of all. Anybody can fail, so the log could be flooded.
const OF_ONE: i64 = 10;
const OF_ALL: i64 = 60;

/// A sign-in that failed.
pub struct Failure<'a> {
    /// None when the address names no provider.
    pub provider: Option<&'a Provider>,
    /// Whom the provider vouched for, if it did.
    pub who: &'a str,
    pub why: &'a str,
    /// The client's address.
    pub address: &'a str,
}

/// Notes a sign-in that failed, unless too many were noted just now: false then.
pub async fn failed(tx: &mut Tx, failure: &Failure<'_>) -> Result<bool> {
    let since = tx.now() - Duration::minutes(1);
    let noted = sqlx::query!(
        "select count(*) as \"all!\", count(*) filter (where after ->> 'address' = $2) as \"of_one!\"
         from audit_entry where action = 'admin.sign_in_failed' and at > $1",
        since,
        failure.address
    )
    .fetch_one(tx.db())
    .await?;
    if noted.all >= OF_ALL || noted.of_one >= OF_ONE {
        return Ok(false);
    }
    let (id, label) = failure.provider.map_or((None, "unknown"), |it| (Some(it.id.0), it.label.as_str()));
    let entry = Entry::new("admin.sign_in_failed", "provider", id, label);
    tx.audit(entry.after(json!({ "who": failure.who, "why": failure.why, "address": failure.address })));
    Ok(true)
}
