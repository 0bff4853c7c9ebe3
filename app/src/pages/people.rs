//! people.

use leptos::prelude::*;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, SsrMode, path};

#[component(transparent)]
pub fn PeopleRoutes() -> impl MatchNestedRoutes + Clone {
    view! { <Route path=path!("/people") view=|| () ssr=SsrMode::Async/> }.into_inner()
}
