//! People: list, look at one.

use crate::error::AppError;
use leptos::prelude::*;
use model::group::OfPerson;
use model::link::PersonLink;
use model::log::LogRow;
use model::person::{PeopleShown, Person, PersonSummary};
use model::{Page, PersonId};
use serde::{Deserialize, Serialize};

/// A page of people, by name.
#[server]
pub async fn list_people(
    q: Option<String>,
    state: Option<PeopleShown>,
    after: Option<String>,
    before: Option<String>,
) -> Result<Page<PersonSummary>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = directory::people::Filter { q, shown: state };
    let at = model::Cursor::from_query(after, before);
    Ok(directory::people::list(&mut tx, &filter, &at, 50).await?)
}

/// How many groups a person's page names.
#[cfg(feature = "ssr")]
const GROUPS: usize = 50;

/// One person, with what each source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutPerson {
    pub person: Person,
    /// The person whose id a source gives as the manager's.
    pub manager: Option<(PersonId, String)>,
    /// By name; of more than [`GROUPS`], these only.
    pub groups: Vec<OfPerson>,
    pub more_groups: bool,
    /// Whether whoever looks may link, separate and restore.
    pub may_manage: bool,
}

/// One person. An id whose person was linked to another one leads on to that one.
#[server]
pub async fn get_person(id: PersonId) -> Result<AboutPerson, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let person = directory::people::get(&mut tx, id).await?;
    if person.summary.id != id {
        crate::session::go_to(&format!("/people/{}", person.summary.id));
    }
    let manager = directory::people::manager(&mut tx, &person).await?;
    let mut groups = directory::groups::of_person(&mut tx, person.summary.id, GROUPS + 1).await?;
    let more_groups = groups.len() > GROUPS;
    groups.truncate(GROUPS);
    let may_manage = crate::session::signed_in()?.role.allows(model::Permission::ManagePeople);
    Ok(AboutPerson { person, manager, groups, more_groups, may_manage })
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
