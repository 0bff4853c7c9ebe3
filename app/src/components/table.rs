//! A table in its scroll region: the page never scrolls sideways, the table does.

use leptos::prelude::*;

/// The children are `thead` and `tbody`. Columns are classed `p2` and `p3` by importance: narrow screens leave them
/// out.
#[component]
pub fn Table(
    /// Read out, not shown: a heading stands above.
    #[prop(into)]
    caption: String,
    children: Children,
) -> impl IntoView {
    let region = format!("{caption}, table");
    view! {
        <div class="table-wrap" role="region" aria-label=region tabindex="0">
            <table class="table"><caption class="vh">{caption}</caption>{children()}</table>
        </div>
    }
}
