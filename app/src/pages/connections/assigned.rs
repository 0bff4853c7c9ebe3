//! What the Assignments tab shows around its check boxes: the filters, each person with the state and why, and the ways
//! on.

use super::assignments::DONE_FIELDS;
use crate::api::assignments::Shown;
use crate::components::{
    Chip, Chips, Empty, FilterBar, FilterSelect, Icon, Look, Pager, PersonCell, Query, SearchBox, Status, Time, Tone,
    plural,
};
use crate::written::Html;
use leptos::prelude::*;
use model::assignment::AssignmentRow;
use model::connection::ScopeMode;
use model::link::LinkState;
use model::person::PersonState;
use model::{ConnectionId, Page};

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "state"];

pub(crate) fn filters(query: &Query) -> AnyView {
    view! { <Filters query=query.clone()/> }.into_any()
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

/// What stands below the rows; in their place, when there are none.
pub(crate) fn after(id: ConnectionId, page: &Page<AssignmentRow>, query: &Query, may_assign: bool) -> AnyView {
    if page.rows.is_empty() {
        return nobody(id, !chips(query).is_empty(), may_assign);
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "person", "people");
    let (query, previous, next) = (query.without(DONE_FIELDS), page.previous.clone(), page.next.clone());
    view! { <Pager query previous next text=format!("{shown} on this page")/> }.into_any()
}

pub(crate) fn shown(row: AssignmentRow, scope: ScopeMode) -> Shown {
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
    let (id, name, changed) = (row.person_id, row.display_name.clone(), row.changed_at);
    let cell = || view! { <PersonCell name=name.clone() sub=sub href=format!("/people/{id}")/> }.into_any();
    Shown {
        id,
        person: Html::of(cell),
        by,
        state: Html::of(|| view! { <State row scope/> }.into_any()),
        changed: Html::of(|| view! { <Time at=changed/> }.into_any()),
        name,
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
