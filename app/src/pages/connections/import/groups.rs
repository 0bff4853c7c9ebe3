//! Zoom's groups: which group of the directory each is.

use super::super::frame::{TabKind, known, tab_page, use_place};
use super::change::{finder, options};
use crate::api::connections::ConnectionPage;
use crate::api::imports::groups::{LinkZoomGroup, ListFreeGroups, ListZoomGroups};
use crate::components::{Dialog, Query, SubmitButton, follows, part_of};
use crate::form::{FormProblem, PostForm, use_form};
use crate::live::use_live;
use crate::pages::connections::not_now::{NOT_ALLOWED, NotNow};
use crate::reading::{read, reread};
use crate::written::Written;
use leptos::prelude::*;
use model::ConnectionId;
use model::import::DirectoryGroup;

const DIALOG_FIELDS: &[&str] = &["dialog", "find", "zoom_group", "linked", "unlinked", "do"];

#[component]
pub(in super::super) fn ZoomGroupsTab() -> impl IntoView {
    let place = use_place(TabKind::Import);
    let form = use_form::<LinkZoomGroup>();
    let (query, live) = (Query::here(), use_live());
    let list = Memo::new(move |_| query.read().without(DIALOG_FIELDS));
    let done = Memo::new(move |_| (query.read().text("linked"), query.read().text("unlinked")));
    let open = Signal::derive(move || query.read().get("dialog") == Some("group"));
    let groups = reread(
        move || (live.get(), done.get()),
        move || Ok(ListZoomGroups { connection: known(place.id.get())?, at: list.get_untracked() }),
    );
    let body = move |page: ConnectionPage| {
        let back = format!("/connections/{}/import", page.connection.id);
        view! {
            <FormProblem state=form/>
            <p class="mb-3"><a class="link" href=back>"Back to the import"</a></p>
            {part_of(groups, move |html| view! { <Written html form/> }.into_any())}
        }
        .into_any()
    };
    let dialogs = move |page: ConnectionPage| {
        let (id, may) = (page.connection.id, page.may.manage);
        follows(move || match (open.get(), may) {
            (false, _) => ().into_any(),
            (true, true) => view! { <Choose connection=id/> }.into_any(),
            (true, false) => view! { <NotNow text=NOT_ALLOWED close=list.get_untracked().href()/> }.into_any(),
        })
    };
    tab_page(place, open, body, dialogs)
}

#[component]
fn Choose(connection: ConnectionId) -> impl IntoView {
    let form = use_form::<LinkZoomGroup>();
    let query = Query::here().get_untracked();
    let close = query.without(DIALOG_FIELDS).href();
    let zoom_group = query.get("zoom_group").unwrap_or_default().to_owned();
    let asked = query.get("find").unwrap_or_default().to_owned();
    let found = read(move || Ok(ListFreeGroups { connection, q: asked.clone() }));
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Link" icon="link" form="choose" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="cg"
            title="Which group is it?"
            description="Find the group in the directory. It is only noted that they are the same: nothing changes in Zoom."
            close
            footer
            wide=true
        >
            {finder(&query, "Find groups", "Searches the name among groups that are not linked yet. The first 20 are shown.")}
            <PostForm state=form id="choose" class="form mt-4">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.to_string()/>
                <input type="hidden" name="zoom_group" value=zoom_group/>
                <input type="hidden" name="wants" value="link"/>
                {part_of(found, |found: Vec<DirectoryGroup>| {
                    let rows = found.into_iter().map(|group| (group.id.to_string(), group.display_name, group.source));
                    options("group", rows.collect(), "No group is found that is not linked yet.")
                })}
            </PostForm>
        </Dialog>
    }
}
