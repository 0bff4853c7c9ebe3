//! Who is signed in where, and ending it.

use super::{occasion, tabs};
use crate::api::sessions::{EndSession, EndSessions, ListSessions, SessionList};
use crate::components::{Content, Crumb, Dialog, Icon, PageHead, Query, SubmitButton, content_of, follows, if_read};
use crate::form::{FormProblem, PostForm, use_form};
use crate::reading::reread;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;

const PAGE: &str = "/settings/sessions";

#[component]
pub fn Sessions() -> impl IntoView {
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("everybody"));
    let one = use_form::<EndSession>();
    let mine = use_form::<EndSessions>();
    let ended = occasion(query, "ended");
    let data = reread(move || ended.get(), || Ok(ListSessions {}));
    let actions = view! {
        {if_read(data, |list| list.everybody.then(all_out).into_any())}
        <PostForm state=mine id="mine">
            <input type="hidden" name="whose" value="mine"/>
            <SubmitButton label="End my other sessions" variant="outline" pending=Signal::derive(move || mine.pending())/>
        </PostForm>
    }
    .into_any();
    let over = if_read(data, move |SessionList { everybody, .. }| {
        follows(move || match dialog.get() && everybody {
            true => view! { <Everybody/> }.into_any(),
            false => ().into_any(),
        })
    });
    view! {
        <Screen title="Sessions" crumbs=vec![Crumb::here("Settings"), Crumb::here("Sessions")]>
            <Content dialog=dialog>
                <PageHead
                    title="Sessions"
                    description="Where somebody is signed in. A session ends after 30 minutes without a request, and after 12 hours anyway."
                    actions
                />
                {tabs("Sessions")}
                <FormProblem state=one/>
                <FormProblem state=mine/>
                {content_of(data, move |list| view! { <Written html=list.html form=one/> }.into_any())}
            </Content>
            {over}
        </Screen>
    }
}

fn all_out() -> impl IntoView {
    view! {
        <a class="btn" data-variant="danger" href="/settings/sessions?dialog=everybody"><Icon name="log-out"/>"Sign everybody out"</a>
    }
}

/// The question before everybody is signed out.
#[component]
fn Everybody() -> impl IntoView {
    let form = use_form::<EndSessions>();
    let footer = view! {
        <a class="btn" data-variant="outline" href=PAGE>"Cancel"</a>
        <SubmitButton label="Sign everybody out" form="everybody" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="eb"
            title="Sign everybody out?"
            description="All sessions but this one end, on every server. What somebody is typing is lost."
            close=PAGE
            footer=footer
            alert=true
        >
            <PostForm state=form id="everybody" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="whose" value="everybody"/>
                <p>"Administrators can sign in again at once, unless they are removed or their provider lets them in no more. SCIM tokens and provisioning go on."</p>
            </PostForm>
        </Dialog>
    }
}
