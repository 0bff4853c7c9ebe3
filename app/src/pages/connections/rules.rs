//! The To Zoom tab: what Rollcall may do in Zoom, for whom, and which attributes it sends.

use super::frame::{TabKind, known, tab_page, use_place};
use crate::api::connections::{ConnectionPage, GetConnection, GetMappings, SaveRules};
use crate::components::{Card, CheckField, FieldState, Query, SubmitButton, SwitchRow, grouped, keyed_by, part_of};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::{read, reread};
use crate::written::Written;
use leptos::prelude::*;
use model::connection::{Connection, RemoveAction, ScopeMode};

#[component]
pub(super) fn ToZoomTab() -> impl IntoView {
    let place = use_place(TabKind::ToZoom);
    let form = use_form::<SaveRules>();
    let query = Query::here();
    let saved = Memo::new(move |_| query.read().get("saved").map(str::to_owned));
    let settings = reread(move || saved.get(), move || Ok(GetConnection { id: known(place.id.get())? }));
    let mappings = read(|| Ok(GetMappings {}));
    let body = move |_| {
        let rules = part_of(settings, move |page| {
            let version = |page: &ConnectionPage| (page.connection.id, page.connection.version);
            keyed_by(page, version, move |page| view! { <Rules form page/> }.into_any())
        });
        let mappings = part_of(mappings, |html| view! { <Written html/> }.into_any());
        view! { <div class="stack">{rules}{mappings}</div> }.into_any()
    };
    tab_page(place, Signal::stored(false), body, |_| ().into_any())
}

#[component]
fn Rules(form: FormState<SaveRules>, page: ConnectionPage) -> impl IntoView {
    let may = page.may.manage;
    let connection = page.connection;
    let scope = view! { <Scope form stored=connection.scope everyone=page.everyone enabled=connection.enabled/> };
    let save = if may {
        view! { <SubmitButton label="Save" pending=Signal::derive(move || form.pending())/> }.into_any()
    } else {
        view! { <span class="hint">"Your role may look at these rules and not change them."</span> }.into_any()
    };
    view! {
        <PostForm state=form>
            <fieldset class="stack" disabled=!may>
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.id.to_string()/>
                <input type="hidden" name="version" value=connection.version.to_string()/>
                <Actions form connection/>
                {scope}
                <div class="actions">{save}</div>
            </fieldset>
        </PostForm>
    }
}

/// The four Allow switches and the Remove action.
#[component]
fn Actions(form: FormState<SaveRules>, connection: Connection) -> impl IntoView {
    let actions = connection.actions;
    view! {
        <Card id="actions" title="Actions" hint="What Rollcall may do in Zoom">
            <SwitchRow
                field=FieldState::switch(form, "create", actions.create)
                label="Allow users to be created"
                hint="A person in scope without a Zoom user gets one."
            />
            <SwitchRow
                field=FieldState::switch(form, "update", actions.update)
                label="Allow users to be updated"
                hint="Mapped attributes are written whenever they change."
            />
            <SwitchRow
                field=FieldState::switch(form, "disable", actions.disable)
                label="Allow users to be disabled"
                hint="People deactivated in the directory are deactivated in Zoom, before any other work."
            />
            <SwitchRow
                field=FieldState::switch(form, "deprovision", actions.deprovision)
                label="Allow users to be deprovisioned"
                hint="People who leave the scope, or whom no source knows any more, are removed with the action below."
            />
            <Removal form stored=actions.remove_action/>
        </Card>
    }
}

/// Disable or Delete. Delete asks for a confirmation next to it.
#[component]
fn Removal(form: FormState<SaveRules>, stored: RemoveAction) -> impl IntoView {
    let chosen = RwSignal::new(form.value("remove_action", stored.as_str()));
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let confirm = FieldState::switch(form, "delete_confirmed", false);
    // Without script the box is always there; with it, only when it is needed.
    let asks = move || !hydrated.get() || chosen.with(|action| action == RemoveAction::Delete.as_str());
    let options = RemoveAction::ALL.iter().map(|action| {
        let selected = chosen.get_untracked() == action.as_str();
        view! { <option value=action.as_str() selected=selected>{action.label()}</option> }
    });
    view! {
        <div class="setting">
            <label for="remove_action">"Remove action"</label>
            <select
                class="select"
                id="remove_action"
                name="remove_action"
                aria-describedby="remove_action-h"
                on:change=move |event| chosen.set(event_target_value(&event))
            >
                {options.collect_view()}
            </select>
            <p class="hint" id="remove_action-h">
                "Disable deactivates the Zoom user; meetings and recordings stay. Delete removes the Zoom user with meetings and recordings, and cannot be undone."
            </p>
        </div>
        <div class="setting" hidden=move || !asks()>
            <CheckField
                field=confirm
                label="If I chose Delete: yes, people who leave lose their Zoom user, meetings and recordings for good"
            />
        </div>
    }
}

/// Assigned people only, or everyone.
#[component]
fn Scope(form: FormState<SaveRules>, stored: ScopeMode, everyone: i64, enabled: bool) -> impl IntoView {
    let chosen = form.value("scope", stored.as_str());
    let choices = ScopeMode::ALL.iter().map(move |mode| {
        let hint = match mode {
            ScopeMode::Assigned => "The people under Assignments, and nobody else.".to_owned(),
            ScopeMode::Everyone => {
                format!("All {} people in the directory, and everybody who joins it.", grouped(everyone))
            }
        };
        let checked = chosen == mode.as_str();
        view! {
            <label class="choice">
                <input class="check" type="radio" name="scope" value=mode.as_str() checked=checked/>
                <span><strong>{mode.label()}</strong><span class="hint">{hint}</span></span>
            </label>
        }
    });
    let when = if enabled { "at once" } else { "once provisioning is turned on" };
    let note = match stored {
        ScopeMode::Assigned => format!(
            "Saving Everyone puts all {} people in scope: {when}, whoever has no Zoom user gets one, as far as the actions above allow.",
            grouped(everyone)
        ),
        ScopeMode::Everyone => format!(
            "Saving Assigned people only takes everybody else out of scope: {when}, they are removed in Zoom with the action above. Assign whoever is to stay first."
        ),
    };
    view! {
        <Card id="scope" title="Scope">
            <section class="form">
                <fieldset class="fieldset">
                    <legend class="mb-1.5">"Who is provisioned"</legend>
                    <div class="grid-2">{choices.collect_view()}</div>
                </fieldset>
                <p class="hint">{note}</p>
            </section>
        </Card>
    }
}
