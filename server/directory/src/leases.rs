//! Who drains which connection. Whoever drains holds its lease: a row with an owner, an end by the database's clock and
//! an epoch that grows with each taking. A frozen process that wakes up after its lease went on finds its epoch old,
//! and what it wants to record is refused; so no lock is held while Zoom is being called.

use crate::error::to_json;
use crate::{Result, Tx};
use chrono::{DateTime, Utc};
use model::ConnectionId;
use model::link::Cause;
use std::time::Duration;
use uuid::Uuid;

/// How long a lease lasts unless it is renewed. The statements below say the same as `15 seconds`.
pub const LENGTH: Duration = Duration::from_secs(15);

/// A lease that was taken: the right to call Zoom for this connection, and to record what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub connection: ConnectionId,
    /// The process that holds it.
    pub owner: Uuid,
    pub epoch: i64,
}

/// Takes the lease, when it is free, over, or still ours from before; none while another process holds it.
pub async fn take(tx: &mut Tx, connection: ConnectionId, owner: Uuid) -> Result<Option<Lease>> {
    let epoch = sqlx::query_scalar!(
        "insert into lease (connection_id, owner, until, epoch)
         values ($1, $2, clock_timestamp() + interval '15 seconds', 1)
         on conflict (connection_id) do update set
            owner = excluded.owner, until = excluded.until, epoch = lease.epoch + 1
         where lease.until <= clock_timestamp() or lease.owner = excluded.owner
         returning epoch",
        connection.0,
        owner
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(epoch.map(|epoch| Lease { connection, owner, epoch }))
}

/// Makes the lease last another full length from now; false when it went on to somebody else.
pub async fn renew(tx: &mut Tx, lease: &Lease) -> Result<bool> {
    let done = sqlx::query!(
        "update lease set until = clock_timestamp() + interval '15 seconds'
         where connection_id = $1 and owner = $2 and epoch = $3",
        lease.connection.0,
        lease.owner,
        lease.epoch
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives the lease up at once. The row stays, so that the epoch goes on growing.
pub async fn release(tx: &mut Tx, lease: &Lease) -> Result<()> {
    sqlx::query!(
        "update lease set until = clock_timestamp() where connection_id = $1 and owner = $2 and epoch = $3",
        lease.connection.0,
        lease.owner,
        lease.epoch
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Whether the lease is still ours, held so until this transaction ends: a taking waits for it. Time does not matter
/// here: while nobody else has taken it, nobody else writes.
pub(crate) async fn hold(tx: &mut Tx, lease: &Lease) -> Result<bool> {
    let ours = sqlx::query_scalar!(
        "select 1 as \"one!\" from lease where connection_id = $1 and owner = $2 and epoch = $3 for share",
        lease.connection.0,
        lease.owner,
        lease.epoch
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(ours.is_some())
}

/// Notes until when and why the whole connection waits, so that its page shows it; none when it goes on. False when the
/// lease is not ours any more. What was found out with other settings than those of `version` counts for nothing: they
/// may have been put right meanwhile.
pub async fn pause(tx: &mut Tx, lease: &Lease, version: i64, wait: Option<(DateTime<Utc>, &Cause)>) -> Result<bool> {
    if !hold(tx, lease).await? {
        return Ok(false);
    }
    let cause = wait.map(|(_, cause)| to_json("cause", cause)).transpose()?;
    sqlx::query!(
        "update connection set paused_until = $2, paused_cause = $3 where id = $1 and version = $4",
        lease.connection.0,
        wait.map(|(until, _)| until),
        cause,
        version
    )
    .execute(tx.db())
    .await?;
    Ok(true)
}
