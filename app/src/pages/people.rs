//! People: the list, and a page per person with where they stand on each connection.

mod deleted;
mod join;
mod list;
mod others;
mod person;
mod profile;
mod provisioning;
mod retry;

pub(crate) use retry::{Retried, Retry};

use crate::components::{Look, Tone};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};
use model::person::PersonSummary;

/// Where a person stands, in a word.
fn standing(person: &PersonSummary) -> Look {
    if person.gone { Look::new(Tone::Idle, "trash-2", "Deleted") } else { Look::from(person.state) }
}

#[component(transparent)]
pub fn PeopleRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/people") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=list::People ssr=SsrMode::Async/>
            <Route path=path!(":id") view=person::PersonPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
