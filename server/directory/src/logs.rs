//! The provisioning log: one row per operation, in partitions of a month, paged by key.

use crate::error::{from_json, to_json};
use crate::text::{contains, cursor};
use crate::{Result, Tx, people};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use model::log::{Action, Details, LogEntry, LogFilter, LogRow, Status};
use model::{ConnectionId, Cursor, LogId, Page, PersonId};
use serde_json::Value;
use uuid::Uuid;

/// What is written of one operation; its time is the transaction's.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    pub connection_id: ConnectionId,
    /// None for what concerns the whole connection.
    pub person_id: Option<PersonId>,
    pub identity: String,
    pub user_name: String,
    pub action: Action,
    pub source: String,
    pub target: String,
    pub status: Status,
    pub duration_ms: i32,
    pub summary: String,
    pub details: Details,
}

/// Writes one entry. Its texts may come from Zoom: what Postgres cannot hold (NUL) is taken out.
pub async fn write(tx: &mut Tx, entry: &NewEntry) -> Result<LogId> {
    let (id, now) = (LogId(Uuid::now_v7()), tx.now());
    let mut details = to_json("log details", &entry.details)?;
    strip_nul(&mut details);
    sqlx::query!(
        "insert into log_entry (id, at, connection_id, person_id, identity, user_name, action, source, target, status,
            duration_ms, latency_ms, summary, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id.0,
        now,
        entry.connection_id.0,
        entry.person_id.map(|person| person.0),
        entry.identity,
        entry.user_name,
        entry.action.as_str(),
        entry.source,
        entry.target,
        entry.status.as_str(),
        entry.duration_ms,
        entry.details.latency_ms,
        entry.summary.replace('\0', ""),
        details
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

/// Takes out of all texts what Postgres cannot hold in JSON.
pub(crate) fn strip_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(items) => items.iter_mut().for_each(strip_nul),
        Value::Object(map) => {
            if map.keys().any(|key| key.contains('\0')) {
                let entries = std::mem::take(map);
                map.extend(entries.into_iter().map(|(key, value)| (key.replace('\0', ""), value)));
            }
            map.values_mut().for_each(strip_nul);
        }
        _ => {}
    }
}

/// A row as it comes from the database.
struct Stored {
    id: Uuid,
    at: DateTime<Utc>,
    connection_id: Uuid,
    person_id: Option<Uuid>,
    identity: String,
    user_name: String,
    action: String,
    source: String,
    target: String,
    status: String,
    duration_ms: i32,
    summary: String,
}

impl TryFrom<Stored> for LogRow {
    type Error = crate::Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            id: LogId(row.id),
            at: row.at,
            connection_id: ConnectionId(row.connection_id),
            person_id: row.person_id.map(PersonId),
            identity: row.identity,
            user_name: row.user_name,
            action: row.action.parse()?,
            source: row.source,
            target: row.target,
            status: row.status.parse()?,
            duration_ms: row.duration_ms,
            summary: row.summary,
        })
    }
}

/// The log, newest first, one page of it.
pub async fn list(tx: &mut Tx, filter: &LogFilter, cursor: &Cursor, size: i64) -> Result<Page<LogRow>> {
    // A plan made for these very filters: a generic one reads every partition for a rare person.
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true) as plan").fetch_one(tx.db()).await?;
    let people = match filter.person_id {
        Some(person) => Some(people::ids_of(tx, person).await?),
        None => None,
    };
    let people = people.as_deref();
    let rows = match cursor {
        Cursor::Before(key) => newer(tx, filter, people, cursor::read_time(key)?, size + 1).await?,
        Cursor::After(key) => older(tx, filter, people, Some(cursor::read_time(key)?), size + 1).await?,
        Cursor::First => older(tx, filter, people, None, size + 1).await?,
    };
    let rows = rows.into_iter().map(LogRow::try_from).collect::<Result<Vec<_>>>()?;
    let size = usize::try_from(size).unwrap_or_default();
    Ok(Page::cut(rows, size, cursor, |row| cursor::time(row.at, row.id.0)))
}

