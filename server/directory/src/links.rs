//! Links: a person's account on a connection; what is due, and what came of it.
//!
//! The engine reads with [`due`], notes what it is about to send with [`begin_change`], and records with [`record`]; both
//! of these refuse a lease that is not current. Everybody else only marks links due (see [`crate::due`]).

use crate::audit::Entry;
use crate::error::{from_json, to_json};
use crate::leases::{self, Lease};
use crate::{Error, Result, Tx, due};
use chrono::{DateTime, Utc};
use model::link::{Cause, LinkCounts, LinkState, PersonLink};
use model::person::PersonState;
use model::{ConnectionId, PersonId};
use serde_json::Value;
use uuid::Uuid;

/// A link that waits for the engine, with everything the desired state is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct DueLink {
    pub connection_id: ConnectionId,
    pub person_id: PersonId,
    pub display_name: String,
    pub user_name: String,
    /// The merged SCIM attributes.
    pub profile: Value,
    pub person_state: PersonState,
    /// No source knows the person any more.
    pub gone: bool,
    /// The sources' names.
    pub sources: Vec<String>,
    pub assigned: bool,
    pub known: Known,
    /// The revision this was read at.
    pub wanted: i64,
    pub attempts: i32,
    /// The cause that is stored now, so that the same one is not logged again and again.
    pub cause: Option<Cause>,
    /// When the oldest change not yet in Zoom was made.
    pub changed_at: DateTime<Utc>,
}

/// What is known of the account in Zoom.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    pub zoom_id: Option<String>,
    /// What Zoom was last told, by attribute. While `creating`, what the create said.
    pub last_sent: Option<Value>,
    /// None when unknown.
    pub active: Option<bool>,
    /// A create was begun and its answer has not been recorded.
    pub creating: bool,
}

/// What came of one look at a link.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The account is what it should be; with a note when something was left out on purpose.
    Done(Option<Cause>),
    /// Not this link's fault (the whole connection waits): again then, without counting an attempt.
    RetryAt(DateTime<Utc>, Option<Cause>),
    /// The attempt failed and may work later: again then.
    Failed(DateTime<Utc>, Cause),
    /// A human must act; only a change or a retry makes it due again.
    Blocked(Cause),
    /// Nothing is done, for this reason.
    Skipped(Cause),
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Kept,
    /// Kept, and the person changed meanwhile: the link is still due.
    MovedOn,
    /// The lease is not ours any more; nothing was written.
    Refused,
}

/// The first due links of a connection, leavers first, leaving out those already in work.
pub async fn due(tx: &mut Tx, connection: ConnectionId, limit: i64, in_work: &[PersonId]) -> Result<Vec<DueLink>> {
    let (now, in_work) = (tx.now(), in_work.iter().map(|id| id.0).collect::<Vec<Uuid>>());
    let rows = sqlx::query!(
        "select l.person_id, p.display_name, p.user_name, p.profile, p.state, p.gone,
            exists (select from assignment a
                    where a.connection_id = l.connection_id and a.person_id = l.person_id) as \"assigned!\",
            array(select distinct s.name from record r join source s on s.id = r.source_id
                  where r.person_id = p.id and (r.deleted_at is null or p.gone) order by s.name) as \"sources!\",
            l.zoom_id, l.last_sent, l.zoom_active, l.creating, l.wanted, l.attempts, l.cause, l.changed_at
         from link l join person p on p.id = l.person_id
         where l.connection_id = $1 and l.due_at <= $2 and not (l.person_id = any($3))
         order by l.priority, l.due_at limit $4",
        connection.0,
        now,
        &in_work,
        limit
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DueLink {
                connection_id: connection,
                person_id: PersonId(row.person_id),
                display_name: row.display_name,
                user_name: row.user_name,
                profile: row.profile,
                person_state: row.state.parse()?,
                gone: row.gone,
                sources: row.sources,
                assigned: row.assigned,
                known: Known {
                    zoom_id: row.zoom_id,
                    last_sent: row.last_sent,
                    active: row.zoom_active,
                    creating: row.creating,
                },
                wanted: row.wanted,
                attempts: row.attempts,
                cause: row.cause.map(|cause| from_json("cause", cause)).transpose()?,
                changed_at: row.changed_at,
            })
        })
        .collect()
}

