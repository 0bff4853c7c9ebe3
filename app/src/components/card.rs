//! A card: a heading with what belongs to it, then sections, a table or rows.

use super::Count;
use leptos::prelude::*;

/// A section of the page under its own `h2`. The children are the card's parts: `<section>`, a table, `<footer>`.
#[component]
pub fn Card(
    /// The heading's id.
    id: &'static str,
    #[prop(into)] title: String,
    #[prop(optional)] count: Option<i64>,
    #[prop(optional)] badge: Option<AnyView>,
    #[prop(optional, into)] hint: Option<String>,
    /// At the right of the heading: buttons, a time.
    #[prop(optional)]
    end: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <header>
                <h2 id=id>{title}</h2>
                {count.map(|count| view! { <Count value=count/> })}
                {badge}
                {hint.map(|hint| view! { <span class="hint">{hint}</span> })}
                {end.map(|end| view! { <span class="end">{end}</span> })}
            </header>
            {children()}
        </section>
    }
}
