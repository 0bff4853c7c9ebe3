//! What the address of a dialog shows when there is nothing to ask: it is done already, or the role does not allow it.

use crate::components::Dialog;
use leptos::prelude::*;

/// Somebody followed an old link, or one that a colleague with another role sent. While the address names a dialog,
/// the page behind it cannot be reached, so there is always one.
#[component]
pub(super) fn NotNow(text: &'static str, #[prop(into)] close: String) -> impl IntoView {
    let footer = view! { <a class="btn" href=close.clone()>"Close"</a> }.into_any();
    view! { <Dialog id="not-now" title="Nothing to do here" close=close footer=footer><p>{text}</p></Dialog> }
}

/// For whoever may look only.
pub(super) const NOT_ALLOWED: &str = "Your role does not allow this. Ask an owner for another role.";
