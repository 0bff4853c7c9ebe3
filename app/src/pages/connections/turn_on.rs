//! The question before provisioning is turned on.

use crate::api::connections::{Standing, SwitchConnection};
use crate::components::{Dialog, SubmitButton, plural};
use crate::form::{FormProblem, FormState, PostForm};
use leptos::prelude::*;
use model::connection::RemoveAction;

/// Says how many people wait and what is done for them, before anything is done.
#[component]
pub(super) fn TurnOn(standing: Standing, form: FormState<SwitchConnection>) -> impl IntoView {
    let connection = standing.connection;
    let close = format!("/connections/{}", connection.id);
    let waiting = standing.links.pending;
    let title = match waiting {
        0 => "Turn provisioning on?".to_owned(),
        _ => format!("Turn provisioning on for {}?", plural(waiting, "person", "people")),
    };
    let description = match waiting {
        0 => "Nobody waits now. From then on, changes in the directory reach Zoom within seconds.".to_owned(),
        1 => "One person waits. Rollcall looks the account up in Zoom first, then does what these rules allow."
            .to_owned(),
        _ => format!(
            "{} wait. Rollcall looks each account up in Zoom first, then does what these rules allow.",
            plural(waiting, "person", "people")
        ),
    };
    let actions = connection.actions;
    let removal = match (actions.deprovision, actions.remove_action) {
        (false, _) => "People who leave the scope are left alone in Zoom.",
        (true, RemoveAction::Disable) => {
            "People who leave the scope are deactivated in Zoom; meetings and recordings stay."
        }
        (true, RemoveAction::Delete) => "People who leave the scope are deleted in Zoom. That cannot be undone.",
    };
    let lines = [
        if actions.create { "Missing Zoom users are created." } else { "No Zoom user is created." },
        if actions.update {
            "Zoom users that Rollcall made or linked are updated."
        } else {
            "No Zoom user is updated."
        },
        if actions.disable {
            "People deactivated in the directory are deactivated in Zoom, before any other work."
        } else {
            "People deactivated in the directory stay active in Zoom."
        },
        removal,
        "Accounts in Zoom that belong to nobody on this connection are never changed.",
    ];
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Turn on" icon="circle-play" form="turn-on" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog id="on" title description close footer alert=true>
            <PostForm state=form id="turn-on" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.id.to_string()/>
                <input type="hidden" name="on" value="true"/>
                <ul class="grid gap-1.5 text-sm list-disc ps-5">
                    {lines.map(|line| view! { <li>{line}</li> }).into_iter().collect_view()}
                </ul>
            </PostForm>
        </Dialog>
    }
}
