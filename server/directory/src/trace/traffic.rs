//! How a source's client gets on, in a few numbers.

use super::read::Stored;
use crate::{Result, Tx, sources};
use chrono::{DateTime, Duration, Utc};
use model::SourceId;
use model::trace::{RequestRow, Traffic};

/// In how many of the newest requests the client is looked for.
const RECENT: i64 = 200;

/// The numbers of the last 24 hours, what the client is, and the newest error.
pub async fn traffic(tx: &mut Tx, source: SourceId) -> Result<Traffic> {
    // Counted by the hour: the one that has begun and the 23 before.
    let since = tx.now() - Duration::hours(24);
    let counts = sqlx::query!(
        "select coalesce(sum(requests) filter (where source_id = $1), 0)::bigint as \"requests!\",
                coalesce(sum(errors) filter (where source_id = $1), 0)::bigint as \"errors!\",
                coalesce(sum(untraced) filter (where source_id = $1), 0)::bigint as \"untraced!\",
                max(last_at) filter (where source_id = $1) as last_at,
                coalesce(sum(requests) filter (where source_id is null), 0)::bigint as \"strangers!\",
                max(last_at) filter (where source_id is null) as last_stranger_at
         from scim_request_count where hour > $2 and (source_id = $1 or source_id is null)",
        source.0,
        since
    )
    .fetch_one(tx.db())
    .await?;
    let groups = sqlx::query_scalar!(
        "select count(*) as \"groups!\" from grp where source_id = $1 and deleted_at is null",
        source.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Traffic {
        people: sources::people(tx, source).await?,
        groups,
        requests: counts.requests,
        errors: counts.errors,
        untraced: counts.untraced,
        last_at: counts.last_at,
        client: client(tx, source).await?,
        last_error: last_error(tx, source, since).await?,
        strangers: counts.strangers,
        last_stranger_at: counts.last_stranger_at,
    })
}

/// What most of the newest requests were recognised as; without any, what a token's last use was.
async fn client(tx: &mut Tx, source: SourceId) -> Result<Option<String>> {
    let client = sqlx::query_scalar!(
        "select coalesce(
            (select client from (select client from scim_request where source_id = $1 order by at desc, id desc limit $2) newest
             where client is not null group by client order by count(*) desc, client limit 1),
            (select last_client from scim_token where source_id = $1 and last_client is not null
             order by last_used_at desc limit 1))",
        source.0,
        RECENT
    )
    .fetch_one(tx.db())
    .await?;
    Ok(client)
}

async fn last_error(tx: &mut Tx, source: SourceId, since: DateTime<Utc>) -> Result<Option<RequestRow>> {
    let row = sqlx::query_as!(
        Stored,
        "select id, at, method, path, query, status, duration_ms, client, address, changes, scim_type, detail,
                bulk_operations, bulk_failed, open
         from scim_request where source_id = $1 and open and at > $2 order by at desc, id desc limit 1",
        source.0,
        since
    );
    row.fetch_optional(tx.db()).await?.map(RequestRow::try_from).transpose()
}
