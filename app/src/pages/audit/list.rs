//! The list of audit entries, with its filters.

use crate::components::{
    Chip, Chips, Empty, FilterBar, FilterDate, FilterSelect, Look, Moment, Pager, Query, SearchBox, Status, Table,
    Tone, day, grouped, plural,
};
use chrono::NaiveDate;
use leptos::prelude::*;
use model::Page;
use model::audit::{AuditFilter, AuditRow, AuditState, action_label};

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "actor", "action", "from", "to"];

/// The filter that stands in the address.
pub fn filter(query: &Query) -> AuditFilter {
    let text = |name| query.get(name).map(str::to_owned);
    let filter = AuditFilter {
        actor: text("actor"),
        action: text("action"),
        target: query.parsed("target"),
        q: text("q"),
        ..AuditFilter::default()
    };
    filter.within(query.parsed("from"), query.parsed("to"))
}

pub(crate) fn list(page: Page<AuditRow>, state: AuditState, query: &Query) -> AnyView {
    view! {
        <section class="card" aria-label="Audit log">
            <Filters query=query.clone() state/>
            {rows(page, query)}
        </section>
    }
    .into_any()
}

#[component]
fn Filters(query: Query, state: AuditState) -> impl IntoView {
    let actors = state.actors.into_iter().map(|actor| (actor.clone(), actor)).collect();
    let actions = state.actions.into_iter().map(|action| (action.clone(), action_label(&action))).collect();
    let value = |name| query.get(name).unwrap_or_default().to_owned();
    let (q, actor, action, from, to) = (value("q"), value("actor"), value("action"), value("from"), value("to"));
    let (form_query, wrong, chips) = (query.clone(), wrong_end(&query), chips(&query));
    view! {
        <FilterBar label="Filter the audit log" query=form_query fields=FIELDS>
            <SearchBox name="q" label="Event, actor, target or #number" value=q/>
            <FilterSelect name="actor" label="Actor" any="Any actor" options=actors value=actor/>
            <FilterSelect name="action" label="Event" any="Any event" options=actions value=action/>
            <FilterDate name="from" label="From" value=from/>
            <FilterDate name="to" label="To" value=to error=wrong/>
        </FilterBar>
        <Chips query chips/>
    }
}

/// What is wrong with the last day: no entry can lie between the two.
fn wrong_end(query: &Query) -> Option<&'static str> {
    let day = |name| query.parsed::<NaiveDate>(name);
    (day("from")? > day("to")?).then_some("This day is before the first one. Choose a later day, or the same.")
}

fn chips(query: &Query) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut add = |name, text: Option<String>| chips.extend(text.map(|text| Chip { name, text }));
    let day_of = |name| query.parsed::<NaiveDate>(name).map(day);
    add("q", query.get("q").map(|q| format!("Contains “{q}”")));
    add("actor", query.get("actor").map(|actor| format!("Actor is {actor}")));
    add("action", query.get("action").map(|action| format!("Event is {}", action_label(action))));
    add("from", day_of("from").map(|day| format!("From {day}")));
    add("to", day_of("to").map(|day| format!("Until {day}")));
    add("target", filter(query).target.map(|_| "One target only".to_owned()));
    chips
}

fn rows(page: Page<AuditRow>, query: &Query) -> AnyView {
    if page.rows.is_empty() {
        return nothing(!chips(query).is_empty());
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "entry", "entries");
    let rows = page.rows.into_iter().map(|row| view! { <Row row/> });
    view! {
        <Table caption="Audit entries">
            <thead><tr>
                <th scope="col">"No"</th>
                <th scope="col" aria-sort="descending">"Time"</th>
                <th scope="col" class="p2">"Actor"</th>
                <th scope="col">"Event"</th>
                <th scope="col" class="p3">"Hash"</th>
                <th scope="col" class="p2">"Chain"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
        <Pager query=query.clone() previous=page.previous next=page.next text=format!("{shown} on this page")/>
    }
    .into_any()
}

#[component]
fn Row(row: AuditRow) -> impl IntoView {
    let number = row.sequence.map_or_else(|| "New".to_owned(), |number| format!("#{}", grouped(number)));
    view! {
        <tr>
            <td class="num"><a class="plain font-[550] hover:underline" href=format!("/audit/{}", row.id)>{number}</a></td>
            <td class="nowrap muted"><Moment at=row.at/></td>
            <td class="p2 wrap-anywhere">{row.actor_name.clone()}</td>
            <th scope="row">
                <span class="font-[550]">{action_label(&row.action)}</span>
                <span class="sub wrap-anywhere">{row.target_name}</span>
                <span class="sub wrap-anywhere md:hidden">{row.actor_name}</span>
            </th>
            <td class="p3"><code class="mono muted">{row.hash.as_deref().map(short)}</code></td>
            <td class="p2"><Status look=chain(row.sequence.is_some())/></td>
        </tr>
    }
}

/// The ends of a hash.
fn short(hash: &str) -> String {
    let (start, end) = (hash.get(..4), hash.get(hash.len().saturating_sub(4)..));
    format!("{}…{}", start.unwrap_or_default(), end.unwrap_or_default())
}

/// Whether an entry has its place in the chain.
pub(super) const fn chain(sealed: bool) -> Look {
    if sealed { Look::new(Tone::Ok, "link", "Sealed") } else { Look::new(Tone::Info, "clock", "Waiting") }
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
            icon="shield-check"
            title="Nothing was done yet"
            text="Every sign-in, setting, token, assignment and export shows here with who did it, and what stood there before and after."
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_the_filter_and_chips_tell_of_it() {
        let query = Query::parse("/audit", "q=%2312&from=2026-11-01&to=2026-11-02&target=x&action=token.revoked");
        let filter = filter(&query);
        assert_eq!((filter.q.as_deref(), filter.target), (Some("#12"), None));
        assert_eq!((filter.to.unwrap() - filter.from.unwrap()).num_days(), 2);
        let texts: Vec<String> = chips(&query).into_iter().map(|chip| chip.text).collect();
        assert_eq!(texts, ["Contains “#12”", "Event is Token revoked", "From 1 Nov 2026", "Until 2 Nov 2026"]);
    }

    #[test]
    fn a_last_day_before_the_first_is_wrong() {
        let wrong = |search| wrong_end(&Query::parse("/audit", search)).is_some();
        assert!(wrong("from=2026-11-02&to=2026-11-01"));
        assert!(!wrong("from=2026-11-01&to=2026-11-01") && !wrong("from=2026-11-01") && !wrong("to=2026-11-01"));
    }

    #[test]
    fn a_hash_is_shown_by_its_ends() {
        assert_eq!(short("a91c00000007f2"), "a91c…07f2");
        assert_eq!(short("é"), "…é");
    }
}
