//! connections.

use leptos::prelude::*;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, SsrMode, path};

#[component(transparent)]
pub fn ConnectionRoutes() -> impl MatchNestedRoutes + Clone {
    view! { <Route path=path!("/connections") view=|| () ssr=SsrMode::Async/> }.into_inner()
}
