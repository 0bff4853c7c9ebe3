//! The provisioning log: one row per operation on a Zoom account.

use crate::link::Cause;
use crate::{ConnectionId, LogId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What was done, or was to be done.
    Action {
        Create = "create", "Create";
        Update = "update", "Update";
        Disable = "disable", "Disable";
        Enable = "enable", "Enable";
        Delete = "delete", "Delete";
        Other = "other", "Other";
    }
}

crate::words! {
    /// How it ended.
    Status {
        Success = "success", "Success";
        Failure = "failure", "Failure";
        Skipped = "skipped", "Skipped";
        Warning = "warning", "Warning";
    }
}

/// A row of the provisioning log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    pub id: LogId,
    pub at: DateTime<Utc>,
    pub connection_id: ConnectionId,
    pub person_id: Option<PersonId>,
    /// The person's name as it was then.
    pub identity: String,
    pub user_name: String,
    pub action: Action,
    /// The sources the person comes from.
    pub source: String,
    /// The connection's name as it was then.
    pub target: String,
    pub status: Status,
    pub duration_ms: i32,
    /// One sentence.
    pub summary: String,
}

/// A log row with all its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    pub row: LogRow,
    pub details: Details,
}

/// What an entry's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Details {
    pub steps: Vec<Step>,
    pub modified: Vec<ModifiedProperty>,
    pub cause: Option<Cause>,
    pub zoom_id: Option<String>,
    pub exchanges: Vec<Exchange>,
    /// From the source's change to Zoom's answer.
    pub latency_ms: Option<i64>,
    pub attempt: i32,
}

/// One step on the way: Import, Determine if in scope, Match, Perform action (Entra's names).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub status: Status,
    pub note: String,
}

/// An attribute that was changed, old to new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModifiedProperty {
    /// Zoom's name of it, such as `name.givenName`.
    pub name: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// One request to Zoom and its answer, with secrets removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    pub method: String,
    /// Path and query below the SCIM URL.
    pub path: String,
    pub request: Option<serde_json::Value>,
    /// None when no answer came.
    pub status: Option<u16>,
    pub response: Option<serde_json::Value>,
    pub duration_ms: i64,
}

/// What to show of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogFilter {
    pub connection_id: Option<ConnectionId>,
    pub person_id: Option<PersonId>,
    pub action: Option<Action>,
    pub status: Option<Status>,
    /// Part of the name or user name.
    pub q: Option<String>,
}
