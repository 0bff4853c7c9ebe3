//! The newest import: how far it is, what was odd, and what comes next.

use super::Forms;
use crate::api::connections::May;
use crate::api::imports::ImportPage;
use crate::components::{Badge, Callout, Card, Disclose, Look, Query, SubmitButton, Time, Tone, grouped, plural};
use crate::form::PostForm;
use leptos::prelude::*;
use model::ConnectionId;
use model::import::{Import, ImportState, Pace};

/// What Zoom's SCIM does not show of an account.
const UNREADABLE: &str = "Zoom's list shows name, e-mail, license and department. Role, phone, organization and employee number are read one account at a time, as many as the import settings allow: those that matched nobody first. Job title, locale and Zoom Phone are never shown by Zoom; Rollcall compares those with what it sent last.";

/// The card of the newest import, and the imports before.
pub(super) fn head(id: ConnectionId, page: ImportPage, forms: Forms) -> AnyView {
    let may = page.may;
    let Some(run) = page.newest else {
        return view! {
            <Card id="run-h" title="Import" end=start(id, may, forms)>
                <section>
                    <p>"Read who is in Zoom already, and see whose accounts they are. Nothing is changed in Zoom by an import, and nobody is linked before you confirm it."</p>
                    <p class="hint mt-2">{UNREADABLE}</p>
                </section>
            </Card>
        }
        .into_any();
    };
    let history = (!page.history.is_empty()).then(|| history(page.history));
    view! { {card(id, run, history.is_none(), page.pace, may, forms)}{history} }.into_any()
}

/// The ways to the tab's other pages.
fn ways(id: ConnectionId) -> AnyView {
    view! {
        <a class="btn" data-variant="outline" data-size="sm" href=format!("/connections/{id}/import/groups")>"Zoom’s groups"</a>
        <a class="btn" data-variant="outline" data-size="sm" href=format!("/connections/{id}/import/settings")>"Import settings"</a>
    }
    .into_any()
}

fn start(id: ConnectionId, may: May, forms: Forms) -> AnyView {
    let settings = ways(id);
    if !may.manage {
        return settings;
    }
    let pending = Signal::derive(move || forms.start.pending());
    view! {
        <span class="actions">
            {settings}
            <PostForm state=forms.start>
                <Of id at=forms.at/>
                <SubmitButton label="Import Now" icon="import" pending small=true/>
            </PostForm>
        </span>
    }
    .into_any()
}

/// The connection, and the list to come back to.
#[component]
fn Of(id: ConnectionId, at: Memo<Query>) -> impl IntoView {
    view! {
        <input type="hidden" name="id" value=id.to_string()/>
        <input type="hidden" name="at" value=move || at.read().href()/>
    }
}

fn look_of(state: ImportState) -> Look {
    let (tone, icon) = match state {
        ImportState::Done => (Tone::Ok, "circle-check"),
        ImportState::Stopped => (Tone::Bad, "circle-x"),
        ImportState::Cancelled => (Tone::Idle, "ban"),
        _ => (Tone::Info, "clock"),
    };
    Look::new(tone, icon, state.label())
}

fn card(id: ConnectionId, run: Import, first: bool, pace: Option<Pace>, may: May, forms: Forms) -> AnyView {
    let state = run.state;
    let (text, bar) = (progress(&run, first), bar(&run));
    let (trouble, notes) = (trouble(&run), notes(run.notes));
    let when = run.ended_at.unwrap_or(run.started_at);
    let pace = pace.map(|pace| {
        let left = match pace.left {
            0..60 => "less than a minute left".to_owned(),
            seconds => format!("about {} left", plural((seconds + 30) / 60, "minute", "minutes")),
        };
        view! { <p class="muted num">{format!("{} a minute, {left}", grouped(pace.rate))}</p> }
    });
    view! {
        <Card id="run-h" title="Import" badge=view! { <Badge look=look_of(state)/> }.into_any() end=buttons(id, state, may, forms)>
            <section>
                {trouble}
                {notes}
                <div class="flex flex-wrap justify-between gap-2 text-sm">
                    <p id="run-l" class="num">{text}</p>
                    <p class="muted">{run.started_by}", "<Time at=when/></p>
                </div>
                {bar}
                {pace}
                <p class="hint mt-2">{UNREADABLE}</p>
            </section>
        </Card>
    }
    .into_any()
}

