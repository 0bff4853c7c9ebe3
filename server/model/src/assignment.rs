//! Assignments: people given a connection.

use crate::link::{Cause, LinkState};
use crate::person::PersonState;
use crate::{AssignmentId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A row of the Assignments tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentRow {
    /// None for a person who is in scope without an assignment (scope Everyone), or who left and is not finished.
    pub assignment_id: Option<AssignmentId>,
    pub person_id: PersonId,
    pub display_name: String,
    pub user_name: String,
    pub person_state: PersonState,
    pub assigned_by: Option<String>,
    pub state: Option<LinkState>,
    pub cause: Option<Cause>,
    pub due_at: Option<DateTime<Utc>>,
    pub changed_at: DateTime<Utc>,
}

/// A person who could be assigned, in the Assign dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub person_id: PersonId,
    pub display_name: String,
    pub user_name: String,
    pub department: Option<String>,
    pub state: PersonState,
    pub assigned: bool,
}
