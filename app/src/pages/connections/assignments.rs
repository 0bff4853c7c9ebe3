//! The Assignments tab: who is on the connection, in which state, and why; assign, unassign, try again.

use super::assign::Assign;
use super::frame::{TabKind, known, tab_page, use_place};
use super::not_now::{NOT_ALLOWED, NotNow};
use super::unassign::Unassign;
use crate::api::assignments::{AssignPeople, Assignments, ListAssignments, RetryPeople, UnassignPeople};
use crate::api::connections::{ConnectionPage, May};
use crate::components::{
    Chip, Chips, Empty, FilterBar, FilterSelect, Icon, Look, Pager, PersonCell, Query, SearchBox, Status, Table, Time,
    Tone, follows, grouped, part_of, plural,
};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::live::use_live;
use crate::reading::reread;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::assignment::AssignmentRow;
use model::connection::ScopeMode;
use model::link::LinkState;
use model::person::PersonState;
use model::{ConnectionId, PersonId};

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "state"];
/// What the dialogs of the page add to its address.
pub(super) const DIALOG_FIELDS: &[&str] = &["dialog", "find", "people[]", "id", "do"];
/// What the answers of its forms add.
const DONE_FIELDS: &[&str] = &["assigned", "unassigned", "retried"];

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
        move || {
            let (connection, query) = (known(place.id.get())?, list.read());
            let (q, state) = (query.text("q"), query.parsed("state"));
            Ok(ListAssignments { connection, q, state, after: query.text("after"), before: query.text("before") })
        },
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
                {move || view! { <Filters query=list.get()/> }}
                <FormProblem state=retry/>
                {part_of(data, move |found| people(id, found, list.get_untracked(), retry, ticked))}
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

#[component]
fn Filters(query: Query) -> impl IntoView {
    let query = query.without(DONE_FIELDS);
    let states = LinkState::ALL.iter().map(|state| (state.as_str().to_owned(), state.label().to_owned())).collect();
    let value = |name| query.get(name).unwrap_or_default().to_owned();
    let (q_value, state_value) = (value("q"), value("state"));
    let (form_query, chips) = (query.clone(), chips(&query));
    view! {
        <FilterBar label="Filter assignments" query=form_query fields=FIELDS>
            <SearchBox name="q" label="Name or e-mail" value=q_value/>
            <FilterSelect name="state" label="State" any="Any state" options=states value=state_value/>
        </FilterBar>
        <Chips query chips/>
    }
}

fn chips(query: &Query) -> Vec<Chip> {
    let mut chips = Vec::new();
    if let Some(q) = query.get("q") {
        chips.push(Chip { name: "q", text: format!("Contains “{q}”") });
    }
    if let Some(state) = query.parsed::<LinkState>("state") {
        chips.push(Chip { name: "state", text: format!("State is {}", state.label()) });
    }
    chips
}

fn people(id: ConnectionId, found: Assignments, query: Query, form: FormState<RetryPeople>, ticked: Ticked) -> AnyView {
    if found.page.rows.is_empty() {
        return nobody(id, !chips(&query).is_empty(), found.may.assign);
    }
    let shown = plural(i64::try_from(found.page.rows.len()).unwrap_or(i64::MAX), "person", "people");
    let scope = found.scope;
    let may_select = found.may.assign || found.may.retry;
    let ids: Vec<PersonId> = found.page.rows.iter().map(|row| row.person_id).collect();
    let rows = found.page.rows.into_iter().map(move |row| view! { <Row row scope ticked may_select/> }).collect_view();
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
        <Pager query=query.without(DONE_FIELDS) previous=found.page.previous next=found.page.next text=format!("{shown} on this page")/>
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
fn Row(row: AssignmentRow, scope: ScopeMode, ticked: Ticked, may_select: bool) -> impl IntoView {
    let id = row.person_id;
    let name = row.display_name.clone();
    let initially = ticked.0.with_untracked(|people| people.contains(&id));
    let tick = may_select.then(|| {
        view! {
            <td class="shrink">
                <input
                    class="check"
                    type="checkbox"
                    name="people[]"
                    value=id.to_string()
                    aria-label=format!("Select {name}")
                    checked=initially
                    prop:checked=move || ticked.has(id)
                    on:change=move |event| ticked.set(id, event_target_checked(&event))
                />
            </td>
        }
    });
    let by = match (&row.assignment_id, row.assigned_by.clone()) {
        (Some(_), Some(by)) => by,
        (Some(_), None) => "–".to_owned(),
        (None, _) if scope == ScopeMode::Everyone => "Scope Everyone".to_owned(),
        (None, _) => "Not assigned any more".to_owned(),
    };
    let sub = match row.person_state {
        PersonState::Active => row.user_name.clone(),
        other => format!("{} · {}", row.user_name, other.label()),
    };
    view! {
        <tr class:is-selected=move || may_select && ticked.has(id)>
            {tick}
            <th scope="row"><PersonCell name=row.display_name.clone() sub=sub href=format!("/people/{id}")/></th>
            <td class="p3 muted nowrap">{by}</td>
            <td><State row=row.clone() scope/></td>
            <td class="p3 muted nowrap"><Time at=row.changed_at/></td>
        </tr>
    }
}

/// The state, and why, and when it is tried again.
#[component]
fn State(row: AssignmentRow, scope: ScopeMode) -> impl IntoView {
    let Some(state) = row.state else {
        return view! { <span class="muted">"–"</span> }.into_any();
    };
    if row.assignment_id.is_none() && scope == ScopeMode::Assigned && state == LinkState::InSync {
        let left = Look::new(Tone::Idle, "user-minus", "Not assigned any more");
        return view! { <Status look=left/><span class="sub">"The Remove action was carried out in Zoom."</span> }
            .into_any();
    }
    let text = match &row.cause {
        Some(cause) if state != LinkState::InSync => format!("{}: {}", state.label(), cause.kind.label()),
        _ => state.label().to_owned(),
    };
    let sub = row.cause.as_ref().map(|cause| match state {
        LinkState::InSync => cause.happened.clone(),
        _ => format!("{} {}", cause.happened, cause.advice),
    });
    let due = row.due_at.filter(|_| state == LinkState::Failing);
    view! {
        <Status look=Look::from(state) text=text/>
        {sub.map(|sub| view! { <span class="sub wrap-anywhere">{sub}</span> })}
        {due.map(|at| view! { <span class="sub">"Tried again "<Time at/></span> })}
    }
    .into_any()
}

fn nobody(id: ConnectionId, filtered: bool, may_assign: bool) -> AnyView {
    if filtered {
        return view! {
            <Empty icon="search" title="Nobody matches this filter" text="Take a filter away, or look for another part of the name."/>
        }
        .into_any();
    }
    let actions = if may_assign {
        view! {
            <a class="btn" href=format!("/connections/{id}/assignments?dialog=assign")><Icon name="user-plus"/>"Assign people"</a>
        }
        .into_any()
    } else {
        ().into_any()
    };
    view! {
        <Empty
            icon="users"
            title="Nobody is assigned yet"
            text="Whoever is assigned gets a Zoom account, and every change in the directory follows within seconds. To take everybody at once, choose Everyone under To Zoom."
            actions=actions
        />
    }
    .into_any()
}
