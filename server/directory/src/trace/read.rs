//! The requests of a source, newest first, paged by key.

use crate::error::from_json;
use crate::text::{contains, cursor};
use crate::{Error, Result, Tx};
use chrono::{DateTime, Utc};
use model::trace::{Body, Bulk, RequestRow, TraceFilter, TracedRequest};
use model::{Cursor, Page, RequestId, SourceId, TokenId};
use serde_json::Value;
use uuid::Uuid;

/// A row as it comes from the database.
pub(super) struct Stored {
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) status: Option<i16>,
    pub(super) duration_ms: i32,
    pub(super) client: Option<String>,
    pub(super) address: String,
    pub(super) changes: Value,
    pub(super) scim_type: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) bulk_operations: Option<i16>,
    pub(super) bulk_failed: Option<i16>,
    pub(super) open: bool,
}

impl TryFrom<Stored> for RequestRow {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        let number = |count: i16| u16::try_from(count).unwrap_or_default();
        let bulk = row.bulk_operations.zip(row.bulk_failed);
        Ok(Self {
            id: RequestId(row.id),
            at: row.at,
            method: row.method,
            path: row.path,
            query: row.query,
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            duration_ms: row.duration_ms,
            client: row.client,
            address: row.address,
            changes: from_json("changes", row.changes)?,
            scim_type: row.scim_type,
            detail: row.detail,
            bulk: bulk.map(|(operations, failed)| Bulk { operations: number(operations), failed: number(failed) }),
            open: row.open,
        })
    }
}

/// The trace of a source, newest first, one page of it.
pub async fn list(
    tx: &mut Tx,
    source: SourceId,
    filter: &TraceFilter,
    cursor: &Cursor,
    size: i64,
) -> Result<Page<RequestRow>> {
    // A plan made for this very filter: a generic one passes the index of the errors by.
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true) as plan").fetch_one(tx.db()).await?;
    let rows = match cursor {
        Cursor::Before(key) => newer(tx, source, filter, cursor::read_time(key)?, size + 1).await?,
        Cursor::After(key) => older(tx, source, filter, Some(cursor::read_time(key)?), size + 1).await?,
        Cursor::First => older(tx, source, filter, None, size + 1).await?,
    };
    let rows = rows.into_iter().map(RequestRow::try_from).collect::<Result<Vec<_>>>()?;
    let size = usize::try_from(size).unwrap_or_default();
    Ok(Page::cut(rows, size, cursor, |row| cursor::time(row.at, row.id.0)))
}

async fn older(
    tx: &mut Tx,
    source: SourceId,
    filter: &TraceFilter,
    from: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let (at, id) = from.unzip();
    Ok(sqlx::query_as!(
        Stored,
        "select id, at, method, path, query, status, duration_ms, client, address, changes, scim_type, detail,
                bulk_operations, bulk_failed, open
         from scim_request
         where source_id = $1 and (not $2 or error) and ($3::text is null or method = $3)
           and ($4::text is null or path ilike $4 or query ilike $4 or detail ilike $4 or address ilike $4
                or exists (select from jsonb_array_elements(changes) c where c ->> 'target_name' ilike $4)
                or left(request, 4000) ilike $4)
           and ($5::timestamptz is null or (at, id) < ($5, $6::uuid))
         order by at desc, id desc limit $7",
        source.0,
        filter.errors,
        filter.method,
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
    source: SourceId,
    filter: &TraceFilter,
    to: (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<Stored>> {
    Ok(sqlx::query_as!(
        Stored,
        "select id, at, method, path, query, status, duration_ms, client, address, changes, scim_type, detail,
                bulk_operations, bulk_failed, open
         from scim_request
         where source_id = $1 and (not $2 or error) and ($3::text is null or method = $3)
           and ($4::text is null or path ilike $4 or query ilike $4 or detail ilike $4 or address ilike $4
                or exists (select from jsonb_array_elements(changes) c where c ->> 'target_name' ilike $4)
                or left(request, 4000) ilike $4)
           and (at, id) > ($5, $6)
         order by at, id limit $7",
        source.0,
        filter.errors,
        filter.method,
        filter.q.as_deref().and_then(contains),
        to.0,
        to.1,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

/// One request of a source, with everything that is known of it.
pub async fn get(tx: &mut Tx, source: SourceId, id: RequestId) -> Result<TracedRequest> {
    let row = sqlx::query!(
        "select r.id, r.at, r.method, r.path, r.query, r.status, r.duration_ms, r.client, r.address, r.changes, r.scim_type,
            r.detail, r.bulk_operations, r.bulk_failed, r.open, r.operations, r.token_id, t.name as \"token_name?\", s.name as source_name, r.headers, r.request, r.request_cut,
            r.answer, r.answer_cut
         from scim_request r join source s on s.id = r.source_id left join scim_token t on t.id = r.token_id
         where r.id = $1 and r.source_id = $2",
        id.0,
        source.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the request"))?;
    let stored = Stored {
        id: row.id,
        at: row.at,
        method: row.method,
        path: row.path,
        query: row.query,
        status: row.status,
        duration_ms: row.duration_ms,
        client: row.client,
        address: row.address,
        changes: row.changes,
        scim_type: row.scim_type,
        detail: row.detail,
        bulk_operations: row.bulk_operations,
        bulk_failed: row.bulk_failed,
        open: row.open,
    };
    let body = |text: Option<String>, cut| text.map(|text| Body { text, cut });
    Ok(TracedRequest {
        row: stored.try_into()?,
        source,
        source_name: row.source_name,
        token: row.token_id.map(TokenId),
        token_name: row.token_name,
        headers: from_json("headers", row.headers)?,
        operations: row.operations.map_or_else(|| Ok(Vec::new()), |all| from_json("operations", all))?,
        request: body(row.request, row.request_cut),
        answer: body(row.answer, row.answer_cut),
    })
}
