//! Assignments: people given a connection.

use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::error::from_json;
use crate::text::{cursor, like};
use crate::{Result, Tx, connections};
use chrono::{DateTime, Utc};
use model::assignment::{AssignmentRow, Candidate};
use model::link::LinkState;
use model::{AssignmentId, ConnectionId, Cursor, Page, PersonId};
use serde_json::json;
use uuid::Uuid;

/// Gives people the connection. Says how many had it not yet; people who do not exist are passed over.
pub async fn assign(tx: &mut Tx, connection: ConnectionId, people: &[PersonId]) -> Result<usize> {
    let name = connections::get(tx, connection).await?.name;
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let keys: Vec<Uuid> = people.iter().map(|_| Uuid::now_v7()).collect();
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    // Whoever is leaving at this moment has left or is still here: their change sees the assignment, or goes first.
    sqlx::query!("select id from person where id = any($1) order by id for share", &ids).fetch_all(tx.db()).await?;
    let added = sqlx::query!(
        "with added as (
            insert into assignment (id, connection_id, person_id, created_at, created_by)
            select n.id, $3, p.id, $4, $5 from unnest($1::uuid[], $2::uuid[]) as n(id, person)
            join person p on p.id = n.person
            on conflict on constraint assignment_person do nothing returning person_id)
         select p.id, p.display_name from added join person p on p.id = added.person_id",
        &keys,
        &ids,
        connection.0,
        now,
        by
    )
    .fetch_all(tx.db())
    .await?;
    for person in &added {
        let entry = Entry::new("assignment.created", "person", person.id, &person.display_name);
        tx.audit(entry.after(json!({ "connection": name })));
    }
    let added: Vec<PersonId> = added.iter().map(|person| PersonId(person.id)).collect();
    due::people(tx, connection, &added, priority(&added)).await?;
    Ok(added.len())
}

/// Takes the connection from people. Says how many had it.
pub async fn unassign(tx: &mut Tx, connection: ConnectionId, people: &[PersonId]) -> Result<usize> {
    let name = connections::get(tx, connection).await?.name;
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let removed = sqlx::query!(
        "with removed as (
            delete from assignment where connection_id = $1 and person_id = any($2) returning person_id)
         select p.id, p.display_name from removed join person p on p.id = removed.person_id",
        connection.0,
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    for person in &removed {
        let entry = Entry::new("assignment.removed", "person", person.id, &person.display_name);
        tx.audit(entry.before(json!({ "connection": name })));
    }
    let removed: Vec<PersonId> = removed.iter().map(|person| PersonId(person.id)).collect();
    due::people(tx, connection, &removed, Priority::Leaver).await?;
    Ok(removed.len())
}

/// A few people are a change that somebody waits for; many are bulk work.
fn priority(people: &[PersonId]) -> Priority {
    if people.len() > 20 { Priority::Bulk } else { Priority::Change }
}

/// Whom the Assignments tab shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name, user name or e-mail.
    pub q: Option<String>,
    pub state: Option<LinkState>,
}

/// People who are assigned, in scope, or still linked, by name.
pub async fn list(
    tx: &mut Tx,
    connection: ConnectionId,
    filter: &Filter,
    at: &Cursor,
    size: usize,
) -> Result<Page<AssignmentRow>> {
    let cursor::Place { back, text: sort, id, limit } = cursor::place(at, size)?;
    let rows = sqlx::query!(
        "select a.id as \"assignment_id?\", p.id, p.display_name, p.user_name, p.state as person_state, p.sort_key,
                a.created_by as \"assigned_by?\", l.state as \"link_state?\", l.cause, l.due_at as \"due_at?\",
                coalesce(l.updated_at, a.created_at, p.updated_at) as \"changed_at!\"
         from person p
         left join assignment a on a.connection_id = $1 and a.person_id = p.id
         left join link l on l.connection_id = $1 and l.person_id = p.id
         where (a.id is not null or l.person_id is not null)
           and ($2::text is null or p.search like $2) and ($3::text is null or l.state = $3)
           and ($4::text is null or case when $6 then (p.sort_key, p.id) < ($4, $5) else (p.sort_key, p.id) > ($4, $5) end)
         order by case when $6 then p.sort_key end desc, case when $6 then p.id end desc, p.sort_key, p.id
         limit $7",
        connection.0,
        filter.q.as_deref().map(like),
        filter.state.map(LinkState::as_str),
        sort,
        id,
        back,
        limit
    )
    .fetch_all(tx.db())
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let shown = AssignmentRow {
                assignment_id: row.assignment_id.map(AssignmentId),
                person_id: PersonId(row.id),
                display_name: row.display_name,
                user_name: row.user_name,
                person_state: row.person_state.parse()?,
                assigned_by: row.assigned_by,
                state: row.link_state.map(|state| state.parse()).transpose()?,
                cause: row.cause.map(|cause| from_json("cause", cause)).transpose()?,
                due_at: row.due_at,
                changed_at: row.changed_at,
            };
            Ok((row.sort_key, shown))
        })
        .collect::<Result<Vec<(String, AssignmentRow)>>>()?;
    let page = Page::cut(rows, size, at, |(sort, row)| cursor::text(sort, row.person_id.0));
    let rows = page.rows.into_iter().map(|(_, row)| row).collect();
    Ok(Page { rows, previous: page.previous, next: page.next })
}

/// People for the Assign dialog: those found by `q`, the first by name, with who is assigned already.
pub async fn candidates(tx: &mut Tx, connection: ConnectionId, q: &str, size: usize) -> Result<Vec<Candidate>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX);
    let rows = sqlx::query!(
        "select p.id, p.display_name, p.user_name, p.department, p.state, a.id is not null as \"assigned!\"
         from person p left join assignment a on a.connection_id = $1 and a.person_id = p.id
         where not p.gone and p.search like $2 order by p.sort_key, p.id limit $3",
        connection.0,
        like(q),
        limit
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Candidate {
                person_id: PersonId(row.id),
                display_name: row.display_name,
                user_name: row.user_name,
                department: row.department,
                state: row.state.parse()?,
                assigned: row.assigned,
            })
        })
        .collect()
}

/// Who is assigned: for configuration as code.
pub async fn assigned(tx: &mut Tx, connection: ConnectionId) -> Result<Vec<(PersonId, String, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        "select p.id, p.user_name, a.created_at from assignment a join person p on p.id = a.person_id
         where a.connection_id = $1 order by p.id",
        connection.0
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.id), row.user_name, row.created_at)).collect())
}
