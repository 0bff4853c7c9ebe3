//! The newest import: how far it is, what was odd, and what comes next.

use super::Forms;
use crate::api::connections::May;
use crate::api::imports::ImportPage;
use crate::components::{Badge, Callout, Card, Disclose, Icon, Look, Query, SubmitButton, Time, Tone, grouped, plural};
use crate::form::PostForm;
use leptos::prelude::*;
use model::ConnectionId;
use model::import::{AccountsShown, Import, ImportCounts, ImportState};

/// What Zoom's SCIM does not show of an account.
const UNREADABLE: &str = "Zoom's list shows name, e-mail, license and department. Role, phone, organization and employee number are read one account at a time, for up to 500 accounts an import: those that matched nobody first. Job title, location and Zoom Phone are never shown by Zoom; Rollcall compares those with what it sent last.";

/// The card of the newest import, and of whoever waits to be started.
pub(super) fn head(id: ConnectionId, page: ImportPage, forms: Forms, list: Memo<Query>) -> AnyView {
    let may = page.may;
    let held = (page.counts.held > 0).then(|| held(id, &page));
    let history = (!page.history.is_empty()).then(|| history(page.history));
    let filters = page.newest.is_some().then(|| filters(&list.get_untracked(), page.counts));
    match page.newest {
        None => view! {
            <Card id="run-h" title="Import" end=start(id, may, forms, "Import Now")>
                <section>
                    <p>"Read who is in Zoom already, and see whose accounts they are. Nothing is changed in Zoom by an import, and nobody is linked before you confirm it."</p>
                    <p class="hint mt-2">{UNREADABLE}</p>
                </section>
            </Card>
        }
        .into_any(),
        Some(run) => view! { {card(id, run, may, forms)}{held}{filters}{history} }.into_any(),
    }
}

