//! How the source's client gets on: a few numbers, what it is, and its last error.

use super::cause;
use super::trace::status_text;
use crate::api::trace::GetTraffic;
use crate::components::{Callout, Icon, Look, Time, Tone, grouped, part_of, plural};
use crate::live::use_live;
use crate::reading::reread;
use leptos::prelude::*;
use model::SourceId;
use model::trace::{RequestRow, Traffic};

#[component]
pub(super) fn TrafficStrip(source: SourceId) -> impl IntoView {
    let live = use_live();
    let data = reread(move || live.get(), move || Ok(GetTraffic { source }));
    part_of(data, move |traffic| {
        let error = traffic.last_error.clone().filter(|_| traffic.errors > 0);
        view! {
            <section aria-labelledby="traffic">
                <h2 id="traffic" class="vh">"Traffic"</h2>
                {strip(source, &traffic)}
            </section>
            {strangers(&traffic)}
            {untraced(&traffic)}
            {error.map(|row| view! { <LastError source row/> })}
        }
        .into_any()
    })
}

fn strip(source: SourceId, traffic: &Traffic) -> AnyView {
    let last = match traffic.last_at {
        Some(at) => view! { "last "<Time at/> }.into_any(),
        None => "none yet".into_any(),
    };
    let errors = traffic.errors;
    let (tone, icon) = match (errors, &traffic.last_error) {
        (0, _) => (Tone::Ok, "circle-check"),
        (_, None) => (Tone::Idle, "circle-check"),
        (_, Some(_)) => (Tone::Bad, "circle-x"),
    };
    let share = match (errors, &traffic.last_error) {
        (0, _) => "in 24 hours".to_owned(),
        // What is missing in the trace, nobody knows of.
        (_, None) if traffic.untraced == 0 => "in 24 hours, all gone well since".to_owned(),
        _ => format!("of {} in 24 hours", plural(traffic.requests, "request", "requests")),
    };
    let client = traffic.client.clone();
    let client_sub = match (client.is_some(), traffic.requests) {
        (true, _) => "recognised by its requests",
        (false, 0) => "shows with the first request",
        (false, _) => "its requests do not say",
    };
    let client = client.unwrap_or_else(|| "Not known".to_owned());
    view! {
        <div class="stats" data-n="4">
            <div class="stat">
                <span class="label"><Icon name="users"/>"People"</span>
                <span class="value">{grouped(traffic.people)}</span>
                <span class="sub">{format!("and {} from this source", plural(traffic.groups, "group", "groups"))}</span>
            </div>
            <a class="stat" href=format!("/sources/{source}#trace")>
                <span class="label"><Icon name="radio"/>"Requests"</span>
                <span class="value">{grouped(traffic.requests)}</span>
                <span class="sub">"in 24 hours, "{last}</span>
            </a>
            <a class="stat" href=format!("/sources/{source}?errors=true#trace") data-tone=tone.as_str()>
                <span class="label"><Icon name=icon/>"Errors"</span>
                <span class="value">{grouped(errors)}</span>
                <span class="sub">{share}</span>
            </a>
            <div class="stat">
                <span class="label"><Icon name="fingerprint"/>"Client"</span>
                <span class="value text-base wrap-anywhere">{client}</span>
                <span class="sub">{client_sub}</span>
            </div>
        </div>
    }
    .into_any()
}

/// A token that was pasted wrong shows nowhere else.
fn strangers(traffic: &Traffic) -> Option<AnyView> {
    let at = traffic.last_stranger_at.filter(|_| traffic.requests == 0)?;
    let count = plural(traffic.strangers, "request", "requests");
    Some(
        view! {
            <Callout
                look=Look::new(Tone::Warn, "key-round", "Wrong token")
                title=format!("{count} came with a token that opens nothing")
            >
                <p>
                    "The last one "<Time at/>". Such a request belongs to no source, so it may be this one’s: look \
                     whether the token was pasted whole, has expired or was revoked."
                </p>
            </Callout>
        }
        .into_any(),
    )
}

/// The trace must not look whole when it is not.
fn untraced(traffic: &Traffic) -> Option<AnyView> {
    if traffic.untraced == 0 {
        return None;
    }
    let count = plural(traffic.untraced, "request is", "requests are");
    Some(
        view! {
            <Callout
                look=Look::new(Tone::Info, "info", "Not in the trace")
                title=format!("{count} missing in the trace")
            >
                <p>
                    "In the last 24 hours more came at once than could be written down, or the database was away. They \
                     were answered and done as always; only the record of them is missing."
                </p>
            </Callout>
        }
        .into_any(),
    )
}

#[component]
fn LastError(source: SourceId, row: RequestRow) -> impl IntoView {
    let cause = cause::of(&row);
    let status = status_text(&row);
    let status = row.detail.clone().map_or_else(|| format!("{status}."), |detail| format!("{status}: {detail}"));
    let href = format!("/sources/{source}/requests/{}", row.id);
    let actions = view! {
        <a class="btn" data-variant="outline" data-size="sm" href=href>"Open the request"</a>
    }
    .into_any();
    view! {
        <Callout
            look=Look::new(Tone::Bad, "circle-x", "Error")
            title=format!("Last error: {}", cause.happened)
            actions=actions
        >
            <p>
                <span class="mono wrap-anywhere">{row.method.clone()}" "{row.path.clone()}</span>" "<Time at=row.at/>". "
                {status}
            </p>
            <p>{cause.advice}</p>
        </Callout>
    }
}
