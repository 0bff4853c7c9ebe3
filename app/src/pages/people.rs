//! People: the list, and a page per person with where they stand on each connection.

#[cfg(feature = "ssr")]
pub(crate) mod about;
mod deleted;
#[cfg(feature = "ssr")]
pub(crate) mod held;
mod join;
#[cfg(feature = "ssr")]
pub(crate) mod list;
#[cfg(feature = "ssr")]
mod notice;
mod others;
mod person;
#[cfg(feature = "ssr")]
pub(crate) mod profile;
#[cfg(feature = "ssr")]
pub(crate) mod provisioning;
mod retry;
#[cfg(feature = "ssr")]
pub(crate) mod similar;

pub(crate) use retry::Retried;
#[cfg(feature = "ssr")]
pub(crate) use retry::Retry;

use crate::api::people::ListPeople;
use crate::components::{Crumb, PageHead};
#[cfg(feature = "ssr")]
use crate::components::{Look, Tone};
use crate::shell::Screen;
use crate::written::list_of;
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};
#[cfg(feature = "ssr")]
use model::person::PersonSummary;

/// Where a person stands, in a word.
#[cfg(feature = "ssr")]
fn standing(person: &PersonSummary) -> Look {
    if person.gone { Look::new(Tone::Idle, "trash-2", "Deleted") } else { Look::from(person.state) }
}

#[component(transparent)]
pub fn PeopleRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/people") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=People ssr=SsrMode::Async/>
            <Route path=path!(":id") view=person::PersonPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

/// Everybody in the directory, by name.
#[component]
fn People() -> impl IntoView {
    view! {
        <Screen title="People" crumbs=vec![Crumb::here("People")]>
            <PageHead title="People" description="Everybody your sources have told Rollcall about."/>
            {list_of(|at| ListPeople { at })}
        </Screen>
    }
}
