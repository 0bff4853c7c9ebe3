//! The audit log: list, look at one entry, how the chain stands, start a check.

use crate::error::AppError;
use leptos::prelude::*;
use model::audit::{AuditEntry, AuditFilter, AuditRow, AuditState};
use model::{AuditId, Page};

/// A page of the audit log, newest first.
#[server]
pub async fn list_audit(
    #[server(default)] filter: AuditFilter,
    after: Option<String>,
    before: Option<String>,
) -> Result<Page<AuditRow>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let at = model::Cursor::from_query(after, before);
    Ok(directory::audit::list(&mut tx, &filter, &at, 50).await?)
}

/// One entry with what it changed and its place in the chain.
#[server]
pub async fn get_audit_entry(id: AuditId) -> Result<AuditEntry, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let entry = directory::audit::get(&mut tx, id).await?;
    entry.ok_or_else(|| AppError::NotFound { what: "audit entry".to_owned() })
}

/// How the chain stands, and the newest check of it.
#[server]
pub async fn get_audit_state() -> Result<AuditState, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(directory::audit::state(&mut tx).await?)
}

/// Starts a check of the whole chain, behind the page. False when one goes on already.
#[server]
pub async fn verify_audit() -> Result<bool, AppError> {
    let tx = crate::session::begin(model::Permission::Look).await?;
    let by = tx.actor().clone();
    drop(tx);
    let begun = directory::audit::start(&crate::session::backend().directory, by).await?;
    crate::session::go_to("/audit");
    Ok(begun)
}
