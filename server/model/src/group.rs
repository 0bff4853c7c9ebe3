//! Groups of the directory, as their sources keep them.

use crate::{GroupId, PersonId, SourceId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A group in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSummary {
    pub id: GroupId,
    pub display_name: String,
    pub external_id: Option<String>,
    pub source_id: SourceId,
    pub source_name: String,
    /// Users and groups that are in it themselves.
    pub members: i64,
    pub updated_at: DateTime<Utc>,
    /// When the source deleted it.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Somebody or something in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    pub is: MemberIs,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberIs {
    Person { id: PersonId, user_name: String },
    Group { id: GroupId },
}
