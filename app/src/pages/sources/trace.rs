//! The live trace: the requests of the source's client, newest first.

use crate::api::trace::ListRequests;
use crate::components::{
    Chip, Chips, Empty, FilterBar, FilterSelect, Look, Moment, Pager, Query, SearchBox, Status, Table, Tone, duration,
    part_of, plural,
};
use crate::live::use_live;
use crate::reading::reread;
use leptos::prelude::*;
use model::audit::action_label;
use model::trace::{Bulk, Change, RequestRow};
use model::{Cursor, Page, SourceId};

/// The parameters of the filter form.
const FIELDS: &[&str] = &["q", "method", "errors"];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The list; its first page is read anew whenever something arrives.
#[component]
pub(super) fn Trace(source: SourceId, query: Memo<Query>) -> impl IntoView {
    let live = use_live();
    let newest = Memo::new(move |_| if query.read().cursor() == Cursor::First { live.get() } else { 0 });
    let data = reread(
        move || newest.get(),
        move || {
            let query = query.read();
            Ok(ListRequests {
                source,
                errors: query.get("errors").map(|_| true),
                method: query.text("method"),
                q: query.text("q"),
                after: query.text("after"),
                before: query.text("before"),
            })
        },
    );
    view! {
        <section class="card" aria-labelledby="trace">
            <header><h2 id="trace">"Live trace"</h2><span class="hint">"Every request, for 7 days, with secrets removed. Times are UTC."</span></header>
            {move || view! { <Filters query=query.get()/> }}
            {part_of(data, move |page| list(source, page, query.get_untracked()))}
        </section>
    }
}

#[component]
fn Filters(query: Query) -> impl IntoView {
    let methods = METHODS.iter().map(|method| ((*method).to_owned(), (*method).to_owned())).collect();
    let errors = vec![("true".to_owned(), "Errors only".to_owned())];
    let value = |name| query.get(name).unwrap_or_default().to_owned();
    let (q_value, method_value, errors_value) = (value("q"), value("method"), value("errors"));
    let (form_query, chips) = (query.clone(), chips(&query));
    view! {
        <FilterBar label="Filter the trace" query=form_query fields=FIELDS>
            <SearchBox name="q" label="Person, path, error or address" value=q_value/>
            <FilterSelect name="method" label="Method" any="Any method" options=methods value=method_value/>
            <FilterSelect name="errors" label="Status" any="Any status" options=errors value=errors_value/>
        </FilterBar>
        <Chips query chips/>
    }
}

