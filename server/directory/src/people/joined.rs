//! Two people are one: an administrator says so, or the rule. The records of the one who goes move to the one who stays,
//! with the Zoom links and the assignments; the one who goes is no more, and their id leads to the one who stays.
//!
//! Records are locked before people, as a change of a record does, and people before links. Nothing is decided from what
//! was read before the locks.

use super::{current, links_of, merge};
use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::{Error, Result, Tx};
use model::person::PersonState;
use model::source::LinkRule;
use model::{ConnectionId, PersonId, SourceId};
use serde_json::{Value, json};
use uuid::Uuid;

/// One of the two, locked.
struct One {
    id: PersonId,
    name: String,
    user_name: String,
    state: String,
    gone: bool,
    profile: Value,
}

/// Which Zoom link stays where both have an account: the person whose it is now.
pub type Keep = (ConnectionId, PersonId);

/// Joins `goes` to `stays`. [`Error::Refused`] with a sentence when it cannot be done; then nothing is written.
pub async fn join(tx: &mut Tx, stays: PersonId, goes: PersonId, keep: &[Keep]) -> Result<()> {
    let ids = [stays.0, goes.0];
    let records = sqlx::query_scalar!("select id from record where person_id = any($1) order by id for update", &ids)
        .fetch_all(tx.db())
        .await?;
    let (stays, goes) = lock(tx, stays, goes, &records).await?;
    let moves = links_of::decide(tx, (stays.id, &stays.name), (goes.id, &goes.name), keep).await?;
    carry_out(tx, &stays, &goes, moves, None).await
}

