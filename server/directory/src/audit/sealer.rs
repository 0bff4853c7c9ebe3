//! The sealer: gives committed entries their numbers and hashes, in batches, within a second of their commit.
//!
//! Every server runs one; an advisory lock lets one of them work. The lock belongs to the connection that also writes:
//! when a process dies its lock goes with its transaction, and one that hangs is disconnected by the database after 15
//! seconds. The others ask for the lock once a second. It runs also with `ROLLCALL_WORKER=off`, which is about calling
//! Zoom: entries are written by every server, and none should wait for a worker.

use super::chain::Reason;
use super::checkpoints::{self, Checkpoint};
use super::outside::Writing;
use super::rows::{self, Head};
use super::{AuditKey, find_key, prune};
use crate::{Actor, Directory, Error, Result, Signal};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use sqlx::{Connection, PgConnection};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

const BATCH: i64 = 500;
/// How long what another process wrote may go unseen.
const POLL: Duration = Duration::from_millis(500);
/// Entries of one moment become one batch.
const GATHER: Duration = Duration::from_millis(20);
/// How often a server asks whether the sealer of another one is gone.
const ASK: Duration = Duration::from_secs(1);
/// An entry is sealed within a second. When one waits for so long, nothing seals.
const OVERDUE: TimeDelta = TimeDelta::minutes(1);
/// How often the same trouble is told of.
const TELL: Duration = Duration::from_secs(60);

/// Seals until `stopped`. Errors, also a database that is away, are told of, and it goes on afterwards.
pub async fn run(directory: Directory, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    let mut told: Option<(String, Instant)> = None;
    let mut known = Known::default();
    loop {
        let ended = tokio::select! {
            ended = caught(hold(&directory, &mut known)) => ended,
            () = &mut stopped => return,
        };
        if let Err(error) = ended {
            tell(&error, &mut told);
        }
        tokio::select! {
            () = tokio::time::sleep(ASK) => {}
            () = &mut stopped => return,
        }
    }
}

/// How far this process saw the log go, whatever becomes of the rows.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// The last number that was given.
    reached: i64,
    /// The newest checkpoint.
    checkpoint: Option<Checkpoint>,
}

impl Known {
    fn see(&mut self, reached: i64, checkpoint: Option<Checkpoint>) {
        self.checkpoint = checkpoint.or(self.checkpoint);
        let at_checkpoint = self.checkpoint.map_or(0, |checkpoint| checkpoint.sequence);
        self.reached = self.reached.max(reached).max(at_checkpoint);
    }
}

/// A panic is an error like any other: nothing else would seal.
async fn caught(sealing: impl Future<Output = Result<()>>) -> Result<()> {
    AssertUnwindSafe(sealing).catch_unwind().await.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::Refused(format!("The sealer panicked: {}", said.unwrap_or("it did not say why"))))
    })
}

/// The same trouble, second after second, is told of once a minute.
fn tell(error: &Error, told: &mut Option<(String, Instant)>) {
    let text = error.to_string();
    let again = told.as_ref().is_none_or(|(before, at)| *before != text || at.elapsed() > TELL);
    if again {
        tracing::error!(%error, "the audit log could not be sealed; it is tried again every second");
        *told = Some((text, Instant::now()));
    }
}

