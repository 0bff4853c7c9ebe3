//! Imports from Zoom: a run's progress, the accounts it found, what is proposed for each, and what an administrator made
//! of it. The engine reads and records under the connection's lease; nothing here makes a link due before somebody says
//! so with [`begin`].

mod accounts;
mod by_itself;
mod choose;
mod confirm;
mod export;
mod groups;
mod linked;
mod list;
mod matching;
mod settings;

pub use accounts::{Found, Kept, keep_detail, keep_page, to_detail};
pub use by_itself::{Progress, confirm_some};
pub use choose::{Choice, candidates, choose, named};
pub use confirm::{Behind, Confirmed, Terms, Which, begin, confirm_all, confirm_step, preview};
pub use export::{export, note_export};
pub use groups::{FoundGroup, MOST_GROUPS, free_groups, group_knowledge, groups, keep_groups, link_group};
pub use linked::{activate, create_again, people_of, unlink};
pub use list::{Filter, Listed, Subject, counts, held, list};
pub use matching::{PersonKeys, Proposed, accounts, people, propose};
pub use settings::{set, set_rules, settings, start_due};

use crate::audit::Entry;
use crate::error::{from_json, to_json};
use crate::leases::{self, Lease};
use crate::{Error, Result, Tx, connections};
use chrono::{DateTime, Utc};
use model::import::{Import, ImportState};
use model::link::Cause;
use model::{ConnectionId, ImportId};
use serde_json::{Value, json};
use uuid::Uuid;

/// A run as the engine goes on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: ImportId,
    pub state: ImportState,
    /// The next place in Zoom's list, from 1.
    pub next_index: i64,
    pub pass: i32,
    /// Accounts seen.
    pub scanned: i64,
    pub details_wanted: i64,
    pub details_read: i64,
}

/// Begins an import. One that had stopped is over with that; one that runs is in the way.
pub async fn start(tx: &mut Tx, connection: ConnectionId) -> Result<ImportId> {
    let by = tx.actor().name().to_owned();
    start_by(tx, connection, &by).await
}

