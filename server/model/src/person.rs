//! People of the directory, merged from the records their sources keep of them.

use crate::source::LinkRule;
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

crate::words! {
    /// Whom the list of people shows.
    PeopleShown {
        Staged = "staged", "Staged";
        Active = "active", "Active";
        Deactivated = "deactivated", "Deactivated";
        /// No source knows them any more.
        Deleted = "deleted", "Deleted";
    }
}

crate::words! {
    /// Why two people may be the same human.
    Likeness {
        Email = "email", "same e-mail";
        UserName = "user_name", "same user name";
        EmployeeNumber = "employee_number", "same employee number";
    }
}

/// For how long a deleted record can be restored.
pub const RESTORABLE_FOR: chrono::Duration = chrono::Duration::days(30);

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
    /// Where each attribute of the profile comes from; empty while one source alone knows the person.
    pub held: Vec<Held>,
    pub created_at: DateTime<Utc>,
}

impl Person {
    /// The deleted records that can be restored at `now`, the newest of each source that has no other record.
    pub fn restorable(&self, now: DateTime<Utc>) -> Vec<&RecordSummary> {
        let mut found: Vec<&RecordSummary> = Vec::new();
        let mut records: Vec<&RecordSummary> = self.records.iter().collect();
        records.sort_by_key(|record| std::cmp::Reverse(record.deleted_at));
        for record in records {
            let of_its_source = |other: &&RecordSummary| other.source_id == record.source_id;
            let lives = self.records.iter().filter(of_its_source).any(|other| other.deleted_at.is_none());
            if record.restorable_until().is_some_and(|end| end > now) && !lives && !found.iter().any(of_its_source) {
                found.push(record);
            }
        }
        found
    }
}

/// An attribute that several sources might give, and the one whose word holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The extension it belongs to; none for the core's.
    pub schema: Option<String>,
    pub name: String,
    pub value: serde_json::Value,
    pub source_name: String,
    /// What other sources say instead: the source's name and its value.
    pub others: Vec<(String, serde_json::Value)>,
}

/// Somebody who may be the same human as another person, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Similar {
    pub person: PersonSummary,
    pub because: Vec<Likeness>,
}

/// What joining two people would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinPreview {
    pub stays: PersonSummary,
    pub goes: PersonSummary,
    /// What the one person is called.
    pub becomes: String,
    /// The attributes of the one who stays that are others then, or new.
    pub changes_of_stays: Vec<String>,
    pub changes_of_goes: Vec<String>,
    pub held: Vec<Held>,
    /// Each connection on which one of them stands.
    pub links: Vec<JoinedLink>,
    /// Why it cannot be done now, and what to do.
    pub refusal: Option<String>,
}

/// What happens on one connection when two people are joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedLink {
    pub connection_id: crate::ConnectionId,
    pub connection_name: String,
    /// The Zoom account of the one who stays.
    pub stays: Option<String>,
    /// The Zoom account of the one who goes.
    pub goes: Option<String>,
}

impl JoinedLink {
    /// Both have an account, and one person has one: somebody must choose.
    pub const fn must_choose(&self) -> bool {
        self.stays.is_some() && self.goes.is_some()
    }
}

/// What taking a record out of a person would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeparatePreview {
    pub person: PersonSummary,
    pub record: RecordSummary,
    /// What the record's source calls them; the person may be called as another source does.
    pub name: String,
    /// Who remains; none when no other source knows the person.
    pub remains: Option<Remains>,
    /// The rule that could link the two again.
    pub rule: LinkRule,
    /// The connections on which an account or an assignment goes with the record.
    pub takes: Vec<String>,
}

/// A person without one of their records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remains {
    pub name: String,
    pub user_name: String,
    pub sources: Vec<String>,
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
    /// Its resource is not kept any more.
    pub pruned: bool,
}

impl RecordSummary {
    /// Until when it can be restored; none when it is not deleted, or its resource is not kept any more.
    pub fn restorable_until(&self) -> Option<DateTime<Utc>> {
        self.deleted_at.filter(|_| !self.pruned).map(|at| at + RESTORABLE_FOR)
    }
}