/// The switched-on connections that have something due now.
pub async fn connections_due(tx: &mut Tx) -> Result<Vec<ConnectionId>> {
    let now = tx.now();
    let ids = sqlx::query_scalar!(
        "select c.id from connection c
         where c.enabled and exists (select from link l where l.connection_id = c.id and l.due_at <= $1)",
        now
    )
    .fetch_all(tx.db())
    .await?;
    Ok(ids.into_iter().map(ConnectionId).collect())
}

/// When the next link of a connection is due; in the past when one waits already.
pub async fn next_due(tx: &mut Tx, connection: ConnectionId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!(
        "select min(due_at) from link where connection_id = $1 and due_at is not null",
        connection.0
    )
    .fetch_one(tx.db())
    .await?)
}

/// Whether a change may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Began {
    Yes,
    /// The person, the rules or the switch changed since the plan was made; nothing was written.
    MovedOn,
    /// The lease is not ours any more; nothing was written.
    Refused,
}

/// Notes that a change is about to be sent, as what is known for certain while its answer is missing: no `active` while
/// it is being changed, and `creating` with what a create says. So a lost answer or an end in the middle leaves nothing
/// behind that is not true. Only for the revision of the person and the `version` of the connection that the plan was
/// made from, and only while the connection is switched on.
pub async fn begin_change(tx: &mut Tx, lease: &Lease, link: &DueLink, version: i64, during: &Known) -> Result<Began> {
    if !leases::hold(tx, lease).await? {
        return Ok(Began::Refused);
    }
    let done = sqlx::query!(
        "update link set zoom_id = $3, last_sent = $4, zoom_active = $5, creating = $6
         where connection_id = $1 and person_id = $2 and wanted = $7
            and exists (select from connection c where c.id = $1 and c.enabled and c.version = $8)",
        lease.connection.0,
        link.person_id.0,
        during.zoom_id,
        during.last_sent,
        during.active,
        during.creating,
        link.wanted,
        version
    )
    .execute(tx.db())
    .await?;
    Ok(if done.rows_affected() == 1 { Began::Yes } else { Began::MovedOn })
}

/// Which person of the connection has this Zoom account.
pub async fn owner_of(tx: &mut Tx, connection: ConnectionId, zoom_id: &str) -> Result<Option<PersonId>> {
    let owner = sqlx::query_scalar!(
        "select person_id from link where connection_id = $1 and zoom_id = $2",
        connection.0,
        zoom_id
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(owner.map(PersonId))
}

/// The columns of an outcome: state, cause, attempts, due, and whether the revision has been dealt with. A blocked or
/// skipped revision counts as dealt with: waiting for a human is not the engine's latency.
struct Columns<'a> {
    state: LinkState,
    cause: Option<&'a Cause>,
    attempts: i32,
    due_at: Option<DateTime<Utc>>,
    dealt_with: bool,
}

impl Outcome {
    fn columns(&self, attempts: i32) -> Columns<'_> {
        let (state, cause, attempts, due_at) = match self {
            Self::Done(note) => (LinkState::InSync, note.as_ref(), 0, None),
            Self::RetryAt(at, cause) => (LinkState::Pending, cause.as_ref(), attempts, Some(*at)),
            Self::Failed(at, cause) => (LinkState::Failing, Some(cause), attempts.saturating_add(1), Some(*at)),
            Self::Blocked(cause) => (LinkState::Blocked, Some(cause), 0, None),
            Self::Skipped(cause) => (LinkState::Skipped, Some(cause), 0, None),
        };
        Columns { state, cause, attempts, due_at, dealt_with: due_at.is_none() }
    }
}

