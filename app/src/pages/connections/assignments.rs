//! The Assignments tab: who is on the connection, in which state, and why; assign, unassign, try again.

use super::assign::Assign;
use super::frame::{TabKind, known, tab_page, use_place};
use super::not_now::{NOT_ALLOWED, NotNow};
use super::unassign::Unassign;
use crate::api::assignments::{AssignPeople, Assignments, ListAssignments, RetryPeople, Shown, UnassignPeople};
use crate::api::connections::{ConnectionPage, May};
use crate::components::{Icon, Query, Table, follows, grouped, part_of};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::written::Written;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::{ConnectionId, PersonId};

/// What the dialogs of the page add to its address.
pub(super) const DIALOG_FIELDS: &[&str] = &["dialog", "find", "people[]", "id", "do"];
/// What the answers of its forms add.
pub(super) const DONE_FIELDS: &[&str] = &["assigned", "unassigned", "retried"];

/// The people ticked: kept beside the table, so that a live change of the rows does not lose them. Without script they
/// travel in the address.
#[derive(Clone, Copy)]
pub(super) struct Ticked(pub(super) RwSignal<Vec<PersonId>>);

impl Ticked {
    fn new(query: Memo<Query>) -> Self {
        Self(RwSignal::new(people_of(&query.read_untracked())))
    }

    pub(super) fn has(self, person: PersonId) -> bool {
        self.0.read().contains(&person)
    }

    pub(super) fn set(self, person: PersonId, on: bool) {
        self.0.update(|people| {
            people.retain(|other| *other != person);
            if on {
                people.push(person);
            }
        });
    }

    pub(super) fn count(self) -> i64 {
        i64::try_from(self.0.read().len()).unwrap_or(i64::MAX)
    }
}

/// The people named in an address.
pub(super) fn people_of(query: &Query) -> Vec<PersonId> {
    query.pairs().iter().filter(|(name, _)| name == "people[]").filter_map(|(_, id)| id.parse().ok()).collect()
}

#[component]
pub(super) fn AssignmentsTab() -> impl IntoView {
    let place = use_place(TabKind::Assignments);
    let retry = use_form::<RetryPeople>();
    let assign = use_form::<AssignPeople>();
    let unassign = use_form::<UnassignPeople>();
    let query = Query::here();
    let live = use_live();
    let ticked = Ticked::new(query);
    let dialog = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let open = Signal::derive(move || matches!(dialog.get().as_deref(), Some("assign" | "unassign")));
    let list = Memo::new(move |_| query.read().without(DIALOG_FIELDS));
    let data = reread(
        move || (list.get(), live.get()),
        move || Ok(ListAssignments { connection: known(place.id.get())?, at: list.get() }),
    );
    // What was ticked has been dealt with.
    Effect::new(move |_| {
        if retry.success().is_some() || unassign.success().is_some() {
            ticked.0.set(Vec::new());
        }
    });
    let body = move |page: ConnectionPage| {
        let id = page.connection.id;
        view! {
            <section class="card" aria-label="Assigned people">
                {part_of(data, move |found| {
                    let filters = found.filters.clone();
                    let people = people(id, found, list.get_untracked(), retry, ticked);
                    view! { <Written html=filters/><FormProblem state=retry/>{people} }.into_any()
                })}
            </section>
        }
        .into_any()
    };
    let dialogs = move |page: ConnectionPage| {
        let connection = page.connection;
        follows(move || match (dialog.get().as_deref(), page.may.assign) {
            (Some("assign"), true) => {
                view! { <Assign id=connection.id form=assign enabled=connection.enabled scope=connection.scope/> }
                    .into_any()
            }
            (Some("unassign"), true) => {
                view! { <Unassign connection=connection.clone() form=unassign data/> }.into_any()
            }
            (Some("assign" | "unassign"), false) => {
                view! { <NotNow text=NOT_ALLOWED close=list.get_untracked().href()/> }.into_any()
            }
            _ => ().into_any(),
        })
    };
    tab_page(place, open, body, dialogs)
}

