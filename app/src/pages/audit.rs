//! The audit log: how its chain stands, the list, and a page per entry.

#[cfg(feature = "ssr")]
mod changes;
#[cfg(feature = "ssr")]
pub(crate) mod entry;
#[cfg(feature = "ssr")]
pub(crate) mod list;
#[cfg(feature = "ssr")]
pub(crate) mod standing;

use crate::api::audit::{GetAuditEntry, GetAuditState, ListAudit, VerifyAudit};
use crate::components::{Crumb, Icon, MenuButton, PageHead, Query, if_read, page_of, part_of, use_id};
use crate::error::AppError;
use crate::form::{FormProblem, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::{FrameData, Screen};
use crate::written::{Titled, Written, list_of};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};
#[cfg(feature = "ssr")]
pub use list::filter;
use model::{AuditId, Permission};

#[component(transparent)]
pub fn AuditRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/audit") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=Audit ssr=SsrMode::Async/>
            <Route path=path!(":id") view=EntryPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

#[component]
fn Audit() -> impl IntoView {
    let (live, verify) = (use_live(), use_form::<VerifyAudit>());
    let state = reread(move || (live.get(), verify.version()), || Ok(GetAuditState {}));
    let actions = view! { <ExportMenu/> }.into_any();
    view! {
        <Screen title="Audit log" crumbs=vec![Crumb::here("Audit log")]>
            <PageHead
                title="Audit log"
                description="What administrators, tokens and Rollcall did to Rollcall itself, each entry sealed with the hash of the one before. Times are UTC."
                actions=actions
            />
            <FormProblem state=verify/>
            {part_of(state, move |html| view! { <Written html form=verify/> }.into_any())}
            {list_of(|at| ListAudit { at })}
        </Screen>
    }
}

#[component]
fn EntryPage() -> impl IntoView {
    let id = use_id::<AuditId>();
    let live = use_live();
    // It is sealed a moment after it was written.
    let data = reread(
        move || live.get(),
        move || Ok(GetAuditEntry { id: id.get().ok_or_else(|| AppError::no("audit entry"))? }),
    );
    page_of(data, |Titled { title, html }| {
        let crumbs = vec![Crumb::link("Audit log", "/audit"), Crumb::here(title.clone())];
        view! { <Screen title=title crumbs=crumbs><Written html/></Screen> }.into_any()
    })
}

/// Copies of what the filter shows, for those who may take one.
#[component]
fn ExportMenu() -> impl IntoView {
    let FrameData(frame) = expect_context::<FrameData>();
    let query = Query::here();
    let address = move |format| query.read().without(&["after", "before"]).with("format", format).href();
    let menu = move || {
        view! {
            <MenuButton id="export" icon="download" label="Export">
                <a href=move || address("jsonl") download="" rel="external"><Icon name="file-code-2"/>"JSON lines, can be verified"</a>
                <a href=move || address("csv") download="" rel="external"><Icon name="file-text"/>"CSV"</a>
            </MenuButton>
        }
    };
    if_read(frame, move |frame| frame.me.role.allows(Permission::Export).then(menu).into_any())
}
