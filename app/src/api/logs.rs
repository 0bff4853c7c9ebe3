//! The provisioning log: list, look at one entry.

use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::logs::{entry, list};
use crate::written::{Html, Titled};
use leptos::prelude::*;
use model::{ConnectionId, LogId, PersonId};

/// The log as its page shows it, newest first; of one connection, or of all.
#[server]
pub async fn list_log(at: Query, connection: Option<ConnectionId>) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = list::filter(&at, connection);
    let page = directory::logs::list(&mut tx, &filter, &at.cursor(), 50).await?;
    Ok(Html::of(|| list::list(page, &at)))
}

/// One entry with its details, and whose it is.
#[server]
pub async fn get_log_entry(id: LogId) -> Result<(Titled, Option<PersonId>), AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let entry = directory::logs::get(&mut tx, id).await?.ok_or_else(|| AppError::no("log entry"))?;
    Ok(entry::page(entry))
}
