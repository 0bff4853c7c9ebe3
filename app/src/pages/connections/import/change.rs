//! Whose an account is, when the proposal is wrong: find a person and choose.

use super::DIALOG_FIELDS;
use crate::api::imports::{ChoosePerson, FreePeople, ListFreePeople};
use crate::components::{Avatar, Dialog, Icon, Query, SubmitButton, part_of};
use crate::error::AppError;
use crate::form::{FormProblem, PostForm, use_form};
use crate::reading::read;
use leptos::prelude::*;
use model::{AccountId, ConnectionId};

#[component]
pub(super) fn Change(connection: ConnectionId) -> impl IntoView {
    let form = use_form::<ChoosePerson>();
    let query = Query::here().get_untracked();
    let close = query.without(DIALOG_FIELDS).href();
    let list = close.clone();
    let account = query.get("account").unwrap_or_default().to_owned();
    let find = query.get("find").unwrap_or_default().to_owned();
    let asked = find.clone();
    let of: Option<AccountId> = account.parse().ok();
    let found = read(move || {
        let account = of.ok_or_else(|| AppError::no("Zoom account"))?;
        Ok(ListFreePeople { connection, account, q: asked.clone() })
    });
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Choose" icon="check" form="choose" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="ch"
            title="Whose account is it?"
            description="Find the person in the directory. The account is linked when it is confirmed; until then nothing changes."
            close
            footer
            wide=true
        >
            {finder(&query, "Find people", "Searches name, e-mail and department among people without an account on this connection. The first 20 are shown.")}
            <PostForm state=form id="choose" class="form mt-4">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.to_string()/>
                <input type="hidden" name="account" value=account/>
                <input type="hidden" name="at" value=list/>
                {part_of(found, people)}
            </PostForm>
        </Dialog>
    }
}

fn people(found: FreePeople) -> AnyView {
    let name = if found.display_name.is_empty() { "No name".to_owned() } else { found.display_name };
    let rows = found.people.into_iter().map(|person| (person.id.to_string(), person.display_name, person.user_name));
    let options = options("person", rows.collect(), "Nobody is found who has no account on this connection yet.");
    view! {
        <p class="wrap-anywhere">"For the Zoom account "<strong>{name}</strong>" "<span class="muted">{found.user_name}</span></p>
        {options}
    }
    .into_any()
}

/// The search of a dialog in which one of several is chosen.
pub(super) fn finder(query: &Query, label: &'static str, hint: &'static str) -> AnyView {
    let kept = query.without(&["find", "id"]).pairs().to_vec();
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let find = query.get("find").unwrap_or_default().to_owned();
    view! {
        <form method="get" class="form">
            {kept.collect_view()}
            <div class="field">
                <label for="find">{label}</label>
                <div class="flex gap-2">
                    <input class="input" autofocus=true type="search" id="find" name="find" value=find autocomplete="off" aria-describedby="find-h"/>
                    <button type="submit" class="btn" data-variant="outline"><Icon name="search"/>"Find"</button>
                </div>
                <p class="hint" id="find-h">{hint}</p>
            </div>
        </form>
    }
    .into_any()
}

/// What was found, to choose one: the value that is sent, its name, and what tells it from others of that name.
pub(super) fn options(field: &'static str, found: Vec<(String, String, String)>, nothing: &'static str) -> AnyView {
    if found.is_empty() {
        return view! { <p class="hint">{nothing}</p> }.into_any();
    }
    let rows = found.into_iter().map(|(id, name, sub)| {
        let element = format!("p-{id}");
        view! {
            <li class="!py-2.5 items-center!">
                <input class="check" type="radio" id=element.clone() name=field value=id/>
                <label class="person flex-1 cursor-pointer" for=element>
                    {(field == "person").then(|| view! { <Avatar name=name.clone()/> })}
                    <span><span class="name">{name.clone()}</span><span class="sub">{sub}</span></span>
                </label>
            </li>
        }
    });
    view! {
        <fieldset class="fieldset card">
            <legend class="vh">"Found"</legend>
            <ul class="rows max-h-80 overflow-y-auto">{rows.collect_view()}</ul>
        </fieldset>
    }
    .into_any()
}
