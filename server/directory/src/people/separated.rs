//! Undoing a join: a record becomes a person of its own again. When the id of the person it came from is free, it gets
//! that one back, with the Zoom links and assignments that came along.

use super::{current, row};
use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::error::from_json;
use crate::{Error, Result, Tx};
use model::{PersonId, RecordId};
use scim::User;
use serde_json::json;
use uuid::Uuid;

/// The record that is taken out, locked with its person.
struct Taken {
    user: User,
    source_name: String,
    person: PersonId,
    person_name: String,
    former: Option<PersonId>,
}

/// Takes a record out. Says which person it is now.
pub async fn separate(tx: &mut Tx, record: RecordId) -> Result<PersonId> {
    let taken = lock(tx, record).await?;
    let (back, connections) = free_id(tx, &taken).await?;
    let id = back.unwrap_or_else(|| PersonId(Uuid::now_v7()));
    row::insert(tx, id, &taken.user).await?;
    let moved = sqlx::query!("update record set person_id = $1, former_person_id = null where id = $2", id.0, record.0)
        .execute(tx.db())
        .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::Stale("the record"));
    }
    if let Some(back) = back {
        give_back(tx, taken.person, back, &connections).await?;
    }
    let became = current::bring(tx, taken.person).await?;
    let entry = Entry::new("person.separated", "person", taken.person.0, &taken.person_name)
        .before(json!({ "person": taken.person, "source": taken.source_name, "record": record }))
        .after(json!({ "person": id, "userName": taken.user.user_name() }));
    tx.audit(entry);
    due::person(tx, taken.person, if became.leaves { Priority::Leaver } else { Priority::Change }).await?;
    due::person(tx, id, if taken.user.active() { Priority::Change } else { Priority::Leaver }).await?;
    Ok(id)
}

/// The record first, then the person, as a change of the record does.
async fn lock(tx: &mut Tx, record: RecordId) -> Result<Taken> {
    sqlx::query!("select id from record where id = $1 for update", record.0).fetch_optional(tx.db()).await?;
    let row = sqlx::query!(
        "select r.person_id, r.former_person_id, r.resource, s.name, p.display_name, p.several
         from record r join source s on s.id = r.source_id join person p on p.id = r.person_id
         where r.id = $1 and r.deleted_at is null for update of p",
        record.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the record"))?;
    if !row.several {
        return Err(Error::Refused(format!(
            "{} is known by {} alone: there is nothing to separate.",
            row.display_name, row.name
        )));
    }
    Ok(Taken {
        user: from_json("record", row.resource)?,
        source_name: row.name,
        person: PersonId(row.person_id),
        person_name: row.display_name,
        former: row.former_person_id.map(PersonId),
    })
}

/// The id the record had before, if it leads to this person still; it leads there no more. And its connections.
async fn free_id(tx: &mut Tx, taken: &Taken) -> Result<(Option<PersonId>, Vec<Uuid>)> {
    let Some(former) = taken.former else { return Ok((None, Vec::new())) };
    let freed = sqlx::query_scalar!(
        "delete from joined_person where id = $1 and person_id = $2 returning connections",
        former.0,
        taken.person.0
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(freed.map_or((None, Vec::new()), |connections| (Some(former), connections)))
}

/// The links and assignments that came along go back; a connection that both had is given to both.
async fn give_back(tx: &mut Tx, from: PersonId, to: PersonId, connections: &[Uuid]) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!("select id from connection order by id for share").fetch_all(tx.db()).await?;
    sqlx::query!(
        "update link set person_id = $2, former_person_id = null where person_id = $1 and former_person_id = $2",
        from.0,
        to.0
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update assignment set person_id = $2, former_person_id = null where person_id = $1 and former_person_id = $2",
        from.0,
        to.0
    )
    .execute(tx.db())
    .await?;
    let keys: Vec<Uuid> = connections.iter().map(|_| Uuid::now_v7()).collect();
    sqlx::query!(
        "insert into assignment (id, connection_id, person_id, created_at, created_by)
         select n.id, c.id, $3, $4, $5 from unnest($1::uuid[], $2::uuid[]) as n(id, connection)
         join connection c on c.id = n.connection
         on conflict on constraint assignment_person do nothing",
        &keys,
        connections,
        to.0,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The connections on which an account or an assignment would go with the record.
pub(crate) async fn takes(tx: &mut Tx, record: RecordId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select c.name from record r
         join joined_person j on j.id = r.former_person_id and j.person_id = r.person_id
         cross join connection c
         where r.id = $1
           and (c.id = any(j.connections)
             or exists (select from link l where l.connection_id = c.id and l.person_id = r.person_id
                            and l.former_person_id = j.id and l.zoom_id is not null))
         order by c.name_key",
        record.0
    )
    .fetch_all(tx.db())
    .await?)
}
