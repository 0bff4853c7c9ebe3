//! The retention: the only thing that removes entries, and leaves a signed checkpoint from which the rest still verifies.

use super::chain::{Hash, Reason};
use super::checkpoints::{self, Checkpoint};
use super::{Entry, verify};
use crate::{Actor, Directory, Error, Result, Tx};
use serde_json::json;

/// Removes the entries that are older than the retention, from the beginning up to the first that is not, and says how
/// many they were. Without a retention nothing is removed; neither is anything of a chain that does not verify: that
/// would take the proof away and vouch for the rest.
pub async fn prune(directory: &Directory) -> Result<u64> {
    let Some(retention) = directory.keeping.retention else { return Ok(0) };
    let cutoff = directory.now() - retention;
    let mut tx = directory.begin(Actor::System).await?;
    // One replica at a time; another one finds nothing left.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall audit prune'))").execute(tx.db()).await?;
    let Some((sequence, hash)) = last_before(&mut tx, cutoff).await? else { return Ok(0) };
    if let Some(finding) = verify(directory, |_| ()).await?.finding {
        return Err(Error::Refused(format!("Nothing was removed, as the audit log does not verify: {finding}")));
    }
    let at = tx.now();
    let checkpoint = Checkpoint::sign(directory.audit_key()?, Reason::Prune, sequence, hash, at);
    checkpoints::keep(tx.db(), &checkpoint).await?;
    sqlx::query!("select set_config('rollcall.pruning', 'on', true) as on").fetch_one(tx.db()).await?;
    let removed = sqlx::query!("delete from audit_entry where sequence <= $1", sequence).execute(tx.db()).await?;
    sqlx::query!("delete from audit_checkpoint where sequence < $1 or (sequence = $1 and reason = 'seal')", sequence)
        .execute(tx.db())
        .await?;
    let after = json!({ "up_to": sequence, "entries": removed.rows_affected(), "older_than": cutoff });
    tx.audit(Entry::new("audit.pruned", "audit", None, "Audit log").after(after));
    tx.commit().await?;
    checkpoints::announce(directory, &[checkpoint]).await;
    Ok(removed.rows_affected())
}

/// The last sealed entry before the first that stays.
async fn last_before(tx: &mut Tx, cutoff: chrono::DateTime<chrono::Utc>) -> Result<Option<(i64, Hash)>> {
    let row = sqlx::query!(
        "select sequence as \"sequence!\", hash as \"hash!\" from audit_entry
         where sequence < coalesce(
            (select min(sequence) from audit_entry where sequence is not null and at >= $1),
            (select max(sequence) + 1 from audit_entry))
         order by sequence desc limit 1",
        cutoff
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.and_then(|row| Hash::read(&row.hash).map(|hash| (row.sequence, hash))))
}
