//! The provisioning log: the list, which a connection's Logs tab shows too, and a page per entry.

mod entry;
mod list;

pub use list::LogList;

use crate::components::{Crumb, PageHead};
use crate::shell::Screen;
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

#[component(transparent)]
pub fn LogRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/logs") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=Logs ssr=SsrMode::Async/>
            <Route path=path!(":id") view=entry::EntryPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

#[component]
fn Logs() -> impl IntoView {
    view! {
        <Screen title="Provisioning logs" crumbs=vec![Crumb::here("Provisioning logs")]>
            <PageHead title="Provisioning logs" description="Every operation on a Zoom account, on all connections, newest first. Times are UTC."/>
            <LogList/>
        </Screen>
    }
}
