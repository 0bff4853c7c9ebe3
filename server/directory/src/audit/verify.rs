//! The check of the whole chain as it stands in the database.

use super::chain::Reason;
use super::diagnosis::Diagnosis;
use super::outside::Outside;
use super::rows::{self, Link};
use super::walk::{Broken, Suspect, Walk};
use super::{AuditKey, beginning, checkpoints};
use crate::{Actor, Directory, Error, Result};
use futures::TryStreamExt;
use model::audit::{Fault, Finding, Progress, Report};
use sqlx::PgConnection;
use uuid::Uuid;

/// How many entries one statement reads: each ends well before the limit on statements.
const PART: i64 = 5_000;
/// How many entries lie between two words of progress.
const STEP: i64 = 1_000;

/// Walks the chain from its beginning and compares it with the checkpoints of the database and of the file. It reads one
/// entry at a time, of the state at one moment, and holds nobody up. What it finds is the first thing that is wrong. It
/// makes nothing: without the chain's key it says what is missing.
pub async fn verify(directory: &Directory, mut progress: impl FnMut(Progress) + Send) -> Result<Report> {
    let Some(key) = key(directory).await? else { return without_key(directory).await };
    let snapshot = "begin isolation level repeatable read read only";
    let mut tx = directory.pool.begin_with(snapshot).await.map_err(Error::Database)?;
    let head = rows::head(&mut tx).await?;
    let stored = checkpoints::all(&mut tx).await?;
    let outside = Outside::read(&directory.keeping, key).await?;
    let waiting = rows::waiting(&mut tx).await?;
    let total = count(&mut tx).await?;
    let mut walk = Walk::new(key, head, &stored, &outside.checkpoints);
    if let Some(forged) = stored.iter().find(|c| c.reason == Reason::Prune && !c.is_genuine(key)) {
        let text = format!("The checkpoint of the retention at #{} was altered.", forged.sequence);
        return Ok(walk.report(waiting, Some(Finding { fault: Fault::Signature, sequence: forged.sequence, text })));
    }
    progress(Progress { checked: 0, total });
    let mut say = |checked| progress(Progress { checked, total });
    let finding = match walk_all(&mut tx, &mut walk, &mut say).await? {
        None => walk.end().or_else(|| hidden(&walk, total)).or_else(|| outside.finding()),
        Some(Broken::Found(finding)) => Some(finding),
        Some(Broken::Suspect(suspect)) => Some(diagnose(directory, &mut tx, *suspect).await?),
    };
    progress(Progress { checked: walk.entries(), total });
    let from_file = outside.checkpoints.iter().filter(|checkpoint| walk.has_passed(checkpoint)).count();
    Ok(Report { from_file: i64::try_from(from_file).ok(), ..walk.report(waiting, finding) })
}

async fn key(directory: &Directory) -> Result<Option<&AuditKey>> {
    beginning::find_key(&mut directory.begin(Actor::System).await?).await?;
    Ok(directory.audit_key.get())
}

async fn without_key(directory: &Directory) -> Result<Report> {
    let mut tx = directory.begin(Actor::System).await?;
    let waiting = rows::waiting(tx.db()).await?;
    let finding = beginning::left_over(&mut tx).await?.map(|left| left.finding());
    Ok(Report { waiting, finding, ..Report::default() })
}

async fn count(db: &mut PgConnection) -> Result<i64> {
    let count = sqlx::query_scalar!("select count(*) as \"count!\" from audit_entry where sequence is not null");
    Ok(count.fetch_one(db).await?)
}

/// Steps through the sealed entries until one does not fit.
async fn walk_all(
    db: &mut PgConnection,
    walk: &mut Walk<'_>,
    say: &mut (dyn FnMut(i64) + Send),
) -> Result<Option<Broken>> {
    let mut after = i64::MIN;
    loop {
        let (mut read, from) = (0, after);
        let mut part = std::pin::pin!(rows::sealed(db, from, PART));
        while let Some(link) = part.try_next().await? {
            if let Err(broken) = walk.step(&link) {
                return Ok(Some(broken));
            }
            (read, after) = (read + 1, link.sequence.unwrap_or(after));
            if walk.entries() % STEP == 0 {
                say(walk.entries());
            }
        }
        if read < PART {
            return Ok(None);
        }
    }
}

/// More rows than steps: two with one number, where one part of the reading ended.
fn hidden(walk: &Walk<'_>, total: i64) -> Option<Finding> {
    (walk.entries() != total).then(|| {
        let text = "An entry was inserted: a number stands twice.".to_owned();
        Finding { fault: Fault::Inserted, sequence: walk.entries(), text }
    })
}

/// Looks at all entries once more to say what was done.
async fn diagnose(directory: &Directory, db: &mut PgConnection, suspect: Suspect) -> Result<Finding> {
    let mut diagnosis = Diagnosis::new(directory.audit_key()?, suspect);
    let mut after = Uuid::nil();
    loop {
        let (mut read, from) = (0, after);
        let mut part = std::pin::pin!(rows::all(db, from, PART));
        while let Some(link) = part.try_next().await? {
            let Link { content, .. } = &link;
            (read, after) = (read + 1, content.id);
            diagnosis.consider(&link);
        }
        if read < PART {
            return Ok(diagnosis.conclude());
        }
    }
}
