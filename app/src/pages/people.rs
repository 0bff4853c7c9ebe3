//! People: the list, and a page per person with where they stand on each connection.

mod list;
mod person;
mod profile;
mod provisioning;
mod retry;

pub(crate) use retry::{Retried, Retry};

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

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
