//! Where a person stands on each connection, why, and what was done last.

use super::retry::Retry;
use crate::components::{
    Callout, Card, CodeBlock, Disclose, Empty, Event, Kv, Look, Query, Status, Time, Timeline, pair,
};
use crate::now::use_now;
use leptos::prelude::*;
use model::PersonId;
use model::link::{Cause, LinkState, PersonLink};
use model::log::LogRow;
use model::person::PersonSummary;

pub(crate) fn provisioning(who: &PersonSummary, links: Vec<PersonLink>, log: Vec<LogRow>, may_retry: bool) -> AnyView {
    view! {
        <Links person=who.id name=who.display_name.clone() links gone=who.gone may_retry/>
        <Newest person=who.id name=who.display_name.clone() rows=log/>
    }
    .into_any()
}

/// One card a connection.
#[component]
fn Links(
    person: PersonId,
    name: String,
    links: Vec<PersonLink>,
    /// No source knows the person any more.
    gone: bool,
    may_retry: bool,
) -> impl IntoView {
    if links.is_empty() && gone {
        return view! {
            <section class="card">
                <Empty icon="video" title="No Zoom account" text=format!("{name} is deleted and has no account in Zoom.")/>
            </section>
        }
        .into_any();
    }
    if links.is_empty() {
        let actions = view! { <a class="btn" href="/connections">"Go to connections"</a> }.into_any();
        return view! {
            <section class="card">
                <Empty
                    icon="video"
                    title="No Zoom account yet"
                    text=format!("{name} is not assigned to a connection, so nothing is done in Zoom. Open a connection and assign {name} on its Assignments tab.")
                    actions=actions
                />
            </section>
        }
        .into_any();
    }
    links.into_iter().map(|link| view! { <Link person link may_retry/> }).collect_view().into_any()
}

#[component]
fn Link(person: PersonId, link: PersonLink, may_retry: bool) -> impl IntoView {
    let status = view! { <Status look=link.state/> }.into_any();
    let title = link.connection_name.clone();
    let stuck = matches!(link.state, LinkState::Blocked | LinkState::Failing | LinkState::Skipped);
    let connection = link.connection_id;
    let cause = link.cause.clone().map(|cause| {
        let at = Query::parse(&format!("/people/{person}"), "");
        let actions = (may_retry && stuck).then(|| view! { <Retry person connection at/> }.into_any());
        why(link.state, cause, actions)
    });
    let facts = facts(&link);
    let sent = link.last_sent.as_ref().map(last_sent);
    view! {
        <section class="card" aria-labelledby=format!("link-{connection}")>
            <header>
                <h2 id=format!("link-{connection}")><a class="plain hover:underline" href=format!("/connections/{}", link.connection_id)>{title}</a></h2>
                <span class="end">{status}</span>
            </header>
            {cause.map(|cause| view! { <section>{cause}</section> })}
            <section><Kv rows=facts/></section>
            {sent}
        </section>
    }
}

/// Why the link is where it is: what happened, why, what to do, and Zoom's own words below.
fn why(state: LinkState, cause: Cause, actions: Option<AnyView>) -> AnyView {
    let look = Look::from(state);
    let text = view! {
        <p>{cause.why}</p>
        <p>{cause.advice}</p>
        {cause.zoom_said.map(|said| view! { <div class="mt-2"><CodeBlock text=said/></div> })}
    };
    let actions = actions.unwrap_or_else(|| ().into_any());
    view! { <Callout look=look title=format!("{}: {}", look.label, cause.happened) actions=actions>{text}</Callout> }
        .into_any()
}

fn facts(link: &PersonLink) -> Vec<(String, AnyView)> {
    let mut rows = Vec::new();
    let zoom_id = link.zoom_id.clone();
    rows.push(match zoom_id {
        Some(id) => pair("Zoom user", view! { <span class="mono">{id}</span> }),
        None => pair("Zoom user", "none yet"),
    });
    rows.push(pair("Assigned", if link.assigned { "to this person" } else { "not to this person" }));
    if !link.connection_enabled {
        rows.push(pair("Connection", "is switched off: nothing is sent"));
    }
    if let Some(due) = link.due_at {
        let now = use_now();
        let next = move || {
            if due <= now.get() { "waits for its turn".into_any() } else { view! { <Time at=due/> }.into_any() }
        };
        rows.push(pair("Next try", view! { {next} }));
    }
    if link.attempts > 0 {
        rows.push(pair("Failed attempts", view! { <span class="num">{link.attempts}</span> }));
    }
    rows.push(pair("Changed", view! { <Time at=link.updated_at/> }));
    rows
}

/// What was last sent to Zoom, attribute by attribute.
fn last_sent(sent: &serde_json::Value) -> AnyView {
    let rows = super::profile::flatten(sent).into_iter().map(|(name, value)| pair(name, value)).collect::<Vec<_>>();
    if rows.is_empty() {
        return ().into_any();
    }
    view! { <Disclose title="Last sent to Zoom"><Kv rows=rows/></Disclose> }.into_any()
}

/// The newest log entries of the person.
#[component]
fn Newest(person: PersonId, name: String, rows: Vec<LogRow>) -> impl IntoView {
    let all = view! {
        <a class="btn" data-variant="ghost" data-size="sm" href=format!("/logs?person={person}")>"All entries"</a>
    }
    .into_any();
    let body = if rows.is_empty() {
        let text = format!("Nothing has been done in Zoom for {name} yet.");
        view! { <section><p class="muted">{text}</p></section> }.into_any()
    } else {
        let events = rows.into_iter().map(event).collect();
        view! { <div class="p-4.5"><Timeline events/></div> }.into_any()
    };
    view! { <Card id="timeline" title="Timeline" end=all>{body}</Card> }
}

fn event(row: LogRow) -> Event {
    let (status, action) = (Look::from(row.status), Look::from(row.action));
    let title = view! { <a href=format!("/logs/{}", row.id)>{row.summary}</a> };
    let when = view! { {action.label}", "{status.label.to_lowercase()}" · "{row.target}" · "<Time at=row.at/> };
    Event::new(status.tone, action.icon, title, when)
}
