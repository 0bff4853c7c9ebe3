//! Groups: the list, and a page per group with who is in it.

mod group;
mod list;

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

#[component(transparent)]
pub fn GroupRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/groups") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=list::Groups ssr=SsrMode::Async/>
            <Route path=path!(":id") view=group::GroupPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
