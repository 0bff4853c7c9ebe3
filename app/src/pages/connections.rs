//! Connections: the list, a new one, and the tabs of one: Overview, Integration, To Zoom, Assignments, Import, Logs.
//!
//! Each tab is a page of its own. What it shares with the others (head, switch, tabs) is in [`frame`]; that part is
//! live, while forms are not: nobody's typing is disturbed by what happens meanwhile.

mod assign;
#[cfg(feature = "ssr")]
pub(crate) mod assigned;
mod assignments;
#[cfg(feature = "ssr")]
mod attention;
#[cfg(feature = "ssr")]
pub(crate) mod body;
#[cfg(feature = "ssr")]
pub(crate) mod cards;
mod frame;
#[cfg(feature = "ssr")]
pub(crate) mod guide;
pub(crate) mod import;
mod integration;
mod integration_form;
mod list;
mod logs;
#[cfg(feature = "ssr")]
pub(crate) mod mappings;
mod new;
mod not_now;
mod overview;
mod rules;
#[cfg(feature = "ssr")]
mod strip;
mod test_result;
mod turn_on;
mod unassign;

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

#[component(transparent)]
pub fn ConnectionRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/connections") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=list::Connections ssr=SsrMode::Async/>
            <Route path=path!("new") view=new::NewConnection ssr=SsrMode::Async/>
            <Route path=path!(":id") view=overview::OverviewTab ssr=SsrMode::Async/>
            <Route path=path!(":id/integration") view=integration::IntegrationTab ssr=SsrMode::Async/>
            <Route path=path!(":id/to-zoom") view=rules::ToZoomTab ssr=SsrMode::Async/>
            <Route path=path!(":id/assignments") view=assignments::AssignmentsTab ssr=SsrMode::Async/>
            <Route path=path!(":id/import") view=import::ImportTab ssr=SsrMode::Async/>
            <Route path=path!(":id/import/groups") view=import::groups::ZoomGroupsTab ssr=SsrMode::Async/>
            <Route path=path!(":id/import/settings") view=import::settings::ImportSettingsTab ssr=SsrMode::Async/>
            <Route path=path!(":id/logs") view=logs::LogsTab ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
