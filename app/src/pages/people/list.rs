//! Everybody in the directory, by name.

use super::standing;
use crate::components::{
    Chip, Chips, Empty, FilterBar, FilterSelect, Pager, PersonCell, Query, SearchBox, Status, Table, Time, plural,
};
use leptos::prelude::*;
use model::Page;
use model::person::{PeopleShown, PersonSummary};

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "state"];

pub(crate) fn list(page: Page<PersonSummary>, query: &Query) -> AnyView {
    view! {
        <section class="card" aria-label="People">
            <Filters query=query.clone()/>
            {rows(page, query)}
        </section>
    }
    .into_any()
}

#[component]
fn Filters(query: Query) -> impl IntoView {
    let states = PeopleShown::ALL.iter().map(|state| (state.as_str().to_owned(), state.label().to_owned())).collect();
    let mut chips = Vec::new();
    if let Some(q) = query.get("q") {
        chips.push(Chip { name: "q", text: format!("Contains “{q}”") });
    }
    if let Some(state) = query.parsed::<PeopleShown>("state") {
        chips.push(Chip { name: "state", text: format!("State is {}", state.label()) });
    }
    let value = |name| query.get(name).unwrap_or_default().to_owned();
    let (q_value, state_value, form_query) = (value("q"), value("state"), query.clone());
    view! {
        <FilterBar label="Filter people" query=form_query fields=FIELDS>
            <SearchBox name="q" label="Name, e-mail or department" value=q_value/>
            <FilterSelect name="state" label="State" any="Any state" options=states value=state_value/>
        </FilterBar>
        <Chips query chips/>
    }
}

fn rows(page: Page<PersonSummary>, query: &Query) -> AnyView {
    if page.rows.is_empty() {
        let filtered = query.get("q").is_some() || query.parsed::<PeopleShown>("state").is_some();
        let deleted = query.parsed("state") == Some(PeopleShown::Deleted) && query.get("q").is_none();
        return match (deleted, filtered) {
            (true, _) => nobody_deleted(),
            (false, true) => nobody_found(),
            (false, false) => nobody_yet(),
        };
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "person", "people");
    let rows = page.rows.into_iter().map(|person| view! { <Row person/> });
    view! {
        <Table caption="People">
            <thead><tr>
                <th scope="col" aria-sort="ascending">"Name"</th>
                <th scope="col" class="p2">"Department"</th>
                <th scope="col" class="p3">"Title"</th>
                <th scope="col" class="p2">"Source"</th>
                <th scope="col">"State"</th>
                <th scope="col" class="p3">"Changed"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
        <Pager query=query.clone() previous=page.previous next=page.next text=format!("{shown} on this page")/>
    }
    .into_any()
}

#[component]
fn Row(person: PersonSummary) -> impl IntoView {
    let sources = if person.gone { "None any more".to_owned() } else { person.sources.join(", ") };
    let look = standing(&person);
    view! {
        <tr>
            <th scope="row">
                <PersonCell name=person.display_name sub=person.user_name href=format!("/people/{}", person.id)/>
            </th>
            <td class="p2">{person.department}</td>
            <td class="p3">{person.title}</td>
            <td class="p2 muted">{sources}</td>
            <td><Status look/></td>
            <td class="p3 muted nowrap"><Time at=person.updated_at/></td>
        </tr>
    }
}

fn nobody_deleted() -> AnyView {
    let actions = view! { <a class="btn" data-variant="outline" href="/people">"Show everybody"</a> }.into_any();
    view! {
        <Empty
            icon="trash-2"
            title="Nobody is deleted"
            text="Whoever no source knows any more shows here, and can be restored for 30 days."
            actions=actions
        />
    }
    .into_any()
}

fn nobody_found() -> AnyView {
    let actions = view! { <a class="btn" data-variant="outline" href="/people">"Show everybody"</a> }.into_any();
    view! {
        <Empty
            icon="search"
            title="Nobody matches this filter"
            text="The search looks at names, user names, e-mail addresses and departments. A person who is not here was never sent by a source."
            actions=actions
        />
    }
    .into_any()
}

fn nobody_yet() -> AnyView {
    let actions = view! { <a class="btn" href="/sources">"Go to sources"</a> }.into_any();
    view! {
        <Empty
            icon="users"
            title="No source has sent anybody yet"
            text="People come from your identity provider over SCIM. Make a source, paste its token and the SCIM URL into the provider, and assign people there: they show here within seconds."
            actions=actions
        />
    }
    .into_any()
}
