//! What the provisioning log says of an operation: steps by Entra's names, modified properties, a sentence.

use crate::attributes::Attributes;
use crate::desired::{self, Subject};
use chrono::{DateTime, Utc};
use directory::links::DueLink;
use directory::logs::NewEntry;
use model::connection::Connection;
use model::link::Cause;
use model::log::{Action, Details, Exchange, ModifiedProperty, Status, Step};

/// One operation that was carried out, or not.
pub(super) struct Operation {
    pub action: Action,
    pub status: Status,
    pub summary: String,
    pub modified: Vec<ModifiedProperty>,
    pub cause: Option<Cause>,
    pub exchanges: Vec<Exchange>,
}

impl Operation {
    pub(super) fn done(action: Action, summary: String, exchanges: Vec<Exchange>) -> Self {
        Self { action, status: Status::Success, summary, modified: Vec::new(), cause: None, exchanges }
    }

    pub(super) fn not_done(action: Action, status: Status, cause: Cause, exchanges: Vec<Exchange>) -> Self {
        Self { action, status, summary: cause.happened.clone(), modified: Vec::new(), cause: Some(cause), exchanges }
    }
}

/// The entry of an operation on a person's account. `match_note` says how the account was found.
pub(super) fn entry(
    link: &DueLink,
    connection: &Connection,
    zoom_id: Option<&str>,
    match_note: &str,
    operation: Operation,
    now: DateTime<Utc>,
) -> NewEntry {
    let duration: i64 = operation.exchanges.iter().map(|exchange| exchange.duration_ms).sum();
    let source = link.sources.join(", ");
    let subject = subject(link);
    let in_scope = desired::in_scope(&subject, connection.scope);
    let step = |name: &str, status, note: String| Step { name: name.to_owned(), status, note };
    let reached_zoom = operation.status == Status::Success;
    let steps = vec![
        step("Import", Status::Success, format!("From {}.", if source.is_empty() { "no source" } else { &source })),
        step(
            "Determine if in scope",
            if in_scope { Status::Success } else { Status::Skipped },
            desired::scope_note(&subject, connection.scope).to_owned(),
        ),
        step("Match", Status::Success, match_note.to_owned()),
        step("Perform action", operation.status, operation.summary.clone()),
    ];
    NewEntry {
        connection_id: connection.id,
        person_id: Some(link.person_id),
        identity: link.display_name.clone(),
        user_name: link.user_name.clone(),
        action: operation.action,
        source,
        target: connection.name.clone(),
        status: operation.status,
        duration_ms: i32::try_from(duration).unwrap_or(i32::MAX),
        summary: operation.summary,
        details: Details {
            steps,
            modified: operation.modified,
            cause: operation.cause,
            zoom_id: zoom_id.map(str::to_owned),
            exchanges: operation.exchanges,
            latency_ms: reached_zoom.then(|| (now - link.changed_at).num_milliseconds().max(0)),
            attempt: link.attempts.saturating_add(1),
        },
    }
}

/// The entry of what holds the whole connection up.
pub(super) fn connection_entry(connection: &Connection, cause: Cause, exchanges: Vec<Exchange>) -> NewEntry {
    let duration: i64 = exchanges.iter().map(|exchange| exchange.duration_ms).sum();
    let step = Step { name: "Connect".to_owned(), status: Status::Failure, note: cause.why.clone() };
    NewEntry {
        connection_id: connection.id,
        person_id: None,
        identity: connection.name.clone(),
        user_name: String::new(),
        action: Action::Other,
        source: "Rollcall".to_owned(),
        target: connection.name.clone(),
        status: Status::Failure,
        duration_ms: i32::try_from(duration).unwrap_or(i32::MAX),
        summary: format!("{} All changes wait.", cause.happened),
        details: Details { steps: vec![step], cause: Some(cause), exchanges, attempt: 1, ..Details::default() },
    }
}

pub(super) fn subject(link: &DueLink) -> Subject<'_> {
    Subject {
        profile: &link.profile,
        user_name: &link.user_name,
        state: link.person_state,
        gone: link.gone,
        assigned: link.assigned,
    }
}

/// Old and new of each attribute that was sent.
pub(super) fn modified(sent: &Attributes, changes: &Attributes) -> Vec<ModifiedProperty> {
    changes
        .iter()
        .map(|(name, new)| ModifiedProperty {
            name: name.to_owned(),
            old: sent.told(name).map(str::to_owned),
            new: Some(new.to_owned()).filter(|new| !new.is_empty()),
        })
        .collect()
}

/// `Updated title.`, `Updated department and title.`, `Updated 5 attributes.`
pub(super) fn updated(changes: &Attributes) -> String {
    match changes.names().as_slice() {
        [one] => format!("Updated {one}."),
        [one, two] => format!("Updated {one} and {two}."),
        [one, two, three] => format!("Updated {one}, {two} and {three}."),
        many => format!("Updated {} attributes.", many.len()),
    }
}
