//! Connections: look at one, how it stands, its rules, its switch. Its credentials and their test are in
//! [`integration`].

#![expect(clippy::too_many_arguments, reason = "a server function has one for each field of its form")]

pub mod integration;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::connections::{
    body::{Body, body},
    guide, mappings,
};
use crate::written::Html;
use leptos::prelude::*;
use model::ConnectionId;
use model::connection::{Connection, RemoveAction, ScopeMode};
use model::link::{CauseKind, LinkCounts, LinkState};
use serde::{Deserialize, Serialize};

/// What whoever looks may do here: buttons that would be refused are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct May {
    pub manage: bool,
    pub assign: bool,
    pub retry: bool,
    /// There is a mail server, so people can be told by mail.
    pub mail: bool,
    pub export: bool,
}

#[cfg(feature = "ssr")]
impl May {
    /// What the caller's role allows.
    pub(crate) fn here() -> Result<Self, AppError> {
        let role = crate::session::signed_in()?.role;
        Ok(Self {
            manage: role.allows(model::Permission::ManageConnections),
            assign: role.allows(model::Permission::Assign),
            retry: role.allows(model::Permission::Retry),
            mail: crate::session::backend().sends_mail,
            export: role.allows(model::Permission::Export),
        })
    }
}

/// All connections, a card each.
#[server]
pub async fn list_connections() -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let (connections, may) = (directory::connections::list(&mut tx).await?, May::here()?);
    Ok(Html::of(|| crate::pages::connections::cards::all(connections, may.manage)))
}

/// A connection's settings, for its tabs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionPage {
    pub connection: Connection,
    pub may: May,
    /// How many people the directory has: what scope Everyone means.
    pub everyone: i64,
}

/// A connection's settings.
#[server]
pub async fn get_connection(id: ConnectionId) -> Result<ConnectionPage, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(ConnectionPage {
        connection: directory::connections::get(&mut tx, id).await?,
        may: May::here()?,
        everyone: directory::people::count(&mut tx).await?,
    })
}

/// Whether the caller may make a connection: the page of a new one asks before it shows its form.
#[server]
pub async fn may_make_connection() -> Result<(), AppError> {
    drop(crate::session::begin(model::Permission::ManageConnections).await?);
    Ok(())
}

/// What to do in Zoom for a connection.
#[server]
pub async fn get_zoom_guide() -> Result<Html, AppError> {
    drop(crate::session::begin(model::Permission::Look).await?);
    Ok(Html::of(guide::guide))
}

/// The attribute mapping of every connection.
#[server]
pub async fn get_mappings() -> Result<Html, AppError> {
    drop(crate::session::begin(model::Permission::Look).await?);
    Ok(Html::of(mappings::mappings))
}

/// What the head of every tab shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub id: ConnectionId,
    pub name: String,
    pub enabled: bool,
    /// The newest test of the stored settings succeeded.
    pub valid: bool,
    /// They have been tested at all.
    pub tested: bool,
    pub links: LinkCounts,
    pub may: May,
}

/// The head of a connection's tabs.
#[server]
pub async fn get_connection_head(id: ConnectionId) -> Result<Head, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let connection = directory::connections::get(&mut tx, id).await?;
    Ok(Head {
        id,
        enabled: connection.enabled,
        valid: connection.is_valid(),
        tested: connection.test.is_some(),
        name: connection.name,
        links: directory::links::counts(&mut tx, id).await?,
        may: May::here()?,
    })
}

/// How a connection stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub connection: Connection,
    pub may: May,
    pub links: LinkCounts,
    pub html: Html,
}

