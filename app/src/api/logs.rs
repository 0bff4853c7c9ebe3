//! The provisioning log: list, look at one entry.

use crate::error::AppError;
use leptos::prelude::*;
use model::log::{Action, LogEntry, LogRow, Status};
use model::{ConnectionId, LogId, Page, PersonId};

/// A page of the log, newest first.
#[server]
pub async fn list_log(
    connection: Option<ConnectionId>,
    person: Option<PersonId>,
    action: Option<Action>,
    status: Option<Status>,
    q: Option<String>,
    after: Option<String>,
    before: Option<String>,
) -> Result<Page<LogRow>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = model::log::LogFilter { connection_id: connection, person_id: person, action, status, q };
    let at = model::Cursor::from_query(after, before);
    Ok(directory::logs::list(&mut tx, &filter, &at, 50).await?)
}

/// One entry with its details.
#[server]
pub async fn get_log_entry(id: LogId) -> Result<LogEntry, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let entry = directory::logs::get(&mut tx, id).await?;
    entry.ok_or_else(|| AppError::NotFound { what: "log entry".to_owned() })
}
