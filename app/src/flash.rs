//! One message that the next page shows: what was just done. It gets the focus, unless somebody goes on with what they
//! were at, and goes when a form on that page has a newer answer.

use crate::components::{focus_when_shown, if_read};
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
    /// It is read out, and the focus stays where it is.
    pub quiet: bool,
}

/// Leaves a message for the next page.
#[cfg(feature = "ssr")]
pub async fn say(title: impl Into<String>, text: impl Into<String>) -> Result<(), AppError> {
    leave(Message { title: title.into(), text: text.into(), quiet: false }).await
}

/// The same for whoever goes on where they are, such as with the same button once more.
#[cfg(feature = "ssr")]
pub async fn mention(title: impl Into<String>, text: impl Into<String>) -> Result<(), AppError> {
    leave(Message { title: title.into(), text: text.into(), quiet: true }).await
}

#[cfg(feature = "ssr")]
async fn leave(message: Message) -> Result<(), AppError> {
    let message = serde_json::json!(message);
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
struct Taken {
    message: Reading<Option<Message>>,
    /// Whether a form has had a newer answer.
    outdated: RwSignal<bool>,
    /// The one that had the focus: a page may draw it several times.
    focused: StoredValue<Option<Message>>,
}

/// Takes the message of each page. Called once by the frame around the pages: a page is drawn several times, and only
/// the first drawing would find the message.
pub fn provide_message() {
    let location = use_location();
    let message = reread(move || (location.pathname.get(), location.search.get()), || Ok(TakeMessage {}));
    let outdated = RwSignal::new(false);
    Effect::new(move |_| {
        message.answer.track();
        outdated.set(false);
    });
    provide_context(Taken { message, outdated, focused: StoredValue::new(None) });
}

/// Takes the message away when it is called, as something newer was said.
pub(crate) fn outdate() -> impl Fn() + Copy + Send + Sync + 'static {
    let taken = use_context::<Taken>();
    move || {
        if let Some(Taken { outdated, .. }) = taken {
            outdated.set(true);
        }
    }
}

/// Shows the message above the page, until the next page.
#[component]
pub fn Flash() -> impl IntoView {
    let Taken { message, outdated, focused } = use_context::<Taken>()?;
    let shown = if_read(message, move |message| {
        if message.is_none() {
            focused.set_value(None);
        }
        message.map(|message| view! { <Said message focused outdated/> }).into_any()
    });
    // It is there before the message: what comes into it is read out.
    Some(view! { <div role="status">{shown}</div> })
}

#[component]
fn Said(message: Message, focused: StoredValue<Option<Message>>, outdated: RwSignal<bool>) -> impl IntoView {
    let node = NodeRef::new();
    let (this, quiet) = (Some(message.clone()), message.quiet);
    focus_when_shown(node, move || {
        let is_new = focused.with_value(|focused| *focused != this);
        focused.set_value(this.clone());
        !quiet && (is_new || nothing_has_focus())
    });
    view! {
        <div class="flash" node_ref=node tabindex="-1" hidden=move || outdated.get()>
            <div class="callout" data-tone="ok">
                <svg class="i" aria-hidden="true"><use href="/icons.svg#circle-check"></use></svg>
                <div><div><strong>{message.title}</strong><p>{message.text}</p></div></div>
            </div>
        </div>
    }
}

/// Whether what had the focus is gone from the page.
fn nothing_has_focus() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}
