//! Zoom's groups, and which groups of the directory they are.

use super::Choices;
use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::connections::import::group_table;
use crate::written::Html;
use leptos::prelude::*;
use model::{ConnectionId, GroupId, ZoomGroupId};

/// Zoom's groups as their page shows them, by name.
#[server]
pub async fn list_zoom_groups(connection: ConnectionId, at: Query) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    directory::connections::get(&mut tx, connection).await?;
    let groups = directory::imports::groups(&mut tx, connection).await?;
    let known = directory::imports::group_knowledge(&mut tx, connection).await?;
    let may = super::May::here()?.manage;
    Ok(Html::of(|| group_table::table(connection, groups, known, &at, may)))
}

/// Groups of the directory that none of Zoom's is linked to.
#[server]
pub async fn list_free_groups(connection: ConnectionId, #[server(default)] q: String) -> Result<Choices, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let groups = directory::imports::free_groups(&mut tx, connection, q.trim(), 20).await?;
    let found = groups.into_iter().map(|group| {
        let (name, sub) = (group.display_name, group.source);
        super::Choosable { id: group.id.to_string(), name, sub }
    });
    Ok(Choices { of: None, q, found: found.collect() })
}

model::words! {
    /// What is done with the link of a group.
    GroupLink {
        Link = "link", "Link";
        Unlink = "unlink", "Unlink";
    }
}

/// Notes which group of the directory a group of Zoom is, or takes it back.
#[server]
pub async fn link_zoom_group(
    id: ConnectionId,
    zoom_group: ZoomGroupId,
    group: Option<GroupId>,
    wants: GroupLink,
) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    if wants == GroupLink::Link && group.is_none() {
        return Err(AppError::invalid("No group is selected. Choose a group."));
    }
    let group = group.filter(|_| wants == GroupLink::Link);
    directory::imports::link_group(&mut tx, id, zoom_group, group).await?;
    tx.commit().await?;
    let (title, done) = if group.is_some() { ("Group linked", "linked") } else { ("Group unlinked", "unlinked") };
    crate::flash::say(title, "Nothing was changed in Zoom.").await?;
    // Another address each time: the page takes its message by it.
    crate::session::go_to(&format!("/connections/{id}/import/groups?{done}={zoom_group}"));
    Ok(())
}
