//! People: list, look at one.

use crate::error::AppError;
use leptos::prelude::*;
use model::link::PersonLink;
use model::log::LogRow;
use model::person::{Person, PersonState, PersonSummary};
use model::{Page, PersonId};
use serde::{Deserialize, Serialize};

/// A page of people, by name.
#[server]
pub async fn list_people(
    q: Option<String>,
    state: Option<PersonState>,
    after: Option<String>,
    before: Option<String>,
) -> Result<Page<PersonSummary>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = directory::people::Filter { q, state };
    let at = model::Cursor::from_query(after, before);
    Ok(directory::people::list(&mut tx, &filter, &at, 50).await?)
}

/// One person, with what each source says.
#[server]
pub async fn get_person(id: PersonId) -> Result<Person, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(directory::people::get(&mut tx, id).await?)
}

/// Where a person stands on each connection, and what was done last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisioning {
    pub links: Vec<PersonLink>,
    pub log: Vec<LogRow>,
    /// Whether whoever looks may retry.
    pub may_retry: bool,
}

/// How a person is provisioned now.
#[server]
pub async fn get_provisioning(person: PersonId) -> Result<Provisioning, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let of_person = model::log::LogFilter { person_id: Some(person), ..Default::default() };
    Ok(Provisioning {
        links: directory::links::of_person(&mut tx, person).await?,
        log: directory::logs::list(&mut tx, &of_person, &model::Cursor::First, 10).await?.rows,
        may_retry: crate::session::signed_in()?.role.allows(model::Permission::Retry),
    })
}
