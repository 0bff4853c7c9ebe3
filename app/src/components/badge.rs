//! A state in words: as text (`Status`), in a box (`Badge`), as a number (`Count`).

use super::{Icon, Look, Tone, grouped};
use leptos::prelude::*;

/// A state as coloured text with its icon.
#[component]
pub fn Status(
    #[prop(into)] look: Look,
    /// Says it more exactly than the look's own word.
    #[prop(optional, into)]
    text: Option<String>,
) -> impl IntoView {
    let text = text.unwrap_or_else(|| look.label.to_owned());
    view! { <span class="status" data-tone=look.tone.as_str()><Icon name=look.icon/>{text}</span> }
}

/// A state in a box, beside a heading.
#[component]
pub fn Badge(
    #[prop(into)] look: Look,
    /// Says it more exactly than the look's own word.
    #[prop(optional, into)]
    text: Option<String>,
) -> impl IntoView {
    let text = text.unwrap_or_else(|| look.label.to_owned());
    view! { <span class="badge" data-tone=look.tone.as_str()><Icon name=look.icon/>{text}</span> }
}

/// How many, in a pill.
#[component]
pub fn Count(value: i64, #[prop(optional)] tone: Option<Tone>) -> impl IntoView {
    view! { <span class="count num" data-tone=tone.map(Tone::as_str)>{grouped(value)}</span> }
}
