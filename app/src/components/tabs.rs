//! Tabs that are pages: links, so that each has its address.

use super::{Count, Tone};
use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
    pub count: Option<(i64, Option<Tone>)>,
}

impl Tab {
    pub fn new(label: &'static str, href: impl Into<String>, current: bool) -> Self {
        Self { label, href: href.into(), current, count: None }
    }

    /// With a number beside the label; zero is not shown.
    #[must_use]
    pub fn count(self, value: i64, tone: Option<Tone>) -> Self {
        Self { count: (value > 0).then_some((value, tone)), ..self }
    }
}

#[component]
pub fn TabNav(
    /// Whose tabs: the connection's name.
    #[prop(into)]
    label: String,
    tabs: Vec<Tab>,
    /// They stand in the middle of a page, which stays where it is when another one is chosen.
    #[prop(optional)]
    inside: bool,
) -> impl IntoView {
    let tabs = tabs.into_iter().map(|tab| {
        let count = tab.count.map(|(value, tone)| match tone {
            Some(tone) => view! { <Count value=value tone=tone/> }.into_any(),
            None => view! { <Count value=value/> }.into_any(),
        });
        view! { <li><a href=tab.href aria-current=tab.current.then_some("page") data-noscroll=inside.then_some("")>{tab.label}{count}</a></li> }
    });
    view! { <nav class="tabnav" aria-label=label><ul>{tabs.collect_view()}</ul></nav> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::components::html;

    #[test]
    fn tabs_inside_a_page_leave_it_where_it_is() {
        let tabs = || vec![Tab::new("Okta", "/sources/1?guide=okta#setup", true)];
        let inside = html(|| view! { <TabNav label="Providers" tabs=tabs() inside=true/> }.into_any());
        let above = html(|| view! { <TabNav label="Zoom" tabs=tabs()/> }.into_any());
        assert!(inside.contains("data-noscroll") && !above.contains("data-noscroll"), "{inside} {above}");
    }
}
