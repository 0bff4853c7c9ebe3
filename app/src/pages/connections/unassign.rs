//! The question before people are unassigned.

use super::assignments::{DIALOG_FIELDS, people_of};
use crate::api::assignments::{Assignments, UnassignPeople};
use crate::components::{Dialog, Query, SubmitButton, part_of, plural};
use crate::form::{FormProblem, FormState, PostForm};
use crate::reading::Reading;
use leptos::prelude::*;
use model::connection::{Connection, RemoveAction, ScopeMode};

/// How many are named; of more, the number is said.
const NAMED: usize = 8;

#[component]
pub(super) fn Unassign(
    connection: Connection,
    form: FormState<UnassignPeople>,
    data: Reading<Assignments>,
) -> impl IntoView {
    let query = Query::here().get_untracked();
    let people = people_of(&query);
    let close = query.without(DIALOG_FIELDS).href();
    let count = plural(i64::try_from(people.len()).unwrap_or(i64::MAX), "person", "people");
    if people.is_empty() {
        let footer = view! { <a class="btn" href=close.clone()>"Back to the list"</a> }.into_any();
        return view! {
            <Dialog id="un" title="Nobody is selected" close footer>
                <p>"Tick the people to unassign in the list first."</p>
            </Dialog>
        }
        .into_any();
    }
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton
            label=format!("Unassign {count}")
            icon="user-minus"
            form="unassign"
            variant="danger-solid"
            pending=Signal::derive(move || form.pending())
        />
    }
    .into_any();
    let chosen = people.clone();
    let names = part_of(data, move |found| {
        let rows = found.rows.into_iter().filter(|row| chosen.contains(&row.id));
        let mut names: Vec<String> = rows.map(|row| row.name).collect();
        let more = chosen.len() - names.len().min(NAMED);
        names.truncate(NAMED);
        let more = (more > 0)
            .then(|| format!(" and {} more", plural(i64::try_from(more).unwrap_or(i64::MAX), "person", "people")));
        view! { <p class="font-[550]">{names.join(", ")}{more}</p> }.into_any()
    });
    view! {
        <Dialog id="un" title=format!("Unassign {count}?") description=consequence(&connection) close footer alert=true>
            <PostForm state=form id="unassign" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.id.to_string()/>
                {people.into_iter().map(|id| view! { <input type="hidden" name="people[]" value=id.to_string()/> }).collect_view()}
                {names}
            </PostForm>
        </Dialog>
    }
    .into_any()
}

/// What happens to their Zoom accounts.
fn consequence(connection: &Connection) -> &'static str {
    if connection.scope == ScopeMode::Everyone {
        return "Everyone is in scope on this connection, so they keep their Zoom accounts.";
    }
    if !connection.enabled {
        return "Provisioning is off: nothing changes in Zoom until it is turned on.";
    }
    match (connection.actions.deprovision, connection.actions.remove_action) {
        (false, _) => "Their Zoom accounts are left as they are: deprovisioning is switched off under To Zoom.",
        (true, RemoveAction::Disable) => {
            "Their Zoom accounts are deactivated within seconds. Meetings and recordings stay; assigning them again activates the accounts."
        }
        (true, RemoveAction::Delete) => {
            "Their Zoom accounts are deleted within seconds, with meetings and recordings. That cannot be undone."
        }
    }
}
