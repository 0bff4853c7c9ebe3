//! A check that was started on the page: it runs behind the page, and its progress stands in the database, so that every
//! replica shows it and a reload finds it.

use super::chain::Hash;
use super::{Entry, verify};
use crate::error::{from_json, to_json};
use crate::{Actor, Directory, Error, Result, Signal, Tx};
use chrono::{DateTime, Utc};
use model::audit::{AuditState, Progress, Report, Verification};
use sqlx::postgres::PgQueryResult;
use std::time::Duration;
use tokio::sync::watch;

/// How often the progress is written down.
const APART: Duration = Duration::from_millis(500);

/// Starts a check, unless one goes on already: says whether it did. A check whose process has not been heard of for 30
/// seconds does not go on.
pub async fn start(directory: &Directory, by: Actor) -> Result<bool> {
    let mut tx = directory.begin(by.clone()).await?;
    let (now, name) = (tx.now(), by.name().to_owned());
    let begun = sqlx::query!(
        "insert into audit_verification as v (started_at, started_by, alive_at, checked, total) values ($1, $2, $1, 0, 0)
         on conflict (singleton) do update set started_at = $1, started_by = $2, alive_at = $1, finished_at = null, checked = 0,
            total = 0, report = null, mac = null
         where v.finished_at is not null or v.alive_at < $1::timestamptz - interval '30 seconds'",
        now,
        name
    )
    .execute(tx.db())
    .await?
    .rows_affected()
        == 1;
    tx.commit().await?;
    if begun {
        tokio::spawn(check(directory.clone(), by, now));
    }
    Ok(begun)
}

/// The check that was started at that moment.
async fn check(directory: Directory, by: Actor, started_at: DateTime<Utc>) {
    if let Err(error) = check_and_say(&directory, by, started_at).await {
        tracing::error!(%error, "the check of the audit log did not come to an end");
    }
}

async fn check_and_say(directory: &Directory, by: Actor, started_at: DateTime<Utc>) -> Result<()> {
    let (said, heard) = watch::channel(Progress::default());
    let checking = verify(directory, |progress| {
        said.send_replace(progress);
    });
    tokio::pin!(checking);
    let report = loop {
        tokio::select! {
            report = &mut checking => break report?,
            () = tokio::time::sleep(APART) => {
                let progress = *heard.borrow();
                keep_progress(directory, started_at, progress).await?;
            }
        }
    };
    let progress = *heard.borrow();
    finish(directory, by, started_at, &report, progress).await
}

/// Another check may have begun over one that had frozen: then this one ends, and says nothing.
fn still_this_one(done: &PgQueryResult) -> Result<()> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Stale("the check of the audit log")) }
}

async fn keep_progress(directory: &Directory, started_at: DateTime<Utc>, progress: Progress) -> Result<()> {
    let now = directory.now();
    let done = sqlx::query!(
        "update audit_verification set alive_at = $1, checked = $2, total = $3
         where started_at = $4 and finished_at is null",
        now,
        progress.checked,
        progress.total,
        started_at
    )
    .execute(&directory.pool)
    .await?;
    still_this_one(&done)?;
    directory.bell.ring(Signal::Changed);
    Ok(())
}

/// Writes down what was found, also in the log itself.
async fn finish(
    directory: &Directory,
    by: Actor,
    started_at: DateTime<Utc>,
    report: &Report,
    progress: Progress,
) -> Result<()> {
    let mut tx = directory.begin(by).await?;
    let (now, value) = (tx.now(), to_json("audit report", report)?);
    let mac = match directory.audit_key.get() {
        Some(key) => Some(key.sign_report(now, &to_text(report)?).to_vec()),
        None => None,
    };
    let done = sqlx::query!(
        "update audit_verification set alive_at = $1, finished_at = $1, checked = $2, total = $3, report = $4, mac = $5
         where started_at = $6 and finished_at is null",
        now,
        progress.checked,
        progress.total,
        value,
        mac,
        started_at
    )
    .execute(tx.db())
    .await?;
    still_this_one(&done)?;
    let found = report.finding.as_ref().map(|finding| &finding.text);
    let after = serde_json::json!({ "verified_up_to": report.verified, "found": found });
    tx.audit(Entry::new("audit.verified", "audit", None, "Audit log").after(after));
    tx.commit().await
}

/// The report as it is signed: the database writes JSON in its own way.
fn to_text(report: &Report) -> Result<String> {
    Ok(to_json("audit report", report)?.to_string())
}

/// Whether a report is as Rollcall wrote it. One that accuses needs no proof.
fn is_genuine(directory: &Directory, report: &Report, at: DateTime<Utc>, mac: Option<&[u8]>) -> Result<bool> {
    let text = to_text(report)?;
    let signed = directory.audit_key.get().map(|key| key.sign_report(at, &text));
    Ok(report.finding.is_some() || signed.is_some_and(|signed| mac.and_then(Hash::read) == Some(signed)))
}

/// How the log stands.
pub async fn state(tx: &mut Tx) -> Result<AuditState> {
    // At one moment: what is sealed between two questions would be in neither answer.
    let stands = sqlx::query!(
        "select (select sequence from audit_chain) as sealed, count(*) as \"waiting!\",
                min(readable(at)) as since
         from audit_entry where sequence is null"
    )
    .fetch_one(tx.db())
    .await?;
    Ok(AuditState {
        sealed: stands.sealed.unwrap_or(0),
        waiting: stands.waiting,
        waiting_since: stands.since,
        verification: verification(tx).await?,
        actors: super::list::actors(tx).await?,
        actions: super::list::actions(tx).await?,
    })
}

async fn verification(tx: &mut Tx) -> Result<Option<Verification>> {
    let row = sqlx::query!(
        "select started_at, started_by, alive_at, finished_at, checked, total, report, mac
         from audit_verification"
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let report = row.report.map(|report| from_json::<Report>("audit report", report)).transpose()?;
    let genuine = match (&report, row.finished_at) {
        (Some(report), Some(at)) => is_genuine(tx.directory(), report, at, row.mac.as_deref())?,
        (report, at) => report.is_none() && at.is_none(),
    };
    Ok(Some(Verification {
        started_at: row.started_at,
        started_by: row.started_by,
        finished_at: row.finished_at,
        lost: row.finished_at.is_none() && tx.now() - row.alive_at > chrono::Duration::seconds(30),
        altered: !genuine,
        progress: Progress { checked: row.checked, total: row.total },
        report: report.filter(|_| genuine),
    }))
}
