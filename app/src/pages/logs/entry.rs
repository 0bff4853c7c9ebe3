//! One log entry: what was done step by step, why it ended as it did, what changed, what Zoom was asked and answered.

use crate::components::{
    Badge, Callout, Card, CodeBlock, Event, Exact, Json, Kv, Look, ModifiedTable, PageHead, Query, Timeline, duration,
    pair,
};
use crate::pages::people::Retry;
use crate::written::{Html, Titled};
use leptos::prelude::*;
use model::PersonId;
use model::link::Cause;
use model::log::{Exchange, LogEntry, LogRow, Status, Step};

/// The page, and whose entry it is.
pub(crate) fn page(entry: LogEntry) -> (Titled, Option<PersonId>) {
    let (title, person) = (title(&entry.row), entry.row.person_id);
    (Titled { title, html: Html::of(|| view! { <Entry entry/> }.into_any()) }, person)
}

fn title(row: &LogRow) -> String {
    let whom = if row.identity.is_empty() { &row.target } else { &row.identity };
    format!("{} {whom}", row.action.label())
}

#[component]
fn Entry(entry: LogEntry) -> impl IntoView {
    let (row, details) = (entry.row, entry.details);
    let badge = view! { <Badge look=row.status/> }.into_any();
    let about = view! { {row.summary.clone()}" · "<Exact at=row.at/> }.into_any();
    let cause = details.cause.clone().map(|cause| view! { <Recommendations cause row=row.clone()/> });
    let modified = if details.modified.is_empty() {
        view! { <section><p class="muted">"Nothing was changed."</p></section> }.into_any()
    } else {
        view! { <ModifiedTable properties=details.modified.clone()/> }.into_any()
    };
    view! {
        <PageHead title=title(&row) badge=badge about=about/>
        <div class="cols">
            <div class="stack">
                {cause}
                <Steps steps=details.steps.clone()/>
                <Card id="modified" title="Modified Properties">{modified}</Card>
                <Exchanges exchanges=details.exchanges.clone()/>
            </div>
            <aside class="stack" aria-label="Summary">
                <Card id="summary" title="Summary"><section><Kv rows=summary(LogEntry { row, details })/></section></Card>
            </aside>
        </div>
    }
}

/// Why it ended as it did, and what to do.
#[component]
fn Recommendations(cause: Cause, row: LogRow) -> impl IntoView {
    let actions = row.person_id.filter(|_| row.status != Status::Success).map(|person| {
        let at = Query::parse(&format!("/logs/{}", row.id), "");
        view! {
            <Retry person connection=row.connection_id at/>
            <a class="btn" data-variant="outline" data-size="sm" href=format!("/people/{person}")>"Open person"</a>
        }
        .into_any()
    });
    view! {
        <Card id="recommendations" title="Troubleshooting & Recommendations">
            <section>
                <Callout look=row.status title=cause.happened actions=actions.unwrap_or_else(|| ().into_any())>
                    <p>{cause.why}</p>
                    <p>{cause.advice}</p>
                </Callout>
                {cause.zoom_said.map(|said| view! {
                    <h3 class="mt-4 mb-2">"Zoom’s own words"</h3>
                    <CodeBlock text=said/>
                })}
            </section>
        </Card>
    }
}

#[component]
fn Steps(steps: Vec<Step>) -> impl IntoView {
    let events = steps.into_iter().map(|step| {
        let look = Look::from(step.status);
        let icon = match step.name.as_str() {
            "Import" => "database-zap",
            "Determine if in scope" => "filter",
            "Match" => "fingerprint",
            "Perform action" => "send",
            _ => look.icon,
        };
        let title = view! { {step.name}<span class="vh">": "{look.label}</span> };
        Event::new(look.tone, icon, title, step.note)
    });
    let events: Vec<Event> = events.collect();
    view! { <Card id="steps" title="Steps"><div class="p-4.5"><Timeline events/></div></Card> }
}

/// The requests to Zoom and its answers, secrets removed.
#[component]
fn Exchanges(exchanges: Vec<Exchange>) -> impl IntoView {
    if exchanges.is_empty() {
        return view! {
            <Card id="exchanges" title="Request and answer">
                <section><p class="muted">"Zoom was not asked."</p></section>
            </Card>
        }
        .into_any();
    }
    let parts = exchanges.into_iter().map(|exchange| {
        let line = format!("{} {}", exchange.method, exchange.path);
        let answer = match (exchange.status, exchange.response) {
            (Some(status), Some(response)) => view! { <Json value=response lead=status.to_string()/> }.into_any(),
            (Some(status), None) => view! { <CodeBlock text=format!("{status}, with nothing in it")/> }.into_any(),
            (None, _) => view! { <CodeBlock text="No answer came."/> }.into_any(),
        };
        view! {
            <section>
                <h3 class="mb-2">"Request "<span class="mono font-normal wrap-anywhere">{line}</span></h3>
                {exchange.request.map(|request| view! { <Json value=request/> })}
                <h3 class="mt-4 mb-2">"Zoom’s answer "<span class="muted font-normal num">"after "{duration(exchange.duration_ms)}</span></h3>
                {answer}
            </section>
        }
    });
    view! { <Card id="exchanges" title="Request and answer">{parts.collect_view()}</Card> }.into_any()
}

fn summary(entry: LogEntry) -> Vec<(String, AnyView)> {
    let (row, details) = (entry.row, entry.details);
    let identity = match row.person_id {
        Some(person) => view! { <a href=format!("/people/{person}")>{row.identity}</a> }.into_any(),
        None => row.identity.into_any(),
    };
    let mut rows = vec![
        pair("Date", view! { <Exact at=row.at/> }),
        pair("Identity", identity),
        pair("User name", view! { <span class="mono">{row.user_name}</span> }),
        pair("Action", row.action.label()),
        pair("Source", row.source),
        pair("Target", view! { <a href=format!("/connections/{}", row.connection_id)>{row.target}</a> }),
        pair("Duration", view! { <span class="num">{duration(i64::from(row.duration_ms))}</span> }),
    ];
    if let Some(latency) = details.latency_ms {
        rows.push(pair("Source to Zoom", view! { <span class="num">{duration(latency)}</span> }));
    }
    if let Some(zoom_id) = details.zoom_id {
        rows.push(pair("Zoom user", view! { <span class="mono">{zoom_id}</span> }));
    }
    if details.attempt > 1 {
        rows.push(pair("Attempt", view! { <span class="num">{details.attempt}</span> }));
    }
    rows.push(pair("Entry", view! { <span class="mono">{row.id.to_string()}</span> }));
    rows
}
