//! The head of a page: its one `h1`, what it is about, and what can be done here.

use super::{Avatar, Icon};
use leptos::prelude::*;

/// What stands before the heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageMark {
    Icon(&'static str),
    Person(String),
}

#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional, into)] description: Option<String>,
    /// A description with more than text in it.
    #[prop(optional)]
    about: Option<AnyView>,
    /// The state, inside the heading.
    #[prop(optional)]
    badge: Option<AnyView>,
    #[prop(optional)] mark: Option<PageMark>,
    #[prop(optional)] actions: Option<AnyView>,
) -> impl IntoView {
    let heading = view! {
        <h1>{title}" "{badge}</h1>
        {description.map(|description| view! { <p>{description}</p> })}
        {about.map(|about| view! { <p>{about}</p> })}
    };
    let heading = match mark {
        None => view! { <div>{heading}</div> }.into_any(),
        Some(PageMark::Icon(name)) => view! {
            <div class="conn"><span class="conn-mark" aria-hidden="true"><Icon name=name/></span><div>{heading}</div></div>
        }
        .into_any(),
        Some(PageMark::Person(name)) => view! {
            <div class="conn"><Avatar name=name large=true/><div>{heading}</div></div>
        }
        .into_any(),
    };
    view! {
        <div class="page-head">
            {heading}
            {actions.map(|actions| view! { <div class="actions">{actions}</div> })}
        </div>
    }
}