/// How a connection stands, for its Overview tab.
#[server]
pub async fn get_standing(id: ConnectionId) -> Result<Standing, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let connection = directory::connections::get(&mut tx, id).await?;
    let filter = model::log::LogFilter { connection_id: Some(id), ..Default::default() };
    let (may, links) = (May::here()?, directory::links::counts(&mut tx, id).await?);
    let shown = Body {
        connection: connection.clone(),
        may,
        links,
        causes: directory::attention::groups(&mut tx, id).await?,
        latency: directory::links::latency(&mut tx, id).await?,
        newest: directory::logs::list(&mut tx, &filter, &model::Cursor::First, 8).await?.rows,
    };
    Ok(Standing { connection, may, links, html: Html::of(|| body(shown)) })
}

/// Looks again at everybody who is in that state for that cause.
#[server]
pub async fn retry_cause(id: ConnectionId, state: LinkState, kind: CauseKind) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Retry).await?;
    let people = directory::attention::retry(&mut tx, id, state, kind).await?;
    let connection = directory::connections::get(&mut tx, id).await?;
    tx.commit().await?;
    let count = crate::components::plural(i64::try_from(people).unwrap_or(i64::MAX), "person", "people");
    crate::flash::say(format!("Trying again for {count}"), after_retry(&connection)).await?;
    crate::session::go_to(&format!("/connections/{id}?retried={}", kind.as_str()));
    Ok(())
}

/// What follows from a retry.
#[cfg(feature = "ssr")]
pub(crate) fn after_retry(connection: &Connection) -> &'static str {
    if connection.enabled {
        "Rollcall looks at them now; the new state shows here within seconds."
    } else {
        "They wait until provisioning is turned on."
    }
}

/// Turns provisioning on or off. On only with a test that succeeded; off takes effect at once.
#[server]
pub async fn switch_connection(id: ConnectionId, #[server(default)] on: bool) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    directory::connections::set_enabled(&mut tx, id, on).await?;
    let name = directory::connections::get(&mut tx, id).await?.name;
    tx.commit().await?;
    let (title, text, word) = if on {
        (
            format!("Provisioning is on for {name}"),
            "Changes in the directory reach Zoom from now on. Below you see how far it is.",
            "on",
        )
    } else {
        (
            format!("Provisioning is off for {name}"),
            "Nothing in Zoom changes from now on. What changes in the directory waits until you turn it on again.",
            "off",
        )
    };
    crate::flash::say(title, text).await?;
    // The word makes the address a new one also when the page stays the same, so that it is read anew.
    crate::session::go_to(&format!("/connections/{id}?provisioning={word}"));
    Ok(())
}

/// What the To Zoom tab sets.
#[server]
pub async fn save_rules(
    id: ConnectionId,
    version: i64,
    #[server(default)] create: bool,
    #[server(default)] update: bool,
    #[server(default)] disable: bool,
    #[server(default)] deprovision: bool,
    remove_action: RemoveAction,
    #[server(default)] delete_confirmed: bool,
    scope: ScopeMode,
) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    let stored = directory::connections::get(&mut tx, id).await?;
    // Delete is confirmed when it is chosen, and again when more people may meet it.
    let newly = stored.actions.remove_action != RemoveAction::Delete;
    let more = (deprovision && !stored.actions.deprovision)
        || (scope == ScopeMode::Assigned && stored.scope == ScopeMode::Everyone);
    if remove_action == RemoveAction::Delete && (newly || more) && !delete_confirmed {
        let mut problems = crate::error::Problems::default();
        problems
            .add("delete_confirmed", "Delete cannot be undone in Zoom. Tick the box to confirm it, or choose Disable.");
        problems.check()?;
    }
    let actions = model::connection::Actions { create, update, disable, deprovision, remove_action };
    directory::connections::set_rules(&mut tx, id, version, actions, scope).await?;
    let version = directory::connections::get(&mut tx, id).await?.version;
    tx.commit().await?;
    let text = if stored.enabled {
        "Everybody on this connection is compared with the new rules now."
    } else {
        "They hold from the moment provisioning is turned on."
    };
    crate::flash::say("Rules saved", text).await?;
    crate::session::go_to(&format!("/connections/{id}/to-zoom?saved={version}"));
    Ok(())
}
