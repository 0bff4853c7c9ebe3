//! What the overview shows: all connections, what is still to set up, what was done last.

use crate::api::overview::Overview;
use crate::components::{Card, Event, Icon, Look, Time, Timeline, Tone};
use crate::pages::connections::cards::ConnectionCards;
use leptos::prelude::*;
use model::log::{LogRow, Status};
use model::source::ScimToken;

pub(crate) fn body(data: Overview) -> AnyView {
    let steps = steps(&data);
    let checklist = steps.iter().any(|step| !step.done).then(|| view! { <Checklist steps/> });
    let connections = (!data.connections.is_empty())
        .then(|| view! { <ConnectionCards connections=data.connections may_add=data.may.manage/> });
    let newest = (!data.newest.is_empty()).then(|| view! { <Newest rows=data.newest more="/logs"/> });
    let ending = (!data.ending.is_empty()).then(|| view! { <Ending tokens=data.ending/> });
    view! { <div class="stack">{checklist}{ending}{connections}{newest}</div> }.into_any()
}

/// What needs somebody's attention: tokens that end soon.
#[component]
fn Ending(tokens: Vec<ScimToken>) -> impl IntoView {
    let count = i64::try_from(tokens.len()).unwrap_or(i64::MAX);
    let rows = tokens.into_iter().filter_map(|token| {
        let at = token.expires_at?;
        let href = format!("/sources/{}#tokens", token.source_id);
        let advice = match &token.replaced_by {
            Some(successor) => format!("{successor} takes its place, but this one is still used: paste the new one into the identity provider."),
            None => "From then on the identity provider is refused, and nobody who joins, changes or leaves arrives. Rotate it before.".to_owned(),
        };
        Some(view! {
            <li data-tone=Tone::Warn.as_str()>
                <span class="glyph" aria-hidden="true"><Icon name="key-round"/></span>
                <div class="body">
                    <p class="title">{format!("The token {} of {} ends ", token.name, token.source_name)}<Time at/></p>
                    <p class="desc">{advice}</p>
                </div>
                <div class="actions"><a class="btn" data-variant="outline" data-size="sm" href=href>"Open tokens"</a></div>
            </li>
        })
    });
    view! {
        <Card id="attention" title="Needs attention" count=count>
            <ul class="rows" data-actions>{rows.collect_view()}</ul>
        </Card>
    }
}

/// A step of the way from an identity source to Zoom.
struct Step {
    title: &'static str,
    text: &'static str,
    href: String,
    button: &'static str,
    done: bool,
}

/// The four steps, ticked from what is really there.
fn steps(data: &Overview) -> Vec<Step> {
    let setup = data.setup;
    let first = data.connections.first();
    let at = |tab: &str| first.map_or_else(|| "/connections/new".to_owned(), |c| format!("/connections/{}{tab}", c.id));
    let source = setup.source.map_or_else(|| "/sources".to_owned(), |id| format!("/sources/{id}"));
    let people = |c: &model::connection::ConnectionSummary| {
        let links = c.links;
        links.in_sync + links.pending + links.blocked + links.failing + links.skipped > 0
    };
    vec![
        Step {
            title: "Make a source and its token",
            text: "A source is your identity provider: Okta, Entra, PingOne, or anything that speaks SCIM 2.0. Paste the token and the SCIM URL there, and people arrive.",
            href: source,
            button: "Go to sources",
            done: setup.source.is_some() && (setup.token || setup.people > 0),
        },
        Step {
            title: "Connect Zoom",
            text: "Five steps in the Zoom App Marketplace, then three values here. The test says at once whether they work.",
            href: at("/integration"),
            button: "Connect Zoom",
            done: data.connections.iter().any(|connection| connection.valid),
        },
        Step {
            title: "Assign people",
            text: "Say who is to have a Zoom account. Nothing happens in Zoom yet.",
            href: at("/assignments?dialog=assign"),
            button: "Assign people",
            done: data.connections.iter().any(people),
        },
        Step {
            title: "Turn provisioning on",
            text: "From then on changes reach Zoom within seconds. You can turn it off at any time.",
            href: at(""),
            button: "Open the connection",
            done: data.connections.iter().any(|connection| connection.enabled),
        },
    ]
}

/// The first run: what is done, what is next. Only the next step has its button.
#[component]
fn Checklist(steps: Vec<Step>) -> impl IntoView {
    let done = steps.iter().filter(|step| step.done).count();
    let next = steps.iter().position(|step| !step.done);
    let hint = format!("{done} of {} done", steps.len());
    let rows = steps.into_iter().enumerate().map(move |(n, step)| {
        let is_next = Some(n) == next;
        let look = match (step.done, is_next) {
            (true, _) => Look::new(Tone::Ok, "circle-check", "Done"),
            (false, true) => Look::new(Tone::Info, "circle-play", "Next"),
            (false, false) => Look::new(Tone::Idle, "circle-dashed", "Later"),
        };
        let text = (!step.done).then(|| view! { <p class="desc">{step.text}</p> });
        let action = is_next.then(|| view! { <a class="btn" data-size="sm" href=step.href>{step.button}</a> });
        view! {
            <li data-tone=look.tone.as_str()>
                <span class="glyph" aria-hidden="true"><Icon name=look.icon/></span>
                <div class="body">
                    <p class="title">{format!("{}. {}", n + 1, step.title)}<span class="vh">": " {look.label}</span></p>
                    {text}
                </div>
                <div class="actions">{action}</div>
            </li>
        }
    });
    view! {
        <Card id="setup" title="Set up Rollcall" hint=hint>
            <ol class="rows" data-actions>{rows.collect_view()}</ol>
        </Card>
    }
}

/// The newest entries of the provisioning log, each a link to its page.
#[component]
pub(crate) fn Newest(
    rows: Vec<LogRow>,
    /// Where the whole log is.
    #[prop(into)]
    more: String,
) -> impl IntoView {
    let events = rows.into_iter().map(event).collect();
    let end = view! { <a class="btn" data-variant="ghost" data-size="sm" href=more>"All entries"</a> }.into_any();
    view! {
        <Card id="newest" title="Recent activity" end=end>
            <section><Timeline events/></section>
        </Card>
    }
}

fn event(row: LogRow) -> Event {
    // What went well is told by what was done; what did not, by how it ended.
    let look = if row.status == Status::Success { Look::from(row.action) } else { Look::from(row.status) };
    let identity = if row.identity.is_empty() { row.target.clone() } else { row.identity.clone() };
    let end = (row.status != Status::Success).then(|| format!(": {}", row.status.label()));
    let title = view! { {row.action.label()}" "<a class="link" href=format!("/logs/{}", row.id)>{identity}</a>{end} };
    let when = view! { {row.summary}" · "<Time at=row.at/> };
    Event::new(look.tone, look.icon, title, when)
}
