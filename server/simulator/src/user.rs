//! A user of the simulated account, whole: what no single answer of Zoom shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: String,
    /// The e-mail address; SCIM's `userName` and `emails[0].value` alike.
    pub user_name: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub display_name: Option<String>,
    /// `Collaboration`, `Basic`, `Licensed` or `On-Prem`.
    pub user_type: String,
    pub title: Option<String>,
    /// Where the user is ("San Jose"), in spite of its name.
    pub locale: Option<String>,
    /// Objects of `type` and `value`, as sent.
    pub phone_numbers: Vec<Value>,
    /// Names of roles; an empty list is a plain Member.
    pub roles: Vec<String>,
    /// The enterprise extension.
    pub enterprise: Map<String, Value>,
    /// The Zoom extension: licences, phone, profile and custom attributes.
    pub zoom: Map<String, Value>,
    pub active: bool,
    pub kind: Kind,
    /// Locked by Zoom itself; nobody can activate it over SCIM.
    pub force_inactive: bool,
    pub created: DateTime<Utc>,
    pub last_modified: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    #[default]
    Person,
    ZoomRoom,
}

/// Attributes of the Zoom extension that are no licence and outlive deactivation.
const PROFILE: [&str; 3] = ["personalLinkName", "pronouns", "transferee"];

/// What the Zoom extension is documented to hold; anything else is a custom
/// attribute of the account.
const KNOWN: &[&str] = &[
    "clinicalNotes",
    "cxInsights",
    "deepfakeRiskDetection",
    "eduStandardStudent",
    "personalLinkName",
    "pronouns",
    "transferee",
    "visitorManagement",
    "wvHqAgent",
];

/// Whether a key of the Zoom extension is a custom attribute. Every documented
/// key that is not in [`KNOWN`] begins with `zoom` or ends in `Subscription`,
/// and new ones land every few months.
pub(crate) fn is_custom(key: &str) -> bool {
    !(key.starts_with("zoom") || key.ends_with("Subscription") || KNOWN.contains(&key))
}

impl User {
    pub(crate) fn new(id: String, user_name: &str, user_type: &str, now: DateTime<Utc>) -> Self {
        Self {
            id,
            user_name: user_name.to_owned(),
            given_name: None,
            family_name: None,
            display_name: None,
            user_type: user_type.to_owned(),
            title: None,
            locale: None,
            phone_numbers: Vec::new(),
            roles: Vec::new(),
            enterprise: Map::new(),
            zoom: Map::new(),
            active: true,
            kind: Kind::Person,
            force_inactive: false,
            created: now,
            last_modified: now,
        }
    }

    /// An owner or administrator, whom SCIM may not disable, delete or rename.
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| ["owner", "admin"].contains(&role.to_lowercase().as_str()))
    }

    /// Takes one of the account's paid seats.
    pub fn is_paid(&self) -> bool {
        self.active && matches!(self.user_type.as_str(), "Licensed" | "On-Prem")
    }

    /// Deactivating takes the licences with it and leaves a Basic account;
    /// activating gives none of them back (Zoom's REST reference, user status).
    pub(crate) fn deactivate(&mut self) {
        self.active = false;
        "Basic".clone_into(&mut self.user_type);
        self.zoom.retain(|key, _| PROFILE.contains(&key.as_str()) || is_custom(key));
    }

    /// Who inherits this user's data.
    pub fn transferee(&self) -> Option<&str> {
        self.zoom.get("transferee").and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::{User, is_custom};

    #[test]
    fn deactivating_keeps_profile_and_custom_attributes_only() {
        let mut user = User::new("1".to_owned(), "a@b.c", "Licensed", DateTime::UNIX_EPOCH);
        for (key, value) in [
            ("zoomUnited", json!("1")),
            ("visitorManagement", json!(true)),
            ("zoomPhoneCallingPlan", json!("3000")),
            ("transferee", json!("d@b.c")),
            ("badge", json!("7")),
        ] {
            user.zoom.insert(key.to_owned(), value);
        }
        user.deactivate();
        assert!(!user.active);
        assert_eq!(user.user_type, "Basic");
        assert_eq!(user.zoom.keys().collect::<Vec<_>>(), ["badge", "transferee"]);
    }

    #[test]
    fn licences_are_not_custom_attributes() {
        for key in ["zoomDocs", "wvHqAgentSubscription", "cxInsights", "pronouns"] {
            assert!(!is_custom(key), "{key}");
        }
        assert!(is_custom("badge"));
    }
}