fn start(id: ConnectionId, may: May, forms: Forms, label: &'static str) -> AnyView {
    if !may.manage {
        return ().into_any();
    }
    let pending = Signal::derive(move || forms.start.pending());
    view! {
        <PostForm state=forms.start>
            <input type="hidden" name="id" value=id.to_string()/>
            <SubmitButton label icon="import" pending small=true/>
        </PostForm>
    }
    .into_any()
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

fn card(id: ConnectionId, run: Import, may: May, forms: Forms) -> AnyView {
    let state = run.state;
    let pending = Signal::derive(move || forms.cancel.pending());
    let cancel = view! {
        <PostForm state=forms.cancel>
            <input type="hidden" name="id" value=id.to_string()/>
            <SubmitButton label="Cancel" variant="outline" pending small=true/>
        </PostForm>
    };
    let resuming = Signal::derive(move || forms.resume.pending());
    let end = match (may.manage, state) {
        (false, _) => ().into_any(),
        (true, state) if state.runs() => cancel.into_any(),
        (true, ImportState::Stopped) => view! {
            {cancel}
            <PostForm state=forms.resume>
                <input type="hidden" name="id" value=id.to_string()/>
                <SubmitButton label="Resume" icon="circle-play" pending=resuming small=true/>
            </PostForm>
        }
        .into_any(),
        (true, _) => start(id, may, forms, "Import Now"),
    };
    let cause = run.cause.clone().map(|cause| {
        let stopped = state == ImportState::Stopped;
        let look = if stopped {
            Look::new(Tone::Bad, "circle-x", "Stopped")
        } else {
            Look::new(Tone::Warn, "clock", "Waiting")
        };
        let title = if stopped {
            "The import stopped. What it has read is kept."
        } else {
            "The import waits, and goes on by itself."
        };
        view! { <Callout look title><p>{format!("{} {} {}", cause.happened, cause.why, cause.advice)}</p></Callout> }
    });
    let notes = (!run.notes.is_empty()).then(|| {
        let look = Look::new(Tone::Warn, "triangle-alert", "Odd");
        let lines = run.notes.iter().map(|note| view! { <p>{note.clone()}</p> }).collect_view();
        view! { <Callout look title="Zoom's list was not as it should be">{lines}</Callout> }
    });
    let seen = format!(
        "{} new since the import before, {} changed, {} gone",
        grouped(run.fresh),
        grouped(run.changed),
        grouped(run.gone)
    );
    let text = match (state, run.total) {
        (ImportState::Details, _) => format!(
            "{} of {} accounts read one by one",
            grouped(run.details_read),
            plural(run.details_wanted, "account", "accounts")
        ),
        (_, Some(total)) if state.runs() => {
            format!("{} of {} scanned", grouped(run.scanned), plural(total, "Zoom account", "Zoom accounts"))
        }
        _ => format!("{} scanned: {seen}", plural(run.scanned, "Zoom account", "Zoom accounts")),
    };
    let (value, max) = match state {
        ImportState::Details => (run.details_read, run.details_wanted),
        _ => (run.scanned, run.total.unwrap_or(0)),
    };
    let bar = state.runs().then(|| {
        view! { <progress class="progress mt-2" max=max.max(1).to_string() value=value.min(max.max(1)).to_string() aria-labelledby="run-l"></progress> }
    });
    let when = run.ended_at.unwrap_or(run.started_at);
    view! {
        <Card id="run-h" title="Import" badge=view! { <Badge look=look_of(state)/> }.into_any() end=end>
            <section>
                {cause}
                {notes}
                <div class="flex flex-wrap justify-between gap-2 text-sm">
                    <p id="run-l" class="num">{text}</p>
                    <p class="muted">{run.started_by}", "<Time at=when/></p>
                </div>
                {bar}
                <p class="hint mt-2">{UNREADABLE}</p>
            </section>
        </Card>
    }
    .into_any()
}

/// Whoever is linked and not started: what starting would change.
fn held(id: ConnectionId, page: &ImportPage) -> AnyView {
    let people = plural(page.counts.held, "person is", "people are");
    let start = page.may.manage.then(|| {
        view! {
            <a class="btn" data-size="sm" href=format!("/connections/{id}/import?show=held&dialog=start")>
                <Icon name="circle-play"/>"Start provisioning"
            </a>
        }
    });
    let rows = page.differences.clone().into_iter().map(|(attribute, people)| {
        view! { <li class="justify-between"><span>{attribute}</span><span class="num muted">{plural(people, "person", "people")}</span></li> }
    });
    let rows = rows.collect_view();
    let text = match page.differing {
        0 => "Zoom and the directory say the same of all of them: starting changes nothing.".to_owned(),
        n => {
            format!("For {}, Zoom and the directory differ. Nothing has been sent yet.", plural(n, "person", "people"))
        }
    };
    view! {
        <Card id="held-h" title=format!("{people} linked and not started") end=view! { {start} }.into_any()>
            <section>
                <p>{text}</p>
                <ul class="rows">{rows}</ul>
                <p class="mt-2"><a class="link" href=format!("/connections/{id}/import?show=held")>"Look at each difference"</a></p>
            </section>
        </Card>
    }
    .into_any()
}

/// The kinds of accounts, as links with their numbers.
fn filters(query: &Query, counts: ImportCounts) -> AnyView {
    let base = query.without(&["show", "after", "before"]);
    let shown: Option<AccountsShown> = query.parsed("show");
    let count = |shown| match shown {
        None => counts.exact + counts.partial + counts.new,
        Some(AccountsShown::Exact) => counts.exact,
        Some(AccountsShown::Partial) => counts.partial,
        Some(AccountsShown::New) => counts.new,
        Some(AccountsShown::Ignored) => counts.ignored,
        Some(AccountsShown::Linked) => counts.linked,
        Some(AccountsShown::Held) => counts.held,
        Some(AccountsShown::Gone) => counts.gone,
    };
    let kinds = std::iter::once(None).chain(AccountsShown::ALL.iter().copied().map(Some));
    let links = kinds.filter(|kind| kind.is_none() || *kind == shown || count(*kind) > 0).map(|kind| {
        let href = kind.map_or_else(|| base.href(), |kind| base.with("show", kind.as_str()).href());
        let label = kind.map_or("Not linked", AccountsShown::label);
        let current = (kind == shown).then_some("true");
        view! {
            <a class="btn" data-variant="outline" data-size="sm" aria-current=current href=href>
                {label}<span class="count num">{grouped(count(kind))}</span>
            </a>
        }
    });
    view! { <div class="btn-group flex-wrap" role="group" aria-label="Which accounts">{links.collect_view()}</div> }
        .into_any()
}

/// The imports before.
fn history(runs: Vec<Import>) -> AnyView {
    let rows = runs.into_iter().map(|run| {
        view! {
            <li class="justify-between">
                <span>{run.state.label()}": "{plural(run.scanned, "account", "accounts")}" scanned, "{grouped(run.fresh)}" new, "{grouped(run.changed)}" changed, "{grouped(run.gone)}" gone"</span>
                <span class="muted">{run.started_by}", "<Time at=run.started_at/></span>
            </li>
        }
    });
    view! { <Disclose title="Imports before this one"><ul class="rows">{rows.collect_view()}</ul></Disclose> }
        .into_any()
}
