//! The provisioning log: the list, which a connection's Logs tab shows too, and a page per entry.

#[cfg(feature = "ssr")]
pub(crate) mod entry;
#[cfg(feature = "ssr")]
pub(crate) mod list;

use crate::api::links::RetryLink;
use crate::api::logs::{GetLogEntry, ListLog};
use crate::components::{Crumb, PageHead, page_of, use_id};
use crate::error::AppError;
use crate::form::use_form;
use crate::pages::people::Retried;
use crate::reading::read;
use crate::shell::Screen;
use crate::written::{Titled, Written, list_of};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};
use model::{ConnectionId, LogId};

#[component(transparent)]
pub fn LogRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/logs") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=Logs ssr=SsrMode::Async/>
            <Route path=path!(":id") view=EntryPage ssr=SsrMode::Async/>
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

/// The log of one connection, or of all.
#[component]
pub fn LogList(#[prop(optional)] connection: Option<ConnectionId>) -> impl IntoView {
    list_of(move |at| ListLog { at, connection })
}

#[component]
fn EntryPage() -> impl IntoView {
    let id = use_id::<LogId>();
    let data = read(move || Ok(GetLogEntry { id: id.get().ok_or_else(|| AppError::no("log entry"))? }));
    let retry = use_form::<RetryLink>();
    page_of(data, move |(Titled { title, html }, person)| {
        let crumbs = vec![Crumb::link("Provisioning logs", "/logs"), Crumb::here(title.clone())];
        view! {
            <Screen title=title crumbs=crumbs>
                {person.map(|person| view! { <Retried person form=retry/> })}
                <Written html form=retry/>
            </Screen>
        }
        .into_any()
    })
}
