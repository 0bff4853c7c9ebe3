//! Who is signed in, where, and ending it.

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::settings::session_table;
use crate::written::Html;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionList {
    pub html: Html,
    /// Whether these are everybody's.
    pub everybody: bool,
}

/// Own sessions; for owners, everybody's.
#[server]
pub async fn list_sessions() -> Result<SessionList, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let me = crate::session::caller(&mut tx).await?;
    let everybody = me.role.allows(model::Permission::ManageSessions);
    let sessions = directory::sessions::list(&mut tx, (!everybody).then_some(me.id)).await?;
    let this = crate::session::this_session()?.name();
    Ok(SessionList { html: Html::of(|| session_table::table(sessions, this, everybody)), everybody })
}

/// Ends a session: an own one, or as an owner anybody's.
#[server]
pub async fn end_session(id: String) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let me = crate::session::caller(&mut tx).await?;
    let everybody = me.role.allows(model::Permission::ManageSessions);
    directory::sessions::revoke(&mut tx, &id, (!everybody).then_some(me.id)).await?;
    let page = page_at(tx.now());
    tx.commit().await?;
    crate::flash::say("Session ended", "Its next request leads to the sign-in page.").await?;
    crate::session::go_to(&page);
    Ok(())
}

/// The page after a session ended. The address says so: the page is shown already, and looks there for whether to read
/// anew.
#[cfg(feature = "ssr")]
fn page_at(now: chrono::DateTime<chrono::Utc>) -> String {
    format!("/settings/sessions?ended={}", now.timestamp_millis())
}

/// Ends all sessions but this one: one's own, those of an administrator, or everybody's.
#[server]
pub async fn end_sessions(whose: String) -> Result<(), AppError> {
    let me = crate::session::signed_in()?;
    let of = match whose.as_str() {
        "mine" => Some(me.id),
        "everybody" => None,
        id => Some(id.parse().map_err(|_| AppError::NotFound { what: "administrator".to_owned() })?),
    };
    let needs = if of == Some(me.id) { model::Permission::Look } else { model::Permission::ManageSessions };
    let mut tx = crate::session::begin(needs).await?;
    let this = crate::session::this_session()?.name();
    let ended = directory::sessions::revoke_all(&mut tx, of, &this).await?;
    let page = page_at(tx.now());
    tx.commit().await?;
    let title = match ended {
        0 => "No other session was open".to_owned(),
        1 => "One session ended".to_owned(),
        n => format!("{n} sessions ended"),
    };
    crate::flash::say(title, "This one goes on.").await?;
    crate::session::go_to(&page);
    Ok(())
}
