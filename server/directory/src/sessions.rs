//! Browser sessions, known by the SHA-256 of their ids. The browser's side of them is the server's.

use crate::audit::Entry;
use crate::error::from_json;
use crate::{Actor, Directory, Error, Result, Tx};
use chrono::{DateTime, Duration, Utc};
use model::session::{SessionOrigin, SessionSummary};
use model::{AdminId, ProviderId, Role};
use serde_json::{Value, json};

/// A session ends this long after its start, whatever happens.
pub const ABSOLUTE_LIFE: Duration = Duration::hours(12);

/// A session that is not used for this long has ended.
pub const IDLE_LIFE: Duration = Duration::minutes(30);

/// A session to open.
#[derive(Debug)]
pub struct Opened {
    pub id_hash: Vec<u8>,
    pub admin: AdminId,
    pub origin: SessionOrigin,
    /// When whoever signed in proved who they are, if that was shown to have just happened.
    pub fresh_at: Option<DateTime<Utc>>,
    /// What the provider wants back when the session ends, encrypted.
    pub id_token: Option<String>,
}

/// A live session.
#[derive(Debug)]
pub struct Session {
    pub admin: AdminId,
    /// The role that its id was given for.
    pub role: Option<String>,
    pub fresh_at: Option<DateTime<Utc>>,
    /// Stays when it gets a new id.
    pub started_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

/// A session that was ended: by which provider it was opened, and what that one wants back, encrypted.
#[derive(Debug)]
pub struct Closed {
    pub provider: Option<ProviderId>,
    pub id_token: Option<String>,
}

/// Opens a session in the unit of work that lets its administrator in, and notes the sign-in. The browser's former
/// session ends. False when the administrator is gone meanwhile, or no longer linked to the provider that vouched.
pub async fn open(tx: &mut Tx, opened: &Opened, former: Option<&[u8]>) -> Result<bool> {
    let (now, end) = (tx.now(), tx.now() + IDLE_LIFE);
    let origin = &opened.origin;
    let data = json!({ "origin": origin, "fresh_at": opened.fresh_at, "id_token": opened.id_token });
    if let Some(former) = former {
        sqlx::query!("delete from session where id_hash = $1", former).execute(tx.db()).await?;
    }
    // The row of the administrator may have waited for somebody who forgot the account: what holds is what stands there
    // now.
    let row = sqlx::query!(
        "insert into session (id_hash, admin_id, data, created_at, last_seen_at, expires_at)
         select $1, a.id, $3::jsonb || jsonb_build_object('role', a.role), $4, $4, $5 from admin a
         where a.id = $2 and ($6::uuid is null or exists (
            select from admin_identity i where i.admin_id = a.id and i.provider_id = $6))
         returning (select email from admin where id = admin_id) as \"email!\",
                   (select slug from provider where id = $6) as slug",
        opened.id_hash,
        opened.admin.0,
        data,
        now,
        end,
        origin.provider.map(|id| id.0)
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(false) };
    let by = origin.provider_label.as_deref().unwrap_or("setup link");
    let entry = Entry::new("admin.signed_in", "admin", opened.admin.0, &row.email);
    let entry = entry.by(Actor::Admin { id: opened.admin, email: row.email });
    tx.audit(entry.after(json!({ "by": by, "provider": row.slug, "address": origin.address })));
    Ok(true)
}

/// The live session of that id.
pub async fn find(directory: &Directory, id_hash: &[u8]) -> Result<Option<Session>> {
    let (now, oldest) = (directory.now(), directory.now() - ABSOLUTE_LIFE);
    let row = sqlx::query!(
        "select admin_id, data ->> 'role' as role, (data ->> 'fresh_at')::timestamptz as fresh_at,
                created_at, last_seen_at
         from session where id_hash = $1 and expires_at > $2 and created_at > $3",
        id_hash,
        now,
        oldest
    )
    .fetch_optional(&directory.pool)
    .await?;
    Ok(row.map(|row| Session {
        admin: AdminId(row.admin_id),
        role: row.role,
        fresh_at: row.fresh_at,
        started_at: row.created_at,
        last_seen_at: row.last_seen_at,
    }))
}

/// Begins the idle time of a session anew.
pub async fn renew(directory: &Directory, id_hash: &[u8]) -> Result<()> {
    let now = directory.now();
    sqlx::query!(
        "update session set last_seen_at = $2, expires_at = $3 where id_hash = $1",
        id_hash,
        now,
        now + IDLE_LIFE
    )
    .execute(&directory.pool)
    .await?;
    Ok(())
}

/// Gives a session another id, and remembers for which role; its start stays. Of several who do it at once, one gets
/// true.
pub async fn rename(directory: &Directory, id_hash: &[u8], to: &[u8], role: Role) -> Result<bool> {
    let done = sqlx::query!(
        "update session set id_hash = $2, data = jsonb_set(data, '{role}', to_jsonb($3::text)) where id_hash = $1",
        id_hash,
        to,
        role.as_str()
    )
    .execute(&directory.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a session, in the unit of work that notes why.
pub async fn close(tx: &mut Tx, id_hash: &[u8]) -> Result<Option<Closed>> {
    let row = sqlx::query!(
        "delete from session where id_hash = $1 returning data -> 'origin' as origin, data ->> 'id_token' as id_token",
        id_hash
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        let origin: SessionOrigin = row.origin.map(|it| from_json("session", it)).transpose()?.unwrap_or_default();
        Ok(Closed { provider: origin.provider, id_token: row.id_token })
    })
    .transpose()
}

/// Leaves a message for the next page of a session.
pub async fn leave_message(directory: &Directory, id_hash: &[u8], message: &Value) -> Result<()> {
    sqlx::query!("update session set data = jsonb_set(data, '{flash}', $2) where id_hash = $1", id_hash, message)
        .execute(&directory.pool)
        .await?;
    Ok(())
}

/// Takes the message that was left for the next page of a session.
pub async fn take_message(directory: &Directory, id_hash: &[u8]) -> Result<Option<Value>> {
    let message = sqlx::query_scalar!(
        "with left_there as (
            select id_hash, data -> 'flash' as message from session where id_hash = $1 and data ? 'flash' for update)
         update session s set data = s.data - 'flash' from left_there l where s.id_hash = l.id_hash
         returning l.message as \"message!\"",
        id_hash
    )
    .fetch_optional(&directory.pool)
    .await?;
    Ok(message)
}

/// Live sessions, the newest first: all, or one administrator's.
pub async fn list(tx: &mut Tx, of: Option<AdminId>) -> Result<Vec<SessionSummary>> {
    let (now, oldest) = (tx.now(), tx.now() - ABSOLUTE_LIFE);
    let rows = sqlx::query!(
        "select encode(s.id_hash, 'hex') as \"id!\", s.admin_id, a.email, s.data -> 'origin' as origin,
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
    let who = match of {
        Some(id) => sqlx::query_scalar!("select email from admin where id = $1", id.0)
            .fetch_optional(tx.db())
            .await?
            .ok_or(Error::NotFound("the administrator"))?,
        None => "everybody".to_owned(),
    };
    let done = sqlx::query!(
        "delete from session where ($1::uuid is null or admin_id = $1) and encode(id_hash, 'hex') <> $2",
        of.map(|id| id.0),
        but
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    let entry = Entry::new("session.revoked_all", "admin", of.map(|id| id.0), &who);
    tx.audit(entry.after(json!({ "sessions": done })));
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
