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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::components::html;

    #[test]
    fn the_next_page_keeps_the_filters_and_forgets_this_page() {
        let query = Query::parse("/people", "q=ada&after=here");
        let html =
            html(|| view! { <Pager query previous=None next=Some("k&1".to_owned()) text="2 people"/> }.into_any());
        assert!(html.contains(r#"href="/people?q=ada&amp;after=k%261""#), "{html}");
        assert!(html.contains(r#"aria-disabled="true""#) && !html.contains("rel=\"prev\""), "{html}");
    }
}
