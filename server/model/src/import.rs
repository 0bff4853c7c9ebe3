//! An import from Zoom: a run, the accounts it found, and what is proposed for each.

pub mod settings;

use crate::link::Cause;
use crate::person::PersonState;
use crate::{AccountId, GroupId, ImportId, PersonId, ZoomGroupId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What an import is doing.
    ImportState {
        Scanning = "scanning", "Reading Zoom's list";
        Groups = "groups", "Reading Zoom's groups";
        Matching = "matching", "Matching with the directory";
        /// Reading accounts one by one, for what the list leaves out.
        Details = "details", "Reading details";
        /// Matching once more, with what the details say.
        Rematching = "rematching", "Matching with the details";
        /// Confirming what the connection's settings confirm by themselves.
        Confirming = "confirming", "Confirming";
        /// Something is wrong; it can be resumed.
        Stopped = "stopped", "Stopped";
        Done = "done", "Done";
        Cancelled = "cancelled", "Cancelled";
    }
}

impl ImportState {
    /// Whether it goes on by itself.
    pub const fn runs(self) -> bool {
        matches!(
            self,
            Self::Scanning | Self::Groups | Self::Matching | Self::Details | Self::Rematching | Self::Confirming
        )
    }
}

crate::words! {
    /// What is proposed for an account that is not linked (Okta's words), or was decided on by hand.
    Proposal {
        Exact = "exact", "EXACT";
        Partial = "partial", "PARTIAL";
        New = "new", "NEW";
        /// Somebody chose the person.
        Chosen = "chosen", "CHOSEN";
    }
}

crate::words! {
    /// Which accounts the results show.
    AccountsShown {
        Exact = "exact", "Exact";
        Partial = "partial", "Partial";
        New = "new", "New";
        /// Somebody chose the person.
        Chosen = "chosen", "Chosen";
        /// The next import proposes something for it.
        Unmatched = "unmatched", "Not matched yet";
        Ignored = "ignored", "Ignored";
        /// Linked, and its provisioning is under way.
        Linked = "linked", "Linked";
        /// Linked by an import, and not started yet.
        Held = "held", "Not started";
        /// Of these, who loses the account or the use of it when they are started.
        Leaving = "leaving", "To be locked out";
        /// Linked, and Zoom's list no longer has it.
        Gone = "gone", "Gone from Zoom";
    }
}

crate::words! {
    /// What two sides can be compared by: all of Zoom's attributes that an import can read.
    MatchAttribute {
        UserName = "user_name", "User name";
        /// Any of a person's addresses, and the user name when it is one.
        Email = "email", "E-mail";
        /// The same without what follows a + before the @.
        EmailAlias = "email_alias", "E-mail without +tag";
        EmployeeNumber = "employee_number", "Employee number";
        GivenName = "given_name", "Given name";
        FamilyName = "family_name", "Family name";
        DisplayName = "display_name", "Display name";
        Department = "department", "Department";
        Phone = "phone", "Phone";
        Organization = "organization", "Organization";
        License = "license", "License";
        Role = "role", "Role";
    }
}

/// Account and person are the same when all of these attributes are equal, and nobody else is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchRule {
    pub all_of: Vec<MatchAttribute>,
    /// Whether it makes an EXACT match, or a PARTIAL one.
    pub exact: bool,
}

impl MatchRule {
    fn new(all_of: &[MatchAttribute], exact: bool) -> Self {
        Self { all_of: all_of.to_vec(), exact }
    }

    /// The order in which a new connection looks.
    pub fn usual() -> Vec<Self> {
        use MatchAttribute as By;
        vec![
            Self::new(&[By::UserName], true),
            Self::new(&[By::Email], true),
            Self::new(&[By::EmployeeNumber], true),
            Self::new(&[By::EmailAlias], false),
            Self::new(&[By::GivenName, By::FamilyName], false),
            Self::new(&[By::DisplayName], false),
        ]
    }

    /// What a person reads: "User name", "Given name + Family name".
    pub fn label(&self) -> String {
        let labels: Vec<&str> = self.all_of.iter().map(|attribute| attribute.label()).collect();
        labels.join(" + ")
    }

    /// With what it makes: "User name: EXACT".
    pub fn told(&self) -> String {
        let makes = if self.exact { Proposal::Exact } else { Proposal::Partial };
        format!("{}: {}", self.label(), makes.label())
    }
}

/// Why a match is proposed, or why none can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// What the rule compared.
    pub all_of: Vec<MatchAttribute>,
    /// How many people it could be; 1 when it is decided.
    pub people: u32,
    /// How many accounts could be that person; 1 when it is decided.
    pub accounts: u32,
    /// Somebody chose that person for another account.
    #[serde(default)]
    pub elsewhere: bool,
}

