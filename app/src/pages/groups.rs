//! Groups: the list, and a page per group with who is in it.

#[cfg(feature = "ssr")]
pub(crate) mod group;
#[cfg(feature = "ssr")]
pub(crate) mod list;

use crate::api::groups::{GetGroup, ListGroups, RestoreGroup, RestoreQuestion, ShownGroup};
use crate::components::{Content, Crumb, Dialog, PageHead, Query, SubmitButton, follows, page_of, use_id};
use crate::error::AppError;
use crate::form::{FormProblem, PostForm, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use crate::written::{Written, list_of};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route};
use leptos_router::{SsrMode, path};
use model::GroupId;

#[component(transparent)]
pub fn GroupRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/groups") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=Groups ssr=SsrMode::Async/>
            <Route path=path!(":id") view=GroupPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

/// The groups of all sources, by name.
#[component]
fn Groups() -> impl IntoView {
    view! {
        <Screen title="Groups" crumbs=vec![Crumb::here("Groups")]>
            <PageHead title="Groups" description="The groups your sources push, and who is in them. People are assigned one by one or all at once; a group cannot be assigned yet."/>
            {list_of(|at| ListGroups { at })}
        </Screen>
    }
}

#[component]
fn GroupPage() -> impl IntoView {
    let (id, query, live) = (use_id::<GroupId>(), Query::here(), use_live());
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("restore"));
    // What is looked at stays as it is while there is a question over it.
    let news = Memo::new(move |before: Option<&u32>| {
        let open = dialog.get();
        match before {
            Some(before) if open => *before,
            _ => {
                live.track();
                before.map_or(0, |news| news.wrapping_add(1))
            }
        }
    });
    let list = Memo::new(move |_| query.read().without(&["dialog", "do"]));
    let known = move || id.get().ok_or_else(|| AppError::no("group"));
    let data = reread(move || news.get(), move || Ok(GetGroup { id: known()?, at: list.get() }));
    page_of(data, move |ShownGroup { title, html, restore }| {
        let asked = restore.is_some();
        let name = title.clone();
        let over = follows(move || match (restore.clone(), known()) {
            (Some(question), Ok(id)) if dialog.get() => view! { <Restore id name=name.clone() question/> }.into_any(),
            _ => ().into_any(),
        });
        view! {
            <Screen title=title.clone() crumbs=vec![Crumb::link("Groups", "/groups"), Crumb::here(title)]>
                <Content dialog=Signal::derive(move || dialog.get() && asked)><Written html/></Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

/// The question before a group is restored.
#[component]
fn Restore(id: GroupId, name: String, question: RestoreQuestion) -> impl IntoView {
    let form = use_form::<RestoreGroup>();
    let close = format!("/groups/{id}");
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Restore" icon="rotate-cw" form="restore" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let RestoreQuestion { source, members } = question;
    view! {
        <Dialog
            id="rg"
            title=format!("Restore {name}?")
            description=format!("{source} sees the group again over SCIM, under the id from before and with the {members} it has still.")
            close=close
            footer=footer
        >
            <PostForm state=form id="restore" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=id.to_string()/>
                <p>{format!("{source} may delete the group again with its next push: put it right there as well.")}</p>
            </PostForm>
        </Dialog>
    }
}
