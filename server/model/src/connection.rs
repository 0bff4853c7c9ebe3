//! A connection: one Zoom account, how to reach it, what Rollcall may do in it, and for whom.

use crate::ConnectionId;
use crate::link::Cause;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What happens in Zoom to people who are no longer to have an account.
    RemoveAction {
        /// The account is deactivated; meetings and recordings stay.
        Disable = "disable", "Disable";
        /// The account is deleted.
        Delete = "delete", "Delete";
    }
}

crate::words! {
    /// Who is provisioned.
    ScopeMode {
        Assigned = "assigned", "Assigned people only";
        Everyone = "everyone", "Everyone";
    }
}

/// What Rollcall may do in Zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// Allow users to be created.
    pub create: bool,
    /// Allow users to be updated.
    pub update: bool,
    /// Allow users to be disabled: people deactivated in the directory.
    pub disable: bool,
    /// Allow users to be deprovisioned: people who left the scope or whom no source knows any more.
    pub deprovision: bool,
    pub remove_action: RemoveAction,
}

impl Default for Actions {
    fn default() -> Self {
        Self { create: true, update: true, disable: true, deprovision: true, remove_action: RemoveAction::Disable }
    }
}

/// Zoom's Server-to-Server OAuth, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServerToServer {
    pub token_url: String,
    pub account_id: String,
    pub client_id: String,
    /// The last characters of the stored secret, four at most; none when no secret is stored.
    pub secret_ends_in: Option<String>,
}

/// A connection, as the pages show one: never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: ConnectionId,
    pub name: String,
    pub description: String,
    pub scim_url: String,
    pub auth: ServerToServer,
    pub actions: Actions,
    pub scope: ScopeMode,
    pub enabled: bool,
    /// The result of the newest test of exactly these settings; none when they changed since.
    pub test: Option<ConnectionTest>,
    /// The whole connection waits until then, for `paused_cause`; then it tries again by itself.
    pub paused_until: Option<DateTime<Utc>>,
    pub paused_cause: Option<Cause>,
    /// Grows with every change of the settings; a form says which it was made from.
    pub version: i64,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
}

impl Connection {
    /// A connection runs only with settings that a test has shown to work.
    pub fn is_valid(&self) -> bool {
        self.test.as_ref().is_some_and(ConnectionTest::passed)
    }
}

crate::words! {
    /// What became of one check.
    CheckState {
        Passed = "passed", "Passed";
        Failed = "failed", "Failed";
        /// Not tried, as an earlier one failed.
        NotRun = "not-run", "Not run";
    }
}

/// One line of a connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub name: String,
    pub state: CheckState,
    pub duration_ms: Option<i64>,
    /// Why it failed, or what was found.
    pub note: Option<String>,
}

/// What a connection test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTest {
    pub at: DateTime<Utc>,
    pub checks: Vec<Check>,
    /// The first failure, explained; none when all passed.
    pub failure: Option<TestFailure>,
}

impl ConnectionTest {
    pub fn passed(&self) -> bool {
        self.failure.is_none() && self.checks.iter().all(|check| check.state == CheckState::Passed)
    }
}

/// Why a test failed: what happened, what Zoom said, what is likely wrong, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestFailure {
    pub happened: String,
    pub zoom_answered: Option<String>,
    pub likely: String,
    pub advice: String,
    /// The form field to look at: `scim_url`, `token_url`, `account_id`, `client_id`, `client_secret`.
    pub field: Option<String>,
}

/// A connection in a list or in the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSummary {
    pub id: ConnectionId,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub valid: bool,
    pub links: crate::link::LinkCounts,
}
