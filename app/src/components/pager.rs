//! Previous and Next of a list that is paged by key.

use super::{Icon, Query};
use leptos::prelude::*;

/// Links that keep the filters; a direction with no rows is shown and cannot be followed.
#[component]
pub fn Pager(
    query: Query,
    previous: Option<String>,
    next: Option<String>,
    /// What is shown: "50 people".
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let base = query.without(&["after", "before"]);
    let previous_label = || view! { <Icon name="chevron-left"/>"Previous" };
    let next_label = || view! { "Next"<Icon name="chevron-right"/> };
    let previous = match previous {
        Some(key) => view! {
            <a class="btn" data-variant="outline" data-size="sm" rel="prev" href=base.with("before", key).href()>
                {previous_label()}
            </a>
        }
        .into_any(),
        None => disabled(previous_label().into_any()),
    };
    let next = match next {
        Some(key) => view! {
            <a class="btn" data-variant="outline" data-size="sm" rel="next" href=base.with("after", key).href()>
                {next_label()}
            </a>
        }
        .into_any(),
        None => disabled(next_label().into_any()),
    };
    view! {
        <nav class="pager" aria-label="Pages"><span class="num">{text}</span><span class="end">{previous}{next}</span></nav>
    }
}

fn disabled(label: AnyView) -> AnyView {
    view! { <span class="btn" data-variant="outline" data-size="sm" aria-disabled="true">{label}</span> }.into_any()
}