/// What can be done with an import that is so.
fn buttons(id: ConnectionId, state: ImportState, may: May, forms: Forms) -> AnyView {
    if !may.manage {
        return ().into_any();
    }
    if !state.runs() && state != ImportState::Stopped {
        return start(id, may, forms);
    }
    let (cancelling, resuming) =
        (Signal::derive(move || forms.cancel.pending()), Signal::derive(move || forms.resume.pending()));
    let resume = (state == ImportState::Stopped).then(|| {
        view! {
            <PostForm state=forms.resume>
                <Of id at=forms.at/>
                <SubmitButton label="Resume" icon="circle-play" pending=resuming small=true/>
            </PostForm>
        }
    });
    let ways = (state == ImportState::Stopped).then(|| ways(id));
    view! {
        <span class="actions">
            {ways}
            <PostForm state=forms.cancel>
                <Of id at=forms.at/>
                <SubmitButton label="Cancel" variant="outline" pending=cancelling small=true/>
            </PostForm>
            {resume}
        </span>
    }
    .into_any()
}

/// How far it is, or what it found.
fn progress(run: &Import, first: bool) -> String {
    match (run.state, run.total) {
        (ImportState::Details, _) => format!(
            "{} of {} read one by one",
            grouped(run.details_read),
            plural(run.details_wanted, "account", "accounts")
        ),
        (state, Some(total)) if state.runs() => {
            format!("{} of {} scanned", grouped(run.scanned), plural(total, "Zoom account", "Zoom accounts"))
        }
        _ if first => {
            format!("{} scanned{}{}", plural(run.scanned, "Zoom account", "Zoom accounts"), unread(run), confirmed(run))
        }
        _ => format!(
            "{} scanned: {} new since the import before, {} changed, {} gone{}{}",
            plural(run.scanned, "Zoom account", "Zoom accounts"),
            grouped(run.fresh),
            grouped(run.changed),
            grouped(run.gone),
            unread(run),
            confirmed(run)
        ),
    }
}

/// What an import that ended early left unread.
fn unread(run: &Import) -> String {
    if run.state.runs() || run.details_read >= run.details_wanted {
        return String::new();
    }
    format!(", {} of {} read one by one", grouped(run.details_read), grouped(run.details_wanted))
}

/// What confirmed itself.
fn confirmed(run: &Import) -> String {
    if run.confirmed == 0 { String::new() } else { format!(", {} confirmed by itself", grouped(run.confirmed)) }
}

fn bar(run: &Import) -> Option<AnyView> {
    let (value, max) = match run.state {
        ImportState::Details => (run.details_read, run.details_wanted),
        _ => (run.scanned, run.total.unwrap_or(0)),
    };
    let max = max.max(1);
    run.state.runs().then(|| {
        view! { <progress class="progress mt-2" max=max.to_string() value=value.min(max).to_string() aria-labelledby="run-l"></progress> }
            .into_any()
    })
}

/// Why it stopped, or what it waits for.
fn trouble(run: &Import) -> Option<AnyView> {
    let cause = run.cause.as_ref()?;
    let (look, title) = if run.state == ImportState::Stopped {
        (look_of(run.state), "The import stopped. What it has read is kept.")
    } else {
        (Look::new(Tone::Warn, "clock", "Waiting"), "The import waits, and goes on by itself.")
    };
    let text = format!("{} {} {}", cause.happened, cause.why, cause.advice);
    Some(view! { <Callout look title><p>{text}</p></Callout> }.into_any())
}

fn notes(notes: Vec<String>) -> Option<AnyView> {
    let look = Look::new(Tone::Warn, "triangle-alert", "Odd");
    (!notes.is_empty()).then(|| {
        let lines = notes.into_iter().map(|note| view! { <p>{note}</p> }).collect_view();
        view! { <Callout look title="Zoom's list was not as it should be">{lines}</Callout> }.into_any()
    })
}

/// The imports before.
fn history(runs: Vec<Import>) -> AnyView {
    let rows = runs.into_iter().map(|run| {
        view! {
            <li class="justify-between">
                <span>{run.state.label()}": "{plural(run.scanned, "account", "accounts")}" scanned, "{grouped(run.fresh)}" new, "{grouped(run.changed)}" changed, "{grouped(run.gone)}" gone"{confirmed(&run)}</span>
                <span class="muted">{run.started_by}", "<Time at=run.started_at/></span>
            </li>
        }
    });
    view! { <Disclose title="Imports before this one"><ul class="rows">{rows.collect_view()}</ul></Disclose> }
        .into_any()
}
