//! Groups: list, look at one, restore one that was deleted.

use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::groups::{group, list};
use crate::written::Html;
use leptos::prelude::*;
use model::GroupId;
use serde::{Deserialize, Serialize};

/// Groups as their page shows them, by name.
#[server]
pub async fn list_groups(at: Query) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let page = directory::groups::list(&mut tx, at.get("q"), list::deleted(&at), &at.cursor(), 50).await?;
    Ok(Html::of(|| list::list(page, &at)))
}

/// A group's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownGroup {
    pub title: String,
    pub html: Html,
    /// What is asked before it is restored; none when it cannot be, or not by whoever looks.
    pub restore: Option<RestoreQuestion>,
}

/// What restoring a group brings back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreQuestion {
    pub source: String,
    /// How many, in words.
    pub members: String,
}

/// One group with a page of its members.
#[server]
pub async fn get_group(id: GroupId, at: Query) -> Result<ShownGroup, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let group = directory::groups::get(&mut tx, id).await?;
    let members = directory::groups::members(&mut tx, id, &at.cursor(), 50).await?;
    let may_restore = crate::session::signed_in()?.role.allows(model::Permission::ManageSources);
    Ok(group::page(group, members, may_restore, tx.now(), &at))
}

/// Takes the deletion of a group back.
#[server]
pub async fn restore_group(id: GroupId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageSources).await?;
    directory::groups::restore(&mut tx, id).await?;
    let group = directory::groups::get(&mut tx, id).await?;
    tx.commit().await?;
    let text = format!("{} sees the group again, under the id from before.", group.source_name);
    crate::flash::say(format!("{} restored", group.display_name), text).await?;
    crate::session::go_to(&format!("/groups/{id}"));
    Ok(())
}
