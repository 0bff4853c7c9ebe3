//! The audit log: list, look at one entry, how the chain stands, start a check.

use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::audit::{entry, list, standing};
use crate::written::{Html, Titled};
use leptos::prelude::*;
use model::AuditId;

/// The audit log as its page shows it, newest first.
#[server]
pub async fn list_audit(at: Query) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let page = directory::audit::list(&mut tx, &list::filter(&at), &at.cursor(), 50).await?;
    let state = directory::audit::state(&mut tx).await?;
    Ok(Html::of(|| list::list(page, state, &at)))
}

/// One entry with what it changed and its place in the chain.
#[server]
pub async fn get_audit_entry(id: AuditId) -> Result<Titled, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let entry = directory::audit::get(&mut tx, id).await?.ok_or_else(|| AppError::no("audit entry"))?;
    Ok(entry::page(entry))
}

/// How the chain stands, and the newest check of it.
#[server]
pub async fn get_audit_state() -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let state = directory::audit::state(&mut tx).await?;
    Ok(Html::of(|| standing::standing(state)))
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
