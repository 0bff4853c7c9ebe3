//! People: list, look at one.

use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::people::{about, list, provisioning};
use crate::written::Html;
use leptos::prelude::*;
use model::{PersonId, RecordId};
use serde::{Deserialize, Serialize};

/// People as their page shows them, by name.
#[server]
pub async fn list_people(at: Query) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = directory::people::Filter { q: at.text("q"), shown: at.parsed("state") };
    let page = directory::people::list(&mut tx, &filter, &at.cursor(), 50).await?;
    Ok(Html::of(|| list::list(page, &at)))
}

/// How many groups a person's page names.
#[cfg(feature = "ssr")]
const GROUPS: usize = 50;

/// One person, with what each source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutPerson {
    pub id: PersonId,
    pub name: String,
    /// No source knows the person any more.
    pub gone: bool,
    pub records: Vec<RecordName>,
    pub head: Html,
    pub sources: Html,
    pub groups: Html,
    pub profile: Html,
    /// Whether whoever looks may link, separate and restore.
    pub may_manage: bool,
}

/// What a dialog about a record of a source calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordName {
    pub id: RecordId,
    pub user_name: String,
    pub source_name: String,
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
    Ok(about::about(person, manager, groups, more_groups, may_manage))
}

/// Where a person stands on each connection, and what was done last.
#[server]
pub async fn get_provisioning(person: PersonId) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let of_person = model::log::LogFilter { person_id: Some(person), ..Default::default() };
    let links = directory::links::of_person(&mut tx, person).await?;
    let log = directory::logs::list(&mut tx, &of_person, &model::Cursor::First, 10).await?.rows;
    let who = directory::people::get(&mut tx, person).await?.summary;
    let may_retry = crate::session::signed_in()?.role.allows(model::Permission::Retry);
    Ok(Html::of(|| provisioning::provisioning(&who, links, log, may_retry)))
}