/// Records what came of a link, under the lease it was worked on. When the person changed meanwhile, what is known of
/// the account is kept and the link stays due.
pub async fn record(tx: &mut Tx, lease: &Lease, link: &DueLink, known: &Known, outcome: &Outcome) -> Result<Recorded> {
    if !leases::hold(tx, lease).await? {
        return Ok(Recorded::Refused);
    }
    let now = tx.now();
    let columns = outcome.columns(link.attempts);
    let cause = columns.cause.map(|cause| to_json("cause", cause)).transpose()?;
    let moved_on = sqlx::query_scalar!(
        "update link set
            zoom_id = $3, last_sent = $4, zoom_active = $5, creating = $6,
            reached = case when $7 then greatest(reached, $8) else reached end,
            state = case when wanted > $8 then 'pending' else $9 end,
            cause = $10,
            attempts = case when wanted > $8 then 0 else $11 end,
            due_at = case when wanted > $8 then due_at else $12 end,
            changed_at = case when $7 and wanted > $8 then updated_at else changed_at end,
            updated_at = $13
         where connection_id = $1 and person_id = $2 and not held
         returning wanted > $8 as \"moved_on!\"",
        lease.connection.0,
        link.person_id.0,
        known.zoom_id,
        known.last_sent,
        known.active,
        known.creating,
        columns.dealt_with,
        link.wanted,
        columns.state.as_str(),
        cause,
        columns.attempts,
        columns.due_at,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(match moved_on {
        // An import linked the person to an account meanwhile, and what that says is newer.
        None if is_held(tx, link).await? => Recorded::MovedOn,
        None => Recorded::Refused,
        Some(true) => Recorded::MovedOn,
        Some(false) => Recorded::Kept,
    })
}

async fn is_held(tx: &mut Tx, link: &DueLink) -> Result<bool> {
    let held = sqlx::query_scalar!(
        "select held from link where connection_id = $1 and person_id = $2",
        link.connection_id.0,
        link.person_id.0
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(held == Some(true))
}

/// Looks at these people's links again, now.
pub async fn retry(tx: &mut Tx, connection: ConnectionId, people: &[PersonId]) -> Result<()> {
    let name = sqlx::query_scalar!("select name from connection where id = $1", connection.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the connection"))?;
    due::people(tx, connection, people, due::Priority::Change).await?;
    let ids: Vec<String> = people.iter().map(PersonId::to_string).collect();
    tx.audit(Entry::new("link.retried", "connection", connection.0, &name).after(serde_json::json!({ "people": ids })));
    Ok(())
}

/// A person's links, by the connections' names.
pub async fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<PersonLink>> {
    let rows = sqlx::query!(
        "select c.id, c.name, c.enabled, l.zoom_id, l.state, l.cause, l.due_at, l.attempts, l.updated_at, l.last_sent,
            exists (select from assignment a
                    where a.connection_id = l.connection_id and a.person_id = l.person_id) as \"assigned!\"
         from link l join connection c on c.id = l.connection_id
         where l.person_id = $1 order by c.name_key",
        person.0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PersonLink {
                connection_id: ConnectionId(row.id),
                connection_name: row.name,
                connection_enabled: row.enabled,
                person_id: person,
                zoom_id: row.zoom_id,
                state: row.state.parse()?,
                cause: row.cause.map(|cause| from_json("cause", cause)).transpose()?,
                due_at: row.due_at,
                attempts: row.attempts,
                updated_at: row.updated_at,
                assigned: row.assigned,
                last_sent: row.last_sent,
            })
        })
        .collect()
}

/// How many links of a connection are in each state.
pub async fn counts(tx: &mut Tx, connection: ConnectionId) -> Result<LinkCounts> {
    let rows = sqlx::query!(
        "select state, count(*) as \"count!\" from link where connection_id = $1 group by state",
        connection.0
    )
    .fetch_all(tx.db())
    .await?;
    let mut counts = LinkCounts::default();
    for row in rows {
        match row.state.parse::<LinkState>()? {
            LinkState::InSync => counts.in_sync = row.count,
            LinkState::Pending => counts.pending = row.count,
            LinkState::Blocked => counts.blocked = row.count,
            LinkState::Failing => counts.failing = row.count,
            LinkState::Skipped => counts.skipped = row.count,
        }
    }
    Ok(counts)
}

/// How long changes took to reach Zoom, in milliseconds; none when nothing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    pub p50: Option<i64>,
    pub p95: Option<i64>,
}

/// From the source's change to Zoom's answer, over the last 24 hours.
pub async fn latency(tx: &mut Tx, connection: ConnectionId) -> Result<Latency> {
    let since = tx.now() - chrono::Duration::hours(24);
    let row = sqlx::query!(
        "select percentile_disc(0.5) within group (order by latency_ms) as p50,
                percentile_disc(0.95) within group (order by latency_ms) as p95
         from log_entry where connection_id = $1 and at >= $2 and latency_ms is not null",
        connection.0,
        since
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Latency { p50: row.p50, p95: row.p95 })
}