async fn start_by(tx: &mut Tx, connection: ConnectionId, by: &str) -> Result<ImportId> {
    let name = connections::lock(tx, connection).await?.name;
    if let Some(open) = newest(tx, connection).await?.filter(|run| run.ended_at.is_none()) {
        if open.state.runs() {
            return Err(Error::Refused("An import of this connection is running already.".to_owned()));
        }
        end(tx, open.id, ImportState::Cancelled).await?;
    }
    let id = ImportId(Uuid::now_v7());
    let now = tx.now();
    sqlx::query!(
        "insert into import_run (id, connection_id, state, started_at, started_by, reading_since)
         values ($1, $2, 'scanning', $3, $4, $3)",
        id.0,
        connection.0,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    tx.audit(Entry::new("import.started", "connection", connection.0, &name).after(json!({ "import": id, "by": by })));
    tx.ring(connection);
    Ok(id)
}

async fn end(tx: &mut Tx, id: ImportId, state: ImportState) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update import_run set state = $2, ended_at = $3, cause = null where id = $1",
        id.0,
        state.as_str(),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends the import that runs or has stopped. What it found stays.
pub async fn cancel(tx: &mut Tx, connection: ConnectionId) -> Result<()> {
    let name = connections::lock(tx, connection).await?.name;
    let open = newest(tx, connection).await?.filter(|run| run.ended_at.is_none());
    let Some(open) = open else { return Err(Error::Refused("No import is running.".to_owned())) };
    end(tx, open.id, ImportState::Cancelled).await?;
    tx.audit(Entry::new("import.cancelled", "connection", connection.0, &name).after(json!({ "import": open.id })));
    tx.ring(connection);
    Ok(())
}

/// Goes on with the import that stopped, where it stopped.
pub async fn resume(tx: &mut Tx, connection: ConnectionId) -> Result<()> {
    let name = connections::lock(tx, connection).await?.name;
    let now = tx.now();
    let resumed = sqlx::query_scalar!(
        "update import_run set state = coalesce(stopped_in, 'scanning'), stopped_in = null, cause = null,
                reading_since = $2, read_before = case stopped_in when 'details' then details_read else scanned end
         where connection_id = $1 and state = 'stopped' returning id",
        connection.0,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(id) = resumed else { return Err(Error::Refused("No import has stopped.".to_owned())) };
    tx.audit(Entry::new("import.resumed", "connection", connection.0, &name).after(json!({ "import": id })));
    tx.ring(connection);
    Ok(())
}

/// The connections with an import that runs.
pub async fn running(tx: &mut Tx) -> Result<Vec<ConnectionId>> {
    let ids = sqlx::query_scalar!(
        "select connection_id from import_run where ended_at is null and state <> 'stopped' order by connection_id"
    )
    .fetch_all(tx.db())
    .await?;
    Ok(ids.into_iter().map(ConnectionId).collect())
}

/// The import of a connection that runs.
pub async fn run(tx: &mut Tx, connection: ConnectionId) -> Result<Option<Run>> {
    let row = sqlx::query!(
        "select id, state, next_index, pass, scanned, details_wanted, details_read
         from import_run where connection_id = $1 and ended_at is null and state <> 'stopped'",
        connection.0
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        Ok(Run {
            id: ImportId(row.id),
            state: row.state.parse()?,
            next_index: row.next_index,
            pass: row.pass,
            scanned: row.scanned,
            details_wanted: row.details_wanted,
            details_read: row.details_read,
        })
    })
    .transpose()
}

/// Whether this run still is what it was read as, under a lease that is still ours; both are held until the transaction
/// ends.
async fn hold(tx: &mut Tx, lease: &Lease, run: &Run) -> Result<bool> {
    if !leases::hold(tx, lease).await? {
        return Ok(false);
    }
    let same = sqlx::query_scalar!(
        "select 1 as \"one!\" from import_run where id = $1 and state = $2 and ended_at is null for update",
        run.id.0,
        run.state.as_str()
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(same.is_some())
}

/// Where the reading of the list goes on, and what was odd about it.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub next_index: i64,
    pub pass: i32,
    pub total: i64,
    pub note: Option<String>,
}

/// Notes where the reading of the list goes on, after a page was kept in the same transaction.
pub async fn go_on(tx: &mut Tx, run: &Run, kept: &Kept, place: &Place) -> Result<()> {
    sqlx::query!(
        "update import_run set next_index = $2, pass = $3, total = $4, scanned = scanned + $5, fresh = fresh + $6,
                changed = changed + $7, cause = null,
                notes = case when $8::text is null or notes @> to_jsonb($8::text) then notes
                             else notes || to_jsonb($8::text) end
         where id = $1",
        run.id.0,
        place.next_index,
        place.pass,
        place.total,
        kept.new,
        kept.fresh,
        kept.changed,
        place.note
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Notes that the reading goes on at an earlier place, and nothing was kept. False when the run is not ours any more.
pub async fn go_back(tx: &mut Tx, lease: &Lease, run: &Run, place: &Place) -> Result<bool> {
    let ours = hold(tx, lease, run).await?;
    if ours {
        go_on(tx, run, &Kept::default(), place).await?;
    }
    Ok(ours)
}

/// The list has been read to its end. When it was `whole`, accounts that it no longer has are gone: those that are linked
/// are kept and marked, of the others nothing stays. False when the run is not ours any more.
pub async fn scanned(tx: &mut Tx, lease: &Lease, run: &Run, whole: bool) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    let mut gone = 0;
    if whole {
        let now = tx.now();
        let marked = sqlx::query!(
            "update zoom_account a set gone_at = $3 where a.connection_id = $1 and a.last_run <> $2 and a.gone_at is null
                and exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)",
            lease.connection.0,
            run.id.0,
            now
        )
        .execute(tx.db())
        .await?;
        let removed = sqlx::query!(
            "delete from zoom_account a where a.connection_id = $1 and a.last_run <> $2
                and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)",
            lease.connection.0,
            run.id.0
        )
        .execute(tx.db())
        .await?;
        gone = i64::try_from(marked.rows_affected() + removed.rows_affected()).unwrap_or(i64::MAX);
    }
    accounts::show_held(tx, lease.connection, run, None).await?;
    sqlx::query!("update import_run set state = 'groups', gone = $2 where id = $1", run.id.0, gone)
        .execute(tx.db())
        .await?;
    Ok(true)
}