async fn older(
    tx: &mut Tx,
    filter: &LogFilter,
    people: Option<&[Uuid]>,
    from: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let (at, id) = from.unzip();
    Ok(sqlx::query_as!(
        Stored,
        "select id, at, connection_id, person_id, identity, user_name, action, source, target, status, duration_ms, summary
         from log_entry
         where ($1::uuid is null or connection_id = $1) and ($2::uuid[] is null or person_id = any($2))
           and ($3::text is null or action = $3) and ($4::text is null or status = $4)
           and ($5::text is null or identity ilike $5 or user_name ilike $5)
           and ($6::timestamptz is null or (at, id) < ($6, $7::uuid))
         order by at desc, id desc limit $8",
        filter.connection_id.map(|id| id.0),
        people as Option<&[Uuid]>,
        filter.action.map(Action::as_str),
        filter.status.map(Status::as_str),
        filter.q.as_deref().and_then(contains),
        at,
        id,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

async fn newer(
    tx: &mut Tx,
    filter: &LogFilter,
    people: Option<&[Uuid]>,
    to: (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<Stored>> {
    Ok(sqlx::query_as!(
        Stored,
        "select id, at, connection_id, person_id, identity, user_name, action, source, target, status, duration_ms, summary
         from log_entry
         where ($1::uuid is null or connection_id = $1) and ($2::uuid[] is null or person_id = any($2))
           and ($3::text is null or action = $3) and ($4::text is null or status = $4)
           and ($5::text is null or identity ilike $5 or user_name ilike $5)
           and (at, id) > ($6, $7)
         order by at, id limit $8",
        filter.connection_id.map(|id| id.0),
        people as Option<&[Uuid]>,
        filter.action.map(Action::as_str),
        filter.status.map(Status::as_str),
        filter.q.as_deref().and_then(contains),
        to.0,
        to.1,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

/// One entry with its details.
pub async fn get(tx: &mut Tx, id: LogId) -> Result<Option<LogEntry>> {
    let row = sqlx::query!(
        "select id, at, connection_id, person_id, identity, user_name, action, source, target, status, duration_ms, summary, details
         from log_entry where id = $1",
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let details: Details = from_json("log details", row.details)?;
    let stored = Stored {
        id: row.id,
        at: row.at,
        connection_id: row.connection_id,
        person_id: row.person_id,
        identity: row.identity,
        user_name: row.user_name,
        action: row.action,
        source: row.source,
        target: row.target,
        status: row.status,
        duration_ms: row.duration_ms,
        summary: row.summary,
    };
    Ok(Some(LogEntry { row: stored.try_into()?, details }))
}

/// Makes the partitions of this month and the next two where they are missing. Several replicas may do so at once.
pub async fn ensure_partitions(tx: &mut Tx) -> Result<()> {
    let this_month = tx.now().date_naive().with_day(1).unwrap_or_default();
    for ahead in 0..3 {
        let from = this_month + Months::new(ahead);
        let (name, create) = partition(from, from + Months::new(1));
        let there =
            sqlx::query_scalar!("select to_regclass($1) is not null as \"there!\"", name).fetch_one(tx.db()).await?;
        if there {
            continue;
        }
        // `if not exists` alone races between two replicas.
        sqlx::query!("select pg_advisory_xact_lock(hashtext('log_entry partitions')) as lock")
            .fetch_one(tx.db())
            .await?;
        sqlx::QueryBuilder::<sqlx::Postgres>::new(create).build().execute(tx.db()).await?;
    }
    Ok(())
}

/// A partition's name and the statement that makes it: its bounds cannot be bound as parameters.
fn partition(from: NaiveDate, to: NaiveDate) -> (String, String) {
    let name = format!("log_entry_{}", from.format("%Y_%m"));
    let create = format!(
        "create table if not exists {name} partition of log_entry for values from ('{from} 00:00:00+00') to ('{to} 00:00:00+00')"
    );
    (name, create)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_one_month_also_over_the_end_of_a_year() {
        let december = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
        let (name, create) = partition(december, december + Months::new(1));
        assert_eq!(name, "log_entry_2026_12");
        assert!(create.ends_with("from ('2026-12-01 00:00:00+00') to ('2027-01-01 00:00:00+00')"), "{create}");
    }

    #[test]
    fn what_postgres_cannot_hold_is_taken_out() {
        let mut value = serde_json::json!({ "a\u{0}b": ["x\u{0}", { "c": "\u{0}" }] });
        strip_nul(&mut value);
        assert_eq!(value, serde_json::json!({ "ab": ["x", { "c": "" }] }));
    }
}