fn chips(query: &Query) -> Vec<Chip> {
    let chip = |name, text: Option<String>| text.map(|text| Chip { name, text });
    [
        chip("q", query.get("q").map(|q| format!("Contains “{q}”"))),
        chip("method", query.get("method").map(|method| format!("Method is {method}"))),
        chip("errors", query.get("errors").map(|_| "Errors only".to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn list(source: SourceId, page: Page<RequestRow>, query: Query) -> AnyView {
    if page.rows.is_empty() {
        return nothing(!chips(&query).is_empty());
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "request", "requests");
    let rows = page.rows.into_iter().map(move |row| view! { <Row source row/> });
    view! {
        <Table caption="Requests">
            <thead><tr>
                <th scope="col" aria-sort="descending">"Time"</th>
                <th scope="col">"Request"</th>
                <th scope="col">"Status"</th>
                <th scope="col" class="p2">"Changed"</th>
                <th scope="col" class="r p3">"Duration"</th>
                <th scope="col" class="p3">"Client"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
        <Pager query=query previous=page.previous next=page.next text=format!("{shown} on this page")/>
    }
    .into_any()
}

#[component]
fn Row(source: SourceId, row: RequestRow) -> impl IntoView {
    let href = format!("/sources/{source}/requests/{}", row.id);
    let text = status_text(&row);
    let look = look_of(&row);
    let below = row.detail.clone().unwrap_or_else(|| readable(&row.query));
    let client = row.client.clone().unwrap_or_else(|| "Not known".to_owned());
    // Where there is no room for its column.
    let narrow =
        (!row.changes.is_empty()).then(|| view! { <span class="sub md:hidden">{changed(&row.changes)}</span> });
    view! {
        <tr>
            <td class="nowrap muted"><Moment at=row.at/></td>
            <th scope="row">
                <a class="plain font-[550] hover:underline wrap-anywhere mono" href=href>{row.method.clone()}" "{row.path.clone()}</a>
                <span class="sub wrap-anywhere line-clamp-2">{below}</span>
                {narrow}
            </th>
            <td class="nowrap"><Status look=look text=text/></td>
            <td class="p2 wrap-anywhere">{changed(&row.changes)}</td>
            <td class="r num p3 muted nowrap">{duration(i64::from(row.duration_ms))}</td>
            <td class="p3 muted">{client}<span class="sub mono">{row.address}</span></td>
        </tr>
    }
}

/// A query string without its encoding: `filter=userName eq "ada"`.
pub(super) fn readable(query: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let parts = pairs.into_iter().map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") });
    parts.collect::<Vec<_>>().join(" & ")
}

/// How a request went.
pub(super) fn look_of(row: &RequestRow) -> Look {
    if row.failed() > 0 {
        return Look::new(Tone::Bad, "circle-x", "Failed in part");
    }
    if row.found_nobody() {
        return Look::new(Tone::Idle, "search", "Nobody found");
    }
    look_of_status(row.status)
}

/// How an answer looks, by its status.
pub(super) fn look_of_status(status: Option<u16>) -> Look {
    match status {
        None => Look::new(Tone::Warn, "plug-zap", "No answer"),
        Some(500..) => Look::new(Tone::Bad, "octagon-alert", "Failed"),
        Some(400..) => Look::new(Tone::Bad, "circle-x", "Refused"),
        Some(_) => Look::new(Tone::Ok, "circle-check", "Done"),
    }
}

/// The status in words that fit a cell.
pub(super) fn status_text(row: &RequestRow) -> String {
    let status = row.status.map_or_else(|| "No answer".to_owned(), |status| status.to_string());
    match row.bulk {
        Some(Bulk { operations, failed: 1.. }) => format!("{status}, {} of {operations} failed", row.failed()),
        _ => status,
    }
}

/// What was changed, in one line.
fn changed(changes: &[Change]) -> String {
    match changes {
        [] => "Nothing".to_owned(),
        [one] => sentence(one),
        [first, rest @ ..] => format!("{}, and {} more", sentence(first), rest.len()),
    }
}

fn sentence(change: &Change) -> String {
    format!("{}: {}", action_label(&change.action), change.target_name)
}

fn nothing(filtered: bool) -> AnyView {
    if filtered {
        return view! {
            <Empty icon="search" title="No request matches this filter" text="Take a filter away, or look for another part of the name."/>
        }
        .into_any();
    }
    view! {
        <Empty
            icon="radio"
            title="Nothing arrived yet"
            text="Each request of your identity provider shows here within a second: what it asked for, what it was answered, what that changed. Paste the SCIM URL and a token there, and press its test button to see the first one."
        />
    }
    .into_any()
}

/// A request of which nothing else matters.
#[cfg(test)]
pub(super) fn request(method: &str, path: &str, status: Option<u16>) -> RequestRow {
    RequestRow {
        id: model::RequestId(uuid::Uuid::nil()),
        at: chrono::DateTime::UNIX_EPOCH,
        method: method.into(),
        path: path.into(),
        query: String::new(),
        status,
        duration_ms: 0,
        client: None,
        address: "192.0.2.1".into(),
        changes: Vec::new(),
        scim_type: None,
        detail: None,
        bulk: None,
        open: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_in_one_line() {
        let change = |action: &str, name: &str| Change {
            action: action.to_owned(),
            target_kind: "person".to_owned(),
            target_id: None,
            target_name: name.to_owned(),
        };
        assert_eq!(changed(&[]), "Nothing");
        let two = [change("person.created", "Ada"), change("person.updated", "Bob")];
        assert_eq!(changed(&two[..1]), "Person created: Ada");
        assert_eq!(changed(&two), "Person created: Ada, and 1 more");
    }

    #[test]
    fn a_query_is_shown_as_it_was_meant() {
        assert_eq!(readable("filter=userName+eq+%22ada%22&count=1"), "filter=userName eq \"ada\" & count=1");
        assert_eq!(readable("aadOptscim062020"), "aadOptscim062020");
    }

    #[test]
    fn a_refusal_looks_another_than_an_answer() {
        assert_eq!(look_of_status(Some(204)).tone, Tone::Ok);
        assert_eq!(look_of_status(Some(404)).label, "Refused");
        assert_eq!(look_of_status(Some(503)).label, "Failed");
        assert_eq!(status_text(&request("GET", "/Users", None)), "No answer");
        assert_eq!(look_of(&request("GET", "/Users/x", Some(404))).label, "Nobody found");
        assert_eq!(look_of(&request("PATCH", "/Users/x", Some(404))).label, "Refused");
    }

    #[test]
    fn a_bulk_request_says_how_many_failed() {
        let bulk = |failed| {
            let bulk = Some(Bulk { operations: 5, failed });
            RequestRow { bulk, ..request("POST", "/Bulk", Some(200)) }
        };
        assert_eq!((status_text(&bulk(2)).as_str(), look_of(&bulk(2)).tone), ("200, 2 of 5 failed", Tone::Bad));
        assert_eq!((status_text(&bulk(0)).as_str(), look_of(&bulk(0)).tone), ("200", Tone::Ok));
    }
}
