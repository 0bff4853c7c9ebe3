//! Where the page stands: the breadcrumb of the top bar.

use super::Icon;
use leptos::prelude::*;

/// One step on the way to a page; the page itself has no address, nor has a part of the portal without a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
}

impl Crumb {
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

#[component]
pub fn Crumbs(crumbs: Vec<Crumb>) -> impl IntoView {
    let last = crumbs.len().saturating_sub(1);
    let steps = crumbs.into_iter().enumerate().map(|(n, crumb)| {
        let separator = (n > 0).then(|| view! { <li aria-hidden="true"><Icon name="chevron-right"/></li> });
        let step = match crumb.href {
            Some(href) => view! { <a href=href>{crumb.label}</a> }.into_any(),
            None => view! { <span aria-current=(n == last).then_some("page")>{crumb.label}</span> }.into_any(),
        };
        view! { {separator}<li>{step}</li> }
    });
    view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{steps.collect_view()}</ol></nav> }
}
