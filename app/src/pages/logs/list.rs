//! The list of log entries, with its filters.

use crate::components::{
    Chip, Chips, Empty, FilterBar, FilterSelect, Moment, Pager, Query, SearchBox, Status, Table, duration, plural,
};
use leptos::prelude::*;
use model::log::{Action, LogFilter, LogRow, Status as LogStatus};
use model::{ConnectionId, Page, PersonId};

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "action", "status"];

/// The entries that the page's address asks for.
pub(crate) fn filter(query: &Query, connection: Option<ConnectionId>) -> LogFilter {
    LogFilter {
        connection_id: connection.or_else(|| query.parsed("connection")),
        person_id: query.parsed("person"),
        action: query.parsed("action"),
        status: query.parsed("status"),
        q: query.text("q"),
    }
}

pub(crate) fn list(page: Page<LogRow>, query: &Query) -> AnyView {
    view! {
        <section class="card" aria-label="Provisioning log">
            <Filters query=query.clone()/>
            {rows(page, query)}
        </section>
    }
    .into_any()
}

#[component]
fn Filters(query: Query) -> impl IntoView {
    let actions = Action::ALL.iter().map(|action| (action.as_str().to_owned(), action.label().to_owned())).collect();
    let statuses =
        LogStatus::ALL.iter().map(|status| (status.as_str().to_owned(), status.label().to_owned())).collect();
    let value = |name| query.get(name).unwrap_or_default().to_owned();
    let (q_value, action_value, status_value) = (value("q"), value("action"), value("status"));
    let (form_query, chips) = (query.clone(), chips(&query));
    view! {
        <FilterBar label="Filter the log" query=form_query fields=FIELDS>
            <SearchBox name="q" label="Name or user name" value=q_value/>
            <FilterSelect name="action" label="Action" any="Any action" options=actions value=action_value/>
            <FilterSelect name="status" label="Status" any="Any status" options=statuses value=status_value/>
        </FilterBar>
        <Chips query chips/>
    }
}

fn chips(query: &Query) -> Vec<Chip> {
    let mut chips = Vec::new();
    if let Some(q) = query.get("q") {
        chips.push(Chip { name: "q", text: format!("Contains “{q}”") });
    }
    if let Some(action) = query.parsed::<Action>("action") {
        chips.push(Chip { name: "action", text: format!("Action is {}", action.label()) });
    }
    if let Some(status) = query.parsed::<LogStatus>("status") {
        chips.push(Chip { name: "status", text: format!("Status is {}", status.label()) });
    }
    if query.parsed::<PersonId>("person").is_some() {
        chips.push(Chip { name: "person", text: "One person only".to_owned() });
    }
    if query.parsed::<ConnectionId>("connection").is_some() {
        chips.push(Chip { name: "connection", text: "One connection only".to_owned() });
    }
    chips
}

fn rows(page: Page<LogRow>, query: &Query) -> AnyView {
    if page.rows.is_empty() {
        return nothing(!chips(query).is_empty());
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "entry", "entries");
    let rows = page.rows.into_iter().map(|row| view! { <Row row/> });
    view! {
        <Table caption="Provisioning log entries">
            <thead><tr>
                <th scope="col" aria-sort="descending">"Date"</th>
                <th scope="col">"Identity"</th>
                <th scope="col">"Action"</th>
                <th scope="col" class="p3">"Source"</th>
                <th scope="col" class="p3">"Target"</th>
                <th scope="col">"Status"</th>
                <th scope="col" class="r p2">"Duration"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
        <Pager query=query.clone() previous=page.previous next=page.next text=format!("{shown} on this page")/>
    }
    .into_any()
}

#[component]
fn Row(row: LogRow) -> impl IntoView {
    // What concerns a whole connection has no person.
    let identity = if row.identity.is_empty() { row.target.clone() } else { row.identity };
    view! {
        <tr>
            <td class="nowrap muted"><Moment at=row.at/></td>
            <th scope="row">
                <a class="plain font-[550] hover:underline" href=format!("/logs/{}", row.id)>{identity}</a>
                <span class="p2"><span class="sub">{row.user_name}</span></span>
            </th>
            <td>{row.action.label()}</td>
            <td class="p3 muted">{row.source}</td>
            <td class="p3 muted">{row.target}</td>
            <td><Status look=row.status/></td>
            <td class="r num p2 muted nowrap">{duration(i64::from(row.duration_ms))}</td>
        </tr>
    }
}

fn nothing(filtered: bool) -> AnyView {
    if filtered {
        return view! {
            <Empty icon="search" title="No entry matches this filter" text="Take a filter away, or look for another part of the name."/>
        }
        .into_any();
    }
    view! {
        <Empty
            icon="scroll-text"
            title="Nothing was done in Zoom yet"
            text="Every create, update, disable, enable and delete shows here with its steps, what changed, and Zoom’s own answer. Switch a connection on and assign people to see the first entry."
        />
    }
    .into_any()
}
