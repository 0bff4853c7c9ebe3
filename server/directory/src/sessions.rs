//! Browser sessions, known by the SHA-256 of their ids. The browser's side of them is the server's.

use crate::audit::Entry;
use crate::error::from_json;
use crate::{Directory, Error, Result, Tx, admins};
use chrono::{DateTime, Duration, Utc};
use model::AdminId;
use model::session::SessionSummary;
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

/// Live sessions, the newest first: all, or one administrator's.
pub async fn list(tx: &mut Tx, of: Option<AdminId>) -> Result<Vec<SessionSummary>> {
    let (now, oldest) = (tx.now(), tx.now() - ABSOLUTE_LIFE);
    let rows = sqlx::query!(
        "select encode(s.id_hash, 'hex') as \"id!\", s.admin_id as \"admin_id!\", a.email, s.data -> 'origin' as origin,
                s.created_at, s.last_seen_at, s.expires_at
         from session s join admin a on a.id = s.admin_id
         where s.expires_at > $1 and s.created_at > $2 and ($3::uuid is null or s.admin_id = $3)
         order by s.last_seen_at desc",
        now,
        oldest,
        of.map(|id| id.0)
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SessionSummary {
                id: row.id,
                admin: AdminId(row.admin_id),
                email: row.email,
                origin: row.origin.map(|origin| from_json("session", origin)).transpose()?.unwrap_or_default(),
                created_at: row.created_at,
                last_seen_at: row.last_seen_at,
                expires_at: row.expires_at.min(row.created_at + ABSOLUTE_LIFE),
            })
        })
        .collect()
}

/// Ends a session by its name on the page: anybody's, or only this administrator's own.
pub async fn revoke(tx: &mut Tx, id: &str, of: Option<AdminId>) -> Result<()> {
    let row = sqlx::query!(
        "delete from session s using admin a
         where encode(s.id_hash, 'hex') = $1 and a.id = s.admin_id and ($2::uuid is null or s.admin_id = $2)
         returning a.id, a.email",
        id,
        of.map(|id| id.0)
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the session"))?;
    tx.audit(Entry::new("session.revoked", "admin", row.id, &row.email));
    Ok(())
}

/// Ends all sessions of an administrator, or everybody's, but one; how many.
pub async fn revoke_all(tx: &mut Tx, of: Option<AdminId>, but: &str) -> Result<u64> {
    let done = sqlx::query!(
        "delete from session where ($1::uuid is null or admin_id = $1) and admin_id is not null
            and encode(id_hash, 'hex') <> $2",
        of.map(|id| id.0),
        but
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    let who = match of {
        Some(id) => admins::list(tx).await?.into_iter().find(|admin| admin.id == id).map(|admin| admin.email),
        None => Some("everybody".to_owned()),
    };
    let entry = Entry::new("session.revoked_all", "admin", of.map(|id| id.0), &who.unwrap_or_default());
    tx.audit(entry.after(serde_json::json!({ "sessions": done })));
    Ok(done)
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
