//! Groups: list, look at one, restore one that was deleted.

use crate::error::AppError;
use leptos::prelude::*;
use model::group::{GroupSummary, Member};
use model::{GroupId, Page};
use serde::{Deserialize, Serialize};

/// A page of groups, by name.
#[server]
pub async fn list_groups(
    q: Option<String>,
    deleted: bool,
    after: Option<String>,
    before: Option<String>,
) -> Result<Page<GroupSummary>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let at = model::Cursor::from_query(after, before);
    Ok(directory::groups::list(&mut tx, q.as_deref(), deleted, &at, 50).await?)
}

/// A group with a page of its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownGroup {
    pub group: GroupSummary,
    pub members: Page<Member>,
    /// Whether whoever looks may restore it.
    pub may_restore: bool,
}

/// One group.
#[server]
pub async fn get_group(id: GroupId, after: Option<String>, before: Option<String>) -> Result<ShownGroup, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let at = model::Cursor::from_query(after, before);
    Ok(ShownGroup {
        group: directory::groups::get(&mut tx, id).await?,
        members: directory::groups::members(&mut tx, id, &at, 50).await?,
        may_restore: crate::session::signed_in()?.role.allows(model::Permission::ManageSources),
    })
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