/// Waits for the lock, then seals for as long as the connection holds.
async fn hold(directory: &Directory, known: &mut Known) -> Result<()> {
    find_key(&mut directory.begin(Actor::System).await?).await?;
    let key = directory.audit_key()?;
    let mut db = connect(directory).await?;
    take_turn(&mut db, directory).await?;
    let stored = checkpoints::all(&mut db).await?;
    if let Some(forged) = stored.iter().find(|checkpoint| !checkpoint.is_genuine(key)) {
        tracing::error!(
            sequence = forged.sequence,
            "a checkpoint in the database is not of Rollcall; `rollcall audit verify` says more"
        );
    }
    known.see(0, checkpoints::newest(key, stored.iter().copied().chain(known.checkpoint)));
    let mut writing = Writing::begin(directory, key, stored).await;
    let mut pruned_at: Option<DateTime<Utc>> = None;
    loop {
        let Sealed { entries, reached, checkpoints } = seal(&mut db, directory, key, *known).await?;
        known.see(reached, checkpoints.last().copied());
        checkpoints::announce(key, &checkpoints);
        writing.write(directory, key, &checkpoints).await;
        if entries == BATCH {
            continue;
        }
        let now = directory.now();
        if pruned_at.is_none_or(|at| now - at >= TimeDelta::days(1)) {
            pruned_at = Some(now);
            // Beside the sealing, as it checks the chain first and that takes its time.
            tokio::spawn(prune_once(directory.clone()));
        }
        tokio::select! {
            () = directory.audited.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Waits for the lock. Whoever has it should seal: that nobody does is told of, as what is not sealed can be removed
/// without a trace.
async fn take_turn(db: &mut PgConnection, directory: &Directory) -> Result<()> {
    let (mut seen, mut told): (Option<Uuid>, Option<Instant>) = (None, None);
    while !lock(db).await? {
        let overdue = rows::overdue(db, directory.now() - OVERDUE).await?;
        // Seen once, it may have been committed just now.
        if overdue.is_some() && overdue == seen && told.is_none_or(|at| at.elapsed() > TELL) {
            tracing::error!(
                "audit entries have been waiting to be sealed for more than a minute: another session of the database has \
                 the lock of the sealer and does not seal. Find it in pg_locks (locktype advisory) and end it"
            );
            told = Some(Instant::now());
        }
        seen = overdue;
        tokio::time::sleep(ASK).await;
    }
    Ok(())
}

async fn prune_once(directory: Directory) {
    if let Err(error) = prune::prune(&directory).await {
        tracing::error!(%error, "old audit entries were not removed");
    }
}

/// What waits is found by the index that has it in order. Of the entries that have been sealed meanwhile, only a plain
/// walk through that index learns that it need not come by again: a bitmap of it reads them all each time, until the
/// next vacuum.
async fn connect(directory: &Directory) -> Result<PgConnection> {
    let options = directory.pool.connect_options().as_ref().clone();
    let settings = [("idle_session_timeout", "15000"), ("enable_bitmapscan", "off"), ("enable_sort", "off")];
    let options = options.application_name("rollcall sealer").options(settings);
    PgConnection::connect_with(&options).await.map_err(Error::Database)
}

async fn lock(db: &mut PgConnection) -> Result<bool> {
    let taken = sqlx::query_scalar!("select pg_try_advisory_lock(hashtext('rollcall audit sealer')) as \"taken!\"");
    Ok(taken.fetch_one(db).await?)
}

/// What sealing a batch came to.
struct Sealed {
    entries: i64,
    /// The last number.
    reached: i64,
    checkpoints: Vec<Checkpoint>,
}

/// Seals one batch, in one transaction.
async fn seal(db: &mut PgConnection, directory: &Directory, key: &AuditKey, known: Known) -> Result<Sealed> {
    let now = directory.now();
    let mut tx = db.begin().await?;
    let waiting = rows::unsealed(&mut tx, BATCH).await?;
    let head = if waiting.is_empty() { rows::head(&mut tx).await? } else { rows::lock_head(&mut tx).await? };
    let head = head.filter(|head| head.is_genuine(key)).ok_or_else(altered)?;
    if head.sequence < known.reached {
        return Err(put_back(head.sequence, known.reached));
    }
    let batch = chain(key, head, &waiting, known.checkpoint, now);
    if !batch.ids.is_empty() {
        let done = sqlx::query!(
            "update audit_entry set sequence = u.sequence, hash = u.hash
             from unnest($1::uuid[], $2::bigint[], $3::bytea[]) as u(id, sequence, hash)
             where audit_entry.id = u.id and audit_entry.sequence is null",
            &batch.ids,
            &batch.sequences,
            &batch.hashes
        )
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() != waiting.len() as u64 {
            return Err(Error::Stale("the audit log"));
        }
        rows::set_head(&mut tx, batch.head).await?;
    }
    for checkpoint in &batch.checkpoints {
        checkpoints::keep(&mut tx, checkpoint).await?;
    }
    tx.commit().await?;
    if !batch.ids.is_empty() {
        directory.bell.ring(Signal::Changed);
    }
    let entries = i64::try_from(waiting.len()).unwrap_or(BATCH);
    Ok(Sealed { entries, reached: batch.head.sequence, checkpoints: batch.checkpoints })
}

fn altered() -> Error {
    Error::Refused(
        "The row of audit_chain was altered or removed, so nothing more is sealed. `rollcall audit verify` says more."
            .into(),
    )
}

fn put_back(end: i64, reached: i64) -> Error {
    Error::Refused(format!(
        "audit_chain says that the audit log ends at #{end}, and it had reached #{reached}: its end was cut off, so \
         nothing more is sealed. `rollcall audit verify` says more. If the database was restored on purpose, start the \
         servers anew."
    ))
}

/// What sealing a batch writes.
struct Batch {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    hashes: Vec<Vec<u8>>,
    head: Head,
    checkpoints: Vec<Checkpoint>,
}

/// Chains entries to the head, with a checkpoint wherever one is due.
fn chain(
    key: &AuditKey,
    head: Head,
    waiting: &[rows::Link],
    mut last: Option<Checkpoint>,
    now: DateTime<Utc>,
) -> Batch {
    let mut batch = Batch { ids: Vec::new(), sequences: Vec::new(), hashes: Vec::new(), head, checkpoints: Vec::new() };
    let mut check = |batch: &mut Batch| {
        if checkpoints::is_due(last.as_ref(), &batch.head, now) {
            let Head { sequence, hash, .. } = batch.head;
            let checkpoint = Checkpoint::sign(key, Reason::Seal, sequence, hash, now);
            batch.checkpoints.push(checkpoint);
            last = Some(checkpoint);
        }
    };
    check(&mut batch);
    for link in waiting {
        let sequence = batch.head.sequence + 1;
        let hash = key.link(sequence, batch.head.hash, &link.content, link.mac.as_deref());
        batch.ids.push(link.content.id);
        batch.sequences.push(sequence);
        batch.hashes.push(hash.to_vec());
        batch.head = Head { sequence, hash, signature: batch.head.signature };
        check(&mut batch);
    }
    batch.head = Head::sign(key, batch.head.sequence, batch.head.hash);
    batch
}

#[cfg(test)]
mod tests {
    use super::super::chain::Hash;
    use super::super::chain::tests::content;
    use super::*;

    #[test]
    fn a_batch_goes_on_where_the_chain_ended_and_leaves_checkpoints_behind() {
        let key = AuditKey::new([1; 32]);
        let link = rows::Link { sequence: None, hash: None, mac: None, content: content("a") };
        let head = Head::sign(&key, 40, Hash([4; 32]));
        let now = DateTime::UNIX_EPOCH;
        let last = Checkpoint::sign(&key, Reason::Seal, 10, Hash([5; 32]), now);
        let batch = chain(&key, head, &vec![link; 250], Some(last), now);
        assert_eq!((batch.sequences[0], *batch.sequences.last().unwrap()), (41, 290));
        assert_eq!(batch.hashes[0], key.link(41, head.hash, &content("a"), None).to_vec());
        assert_eq!(batch.checkpoints.iter().map(|c| c.sequence).collect::<Vec<_>>(), [110, 210]);
        assert!(batch.head.is_genuine(&key) && batch.checkpoints.iter().all(|c| c.is_genuine(&key)));
    }

    #[tokio::test]
    async fn a_panic_is_told_of_and_ends_nothing() {
        let error = caught(async { panic!("no such {}", "time") }).await.unwrap_err();
        assert_eq!(error.to_string(), "The sealer panicked: no such time");
        caught(async { Ok(()) }).await.unwrap();
    }
}
