//! An icon of the sprite `style/icons.svg`.

use leptos::prelude::*;

/// Never carries meaning alone: a word stands beside it, or an `aria-label` on what it is in.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite.
    name: &'static str,
) -> impl IntoView {
    view! { <svg class="i" aria-hidden="true"><use href=format!("/icons.svg#{name}")></use></svg> }
}
