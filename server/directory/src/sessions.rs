//! Browser sessions, known by the SHA-256 of their ids. The browser's side of them is the server's.

use crate::{Directory, Result};
use chrono::{DateTime, Duration, Utc};
use model::AdminId;
use serde_json::Value;

/// A session ends this long after its start, whatever happens.
pub const ABSOLUTE_LIFE: Duration = Duration::hours(12);

/// Makes a session. False when one of that id exists.
pub async fn create(
    directory: &Directory,
    id_hash: &[u8],
    admin: Option<AdminId>,
    data: &Value,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let now = directory.now();
    let done = sqlx::query!(
        "insert into session (id_hash, admin_id, data, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $4, $5) on conflict do nothing",
        id_hash,
        admin.map(|id| id.0),
        data,
        now,
        expires_at
    )
    .execute(&directory.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves a session that exists; one that was ended meanwhile stays dead.
pub async fn save(
    directory: &Directory,
    id_hash: &[u8],
    admin: Option<AdminId>,
    data: &Value,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let now = directory.now();
    sqlx::query!(
        "update session set admin_id = $2, data = $3, last_seen_at = $4, expires_at = $5 where id_hash = $1",
        id_hash,
        admin.map(|id| id.0),
        data,
        now,
        expires_at
    )
    .execute(&directory.pool)
    .await?;
    Ok(())
}

/// The data of a live session and when it ends.
pub async fn load(directory: &Directory, id_hash: &[u8]) -> Result<Option<(Value, DateTime<Utc>)>> {
    let (now, oldest) = (directory.now(), directory.now() - ABSOLUTE_LIFE);
    let row = sqlx::query!(
        "select data, expires_at from session where id_hash = $1 and expires_at > $2 and created_at > $3",
        id_hash,
        now,
        oldest
    )
    .fetch_optional(&directory.pool)
    .await?;
    Ok(row.map(|row| (row.data, row.expires_at)))
}

/// Ends a session.
pub async fn delete(directory: &Directory, id_hash: &[u8]) -> Result<()> {
    sqlx::query!("delete from session where id_hash = $1", id_hash).execute(&directory.pool).await?;
    Ok(())
}

/// Removes sessions that have ended and one-time links that no longer work.
pub async fn prune(directory: &Directory) -> Result<()> {
    let (now, oldest) = (directory.now(), directory.now() - ABSOLUTE_LIFE);
    sqlx::query!("delete from session where expires_at <= $1 or created_at <= $2", now, oldest)
        .execute(&directory.pool)
        .await?;
    sqlx::query!("delete from setup_link where expires_at <= $1", oldest).execute(&directory.pool).await?;
    Ok(())
}
