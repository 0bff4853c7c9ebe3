//! The table that says which value of the groups claim gives which role.

use crate::api::providers::SaveProvider;
use crate::components::{Icon, Table};
use crate::form::FormState;
use leptos::prelude::*;
use model::Role;
use model::provider::RoleRule;

/// So many empty rows stand below the filled ones: without script they are all there is to add with.
const SPARE: usize = 2;

#[component]
pub fn RoleMapping(rules: Vec<RoleRule>, form: FormState<SaveProvider>) -> impl IntoView {
    let sent = form.sent_all("values[]").into_iter().zip(form.sent_all("roles[]")).collect::<Vec<_>>();
    let stored = rules.into_iter().map(|rule| (rule.value, rule.role.as_str().to_owned()));
    let mut rows: Vec<(String, String)> = if sent.is_empty() { stored.collect() } else { sent };
    rows.retain(|(value, _)| !value.is_empty());
    let first = rows.len() + SPARE;
    rows.resize(first, (String::new(), Role::Auditor.as_str().to_owned()));
    let (added, set_added) = signal(0_usize);
    let (ready, set_ready) = signal(false);
    Effect::new(move |_| set_ready.set(true));
    let rows = rows.into_iter().enumerate().map(|(at, (value, role))| view! { <Row at value role/> }).collect_view();
    view! {
        <div class="field" id="values">
            <Table caption="Roles from groups">
                <thead><tr>
                    <th scope="col">"Value"</th>
                    <th scope="col">"Gives the role"</th>
                </tr></thead>
                <tbody>
                    {rows}
                    <For each=move || 0..added.get() key=|at| *at let:at>
                        <Row at=first + at value=String::new() role=Role::Auditor.as_str().to_owned()/>
                    </For>
                </tbody>
            </Table>
            <p class="hint">"An empty row counts for nothing. Of several values that somebody has, the most powerful role holds. Whoever was given a role under Administrators keeps that one."</p>
            <button
                type="button"
                class="btn w-fit"
                data-variant="outline"
                data-size="sm"
                hidden=move || !ready.get()
                on:click=move |_| set_added.update(|added| *added += 1)
            >
                <Icon name="plus"/>"Another row"
            </button>
        </div>
    }
}

#[component]
fn Row(at: usize, value: String, role: String) -> impl IntoView {
    let options = Role::ALL.iter().map(|offered| {
        let selected = offered.as_str() == role;
        view! { <option value=offered.as_str() selected=selected>{offered.label()}</option> }
    });
    view! {
        <tr>
            <td><input class="input" name="values[]" value=value autocomplete="off" aria-label=format!("Value {}", at + 1)/></td>
            <td><select class="select w-full" name="roles[]" aria-label=format!("Role {}", at + 1)>{options.collect_view()}</select></td>
        </tr>
    }
}
