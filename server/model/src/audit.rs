//! The audit log: what administrators, tokens and the system did to Rollcall itself, chained by hashes.

use crate::AuditId;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

crate::words! {
    /// Who can act.
    ActorKind {
        Admin = "admin", "Administrator";
        Token = "token", "SCIM token";
        System = "system", "Rollcall";
        Command = "command", "Command line";
    }
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub id: AuditId,
    /// The place in the chain; none while it waits to be sealed.
    pub sequence: Option<i64>,
    /// Hexadecimal; comes with the number.
    pub hash: Option<String>,
    pub at: DateTime<Utc>,
    pub actor_kind: ActorKind,
    /// The name as it was then.
    pub actor_name: String,
    /// Noun and verb, such as `token.revoked`.
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    /// The name as it was then.
    pub target_name: String,
}

/// An entry with what it changed and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub row: AuditRow,
    pub actor_id: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// The hash of the entry before it, which its own is made from.
    pub previous: Option<String>,
    /// The first checkpoint at or after it.
    pub checkpoint: Option<(i64, DateTime<Utc>)>,
}

/// What to show of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuditFilter {
    /// The actor's whole name.
    pub actor: Option<String>,
    /// The whole action, such as `token.revoked`.
    pub action: Option<String>,
    /// Entries about this one only.
    pub target: Option<Uuid>,
    /// The first moment.
    pub from: Option<DateTime<Utc>>,
    /// The first moment that is too late.
    pub to: Option<DateTime<Utc>>,
    /// A number (`#12` or `12`), or part of the actor's or target's name or of the action.
    pub q: Option<String>,
}

impl AuditFilter {
    /// Between two days, both included.
    #[must_use]
    pub fn within(self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Self {
        let start = |day: NaiveDate| day.and_hms_opt(0, 0, 0).map(|at| at.and_utc());
        Self { from: from.and_then(start), to: to.and_then(|day| day.succ_opt()).and_then(start), ..self }
    }

    /// Whether it leaves nothing out.
    pub fn is_everything(&self) -> bool {
        let empty = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        empty(&self.actor)
            && empty(&self.action)
            && empty(&self.q)
            && self.target.is_none()
            && self.from.is_none()
            && self.to.is_none()
    }
}

crate::words! {
    /// What was done to the chain.
    Fault {
        Edited = "edited", "Edited";
        Deleted = "deleted", "Deleted";
        Swapped = "swapped", "Swapped";
        Inserted = "inserted", "Inserted";
        Cut = "cut", "Cut off";
        Restored = "restored", "Restored from older rows";
        /// A checkpoint, or the row that says how far the chain goes.
        Signature = "signature", "Signature does not fit";
        /// The chain's key is gone, or what is kept outside was signed with another one.
        Key = "key", "Another key, or none";
    }
}

/// The first thing that is wrong with the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub fault: Fault,
    /// The number of the entry, or of the first of several; 0 when it is about none.
    pub sequence: i64,
    /// A sentence that names it.
    pub text: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a check of the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Everything up to this was removed by the retention; 0 when nothing was.
    pub pruned: i64,
    /// The last entry that fits; 0 when there is none.
    pub verified: i64,
    /// How many entries fit.
    pub entries: i64,
    /// How many checkpoints fit: those of the database and those of the file.
    pub checkpoints: i64,
    /// How many of them stand in the file; none where no file was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_file: Option<i64>,
    /// How many entries were not sealed yet, so that nothing can be said of them.
    pub waiting: i64,
    /// None when all is well.
    pub finding: Option<Finding>,
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    pub checked: i64,
    pub total: i64,
}

/// The newest check that was started on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    pub started_at: DateTime<Utc>,
    pub started_by: String,
    pub finished_at: Option<DateTime<Utc>>,
    /// It began and did not end: its process is gone.
    pub lost: bool,
    /// What stands there of its outcome was not written by Rollcall.
    pub altered: bool,
    pub progress: Progress,
    pub report: Option<Report>,
}

/// How the log stands, for the line above the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditState {
    /// The newest sealed entry; 0 when there is none.
    pub sealed: i64,
    pub waiting: i64,
    /// When the entry was written that waits longest.
    pub waiting_since: Option<DateTime<Utc>>,
    pub verification: Option<Verification>,
    /// Whose entries there are, for the filter.
    pub actors: Vec<String>,
    /// What was done, for the filter.
    pub actions: Vec<String>,
}

/// An action as a person reads it: `connection.rules_changed` is "Connection rules changed".
pub fn action_label(action: &str) -> String {
    let words = action.replace(['.', '_'], " ").replace("scim", "SCIM").replace("oidc", "OIDC").replace("saml", "SAML");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_in_words() {
        assert_eq!(action_label("connection.rules_changed"), "Connection rules changed");
        assert_eq!(action_label(""), "");
    }

    #[test]
    fn the_last_day_is_included() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 31);
        let filter = AuditFilter::default().within(day, day);
        assert_eq!(filter.from.unwrap().to_rfc3339(), "2026-12-31T00:00:00+00:00");
        assert_eq!(filter.to.unwrap().to_rfc3339(), "2027-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_filter_without_values_leaves_nothing_out() {
        assert!(AuditFilter { q: Some(" ".into()), ..Default::default() }.is_everything());
        assert!(!AuditFilter { target: Some(Uuid::nil()), ..Default::default() }.is_everything());
    }
}