/// How many accounts stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportCounts {
    pub exact: i64,
    pub partial: i64,
    /// Nobody in the directory has them.
    pub new: i64,
    /// Somebody chose the person.
    pub chosen: i64,
    /// Nothing is proposed before the next import.
    pub unmatched: i64,
    pub ignored: i64,
    /// Linked and provisioned.
    pub linked: i64,
    /// Linked, and waiting to be started.
    pub held: i64,
    /// Linked, and gone from Zoom.
    pub gone: i64,
}

impl ImportCounts {
    /// How many are neither linked nor ignored.
    pub const fn open(&self) -> i64 {
        self.exact + self.partial + self.new + self.chosen + self.unmatched
    }
}

/// What a confirmation would do, in accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confirmation {
    pub exact: i64,
    pub partial: i64,
    pub chosen: i64,
    pub new: i64,
    /// Of the new ones, whose address somebody in the directory has.
    pub known: i64,
    /// Left as they are, as nothing is proposed before the next import.
    pub unmatched: i64,
    /// Left as they are, as nobody is decided on or Zoom shows no address.
    pub undecided: i64,
}

impl Confirmation {
    pub const fn linked(&self) -> i64 {
        self.exact + self.partial + self.chosen + self.new
    }

    pub const fn left(&self) -> i64 {
        self.unmatched + self.undecided
    }
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub id: ImportId,
    pub state: ImportState,
    /// Why it stopped, or what it waits for.
    pub cause: Option<Cause>,
    /// What Zoom says that its list has.
    pub total: Option<i64>,
    pub scanned: i64,
    /// Seen for the first time.
    pub fresh: i64,
    /// Not as the import before saw them.
    pub changed: i64,
    /// Not in Zoom's list any more.
    pub gone: i64,
    pub details_wanted: i64,
    pub details_read: i64,
    /// Confirmed by itself.
    pub confirmed: i64,
    /// Since when it reads without a break, and how far it was then.
    pub reading_since: DateTime<Utc>,
    pub read_before: i64,
    /// What was odd about the list.
    pub notes: Vec<String>,
    pub started_at: DateTime<Utc>,
    pub started_by: String,
    pub ended_at: Option<DateTime<Utc>>,
}

/// How fast an import reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Accounts a minute.
    pub rate: i64,
    /// Seconds until all have been read.
    pub left: i64,
}

impl Import {
    /// How fast it reads, as soon as that can be told.
    pub fn pace(&self, now: DateTime<Utc>) -> Option<Pace> {
        let (read, all) = match self.state {
            ImportState::Scanning => (self.scanned, self.total?),
            ImportState::Details => (self.details_read, self.details_wanted),
            _ => return None,
        };
        let (read_now, took) = (read - self.read_before, (now - self.reading_since).num_milliseconds());
        if read_now < 1 || took < 1_000 {
            return None;
        }
        Some(Pace { rate: read_now * 60_000 / took, left: (all - read).max(0) * took / read_now / 1_000 })
    }
}

/// An account in the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub zoom_id: String,
    pub user_name: String,
    pub display_name: String,
    pub active: Option<bool>,
    pub user_type: Option<String>,
    /// None while it is linked.
    pub proposal: Option<Proposal>,
    pub why: Option<Why>,
    pub ignored_by: Option<String>,
    /// Zoom's list no longer has it.
    pub gone: bool,
    /// The person it is linked to, or who is proposed.
    pub person: Option<AccountPerson>,
    pub linked: bool,
    /// Linked, and waiting to be started.
    pub held: bool,
    /// What the rule compared, side by side: what it is, in Zoom, in the directory.
    pub compared: Vec<Compared>,
    /// What provisioning would change, while it is held.
    pub differences: Vec<Compared>,
}

/// The person beside an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPerson {
    pub id: PersonId,
    pub display_name: String,
    pub user_name: String,
    pub state: PersonState,
}

/// One attribute on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    pub attribute: String,
    /// None: Zoom has none, or does not show it.
    pub zoom: Option<String>,
    pub directory: Option<String>,
}

/// A group that an import found in Zoom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoomGroup {
    pub id: ZoomGroupId,
    pub display_name: String,
    /// How many accounts are known to be in it.
    pub accounts: i64,
    /// Zoom's list no longer has it.
    pub gone: bool,
    /// The group of the directory that it is; while it is not linked, the only one of its name.
    pub group: Option<DirectoryGroup>,
    pub linked: bool,
}

/// The group beside a group of Zoom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryGroup {
    pub id: GroupId,
    pub display_name: String,
    pub source: String,
}

impl AccountsShown {
    /// Whether those who are shown wait to be started.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Held | Self::Leaving)
    }
}
