//! logs.

use leptos::prelude::*;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, SsrMode, path};

#[component(transparent)]
pub fn LogRoutes() -> impl MatchNestedRoutes + Clone {
    view! { <Route path=path!("/logs") view=|| () ssr=SsrMode::Async/> }.into_inner()
}
