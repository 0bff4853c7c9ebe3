//! What the Overview tab shows: how everybody stands, what needs attention, how fast changes arrive.

use super::attention::Attention;
use super::strip::{StateStrip, total};
use crate::api::connections::May;
use crate::components::{Callout, Card, Checks, Empty, Icon, Look, Status, Time, Tone, duration, grouped};
use crate::pages::overview::body::Newest;
use directory::attention::Group;
use directory::links::Latency;
use leptos::prelude::*;
use model::connection::Connection;
use model::link::LinkCounts;
use model::log::LogRow;

pub(crate) struct Body {
    pub(crate) connection: Connection,
    pub(crate) may: May,
    pub(crate) links: LinkCounts,
    pub(crate) causes: Vec<Group>,
    pub(crate) latency: Latency,
    pub(crate) newest: Vec<LogRow>,
}

pub(crate) fn body(standing: Body) -> AnyView {
    let connection = standing.connection.clone();
    let id = connection.id;
    let people = total(standing.links);
    let paused = connection.paused_until.zip(connection.paused_cause.clone()).map(|(until, cause)| {
        view! {
            <Callout look=Look::new(Tone::Warn, "hourglass", "Waiting") title=cause.happened>
                <p>{cause.why}" "{cause.advice}</p>
                <p>"Nothing is lost: everybody keeps their place, and work goes on by itself "<Time at=until/>"."</p>
            </Callout>
        }
    });
    let strip = (people > 0).then(|| {
        view! {
            <section aria-labelledby="states">
                <h2 id="states" class="vh">"People by state"</h2>
                <StateStrip id links=standing.links enabled=connection.enabled/>
            </section>
        }
    });
    let next = next_step(&standing);
    let attention = (people > 0).then(|| {
        view! { <Attention id groups=standing.causes may_retry=standing.may.retry/> }
    });
    let newest = (!standing.newest.is_empty())
        .then(|| view! { <Newest rows=standing.newest more=format!("/connections/{id}/logs")/> });
    view! {
        <div class="cols">
            <div class="stack">{paused}{next}{strip}{attention}{newest}</div>
            <aside class="stack" aria-label="Health and latency">
                <Health connection/>
                <Taken latency=standing.latency/>
            </aside>
        </div>
    }
    .into_any()
}

/// What to do next, until provisioning is on and somebody is on the connection.
fn next_step(standing: &Body) -> Option<AnyView> {
    let (connection, id) = (&standing.connection, standing.connection.id);
    let nobody = total(standing.links) == 0;
    let failed = connection.test.as_ref().and_then(|test| test.failure.as_ref());
    let (icon, title, text, href, label) = match (connection.is_valid(), nobody, connection.enabled) {
        (false, _, _) if failed.is_some() => (
            "plug-zap",
            "The connection does not work yet",
            "The last test failed; Integration says what is likely wrong and what to do. Provisioning stays off until a test succeeds.",
            format!("/connections/{id}/integration"),
            "Go to Integration",
        ),
        (false, _, _) => (
            "plug-zap",
            "Test the connection first",
            "The test asks Zoom for a token, looks at its scope and reads one user. It changes nothing. Then assign people, and turn provisioning on.",
            format!("/connections/{id}/integration"),
            "Go to Integration",
        ),
        (true, true, _) => (
            "user-plus",
            "Nobody is on this connection yet",
            "Assign the people who are to have a Zoom account, or choose Everyone under To Zoom. Each of them gets an account, and every change in the directory follows within seconds.",
            format!("/connections/{id}/assignments?dialog=assign"),
            "Assign people",
        ),
        (true, false, false) => return Some(off(standing)),
        (true, false, true) => return None,
    };
    let allowed = if connection.is_valid() && nobody { standing.may.assign } else { standing.may.manage };
    let actions = if allowed {
        view! { <a class="btn" href=href><Icon name=icon/>{label}</a> }.into_any()
    } else {
        ().into_any()
    };
    Some(view! { <section class="card"><Empty icon title text actions/></section> }.into_any())
}

/// Ready and off: for the first time, or again.
fn off(standing: &Body) -> AnyView {
    let waiting = match standing.links.pending {
        0 => "Nobody waits.".to_owned(),
        1 => "One person waits.".to_owned(),
        n => format!("{} people wait.", grouped(n)),
    };
    let text = format!("{waiting} Nothing changes in Zoom until it is turned on; that says first what will be done.");
    let look = Look::new(Tone::Info, "pause", "Off");
    view! {
        <Callout look title="Provisioning is off"><p>{text}</p></Callout>
    }
    .into_any()
}

/// The newest test, line by line.
#[component]
fn Health(connection: Connection) -> impl IntoView {
    let (look, body) = match connection.test {
        None => (
            Look::new(Tone::Warn, "circle-dashed", "Not tested"),
            view! { <section><p class="hint">"The credentials have not been tested since they were changed."</p></section> }
                .into_any(),
        ),
        Some(test) => {
            let look = if test.passed() {
                Look::new(Tone::Ok, "circle-check", "Healthy")
            } else {
                Look::new(Tone::Bad, "circle-x", "Failed")
            };
            let body = view! {
                <Checks checks=test.checks/>
                <footer><span class="hint">"Tested "<Time at=test.at/></span></footer>
            };
            (look, body.into_any())
        }
    };
    view! {
        <Card id="health" title="Connection health" end=view! { <Status look/> }.into_any()>{body}</Card>
    }
}

/// How long changes take, from the source to Zoom.
#[component]
fn Taken(latency: Latency) -> impl IntoView {
    let body = match (latency.p50, latency.p95) {
        (Some(p50), Some(p95)) => view! {
            <dl class="mb-3 grid grid-cols-2 gap-4">
                <div>
                    <dt class="muted text-xs">"Median (p50)"</dt>
                    <dd class="num text-xl font-semibold tracking-tight">{duration(p50)}</dd>
                </div>
                <div>
                    <dt class="muted text-xs">"95th percentile (p95)"</dt>
                    <dd class="num text-xl font-semibold tracking-tight">{duration(p95)}</dd>
                </div>
            </dl>
            <p class="hint">"From “the source sent it” to “Zoom confirmed it”."</p>
        }
        .into_any(),
        _ => view! { <p class="hint">"Shows how long a change takes from the source to Zoom, once the first has arrived."</p> }
            .into_any(),
    };
    view! { <Card id="latency" title="Change latency" hint="24 h"><section>{body}</section></Card> }
}
