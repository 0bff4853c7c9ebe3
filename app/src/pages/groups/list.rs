//! The groups of all sources, by name.

use crate::components::{Chip, Chips, Empty, FilterBar, FilterSelect, Pager, Query, SearchBox, Table, Time, plural};
use leptos::prelude::*;
use model::Page;
use model::group::GroupSummary;

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "state"];
const DELETED: &str = "deleted";

/// Whether those are shown that their source deleted.
pub(crate) fn deleted(query: &Query) -> bool {
    query.get("state") == Some(DELETED)
}

pub(crate) fn list(page: Page<GroupSummary>, query: &Query) -> AnyView {
    view! {
        <section class="card" aria-label="Groups">
            <Filters query=query.clone()/>
            {rows(page, query)}
        </section>
    }
    .into_any()
}

#[component]
fn Filters(query: Query) -> impl IntoView {
    let states = vec![(DELETED.to_owned(), "Deleted".to_owned())];
    let mut chips = Vec::new();
    if let Some(q) = query.get("q") {
        chips.push(Chip { name: "q", text: format!("Contains “{q}”") });
    }
    if deleted(&query) {
        chips.push(Chip { name: "state", text: "Deleted".to_owned() });
    }
    let value = |name| query.get(name).unwrap_or_default().to_owned();
    let (q_value, state_value, form_query) = (value("q"), value("state"), query.clone());
    view! {
        <FilterBar label="Filter groups" query=form_query fields=FIELDS>
            <SearchBox name="q" label="Name" value=q_value/>
            <FilterSelect name="state" label="State" any="Not deleted" options=states value=state_value/>
        </FilterBar>
        <Chips query chips/>
    }
}

fn rows(page: Page<GroupSummary>, query: &Query) -> AnyView {
    if page.rows.is_empty() {
        let filtered = query.get("q").is_some() || query.get("state").is_some();
        return if filtered { none_found() } else { none_yet() };
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "group", "groups");
    let rows = page.rows.into_iter().map(|group| view! { <Row group/> });
    view! {
        <Table caption="Groups">
            <thead><tr>
                <th scope="col" aria-sort="ascending">"Name"</th>
                <th scope="col" class="r">"Members"</th>
                <th scope="col" class="p2">"Source"</th>
                <th scope="col" class="p3">"Changed"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
        <Pager query=query.clone() previous=page.previous next=page.next text=format!("{shown} on this page")/>
    }
    .into_any()
}

#[component]
fn Row(group: GroupSummary) -> impl IntoView {
    let at = group.deleted_at.unwrap_or(group.updated_at);
    view! {
        <tr>
            <th scope="row"><a class="link" href=format!("/groups/{}", group.id)>{group.display_name}</a></th>
            <td class="r num">{crate::components::grouped(group.members)}</td>
            <td class="p2 muted">{group.source_name}</td>
            <td class="p3 muted nowrap"><Time at/></td>
        </tr>
    }
}

fn none_found() -> AnyView {
    let actions = view! { <a class="btn" data-variant="outline" href="/groups">"Show all groups"</a> }.into_any();
    view! {
        <Empty
            icon="search"
            title="No group matches this filter"
            text="The search looks at names. A group that a source deleted is kept for 30 days and found by the state Deleted."
            actions=actions
        />
    }
    .into_any()
}

fn none_yet() -> AnyView {
    let actions = view! { <a class="btn" href="/sources">"Go to sources"</a> }.into_any();
    view! {
        <Empty
            icon="users-round"
            title="No source has pushed a group yet"
            text="Switch group push on in your identity provider: groups and their members come by the same SCIM URL and token as people, and show here within seconds."
            actions=actions
        />
    }
    .into_any()
}
