//! Bringing people up to date whom several records hold, or did: the slow road of a change. The fast one is a person's
//! only record, in [`super::row`].
//!
//! The person's row is locked first and the records are read afterwards, in a statement of its own: whoever changes one
//! of them meanwhile waits for the row, so the last one to write has seen them all.

use super::merge::{Said, merge};
use super::row::{self, Merged};
use crate::{Error, Result, Tx};
use model::PersonId;
use model::person::PersonState;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// What bringing a person up to date came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Became {
    /// No source knows the person any more.
    pub gone: bool,
    /// Active before, and not now.
    pub leaves: bool,
}

/// Brings one person up to date.
pub(crate) async fn bring(tx: &mut Tx, person: PersonId) -> Result<Became> {
    keep_order(tx).await?;
    let before = sqlx::query!("select state, gone from person where id = $1 for update", person.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the person"))?;
    let said = said(tx, &[person]).await?.remove(&person).unwrap_or_default();
    let Some(user) = merge(&said) else {
        sqlx::query!("update person set several = false where id = $1", person.0).execute(tx.db()).await?;
        row::leave(tx, person).await?;
        return Ok(Became { gone: true, leaves: !before.gone });
    };
    let leaves = before.state == PersonState::Active.as_str() && !before.gone && !user.active();
    row::update_all(tx, &[Merged { id: person, user, several: said.len() > 1 }]).await?;
    Ok(Became { gone: false, leaves })
}

/// Brings many up to date who are held by records before and after; says whom that changed. They are locked in the
/// order of their ids.
pub(crate) async fn bring_all(tx: &mut Tx, people: &[PersonId]) -> Result<Vec<PersonId>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    keep_order(tx).await?;
    sqlx::query!("select id from person where id = any($1) order by id for update", &ids).fetch_all(tx.db()).await?;
    let merged: Vec<Merged> = said(tx, people)
        .await?
        .into_iter()
        .filter_map(|(id, said)| merge(&said).map(|user| Merged { id, user, several: said.len() > 1 }))
        .collect();
    row::update_all(tx, &merged).await
}

/// The order of sources stays as it is until the transaction ends: a person who is merged by the old one is there when
/// everybody is merged by the new one.
async fn keep_order(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared(hashtext('rollcall order of sources')) as lock")
        .fetch_one(tx.db())
        .await?;
    Ok(())
}

/// What the living records say of each of these people.
pub(crate) async fn said(tx: &mut Tx, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Said>>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select r.person_id, r.id, r.source_id, r.resource, s.name, s.position
         from record r join source s on s.id = r.source_id
         where r.person_id = any($1) and r.deleted_at is null order by r.person_id, s.position, s.id, r.id",
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    let mut all: HashMap<PersonId, Vec<Said>> = HashMap::new();
    for row in rows {
        let Value::Object(attributes) = row.resource else { continue };
        let place = (row.position, row.source_id, row.id);
        all.entry(PersonId(row.person_id)).or_default().push(Said { place, source_name: row.name, attributes });
    }
    Ok(all)
}
