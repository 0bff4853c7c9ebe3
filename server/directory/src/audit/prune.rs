//! The retention: the only thing that removes entries, and leaves a signed checkpoint from which the rest still verifies.

use super::chain::{Hash, Reason};
use super::checkpoints::{self, Checkpoint};
use super::outside::Writing;
use super::{AuditKey, Entry, verify};
use crate::{Actor, Directory, Error, Result, Tx};
use chrono::{DateTime, Utc};
use serde_json::json;

/// How many entries one transaction removes: far fewer than a statement may take its time for.
const BATCH: i64 = 5_000;

/// Removes the entries that are older than the retention, from the beginning up to the first that is not, and says how
/// many they were, when their checkpoint is written. Without a retention nothing is removed; neither is anything of a chain that does not verify: that
/// would take the proof away and vouch for the rest.
pub async fn prune(directory: &Directory) -> Result<u64> {
    let Some(retention) = directory.keeping.retention else { return Ok(0) };
    let cutoff = directory.now() - retention;
    // The check takes its time on a large log: no transaction waits for it.
    let Some(end) = last_before(directory, cutoff).await? else { return Ok(0) };
    if let Some(finding) = verify(directory, |_| ()).await?.finding {
        return Err(Error::Refused(format!("Nothing was removed, as the audit log does not verify: {finding}")));
    }
    let key = directory.audit_key()?;
    let (mut removed, mut writing) = (0, Writing::nothing());
    while let Some((batch, checkpoint)) = remove_batch(directory, key, end, cutoff).await? {
        removed += batch;
        checkpoints::announce(key, &[checkpoint]);
        writing.write(directory, key, &[checkpoint]).await;
    }
    writing.finish(directory, key).await;
    Ok(removed)
}

/// Removes the first entries up to `end`, and leaves a log that verifies: it may end after any of them.
async fn remove_batch(
    directory: &Directory,
    key: &AuditKey,
    end: i64,
    cutoff: DateTime<Utc>,
) -> Result<Option<(u64, Checkpoint)>> {
    let mut tx = directory.begin(Actor::System).await?;
    // One replica at a time; another one finds nothing left.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall audit prune'))").execute(tx.db()).await?;
    let Some((sequence, hash)) = last_of_batch(&mut tx, end).await? else { return Ok(None) };
    let checkpoint = Checkpoint::sign(key, Reason::Prune, sequence, hash, tx.now());
    checkpoints::keep(tx.db(), &checkpoint).await?;
    sqlx::query!("select set_config('rollcall.pruning', 'on', true) as on").fetch_one(tx.db()).await?;
    let removed = sqlx::query!("delete from audit_entry where sequence <= $1", sequence).execute(tx.db()).await?;
    sqlx::query!("delete from audit_checkpoint where sequence < $1 or (sequence = $1 and reason = 'seal')", sequence)
        .execute(tx.db())
        .await?;
    let after = json!({ "up_to": sequence, "entries": removed.rows_affected(), "older_than": cutoff });
    tx.audit(Entry::new("audit.pruned", "audit", None, "Audit log").after(after));
    tx.commit().await?;
    Ok(Some((removed.rows_affected(), checkpoint)))
}

async fn last_of_batch(tx: &mut Tx, end: i64) -> Result<Option<(i64, Hash)>> {
    let row = sqlx::query!(
        "select sequence as \"sequence!\", hash as \"hash!\"
         from (select sequence, hash from audit_entry where sequence <= $1 order by sequence limit $2) first
         order by sequence desc limit 1",
        end,
        BATCH
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.and_then(|row| Hash::read(&row.hash).map(|hash| (row.sequence, hash))))
}

/// The last sealed entry before the first that stays.
async fn last_before(directory: &Directory, cutoff: DateTime<Utc>) -> Result<Option<i64>> {
    let mut tx = directory.begin(Actor::System).await?;
    let last = sqlx::query_scalar!(
        "select sequence as \"sequence!\" from audit_entry
         where sequence < coalesce(
            (select min(sequence) from audit_entry where sequence is not null and at >= $1),
            (select max(sequence) + 1 from audit_entry))
         order by sequence desc limit 1",
        cutoff
    );
    Ok(last.fetch_optional(tx.db()).await?)
}
