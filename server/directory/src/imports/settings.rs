//! How a connection imports, and the imports that begin by themselves.

use crate::audit::Entry;
use crate::error::{from_json, to_json};
use crate::{Actor, Directory, Error, Result, Tx, connections};
use model::ConnectionId;
use model::import::MatchRule;
use model::import::settings::{AutoConfirm, ImportSettings, Timetable, check_rules};
use serde_json::json;

/// How a connection imports; the usual way when nobody has said.
pub async fn settings(tx: &mut Tx, connection: ConnectionId) -> Result<ImportSettings> {
    let row = sqlx::query!(
        "select rules, confirm_exact, confirm_partial, confirm_new, activate, schedule, at_minute, at_day, details, next_at,
                version
         from import_setting where connection_id = $1",
        connection.0
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(ImportSettings::usual()) };
    let confirm = AutoConfirm {
        exact: row.confirm_exact,
        partial: row.confirm_partial,
        new: row.confirm_new,
        activate: row.activate,
    };
    let minute = u16::try_from(row.at_minute).unwrap_or_default();
    Ok(ImportSettings {
        rules: from_json("match rules", row.rules)?,
        confirm,
        timetable: Timetable { schedule: row.schedule.parse()?, minute, day: row.at_day.parse()? },
        next_at: row.next_at,
        details: i64::from(row.details),
        version: row.version,
    })
}

/// Sets everything but the rules. `version` is the one that the form was made from.
pub async fn set(
    tx: &mut Tx,
    connection: ConnectionId,
    version: i64,
    confirm: AutoConfirm,
    timetable: Timetable,
    details: i64,
) -> Result<()> {
    let old = of_version(tx, connection, version).await?;
    let next_at = timetable.next(tx.now());
    keep(tx, connection, &old, ImportSettings { confirm, timetable, next_at, details, ..old.clone() }).await
}

/// Sets the match rules, in their order. `version` is the one that the form was made from.
pub async fn set_rules(tx: &mut Tx, connection: ConnectionId, version: i64, rules: Vec<MatchRule>) -> Result<()> {
    let old = of_version(tx, connection, version).await?;
    check_rules(&rules).map_err(Error::Refused)?;
    keep(tx, connection, &old, ImportSettings { rules, ..old.clone() }).await
}

/// The settings, held until the transaction ends.
async fn of_version(tx: &mut Tx, connection: ConnectionId, version: i64) -> Result<ImportSettings> {
    connections::lock(tx, connection).await?;
    let settings = settings(tx, connection).await?;
    if settings.version == version { Ok(settings) } else { Err(Error::Stale("the import settings")) }
}

async fn keep(tx: &mut Tx, connection: ConnectionId, old: &ImportSettings, new: ImportSettings) -> Result<()> {
    let name = connections::get(tx, connection).await?.name;
    sqlx::query!(
        "insert into import_setting (connection_id, rules, confirm_exact, confirm_partial, confirm_new, activate, schedule,
                                     at_minute, at_day, details, next_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (connection_id) do update set
            rules = excluded.rules, confirm_exact = excluded.confirm_exact, confirm_partial = excluded.confirm_partial,
            confirm_new = excluded.confirm_new, activate = excluded.activate, schedule = excluded.schedule,
            at_minute = excluded.at_minute, at_day = excluded.at_day, details = excluded.details,
            next_at = excluded.next_at, version = import_setting.version + 1",
        connection.0,
        to_json("match rules", &new.rules)?,
        new.confirm.exact,
        new.confirm.partial,
        new.confirm.new,
        new.confirm.activate,
        new.timetable.schedule.as_str(),
        i16::try_from(new.timetable.minute).unwrap_or_default(),
        new.timetable.day.as_str(),
        i32::try_from(new.details).unwrap_or_default(),
        new.next_at
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("import.settings_changed", "connection", connection.0, &name);
    tx.audit(entry.before(told(old)).after(told(&new)));
    tx.ring(connection);
    Ok(())
}

fn told(settings: &ImportSettings) -> serde_json::Value {
    let rules: Vec<String> = settings.rules.iter().map(MatchRule::told).collect();
    let (confirm, timetable) = (settings.confirm, settings.timetable);
    json!({
        "rules": rules,
        "confirm_exact": confirm.exact,
        "confirm_partial": confirm.partial,
        "confirm_new": confirm.new,
        "activate": confirm.activate,
        "schedule": timetable.schedule.as_str(),
        "at": timetable.time(),
        "day": timetable.day.as_str(),
        "details": settings.details,
    })
}

/// Begins the imports whose time has come, each once, whichever process asks first. One that runs already goes on instead.
pub async fn start_due(directory: &Directory) -> Result<()> {
    let mut tx = directory.begin(Actor::System).await?;
    let now = tx.now();
    let due = sqlx::query_scalar!("select connection_id from import_setting where next_at <= $1", now)
        .fetch_all(tx.db())
        .await?;
    drop(tx);
    for connection in due.into_iter().map(ConnectionId) {
        let mut tx = directory.begin(Actor::System).await?;
        match connections::lock(&mut tx, connection).await {
            Err(Error::NotFound(_)) => continue,
            locked => locked?,
        };
        let settings = settings(&mut tx, connection).await?;
        if settings.next_at.is_none_or(|at| at > now) {
            continue;
        }
        let next_at = settings.timetable.next(now);
        sqlx::query!("update import_setting set next_at = $2 where connection_id = $1", connection.0, next_at)
            .execute(tx.db())
            .await?;
        match super::start_by(&mut tx, connection, "Schedule").await {
            Ok(_) => {}
            Err(Error::Refused(why)) => tracing::info!(%connection, why, "an import did not begin at its time"),
            Err(error) => return Err(error),
        }
        tx.commit().await?;
    }
    Ok(())
}
