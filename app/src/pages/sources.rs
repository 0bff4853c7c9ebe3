//! Identity sources: the list, and a page per source with its tokens and what to paste where.

mod guides;
mod list;
mod source;
mod tokens;

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

#[component(transparent)]
pub fn SourceRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/sources") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=list::Sources ssr=SsrMode::Async/>
            <Route path=path!(":id") view=source::SourcePage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
