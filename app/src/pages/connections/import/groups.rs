//! Zoom's groups: which group of the directory each is.

use super::super::frame::{TabKind, known, tab_page, use_place};
use super::DIALOG_FIELDS;
use super::choose_one::{Texts, asked, choose_one};
use crate::api::connections::ConnectionPage;
use crate::api::imports::groups::{LinkZoomGroup, ListFreeGroups, ListZoomGroups};
use crate::components::{Query, follows, part_of};
use crate::form::{FormProblem, use_form};
use crate::live::use_live;
use crate::pages::connections::not_now::{NOT_ALLOWED, NotNow};
use crate::reading::{read, reread};
use crate::written::Written;
use leptos::prelude::*;
use model::ConnectionId;

#[component]
pub(in super::super) fn ZoomGroupsTab() -> impl IntoView {
    let place = use_place(TabKind::Import);
    let form = use_form::<LinkZoomGroup>();
    let (query, live) = (Query::here(), use_live());
    let list = Memo::new(move |_| query.read().without(DIALOG_FIELDS));
    let done = Memo::new(move |_| (query.read().text("linked"), query.read().text("unlinked")));
    let open = Signal::derive(move || query.read().get("change").is_some());
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

const TEXTS: Texts = Texts {
    title: "Which group is it?",
    description: "Find the group in the directory. It is only noted that they are the same: nothing changes in Zoom.",
    find: "Find groups",
    hint: "Searches the name among groups that are not linked yet. The first 20 are shown.",
    nothing: "No group is found that is not linked yet.",
    choose: "Link",
    field: "group",
};

#[component]
fn Choose(connection: ConnectionId) -> impl IntoView {
    let form = use_form::<LinkZoomGroup>();
    let query = Query::here().get_untracked();
    let zoom_group = query.text("change").unwrap_or_default();
    let q = asked(&query).unwrap_or_default();
    let found = read(move || Ok(ListFreeGroups { connection, q: q.clone() }));
    let hidden = vec![("id", connection.to_string()), ("zoom_group", zoom_group), ("wants", "link".to_owned())];
    choose_one(&TEXTS, form.into(), query, found, hidden)
}
