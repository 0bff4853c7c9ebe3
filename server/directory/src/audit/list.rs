//! The audit log as pages show it: newest first, paged by key, filtered; and one entry with all there is of it.

use crate::text::{contains, cursor};
use crate::{Result, Tx};
use chrono::{DateTime, Utc};
use model::audit::{AuditEntry, AuditFilter, AuditRow};
use model::{AuditId, Cursor, Page};
use serde_json::Value;
use uuid::Uuid;

/// A row as it comes from the database.
struct Stored {
    id: Uuid,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_name: String,
    action: String,
    target_kind: String,
    target_id: Option<Uuid>,
    target_name: String,
    sequence: Option<i64>,
    hash: Option<Vec<u8>>,
}

impl TryFrom<Stored> for AuditRow {
    type Error = crate::Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            id: AuditId(row.id),
            sequence: row.sequence,
            hash: row.hash.as_deref().map(hex),
            at: row.at,
            actor_kind: row.actor_kind.parse()?,
            actor_name: row.actor_name,
            action: row.action,
            target_kind: row.target_kind,
            target_id: row.target_id,
            target_name: row.target_name,
        })
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The number a search may mean: `#12,446`, `#12446` or `12446`.
pub(super) fn number(q: Option<&str>) -> Option<i64> {
    q?.trim().trim_start_matches('#').replace(',', "").parse().ok()
}

/// What a filter's text means; none for an empty one.
pub(super) fn word(text: Option<&str>) -> Option<String> {
    text.map(|text| text.trim().replace('\0', "")).filter(|text| !text.is_empty())
}

/// The log, newest first, one page of it.
pub async fn list(tx: &mut Tx, filter: &AuditFilter, cursor: &Cursor, size: i64) -> Result<Page<AuditRow>> {
    // A plan made for these very filters: a generic one reads everything for a rare actor.
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true) as plan").fetch_one(tx.db()).await?;
    let rows = match cursor {
        Cursor::Before(key) => newer(tx, filter, cursor::read_time(key)?, size + 1).await?,
        Cursor::After(key) => older(tx, filter, Some(cursor::read_time(key)?), size + 1).await?,
        Cursor::First => older(tx, filter, None, size + 1).await?,
    };
    let rows = rows.into_iter().map(AuditRow::try_from).collect::<Result<Vec<_>>>()?;
    let size = usize::try_from(size).unwrap_or_default();
    Ok(Page::cut(rows, size, cursor, |row| cursor::time(row.at, row.id.0)))
}

async fn older(
    tx: &mut Tx,
    filter: &AuditFilter,
    start: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let (at, id) = start.unzip();
    Ok(sqlx::query_as!(
        Stored,
        "select id, readable(at) as \"at!\", actor_kind, actor_name, action, target_kind, target_id, target_name, sequence, hash
         from audit_entry
         where ($1::text is null or actor_name = $1) and ($2::text is null or action = $2)
           and ($3::uuid is null or target_id = $3)
           and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
           and ($6::text is null or actor_name ilike $6 or target_name ilike $6 or sequence = $7
                or translate(action, '._', '  ') ilike $6 or action ilike $6)
           and ($8::timestamptz is null or (at, id) < ($8, $9::uuid))
         order by at desc, id desc limit $10",
        word(filter.actor.as_deref()),
        word(filter.action.as_deref()),
        filter.target,
        filter.from,
        filter.to,
        filter.q.as_deref().and_then(contains),
        number(filter.q.as_deref()),
        at,
        id,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

async fn newer(tx: &mut Tx, filter: &AuditFilter, end: (DateTime<Utc>, Uuid), limit: i64) -> Result<Vec<Stored>> {
    Ok(sqlx::query_as!(
        Stored,
        "select id, readable(at) as \"at!\", actor_kind, actor_name, action, target_kind, target_id, target_name, sequence, hash
         from audit_entry
         where ($1::text is null or actor_name = $1) and ($2::text is null or action = $2)
           and ($3::uuid is null or target_id = $3)
           and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
           and ($6::text is null or actor_name ilike $6 or target_name ilike $6 or sequence = $7
                or translate(action, '._', '  ') ilike $6 or action ilike $6)
           and (at, id) > ($8, $9)
         order by at, id limit $10",
        word(filter.actor.as_deref()),
        word(filter.action.as_deref()),
        filter.target,
        filter.from,
        filter.to,
        filter.q.as_deref().and_then(contains),
        number(filter.q.as_deref()),
        end.0,
        end.1,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

/// One entry with what it changed and its place in the chain.
pub async fn get(tx: &mut Tx, id: AuditId) -> Result<Option<AuditEntry>> {
    let row = sqlx::query!(
        "select e.id, readable(e.at) as \"at!\", e.actor_kind, e.actor_id, e.actor_name, e.action, e.target_kind, e.target_id, e.target_name,
                e.before::text as before, e.after::text as after, e.sequence, e.hash, p.hash as \"previous?\"
         from audit_entry e left join audit_entry p on p.sequence = e.sequence - 1 where e.id = $1",
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let json = |text: Option<String>| text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
    let (before, after, actor_id) = (json(row.before), json(row.after), row.actor_id);
    let checkpoint = match row.sequence {
        Some(sequence) => next_checkpoint(tx, sequence).await?,
        None => None,
    };
    let stored = Stored {
        id: row.id,
        at: row.at,
        actor_kind: row.actor_kind,
        actor_name: row.actor_name,
        action: row.action,
        target_kind: row.target_kind,
        target_id: row.target_id,
        target_name: row.target_name,
        sequence: row.sequence,
        hash: row.hash,
    };
    let previous = row.previous.as_deref().map(hex);
    Ok(Some(AuditEntry { row: stored.try_into()?, actor_id, before, after, previous, checkpoint }))
}

async fn next_checkpoint(tx: &mut Tx, sequence: i64) -> Result<Option<(i64, DateTime<Utc>)>> {
    let row = sqlx::query!(
        "select sequence, readable(at) as \"at!\" from audit_checkpoint where reason = 'seal' and sequence >= $1 order by sequence limit 1",
        sequence
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|row| (row.sequence, row.at)))
}

/// Names of actors, a hundred at most: from one to the next by the index, whatever the number of entries.
pub(super) async fn actors(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "with recursive found as (
            (select actor_name from audit_entry order by actor_name limit 1)
            union all
            select (select e.actor_name from audit_entry e where e.actor_name > found.actor_name order by e.actor_name limit 1)
            from found where found.actor_name is not null
         )
         select actor_name as \"name!\" from found where actor_name is not null limit 100"
    )
    .fetch_all(tx.db())
    .await?)
}

/// All actions there are entries of.
pub(super) async fn actions(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "with recursive found as (
            (select action from audit_entry order by action limit 1)
            union all
            select (select e.action from audit_entry e where e.action > found.action order by e.action limit 1)
            from found where found.action is not null
         )
         select action as \"name!\" from found where action is not null limit 200"
    )
    .fetch_all(tx.db())
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_as_it_is_written() {
        assert_eq!(number(Some(" #48,213 ")), Some(48_213));
        assert_eq!(number(Some("12")), Some(12));
        assert_eq!(number(Some("ada")), None);
        assert_eq!(word(Some("  ")), None);
    }
}