/// Goes over to the next stage; the last one ends the run. False when the run is not ours any more.
pub async fn advance(tx: &mut Tx, lease: &Lease, run: &Run, to: ImportState) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    if to == ImportState::Done {
        end(tx, run.id, to).await?;
    } else {
        sqlx::query!("update import_run set state = $2, cause = null where id = $1", run.id.0, to.as_str())
            .execute(tx.db())
            .await?;
    }
    Ok(true)
}

/// How many accounts are to be read one by one, within the budget; goes over to reading them. None when the run is not
/// ours any more.
pub async fn want_details(tx: &mut Tx, lease: &Lease, run: &Run) -> Result<Option<i64>> {
    let settings = settings(tx, lease.connection).await?;
    let wanted = i64::try_from(to_detail(tx, lease.connection, run, settings.details).await?.len()).unwrap_or(i64::MAX);
    if wanted == 0 {
        return Ok(conclude(tx, lease, run).await?.then_some(0));
    }
    if !advance(tx, lease, run, ImportState::Details).await? {
        return Ok(None);
    }
    let now = tx.now();
    sqlx::query!(
        "update import_run set details_wanted = $2, reading_since = $3, read_before = 0 where id = $1",
        run.id.0,
        wanted,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(Some(wanted))
}

/// All has been read and matched: what is left is to confirm what confirms itself. False when the run is not ours any more.
pub async fn conclude(tx: &mut Tx, lease: &Lease, run: &Run) -> Result<bool> {
    let confirms = settings(tx, lease.connection).await?.confirm.any();
    advance(tx, lease, run, if confirms { ImportState::Confirming } else { ImportState::Done }).await
}

/// Notes what was odd.
pub async fn note(tx: &mut Tx, run: &Run, note: &str) -> Result<()> {
    sqlx::query!(
        "update import_run set notes = notes || to_jsonb($2::text) where id = $1 and not notes @> to_jsonb($2::text)",
        run.id.0,
        note
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The run waits, and goes on by itself: why.
pub async fn wait(tx: &mut Tx, lease: &Lease, run: &Run, cause: &Cause) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    let cause = to_json("cause", cause)?;
    sqlx::query!("update import_run set cause = $2 where id = $1", run.id.0, cause).execute(tx.db()).await?;
    Ok(true)
}

/// The run stops until somebody resumes it: why.
pub async fn stop(tx: &mut Tx, lease: &Lease, run: &Run, cause: &Cause) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    let cause = to_json("cause", cause)?;
    sqlx::query!(
        "update import_run set state = 'stopped', stopped_in = state, cause = $2 where id = $1",
        run.id.0,
        cause
    )
    .execute(tx.db())
    .await?;
    Ok(true)
}

struct Row {
    id: Uuid,
    state: String,
    cause: Option<Value>,
    total: Option<i64>,
    scanned: i64,
    fresh: i64,
    changed: i64,
    gone: i64,
    details_wanted: i64,
    details_read: i64,
    confirmed: i64,
    reading_since: DateTime<Utc>,
    read_before: i64,
    notes: Value,
    started_at: DateTime<Utc>,
    started_by: String,
    ended_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Import {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ImportId(row.id),
            state: row.state.parse()?,
            cause: row.cause.map(|cause| from_json("cause", cause)).transpose()?,
            total: row.total,
            scanned: row.scanned,
            fresh: row.fresh,
            changed: row.changed,
            gone: row.gone,
            details_wanted: row.details_wanted,
            details_read: row.details_read,
            confirmed: row.confirmed,
            reading_since: row.reading_since,
            read_before: row.read_before,
            notes: from_json("notes", row.notes)?,
            started_at: row.started_at,
            started_by: row.started_by,
            ended_at: row.ended_at,
        })
    }
}

/// The newest import of a connection.
pub async fn newest(tx: &mut Tx, connection: ConnectionId) -> Result<Option<Import>> {
    Ok(history(tx, connection, 1).await?.pop())
}

/// The newest imports of a connection, the newest first.
pub async fn history(tx: &mut Tx, connection: ConnectionId, most: i64) -> Result<Vec<Import>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, state, cause, total, scanned, fresh, changed, gone, details_wanted, details_read, confirmed,
                reading_since, read_before, notes, started_at, started_by, ended_at
         from import_run where connection_id = $1 order by started_at desc, id desc limit $2",
        connection.0,
        most
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Import::try_from).collect()
}
