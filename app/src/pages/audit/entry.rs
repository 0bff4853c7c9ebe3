//! One audit entry: who did what to what, before and after side by side, and its place in the chain.

use super::changes::changes;
use super::list::chain;
use crate::components::{Badge, Card, Event, Exact, Kv, PageHead, SideBySide, Time, Timeline, Tone, grouped, pair};
use crate::written::{Html, Titled};
use leptos::prelude::*;
use model::audit::{AuditEntry, AuditRow, action_label};

pub(crate) fn page(entry: AuditEntry) -> Titled {
    Titled { title: title(&entry.row), html: Html::of(|| view! { <Entry entry/> }.into_any()) }
}

fn title(row: &AuditRow) -> String {
    let number = row.sequence.map(|number| format!("#{} ", grouped(number)));
    format!("{}{}", number.unwrap_or_default(), action_label(&row.action))
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let row = entry.row.clone();
    let badge = view! { <Badge look=chain(row.sequence.is_some())/> }.into_any();
    let about = view! { {row.actor_name.clone()}" · "{row.target_name.clone()}" · "<Exact at=row.at/> }.into_any();
    let values = changes(entry.before.as_ref(), entry.after.as_ref());
    let recorded = if values.is_empty() {
        view! { <section><p class="muted">"There is nothing more to say than what the event’s name says."</p></section> }.into_any()
    } else {
        view! { <SideBySide values/> }.into_any()
    };
    let (summary, place) = (summary(&entry), place(&entry));
    view! {
        <PageHead title=title(&row) badge=badge about=about/>
        <div class="cols">
            <div class="stack">
                <Card id="recorded" title="Before and after">{recorded}</Card>
            </div>
            <aside class="stack" aria-label="Summary and place in the chain">
                <Card id="summary" title="Summary"><section><Kv rows=summary/></section></Card>
                <Card id="chain" title="Place in the chain">
                    <div class="p-4.5"><Timeline events=place/></div>
                </Card>
            </aside>
        </div>
    }
}

fn summary(entry: &AuditEntry) -> Vec<(String, AnyView)> {
    let row = &entry.row;
    let target = match (page_of_target(row), row.target_id) {
        (Some(href), _) => view! { <a href=href>{row.target_name.clone()}</a> }.into_any(),
        (None, _) => row.target_name.clone().into_any(),
    };
    let others = row.target_id.map(|id| {
        view! { <a href=format!("/audit?target={id}")>"All entries about it"</a> }
    });
    // What has only one name needs no word for its kind.
    let kind = (row.actor_kind.label() != row.actor_name)
        .then(|| view! { <span class="muted block text-xs">{row.actor_kind.label()}</span> });
    let mut rows = vec![
        pair("Time", view! { <Exact at=row.at/> }),
        pair("Actor", view! { {row.actor_name.clone()}{kind} }),
        pair("Event", view! { <span class="mono">{row.action.clone()}</span> }),
        pair("Target", target),
    ];
    if let Some(others) = others {
        rows.push(pair("", others));
    }
    rows.push(pair("Entry", view! { <span class="mono">{row.id.to_string()}</span> }));
    rows
}

/// The page of what was changed, for the kinds that have one.
fn page_of_target(row: &AuditRow) -> Option<String> {
    let id = row.target_id?;
    match row.target_kind.as_str() {
        "connection" => Some(format!("/connections/{id}")),
        "source" => Some(format!("/sources/{id}")),
        "person" => Some(format!("/people/{id}")),
        _ => None,
    }
}

fn place(entry: &AuditEntry) -> Vec<Event> {
    let Some(sequence) = entry.row.sequence else {
        return vec![Event::new(
            Tone::Info,
            "clock",
            "Waits to be sealed",
            "It gets its number and hash within a second.",
        )];
    };
    let hash = |hash: Option<String>| view! { <span class="mono wrap-anywhere">{hash}</span> };
    let mut events = Vec::new();
    if entry.previous.is_some() {
        let title = format!("Entry before, #{}", grouped(sequence - 1));
        events.push(Event::new(Tone::Idle, "hash", title, hash(entry.previous.clone())));
    }
    let title = format!("This entry, #{}", grouped(sequence));
    events.push(Event::new(Tone::Ok, "link", title, hash(entry.row.hash.clone())));
    events.push(match entry.checkpoint {
        Some((at_sequence, at)) => {
            let title = format!("Checkpoint at #{}", grouped(at_sequence));
            Event::new(Tone::Ok, "badge-check", title, view! { "Signed "<Time at=at/> })
        }
        None => Event::new(Tone::Idle, "circle-dashed", "Next checkpoint", "After 100 entries or 10 minutes."),
    });
    events
}
