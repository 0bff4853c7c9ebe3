//! What needs attention: people who are blocked or failing, one row a cause, with what to do.

use crate::api::connections::RetryCause;
use crate::components::{Card, Icon, Look, Query, plural};
use crate::written::WrittenForm;
use directory::attention::Group;
use leptos::prelude::*;
use model::ConnectionId;
use model::link::{CauseKind, LinkState};
use server_fn::ServerFn;

#[component]
pub(super) fn Attention(id: ConnectionId, groups: Vec<Group>, may_retry: bool) -> impl IntoView {
    let groups: Vec<Group> =
        groups.into_iter().filter(|group| matches!(group.state, LinkState::Blocked | LinkState::Failing)).collect();
    if groups.is_empty() {
        return view! {
            <Card id="attention" title="Needs attention">
                <section><p class="hint">"Nothing. Nobody is blocked or failing."</p></section>
            </Card>
        }
        .into_any();
    }
    let people: i64 = groups.iter().map(|group| group.people).sum();
    let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
    let rows = groups.into_iter().map(move |group| view! { <Row id group may_retry/> });
    view! {
        <Card
            id="attention"
            title="Needs attention"
            count=count
            hint=format!("{}, grouped by cause", plural(people, "person", "people"))
        >
            <ul class="rows" data-actions>{rows.collect_view()}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(id: ConnectionId, group: Group, may_retry: bool) -> impl IntoView {
    let look = Look::from(group.state);
    let kind = group.cause.kind;
    let title = format!("{}: {}", plural(group.people, "person", "people"), kind.label());
    // One cause of many stands for the group: only for one person does it tell exactly what happened.
    let text = if group.people == 1 {
        format!("{} {} {}", group.cause.happened, group.cause.why, group.cause.advice)
    } else {
        format!("{} {}", group.cause.why, group.cause.advice)
    };
    let shown = format!("/connections/{id}/assignments?state={}", group.state.as_str());
    let state = group.state.as_str();
    let for_whom = format!(" {title}");
    let retry = may_retry.then(|| {
        view! {
            <WrittenForm calls=RetryCause::PATH at=Query::parse(&format!("/connections/{id}"), "")>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="state" value=state/>
                <input type="hidden" name="kind" value=kind.as_str()/>
                <button type="submit" class="btn" data-variant="outline" data-size="sm">
                    <Icon name="rotate-cw"/>"Retry"<span class="vh">{for_whom}</span>
                </button>
            </WrittenForm>
        }
    });
    let show = format!(" {title}");
    view! {
        <li data-tone=look.tone.as_str()>
            <span class="glyph" aria-hidden="true"><Icon name=icon_of(kind)/></span>
            <div class="body">
                <p class="title">{title}</p>
                <p class="desc">{text}</p>
            </div>
            <div class="actions">
                {retry}
                <a class="btn" data-variant="outline" data-size="sm" href=shown>
                    "Show"<span class="vh">{show}</span>
                </a>
            </div>
        </li>
    }
}

const fn icon_of(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::NoLicense => "ticket",
        CauseKind::PendingOrForeign | CauseKind::DuplicateEmail => "mail",
        CauseKind::DomainNotAssociated | CauseKind::Unreachable => "globe",
        CauseKind::ProtectedUser | CauseKind::LockedInZoom => "shield-alert",
        CauseKind::AlreadyLinked | CauseKind::NotLinked => "link",
        CauseKind::MissingAttribute | CauseKind::Rejected => "pencil",
        CauseKind::Unauthorized | CauseKind::MissingScope | CauseKind::SsoOff => "key-round",
        CauseKind::RateLimited => "hourglass",
        CauseKind::ServerError => "circle-x",
        CauseKind::ActionOff | CauseKind::OutOfScope => "ban",
        CauseKind::NotStarted => "pause",
    }
}
