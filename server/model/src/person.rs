//! People of the directory, merged from the records their sources keep of them.

use crate::{PersonId, RecordId, SourceId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// Where a person stands in the directory.
    PersonState {
        /// Known, not active yet.
        Staged = "staged", "Staged";
        Active = "active", "Active";
        /// The source said `active: false`, or deleted the record.
        Deactivated = "deactivated", "Deactivated";
    }
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSummary {
    pub id: PersonId,
    pub display_name: String,
    pub user_name: String,
    pub email: Option<String>,
    pub department: Option<String>,
    pub title: Option<String>,
    pub state: PersonState,
    /// No source knows this person any more.
    pub gone: bool,
    pub sources: Vec<String>,
    pub updated_at: DateTime<Utc>,
}

/// A person whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub summary: PersonSummary,
    /// The SCIM attributes, merged (RFC 7643, section 4.1): core at the top, extensions under their URN.
    pub profile: serde_json::Value,
    pub records: Vec<RecordSummary>,
    pub created_at: DateTime<Utc>,
}

/// What one source says of a person, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSummary {
    pub id: RecordId,
    pub source_id: SourceId,
    pub source_name: String,
    pub user_name: String,
    pub external_id: Option<String>,
    pub active: bool,
    pub updated_at: DateTime<Utc>,
    /// When the source deleted it.
    pub deleted_at: Option<DateTime<Utc>>,
}
