//! A user group of the simulated account.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub display_name: String,
    pub email_alias: Option<String>,
    /// Ids of users. No answer of Zoom's SCIM ever shows them.
    pub members: BTreeSet<String>,
    /// The account's default group, which cannot be deleted.
    pub is_default: bool,
    pub created: DateTime<Utc>,
    pub last_modified: DateTime<Utc>,
}
