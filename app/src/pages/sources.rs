//! Identity sources: the list, a page per source with its tokens, what to paste where and what its client sends, and a
//! page per request of a client.

mod cause;
mod list;
mod request;
mod setup;
mod source;
mod tokens;
mod trace;
mod traffic;

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

#[component(transparent)]
pub fn SourceRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/sources") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=list::Sources ssr=SsrMode::Async/>
            <Route path=path!(":id") view=source::SourcePage ssr=SsrMode::Async/>
            <Route path=path!(":id/requests/:request") view=request::RequestPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
