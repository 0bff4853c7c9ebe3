//! sources.

use leptos::prelude::*;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, SsrMode, path};

#[component(transparent)]
pub fn SourceRoutes() -> impl MatchNestedRoutes + Clone {
    view! { <Route path=path!("/sources") view=|| () ssr=SsrMode::Async/> }.into_inner()
}
