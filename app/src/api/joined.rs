//! People who are one: who may be the same, link, separate; and restoring what a source deleted.

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::people::{held, similar};
use crate::written::Html;
use leptos::prelude::*;
use model::person::JoinedLink;
#[cfg(feature = "ssr")]
use model::person::PersonSummary;
use model::{PersonId, RecordId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Who may be the same human as this person, and why.
#[server]
pub async fn list_similar(person: PersonId) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let found = directory::people::similar::to(&mut tx, person).await?;
    let may_manage = crate::session::signed_in()?.role.allows(model::Permission::ManagePeople);
    Ok(Html::of(|| similar::similar(person, found, may_manage)))
}

/// People to link with this one: the first that `q` finds, by name.
#[server]
pub async fn list_others(person: PersonId, #[server(default)] q: String) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let found = directory::people::similar::candidates(&mut tx, person, q.trim()).await?;
    Ok(Html::of(|| similar::results(person, found)))
}

/// What linking the other one to this person would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinQuestion {
    pub stays: OneOfTwo,
    pub goes: OneOfTwo,
    /// What changes for each, and which source's values will hold.
    pub held: Html,
    pub links: Vec<JoinedLink>,
    /// Why it cannot be done now.
    pub refusal: Option<String>,
}

/// One of two people who may become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneOfTwo {
    pub id: PersonId,
    pub name: String,
    /// The sources that tell of them, as one text.
    pub sources: String,
}

#[cfg(feature = "ssr")]
impl From<PersonSummary> for OneOfTwo {
    fn from(person: PersonSummary) -> Self {
        Self { id: person.id, name: person.display_name, sources: person.sources.join(", ") }
    }
}

/// What linking the other one to this person would do.
#[server]
pub async fn get_join(person: PersonId, other: PersonId) -> Result<JoinQuestion, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let preview = directory::people::similar::join_preview(&mut tx, person, other).await?;
    let (stays, goes) = (preview.stays.clone().into(), preview.goes.clone().into());
    let (links, refusal) = (preview.links.clone(), preview.refusal.clone());
    Ok(JoinQuestion { stays, goes, held: Html::of(|| held::joined(preview)), links, refusal })
}

/// What stands before a connection's id in the field that asks whose Zoom account stays there. Without it, an id that
/// begins with a digit would be read as a place in a list.
pub const ON: &str = "on-";

/// Links the other one to this person, who stays. `keep` says, for each connection on which both have a Zoom account,
/// whose stays linked.
#[server]
pub async fn link_people(
    person: PersonId,
    other: PersonId,
    #[server(default)] keep: HashMap<String, PersonId>,
) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManagePeople).await?;
    let connection = |field: &str| field.strip_prefix(ON).and_then(|id| id.parse().ok());
    let chosen: Vec<directory::people::Keep> =
        keep.iter().filter_map(|(field, person)| Some((connection(field)?, *person))).collect();
    let preview = directory::people::similar::join_preview(&mut tx, person, other).await?;
    let mut problems = crate::error::Problems::default();
    for link in preview.links.iter().filter(|link| link.must_choose()) {
        if !chosen.iter().any(|(connection, _)| *connection == link.connection_id) {
            let message = format!("Choose which Zoom account stays linked on {}.", link.connection_name);
            problems.add("keep", message);
        }
    }
    problems.check()?;
    directory::people::join(&mut tx, person, other, &chosen).await?;
    let name = preview.becomes;
    tx.commit().await?;
    let text = "The sources of both hold one person now. What that changes in Zoom is done within seconds.";
    crate::flash::say(format!("Linked to {name}"), text).await?;
    crate::session::go_to(&format!("/people/{person}"));
    Ok(())
}

/// What taking a record out of its person would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeparateQuestion {
    pub person: PersonId,
    pub title: String,
    pub description: String,
    /// What happens to accounts and assignments.
    pub happens: String,
    /// Whether there is anything to separate.
    pub may: bool,
}

/// What taking a record out of its person would do.
#[server]
pub async fn get_separation(record: RecordId) -> Result<SeparateQuestion, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let preview = directory::people::similar::separate_preview(&mut tx, record).await?;
    Ok(held::apart(preview))
}

/// Makes a record a person of its own.
#[server]
pub async fn separate_record(record: RecordId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManagePeople).await?;
    let preview = directory::people::similar::separate_preview(&mut tx, record).await?;
    let person = directory::people::separate(&mut tx, record).await?;
    tx.commit().await?;
    let title = format!("{} separated", preview.name);
    let remains = preview.remains.map(|it| format!(" {} remains, known by {}.", it.name, it.sources.join(", ")));
    let remains = remains.unwrap_or_default();
    let text = format!("This is the person that {} alone knows now.{remains}", preview.record.source_name);
    crate::flash::say(title, text).await?;
    crate::session::go_to(&format!("/people/{person}"));
    Ok(())
}

/// Restores a record that its source deleted.
#[server]
pub async fn restore_record(record: RecordId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManagePeople).await?;
    let person = directory::people::restore(&mut tx, record).await?;
    let name = directory::people::get(&mut tx, person).await?.summary.display_name;
    tx.commit().await?;
    let text = "The source sees the user again, under the id from before. Zoom follows within seconds.";
    crate::flash::say(format!("{name} restored"), text).await?;
    crate::session::go_to(&format!("/people/{person}"));
    Ok(())
}