/// The same for the rule, which never waits for somebody's record (two changes could wait for each other), never joins
/// two records of one source, and never decides between two Zoom accounts. False when it leaves the two as they are.
pub(crate) async fn join_by_rule(tx: &mut Tx, stays: PersonId, goes: PersonId, rule: LinkRule) -> Result<bool> {
    let ids = [stays.0, goes.0];
    let records =
        sqlx::query_scalar!("select id from record where person_id = any($1) order by id for update skip locked", &ids)
            .fetch_all(tx.db())
            .await?;
    let (stays, goes) = match lock(tx, stays, goes, &records).await {
        Ok(both) => both,
        Err(Error::Stale(_) | Error::Refused(_) | Error::NotFound(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let sources = sqlx::query_scalar!(
        "select distinct source_id from record where person_id = $1 and deleted_at is null",
        goes.id.0
    )
    .fetch_all(tx.db())
    .await?;
    let sources: Vec<SourceId> = sources.into_iter().map(SourceId).collect();
    if !super::rule::may_join(tx, stays.id, &sources).await? {
        return Ok(false);
    }
    let decided = links_of::decide(tx, (stays.id, &stays.name), (goes.id, &goes.name), &[]).await;
    let moves = match decided {
        Ok(moves) => moves,
        Err(Error::Refused(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    carry_out(tx, &stays, &goes, moves, Some(rule)).await?;
    Ok(true)
}

/// Locks both people. Their records are locked: none may have come or gone since.
async fn lock(tx: &mut Tx, stays: PersonId, goes: PersonId, records: &[Uuid]) -> Result<(One, One)> {
    if stays == goes {
        return Err(Error::Refused("This is one person already. Choose another one.".to_owned()));
    }
    let ids = [stays.0, goes.0];
    let rows = sqlx::query!(
        "select id, display_name, user_name, state, gone, profile from person where id = any($1) order by id for update",
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    let mut people: Vec<One> = rows
        .into_iter()
        .map(|row| One {
            id: PersonId(row.id),
            name: row.display_name,
            user_name: row.user_name,
            state: row.state,
            gone: row.gone,
            profile: row.profile,
        })
        .collect();
    let of = |people: &mut Vec<One>, id| people.iter().position(|one| one.id == id).map(|at| people.swap_remove(at));
    let first = of(&mut people, stays).ok_or(Error::NotFound("the person"))?;
    let second = of(&mut people, goes).ok_or(Error::NotFound("the person"))?;
    let now = sqlx::query_scalar!("select id from record where person_id = any($1) order by id", &ids)
        .fetch_all(tx.db())
        .await?;
    if now != records {
        return Err(Error::Stale("one of the two people"));
    }
    if let Some(gone) = [&first, &second].into_iter().find(|one| one.gone) {
        let name = &gone.name;
        return Err(Error::Refused(format!(
            "{name} is deleted: no source knows them any more. Restore {name} on their own page first, then link the two."
        )));
    }
    Ok((first, second))
}

async fn carry_out(tx: &mut Tx, stays: &One, goes: &One, moves: links_of::Moves, rule: Option<LinkRule>) -> Result<()> {
    let links = links_of::carry_out(tx, stays.id, goes.id, &moves).await?;
    let assigned = move_assignments(tx, stays.id, goes.id).await?;
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!("update joined_person set person_id = $1 where person_id = $2", stays.id.0, goes.id.0)
        .execute(tx.db())
        .await?;
    sqlx::query!(
        "insert into joined_person (id, person_id, connections, joined_at, joined_by) values ($1, $2, $3, $4, $5)",
        goes.id.0,
        stays.id.0,
        &assigned,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update record set person_id = $1, former_person_id = coalesce(former_person_id, $2) where person_id = $2",
        stays.id.0,
        goes.id.0
    )
    .execute(tx.db())
    .await?;
    sqlx::query!("delete from person where id = $1", goes.id.0).execute(tx.db()).await?;
    current::bring(tx, stays.id).await?;
    let one =
        |one: &One| json!({ "id": one.id, "userName": one.user_name, "state": one.state, "profile": one.profile });
    let said = current::said(tx, &[stays.id]).await?.remove(&stays.id).unwrap_or_default();
    let merged = merge::merge(&said);
    let profile = merged.as_ref().map(|user| user.attributes());
    let entry = Entry::new("person.linked", "person", stays.id.0, &stays.name)
        .before(json!({ "stays": one(stays), "goes": one(goes) }))
        .after(json!({ "profile": profile, "links": links, "rule": rule }));
    tx.audit(entry);
    let was_active = [stays, goes].iter().any(|one| one.state == PersonState::Active.as_str());
    let leaves = was_active && !merged.is_some_and(|user| user.active());
    due::person(tx, stays.id, if leaves { Priority::Leaver } else { Priority::Change }).await
}

/// Whoever stays has the connections of both. Gives the connections of the one who goes.
async fn move_assignments(tx: &mut Tx, stays: PersonId, goes: PersonId) -> Result<Vec<Uuid>> {
    let had = sqlx::query_scalar!(
        "select connection_id from assignment where person_id = $1 order by connection_id for update",
        goes.0
    )
    .fetch_all(tx.db())
    .await?;
    sqlx::query!(
        "update assignment a set person_id = $1, former_person_id = coalesce(former_person_id, $2)
         where person_id = $2 and not exists (
            select from assignment o where o.person_id = $1 and o.connection_id = a.connection_id)",
        stays.0,
        goes.0
    )
    .execute(tx.db())
    .await?;
    Ok(had)
}

/// The person that whoever had this id was joined to.
pub async fn stands_for(tx: &mut Tx, id: PersonId) -> Result<Option<PersonId>> {
    let now =
        sqlx::query_scalar!("select person_id from joined_person where id = $1", id.0).fetch_optional(tx.db()).await?;
    Ok(now.map(PersonId))
}

/// The ids a person has had: their own, and those of whoever was joined to them.
pub(crate) async fn ids_of(tx: &mut Tx, id: PersonId) -> Result<Vec<Uuid>> {
    let mut ids =
        sqlx::query_scalar!("select id from joined_person where person_id = $1", id.0).fetch_all(tx.db()).await?;
    ids.push(id.0);
    Ok(ids)
}
