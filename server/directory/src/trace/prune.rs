//! Taking away what is old or too much, in batches that no request waits for.

use crate::{Directory, Result};
use chrono::Duration;
use uuid::Uuid;

/// How long a request is kept.
pub const KEPT_FOR: Duration = Duration::days(7);
/// How many requests of a source are kept.
pub const MOST: i64 = 100_000;
/// How many rows one statement removes.
const BATCH: i64 = 5_000;

/// Removes what is older than [`KEPT_FOR`], and of each source what is beyond `most`, which is [`MOST`] but in a test.
/// Says how many requests it removed.
pub async fn prune(directory: &Directory, most: i64) -> Result<u64> {
    let mut removed = old(directory).await?;
    let sources = sqlx::query_scalar!("select id from source").fetch_all(&directory.pool).await?;
    for source in sources {
        removed += too_many(directory, source, most).await?;
    }
    Ok(removed)
}

async fn old(directory: &Directory) -> Result<u64> {
    let oldest = directory.now() - KEPT_FOR;
    sqlx::query!("delete from scim_request_count where hour < $1", oldest).execute(&directory.pool).await?;
    let mut removed = 0;
    loop {
        let batch = sqlx::query!(
            "delete from scim_request where id in (select id from scim_request where at < $1 order by at limit $2)",
            oldest,
            BATCH
        )
        .execute(&directory.pool)
        .await?
        .rows_affected();
        removed += batch;
        if batch < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}

async fn too_many(directory: &Directory, source: Uuid, most: i64) -> Result<u64> {
    let first = sqlx::query!(
        "select at, id from scim_request where source_id = $1 order by at desc, id desc offset $2 limit 1",
        source,
        most
    );
    let Some(first) = first.fetch_optional(&directory.pool).await? else { return Ok(0) };
    let mut removed = 0;
    loop {
        let batch = sqlx::query!(
            "delete from scim_request where id in (
                select id from scim_request where source_id = $1 and (at, id) <= ($2, $3)
                order by at desc, id desc limit $4)",
            source,
            first.at,
            first.id,
            BATCH
        )
        .execute(&directory.pool)
        .await?
        .rows_affected();
        removed += batch;
        if batch < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}