fn people(id: ConnectionId, found: Assignments, query: Query, form: FormState<RetryPeople>, ticked: Ticked) -> AnyView {
    if found.rows.is_empty() {
        return view! { <Written html=found.after/> }.into_any();
    }
    let may_select = found.may.assign || found.may.retry;
    let ids: Vec<PersonId> = found.rows.iter().map(|row| row.id).collect();
    let rows = found.rows.into_iter().map(move |row| view! { <Row row ticked may_select/> }).collect_view();
    let bar = may_select.then(|| view! { <BulkBar query=query.clone() may=found.may ticked/> });
    let all = may_select.then(|| view! { <td class="shrink"><SelectAll ids ticked/></td> });
    view! {
        <PostForm state=form>
            <input type="hidden" name="id" value=id.to_string()/>
            {bar}
            <Table caption="Assignments">
                <thead><tr>
                    {all}
                    <th scope="col" aria-sort="ascending">"Person"</th>
                    <th scope="col" class="p3">"Assigned by"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="p3">"Changed"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </Table>
        </PostForm>
        <Written html=found.after/>
    }
    .into_any()
}

/// What can be done with the people ticked. Unassign asks first, so it only goes to the dialog's address.
#[component]
fn BulkBar(query: Query, may: May, ticked: Ticked) -> impl IntoView {
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let base = query.without(DONE_FIELDS);
    let navigate = use_navigate();
    let ask = {
        let base = base.clone();
        move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            let mut address = base.with("dialog", "unassign").href();
            for person in ticked.0.get_untracked() {
                address.push_str(&format!("&people%5B%5D={person}"));
            }
            navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    // For the form without script: what the dialog's address keeps of this one.
    let kept =
        base.pairs().to_vec().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let text = move || {
        if hydrated.get() { format!("{} selected", grouped(ticked.count())) } else { "With those ticked:".to_owned() }
    };
    view! {
        <div class="bulkbar" role="group" aria-label="With the people selected">
            {kept.collect_view()}
            <strong class="num" role="status">{text}</strong>
            <span class="end actions">
                {may.retry.then(|| view! {
                    <button type="submit" class="btn" data-variant="outline" data-size="sm"><Icon name="rotate-cw"/>"Retry"</button>
                })}
                {may.assign.then(|| view! {
                    <button
                        type="submit"
                        class="btn"
                        data-variant="danger"
                        data-size="sm"
                        formmethod="get"
                        formaction=""
                        name="dialog"
                        value="unassign"
                        on:click=ask
                    >
                        <Icon name="user-minus"/>"Unassign"
                    </button>
                })}
            </span>
        </div>
    }
}

/// Ticks everybody on the page. Needs script, so it is hidden until there is some.
#[component]
fn SelectAll(ids: Vec<PersonId>, ticked: Ticked) -> impl IntoView {
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let all = {
        let ids = ids.clone();
        move || ids.iter().all(|id| ticked.has(*id))
    };
    view! {
        <input
            class="check"
            type="checkbox"
            aria-label="Select everybody on this page"
            hidden=move || !hydrated.get()
            prop:checked=all
            on:change=move |event| {
                let on = event_target_checked(&event);
                ids.iter().for_each(|id| ticked.set(*id, on));
            }
        />
    }
}

#[component]
fn Row(row: Shown, ticked: Ticked, may_select: bool) -> impl IntoView {
    let id = row.id;
    let initially = ticked.0.with_untracked(|people| people.contains(&id));
    let tick = may_select.then(|| {
        view! {
            <td class="shrink">
                <input
                    class="check"
                    type="checkbox"
                    name="people[]"
                    value=id.to_string()
                    aria-label=format!("Select {}", row.name)
                    checked=initially
                    prop:checked=move || ticked.has(id)
                    on:change=move |event| ticked.set(id, event_target_checked(&event))
                />
            </td>
        }
    });
    view! {
        <tr class:is-selected=move || may_select && ticked.has(id)>
            {tick}
            <th scope="row"><Written html=row.person/></th>
            <td class="p3 muted nowrap">{row.by}</td>
            <td><Written html=row.state/></td>
            <td class="p3 muted nowrap"><Written html=row.changed/></td>
        </tr>
    }
}
