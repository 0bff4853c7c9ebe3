//! Groups of the directory, as their sources keep them.

use crate::person::RESTORABLE_FOR;
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

impl GroupSummary {
    /// Until when it can be restored; none when it is not deleted.
    pub fn restorable_until(&self) -> Option<DateTime<Utc>> {
        self.deleted_at.map(|at| at + RESTORABLE_FOR)
    }
}

/// A group that a person is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfPerson {
    pub id: GroupId,
    pub display_name: String,
    pub source_name: String,
    /// Not only by way of another group.
    pub direct: bool,
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
