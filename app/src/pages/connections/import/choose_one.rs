//! A dialog in which one of several is chosen: a search, what it found, and the choice.

use super::DIALOG_FIELDS;
use crate::api::imports::{Choices, Choosable};
use crate::components::{Avatar, Dialog, Icon, Query, SubmitButton, focus_on, part_of};
use crate::form::{Form, FormProblem, PostForm};
use crate::reading::Reading;
use leptos::prelude::*;

/// What such a dialog says.
pub(super) struct Texts {
    pub title: &'static str,
    pub description: &'static str,
    pub find: &'static str,
    pub hint: &'static str,
    pub nothing: &'static str,
    pub choose: &'static str,
    /// The name of what is chosen.
    pub field: &'static str,
}

/// What was looked for by hand; none when the dialog was just opened.
pub(super) fn asked(query: &Query) -> Option<String> {
    (query.get("dialog") == Some("find")).then(|| query.text("find").unwrap_or_default())
}

/// `hidden` is what the form sends beside the choice.
pub(super) fn choose_one(
    texts: &'static Texts,
    form: Form,
    query: Query,
    found: Reading<Choices>,
    hidden: Vec<(&'static str, String)>,
) -> AnyView {
    let close = query.without(DIALOG_FIELDS).href();
    let pending = Signal::derive(move || form.pending());
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label=texts.choose icon="check" form="choose" pending/>
    }
    .into_any();
    let hidden = hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let hidden = hidden.collect_view();
    let found = part_of(found, move |found: Choices| {
        let options = options(texts, found.found);
        view! { {finder(texts, &query, found.q)}{found.of.map(about)}{options} }.into_any()
    });
    view! {
        <Dialog id="one" title=texts.title description=texts.description close footer wide=true>
            <PostForm state=form id="choose">{hidden}</PostForm>
            <div class="stack"><FormProblem state=form/>{found}</div>
        </Dialog>
    }
    .into_any()
}

fn about((name, sub): (String, String)) -> AnyView {
    let name = if name.is_empty() { "No name".to_owned() } else { name };
    view! { <p class="wrap-anywhere">"For the Zoom account "<strong>{name}</strong>" "<span class="muted">{sub}</span></p> }
        .into_any()
}

/// The search. An emptied one is one as well.
fn finder(texts: &Texts, query: &Query, q: String) -> AnyView {
    let kept = query.without(&["find", "dialog", "id", "do"]).pairs().to_vec();
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    focus_on("find".to_owned());
    view! {
        <form method="get" class="form">
            {kept.collect_view()}
            <input type="hidden" name="dialog" value="find"/>
            <div class="field">
                <label for="find">{texts.find}</label>
                <div class="flex gap-2">
                    <input class="input" autofocus=true id="find" name="find" value=q autocomplete="off" enterkeyhint="search" aria-describedby="find-h"/>
                    <button type="submit" class="btn" data-variant="outline"><Icon name="search"/>"Find"</button>
                </div>
                <p class="hint" id="find-h">{texts.hint}</p>
            </div>
        </form>
    }
    .into_any()
}

fn options(texts: &'static Texts, found: Vec<Choosable>) -> AnyView {
    if found.is_empty() {
        return view! { <p class="hint">{texts.nothing}</p> }.into_any();
    }
    let rows = found.into_iter().map(|Choosable { id, name, sub }| {
        let element = format!("p-{id}");
        let avatar = (texts.field == "person").then(|| view! { <Avatar name=name.clone()/> });
        view! {
            <li class="!py-2.5 items-center!">
                <input class="check" type="radio" id=element.clone() name=texts.field value=id form="choose"/>
                <label class="person flex-1 cursor-pointer" for=element>
                    {avatar}
                    <span><span class="name">{name}</span><span class="sub">{sub}</span></span>
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
