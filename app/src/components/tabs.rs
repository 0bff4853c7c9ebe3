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
) -> impl IntoView {
    let tabs = tabs.into_iter().map(|tab| {
        let count = tab.count.map(|(value, tone)| match tone {
            Some(tone) => view! { <Count value=value tone=tone/> }.into_any(),
            None => view! { <Count value=value/> }.into_any(),
        });
        view! { <li><a href=tab.href aria-current=tab.current.then_some("page")>{tab.label}{count}</a></li> }
    });
    view! { <nav class="tabnav" aria-label=label><ul>{tabs.collect_view()}</ul></nav> }
}
