//! Who may administer Rollcall, and how they sign in: providers, administrators, sessions.

#[cfg(feature = "ssr")]
pub(crate) mod admin_table;
mod admins;
#[cfg(feature = "ssr")]
pub(crate) mod facts;
#[cfg(feature = "ssr")]
pub(crate) mod guides;
mod invitation;
mod provider;
#[cfg(feature = "ssr")]
pub(crate) mod provider_table;
mod providers;
mod roles;
#[cfg(feature = "ssr")]
pub(crate) mod session_table;
mod sessions;
mod test;
#[cfg(feature = "ssr")]
pub(crate) mod tested;

use crate::components::{Query, Tab, TabNav};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};

#[component(transparent)]
pub fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/settings") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("sign-in") view=providers::Providers ssr=SsrMode::Async/>
            <Route path=path!("sign-in/new") view=provider::NewProvider ssr=SsrMode::Async/>
            <Route path=path!("sign-in/:slug") view=provider::ProviderPage ssr=SsrMode::Async/>
            <Route path=path!("sign-in/:slug/test") view=test::TestPage ssr=SsrMode::Async/>
            <Route path=path!("admins") view=admins::Admins ssr=SsrMode::Async/>
            <Route path=path!("sessions") view=sessions::Sessions ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

/// The parameter with which the address tells a page that is shown already that something was done, so that it reads its
/// data anew. An open dialog, whose address does not have it, changes nothing.
fn occasion(query: Memo<Query>, name: &'static str) -> Memo<Option<String>> {
    Memo::new(move |before: Option<&Option<String>>| {
        let query = query.read();
        match query.get("dialog") {
            Some(_) => before.cloned().flatten(),
            None => query.get(name).map(str::to_owned),
        }
    })
}

/// The tabs of the settings; `current` is the label of the one that is shown.
fn tabs(current: &'static str) -> AnyView {
    let tab = |label: &'static str, href: &str| Tab::new(label, href, label == current);
    let tabs = vec![
        tab("Sign-in", "/settings/sign-in"),
        tab("Administrators", "/settings/admins"),
        tab("Sessions", "/settings/sessions"),
    ];
    view! { <TabNav label="Settings" tabs/> }.into_any()
}
