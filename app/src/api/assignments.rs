//! Assignments: who is given a connection, who could be, assign, unassign, try again.

use super::connections::May;
use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::connections::assigned;
use crate::written::Html;
use leptos::prelude::*;
use model::assignment::Candidate;
#[cfg(feature = "ssr")]
use model::connection::ScopeMode;
use model::{ConnectionId, PersonId};
use serde::{Deserialize, Serialize};

/// How many people one form may name.
#[cfg(feature = "ssr")]
const MOST: usize = 500;

/// A page of the Assignments tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignments {
    pub filters: Html,
    pub rows: Vec<Shown>,
    /// The ways on; without rows, what to do.
    pub after: Html,
    pub may: May,
}

/// A person who can be ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub id: PersonId,
    pub name: String,
    pub person: Html,
    /// By whom they are assigned.
    pub by: String,
    pub state: Html,
    pub changed: Html,
}

/// People who are assigned, in scope, or still linked, by name.
#[server]
pub async fn list_assignments(connection: ConnectionId, at: Query) -> Result<Assignments, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = directory::assignments::Filter { q: at.text("q"), state: at.parsed("state") };
    let page = directory::assignments::list(&mut tx, connection, &filter, &at.cursor(), 50).await?;
    let scope = directory::connections::get(&mut tx, connection).await?.scope;
    let may = May::here()?;
    Ok(Assignments {
        filters: Html::of(|| assigned::filters(&at)),
        after: Html::of(|| assigned::after(connection, &page, &at, may.assign)),
        rows: page.rows.into_iter().map(|row| assigned::shown(row, scope)).collect(),
        may,
    })
}

/// People for the Assign dialog: the first that `q` finds, by name.
#[server]
pub async fn list_candidates(
    connection: ConnectionId,
    #[server(default)] q: String,
) -> Result<Vec<Candidate>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(directory::assignments::candidates(&mut tx, connection, q.trim(), 50).await?)
}

/// Gives people the connection.
#[server]
pub async fn assign_people(id: ConnectionId, #[server(default)] people: Vec<PersonId>) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Assign).await?;
    chosen(&people)?;
    let added = directory::assignments::assign(&mut tx, id, &people).await?;
    let connection = directory::connections::get(&mut tx, id).await?;
    tx.commit().await?;
    let title = match added {
        0 => "Nobody new was assigned".to_owned(),
        _ => format!("{} assigned", counted(added)),
    };
    let text = match (added, connection.enabled) {
        (0, _) => "All of them were assigned already.",
        _ if connection.scope == ScopeMode::Everyone => {
            "Everyone is in scope now: their assignments count once To Zoom says Assigned people only."
        }
        (_, true) => "Their Zoom accounts are looked up and made now; the state shows below.",
        (_, false) => "They get their Zoom accounts when provisioning is turned on.",
    };
    crate::flash::say(title, text).await?;
    crate::session::go_to(&format!("/connections/{id}/assignments?assigned={added}"));
    Ok(())
}

/// Takes the connection from people.
#[server]
pub async fn unassign_people(id: ConnectionId, #[server(default)] people: Vec<PersonId>) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Assign).await?;
    chosen(&people)?;
    let removed = directory::assignments::unassign(&mut tx, id, &people).await?;
    let connection = directory::connections::get(&mut tx, id).await?;
    tx.commit().await?;
    let text = match (removed, connection.enabled) {
        (0, _) => "None of them was assigned by name.",
        _ if connection.scope == ScopeMode::Everyone => {
            "Everyone is in scope on this connection, so they keep their Zoom accounts."
        }
        (_, true) => "What happens to their Zoom accounts now is what To Zoom says under Remove action.",
        (_, false) => "Nothing changes in Zoom until provisioning is turned on.",
    };
    let title = match removed {
        0 => "Nobody was unassigned".to_owned(),
        _ => format!("{} unassigned", counted(removed)),
    };
    crate::flash::say(title, text).await?;
    crate::session::go_to(&format!("/connections/{id}/assignments?unassigned={removed}"));
    Ok(())
}

/// Looks at people's links again, now.
#[server]
pub async fn retry_people(id: ConnectionId, #[server(default)] people: Vec<PersonId>) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Retry).await?;
    chosen(&people)?;
    directory::links::retry(&mut tx, id, &people).await?;
    let connection = directory::connections::get(&mut tx, id).await?;
    tx.commit().await?;
    let text = super::connections::after_retry(&connection);
    crate::flash::say(format!("Trying again for {}", counted(people.len())), text).await?;
    crate::session::go_to(&format!("/connections/{id}/assignments?retried={}", people.len()));
    Ok(())
}

#[cfg(feature = "ssr")]
fn counted(people: usize) -> String {
    crate::components::plural(i64::try_from(people).unwrap_or(i64::MAX), "person", "people")
}

/// At least one, and not more than one form can show.
#[cfg(feature = "ssr")]
fn chosen(people: &[PersonId]) -> Result<(), AppError> {
    let mut problems = crate::error::Problems::default();
    if people.is_empty() {
        problems.add("people", "Nobody is selected. Tick at least one person.");
    }
    if people.len() > MOST {
        problems.add("people", format!("Too many people are selected. Choose at most {MOST} at once."));
    }
    problems.check()
}
