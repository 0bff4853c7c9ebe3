//! Marks links due: the one way in which a change of a person, an assignment or a connection reaches the engine.
//!
//! A link that is already due keeps the earlier time and the higher priority; `wanted` grows with every change, so a
//! result that was computed from an older state never counts as the end. Links are locked after their person and their
//! connection, in the order of their people, so that no two changes wait for each other. A link that an import made and
//! nobody has started is held: it is never due.

use crate::{Result, Tx};
use model::{ConnectionId, PersonId};
use uuid::Uuid;

/// In which order a connection's due links are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody is to lose access: before everything else.
    Leaver = 0,
    Change = 5,
    /// Part of a change to many at once.
    Bulk = 9,
}

/// A person changed: all their links, and new ones where a connection's scope takes them in.
pub(crate) async fn person(tx: &mut Tx, person: PersonId, priority: Priority) -> Result<()> {
    let (now, priority) = (tx.now(), priority as i16);
    // A change of a connection's scope goes first or waits, and a lock that waited shows the scope as it became:
    // otherwise neither would see the other's people. In one statement, as each is a round trip of each change.
    let rung = sqlx::query_scalar!(
        "with c as materialized (select id, scope from connection order by id for share)
         insert into link (connection_id, person_id, due_at, priority, changed_at, updated_at)
         select c.id, $1, $2, $3, $2, $2 from c
         where (c.scope = 'everyone' and exists (select from person p where p.id = $1 and not p.gone))
            or exists (select from assignment a where a.connection_id = c.id and a.person_id = $1)
            or exists (select from link l where l.connection_id = c.id and l.person_id = $1)
         order by c.id
         on conflict (connection_id, person_id) do update set
            wanted = link.wanted + 1, due_at = case when not link.held then least(link.due_at, excluded.due_at) end,
            priority = case when link.due_at is null then excluded.priority else least(link.priority, excluded.priority) end,
            state = case when link.held then link.state else 'pending' end, attempts = 0,
            changed_at = case when link.reached < link.wanted then link.changed_at else excluded.changed_at end,
            updated_at = excluded.updated_at
         returning connection_id",
        person.0,
        now,
        priority
    )
    .fetch_all(tx.db())
    .await?;
    for connection in rung {
        tx.ring(ConnectionId(connection));
    }
    Ok(())
}

/// These people changed: the same for many, in one statement.
pub(crate) async fn all_of(tx: &mut Tx, people: &[PersonId], priority: Priority) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let (now, priority) = (tx.now(), priority as i16);
    let rung = sqlx::query_scalar!(
        "with c as materialized (select id, scope from connection order by id for share),
              rung as (
                insert into link (connection_id, person_id, due_at, priority, changed_at, updated_at)
                select c.id, p.id, $2, $3, $2, $2 from c cross join person p
                where p.id = any($1)
                  and ((c.scope = 'everyone' and not p.gone)
                    or exists (select from assignment a where a.connection_id = c.id and a.person_id = p.id)
                    or exists (select from link l where l.connection_id = c.id and l.person_id = p.id))
                order by p.id, c.id
                on conflict (connection_id, person_id) do update set
                    wanted = link.wanted + 1, due_at = case when not link.held then least(link.due_at, excluded.due_at) end,
                    priority = case when link.due_at is null then excluded.priority else least(link.priority, excluded.priority) end,
                    state = case when link.held then link.state else 'pending' end, attempts = 0,
                    changed_at = case when link.reached < link.wanted then link.changed_at else excluded.changed_at end,
                    updated_at = excluded.updated_at
                returning connection_id)
         select distinct connection_id as \"connection_id!\" from rung",
        &ids,
        now,
        priority
    )
    .fetch_all(tx.db())
    .await?;
    for connection in rung {
        tx.ring(ConnectionId(connection));
    }
    Ok(())
}

/// These people, on this connection: assigned or unassigned, retried, provisioned on demand.
pub(crate) async fn people(
    tx: &mut Tx,
    connection: ConnectionId,
    people: &[PersonId],
    priority: Priority,
) -> Result<()> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let (now, priority) = (tx.now(), priority as i16);
    sqlx::query!(
        "insert into link (connection_id, person_id, due_at, priority, changed_at, updated_at)
         select $1, p.id, $3, $4, $3, $3 from person p where p.id = any($2) order by p.id
         on conflict (connection_id, person_id) do update set
            wanted = link.wanted + 1, due_at = case when not link.held then least(link.due_at, excluded.due_at) end,
            priority = case when link.due_at is null then excluded.priority else least(link.priority, excluded.priority) end,
            state = case when link.held then link.state else 'pending' end, attempts = 0,
            changed_at = case when link.reached < link.wanted then link.changed_at else excluded.changed_at end,
            updated_at = excluded.updated_at",
        connection.0,
        &ids,
        now,
        priority
    )
    .execute(tx.db())
    .await?;
    tx.ring(connection);
    Ok(())
}

/// A connection's settings changed in a way that may change what accounts should be: everybody linked, and everybody
/// whom its scope takes in now. Whoever is to lose access goes first.
pub(crate) async fn connection(tx: &mut Tx, connection: ConnectionId) -> Result<()> {
    let (now, bulk, leaver) = (tx.now(), Priority::Bulk as i16, Priority::Leaver as i16);
    sqlx::query!(
        "insert into link (connection_id, person_id, due_at, priority, changed_at, updated_at)
         select c.id, p.id, $2,
                case when exists (select from leaver l where l.connection_id = c.id and l.person_id = p.id)
                     then $4::smallint else $3 end,
                $2, $2
         from connection c cross join person p
         where c.id = $1
           and ((c.scope = 'everyone' and not p.gone)
             or exists (select from assignment a where a.connection_id = c.id and a.person_id = p.id)
             or exists (select from link l where l.connection_id = c.id and l.person_id = p.id))
         order by p.id
         on conflict (connection_id, person_id) do update set
            wanted = link.wanted + 1, due_at = case when not link.held then least(link.due_at, excluded.due_at) end,
            priority = case when link.due_at is null then excluded.priority else least(link.priority, excluded.priority) end,
            state = case when link.held then link.state else 'pending' end, attempts = 0,
            changed_at = case when link.reached < link.wanted then link.changed_at else excluded.changed_at end,
            updated_at = excluded.updated_at",
        connection.0,
        now,
        bulk,
        leaver
    )
    .execute(tx.db())
    .await?;
    tx.ring(connection);
    Ok(())
}
