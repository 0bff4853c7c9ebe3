//! The Assign dialog: find people, tick several, assign them.
//!
//! One form does both. Find goes to the dialog's address again with what is ticked; Assign posts. With script the list
//! follows what is typed, and what is ticked is kept while the list changes.

use super::assignments::{DIALOG_FIELDS, Ticked, people_of};
use crate::api::assignments::{AssignPeople, ListCandidates};
use crate::components::{Avatar, Dialog, Icon, Look, Query, Status, Tone, grouped, part_of, plural};
use crate::form::{FormProblem, FormState, PostForm};
use crate::reading::read;
use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use model::assignment::Candidate;
use model::connection::ScopeMode;
use model::person::PersonState;
use model::{ConnectionId, PersonId};
use std::time::Duration;

#[component]
pub(super) fn Assign(
    id: ConnectionId,
    form: FormState<AssignPeople>,
    enabled: bool,
    scope: ScopeMode,
) -> impl IntoView {
    let query = Query::here().get_untracked();
    let close = query.without(DIALOG_FIELDS).href();
    let find = RwSignal::new(query.get("find").unwrap_or_default().to_owned());
    let ticked = Ticked(RwSignal::new(people_of(&query)));
    let found = read(move || Ok(ListCandidates { connection: id, q: find.get() }));
    let kept = query.without(DIALOG_FIELDS).pairs().to_vec();
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let mut follow = debounce(Duration::from_millis(150), move |text: String| find.set(text));
    let label = move || match ticked.count() {
        0 => "Assign".to_owned(),
        n => format!("Assign {}", plural(n, "person", "people")),
    };
    let footer = view! {
        <span class="start num" role="status">{move || (ticked.count() > 0).then(|| format!("{} selected", grouped(ticked.count())))}</span>
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <button type="submit" class="btn" form="assign" aria-busy=move || form.pending().then_some("true")>{label}</button>
    }
    .into_any();
    let description = match (scope, enabled) {
        (ScopeMode::Everyone, _) => {
            "Everyone is in scope now. An assignment counts once To Zoom says Assigned people only."
        }
        (ScopeMode::Assigned, true) => "Each of them gets a Zoom account within seconds.",
        (ScopeMode::Assigned, false) => "Each of them gets a Zoom account when provisioning is turned on.",
    };
    view! {
        <Dialog id="as" title="Assign people" description close footer wide=true>
            <PostForm state=form id="assign" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=id.to_string()/>
                {kept.collect_view()}
                <div class="field">
                    <label for="find">"Find people"</label>
                    <div class="flex gap-2">
                        <input
                            class="input"
                            autofocus=true
                            type="search"
                            id="find"
                            name="find"
                            value=find.get_untracked()
                            aria-describedby="find-h"
                            autocomplete="off"
                            on:input=move |event| follow(event_target_value(&event))
                        />
                        <button
                            type="submit"
                            class="btn"
                            data-variant="outline"
                            formmethod="get"
                            formaction=""
                            name="dialog"
                            value="assign"
                            on:click=move |event| event.prevent_default()
                        >
                            <Icon name="search"/>"Find"
                        </button>
                    </div>
                    <p class="hint" id="find-h">"Searches name, e-mail and department. The first 50 are shown."</p>
                </div>
                {part_of(found, move |people| candidates(people, ticked))}
            </PostForm>
        </Dialog>
    }
}

/// The people found. Whoever is ticked and not among them stays ticked.
fn candidates(people: Vec<Candidate>, ticked: Ticked) -> AnyView {
    let shown: Vec<PersonId> = people.iter().map(|person| person.person_id).collect();
    let others = move || {
        let ids: Vec<PersonId> = ticked.0.get().into_iter().filter(|id| !shown.contains(id)).collect();
        ids.into_iter().map(|id| view! { <input type="hidden" name="people[]" value=id.to_string()/> }).collect_view()
    };
    if people.is_empty() {
        return view! { {others}<p class="hint">"Nobody is found. Look for another part of the name, or wait for the source to send the person."</p> }
            .into_any();
    }
    let free: Vec<PersonId> = people.iter().filter(|p| !p.assigned).map(|p| p.person_id).collect();
    let rows = people.into_iter().map(|person| view! { <CandidateRow person ticked/> }).collect_view();
    view! {
        {others}
        <fieldset class="fieldset card">
            <legend class="vh">"People to assign"</legend>
            <TickAll free ticked/>
            <ul class="rows max-h-80 overflow-y-auto">{rows}</ul>
        </fieldset>
    }
    .into_any()
}

/// Ticks everybody shown. Needs script, so it is hidden until there is some.
#[component]
fn TickAll(free: Vec<PersonId>, ticked: Ticked) -> impl IntoView {
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let several = free.len() > 1;
    let text = format!("Select all {} shown", free.len());
    let all = {
        let free = free.clone();
        move || free.iter().all(|id| ticked.has(*id))
    };
    view! {
        <div class="bulkbar" hidden=move || !hydrated.get() || !several>
            <label class="check-line">
                <input
                    class="check"
                    type="checkbox"
                    prop:checked=all
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        free.iter().for_each(|id| ticked.set(*id, on));
                    }
                />
                {text}
            </label>
        </div>
    }
}

#[component]
fn CandidateRow(person: Candidate, ticked: Ticked) -> impl IntoView {
    let id = person.person_id;
    let element = format!("c-{id}");
    let sub = match &person.department {
        Some(department) => format!("{} · {department}", person.user_name),
        None => person.user_name.clone(),
    };
    let note = match (person.assigned, person.state) {
        (true, _) => Some(Look::new(Tone::Idle, "info", "Already assigned")),
        (false, PersonState::Active) => None,
        (false, other) => Some(Look::from(other)),
    };
    let initially = person.assigned || ticked.0.with_untracked(|people| people.contains(&id));
    view! {
        <li class="!py-2.5 items-center!">
            <input
                class="check"
                type="checkbox"
                id=element.clone()
                name="people[]"
                value=id.to_string()
                disabled=person.assigned
                checked=initially
                prop:checked=move || person.assigned || ticked.has(id)
                on:change=move |event| ticked.set(id, event_target_checked(&event))
            />
            <label class="person flex-1 cursor-pointer" for=element>
                <Avatar name=person.display_name.clone()/>
                <span><span class="name">{person.display_name}</span><span class="sub">{sub}</span></span>
            </label>
            {note.map(|look| view! { <span class="max-sm:basis-full max-sm:ps-7"><Status look/></span> })}
        </li>
    }
}
