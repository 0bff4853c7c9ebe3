//! A link: a person's account on a connection, and how far it is from what it should be.

use crate::{ConnectionId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// The state of a link.
    LinkState {
        InSync = "in_sync", "In sync";
        Pending = "pending", "Pending";
        /// A human must act; the cause says who and how.
        Blocked = "blocked", "Blocked";
        /// Will be tried again, at the link's due time.
        Failing = "failing", "Failing";
        /// Nothing is done, for the reason given.
        Skipped = "skipped", "Skipped";
    }
}

crate::words! {
    /// Why a link is not in sync. The word is stable, so failures can be grouped by it.
    CauseKind {
        PendingOrForeign = "pending-or-foreign", "E-mail is pending or in another Zoom account";
        DomainNotAssociated = "domain-not-associated", "Domain is not associated with the Zoom account";
        NoLicense = "no-license", "No license is free";
        DuplicateEmail = "duplicate-email", "E-mail is already used in Zoom";
        ProtectedUser = "protected-user", "Zoom administrators and rooms are protected";
        LockedInZoom = "locked-in-zoom", "Locked in Zoom";
        AlreadyLinked = "already-linked", "Account is linked to another person";
        NotLinked = "not-linked", "Account exists in Zoom and is not linked";
        MissingAttribute = "missing-attribute", "A required attribute is missing";
        Rejected = "rejected", "Zoom refused a value";
        Unauthorized = "unauthorized", "Zoom does not accept the credentials";
        MissingScope = "missing-scope", "A scope or a permission is missing";
        SsoOff = "sso-off", "Single sign-on is off in Zoom";
        RateLimited = "rate-limited", "Zoom asked to wait";
        Unreachable = "unreachable", "Zoom could not be reached";
        ServerError = "server-error", "Zoom had an error";
        ActionOff = "action-off", "The action is switched off";
        OutOfScope = "out-of-scope", "Not in scope";
        NotStarted = "not-started", "Linked by an import, not started";
    }
}

/// Why a link is where it is, in three beats: what happened, why, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub kind: CauseKind,
    pub happened: String,
    pub why: String,
    pub advice: String,
    /// Zoom's own words.
    pub zoom_said: Option<String>,
}

/// How many links are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LinkCounts {
    pub in_sync: i64,
    pub pending: i64,
    pub blocked: i64,
    pub failing: i64,
    pub skipped: i64,
}

/// A person's link on one connection, for the person's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLink {
    pub connection_id: ConnectionId,
    pub connection_name: String,
    pub connection_enabled: bool,
    pub person_id: PersonId,
    pub zoom_id: Option<String>,
    pub state: LinkState,
    pub cause: Option<Cause>,
    /// When it is tried next; in the past or now while it waits for its turn.
    pub due_at: Option<DateTime<Utc>>,
    pub attempts: i32,
    pub updated_at: DateTime<Utc>,
    /// Whether an assignment of the person itself is there.
    pub assigned: bool,
    /// What was last sent, by Zoom attribute.
    pub last_sent: Option<serde_json::Value>,
}
