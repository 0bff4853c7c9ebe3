//! One message that the next page shows: what was just done.

use crate::components::if_read;
use crate::error::AppError;
use crate::reading::{Reading, reread};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

/// What was done, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub title: String,
    pub text: String,
}

/// Leaves a message for the next page.
#[cfg(feature = "ssr")]
pub async fn say(title: impl Into<String>, text: impl Into<String>) -> Result<(), AppError> {
    let message = serde_json::json!(Message { title: title.into(), text: text.into() });
    let (directory, session) = (crate::session::backend().directory, crate::session::this_session()?);
    // What it tells of is done: without the message it is no failure.
    if let Err(error) = directory::sessions::leave_message(&directory, &session.hash, &message).await {
        tracing::error!(%error, "a message was not kept");
    }
    Ok(())
}

/// Takes the message that was left, if there is one.
#[server]
pub async fn take_message() -> Result<Option<Message>, AppError> {
    let (directory, session) = (crate::session::backend().directory, crate::session::this_session()?);
    let message = directory::sessions::take_message(&directory, &session.hash).await?;
    Ok(message.and_then(|message| serde_json::from_value(message).ok()))
}

/// The message for the page that is shown.
#[derive(Clone, Copy)]
struct Taken(Reading<Option<Message>>);

/// Takes the message of each page. Called once by the frame around the pages: a page is drawn several times, and only
/// the first drawing would find the message.
pub fn provide_message() {
    let location = use_location();
    let message = reread(move || (location.pathname.get(), location.search.get()), || Ok(TakeMessage {}));
    provide_context(Taken(message));
}

/// Shows the message above the page, until the next page.
#[component]
pub fn Flash() -> impl IntoView {
    let Taken(message) = use_context::<Taken>()?;
    let shown = if_read(message, |message| {
        let Some(message) = message else { return ().into_any() };
        view! {
            <div class="flash">
                <div class="callout" data-tone="ok" role="status">
                    <svg class="i" aria-hidden="true"><use href="/icons.svg#circle-check"></use></svg>
                    <div><div><strong>{message.title}</strong><p>{message.text}</p></div></div>
                </div>
            </div>
        }
        .into_any()
    });
    Some(shown)
}
