//! What Zoom is told of an account: texts by Zoom's attribute names. Kept as the link's `last_sent`, as Zoom cannot give
//! all of them back.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub const USER_NAME: &str = "userName";
pub const GIVEN_NAME: &str = "name.givenName";
pub const FAMILY_NAME: &str = "name.familyName";
pub const DISPLAY_NAME: &str = "displayName";
/// The work e-mail. Zoom has one address a user, which is the `userName`; a change of it goes through `emails`.
pub const EMAIL: &str = "emails";
/// The phone number of the profile, of type work; not Zoom Phone.
pub const PHONE: &str = "phoneNumbers";
pub const USER_TYPE: &str = "userType";
/// The name of a Zoom role.
pub const ROLE: &str = "roles";
pub const TITLE: &str = "title";
pub const DEPARTMENT: &str = "department";
pub const ORGANIZATION: &str = "organization";
/// In Zoom the user's location, not a language tag.
pub const LOCALE: &str = "locale";
/// Only read: an import may match by it.
pub const EMPLOYEE_NUMBER: &str = "employeeNumber";

/// Attributes that an empty text empties. How Zoom clears a value is not documented; for names, licence and role an
/// empty value has no sense, so a value that is gone from the directory stays in Zoom.
const CLEARABLE: [&str; 5] = [PHONE, TITLE, DEPARTMENT, ORGANIZATION, LOCALE];
/// Disabling takes the licence, and the role falls back: both are sent again when an account is enabled.
const LOST_BY_DISABLING: [&str; 2] = [USER_TYPE, ROLE];
/// The address only changes by a switch of its own.
const ADDRESS: [&str; 2] = [USER_NAME, EMAIL];

/// Stands for a value that Zoom may have or not, as the answer to its change is missing. Values are trimmed, so none is
/// this one: the next plan sends or clears it again. A person's page shows it as it is.
const UNKNOWN: &str = " (not confirmed)";

/// Attributes by Zoom's names; never an empty text, except in what [`Attributes::changes_to`] returns, where one clears.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<String, String>);

impl Attributes {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// From a link's `last_sent`; what is not a text is left out.
    pub fn from_json(value: &serde_json::Value) -> Self {
        let entries = value.as_object().into_iter().flatten();
        Self(entries.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect())
    }

    pub fn to_json(&self) -> serde_json::Value {
        self.iter().map(|(name, value)| (name.to_owned(), serde_json::Value::from(value))).collect()
    }

    /// What has to be sent so that an account that was told `self` is as `wanted`: only what differs, an empty text to
    /// clear. A change of a name takes both names and the display name along, as Zoom does not compute that anew.
    /// With `enabled_again`, licence and role are sent whether they differ or not. Never the address.
    pub fn changes_to(&self, wanted: &Self, enabled_again: bool) -> Self {
        let mut changes = Self::default();
        for (name, value) in wanted.iter().filter(|(name, _)| !ADDRESS.contains(name)) {
            if self.get(name) != Some(value) || (enabled_again && LOST_BY_DISABLING.contains(&name)) {
                changes.set(name, value);
            }
        }
        for name in CLEARABLE {
            if self.get(name).is_some_and(|old| !old.is_empty()) && wanted.get(name).is_none() {
                changes.set(name, "");
            }
        }
        if changes.get(GIVEN_NAME).or(changes.get(FAMILY_NAME)).is_some() {
            for name in [GIVEN_NAME, FAMILY_NAME, DISPLAY_NAME] {
                if let Some(value) = wanted.get(name) {
                    changes.set(name, value);
                }
            }
        }
        changes
    }

    /// The old and the new address, when they differ in more than case.
    pub fn address_change<'a>(&'a self, wanted: &'a Self) -> Option<(&'a str, &'a str)> {
        let (old, new) = (self.get(USER_NAME)?, wanted.get(USER_NAME)?);
        (old.to_lowercase() != new.to_lowercase()).then_some((old, new))
    }

    /// What an account that was disabled still has.
    #[must_use]
    pub fn without_what_disabling_takes(&self) -> Self {
        let mut kept = self.clone();
        kept.0.retain(|name, _| !LOST_BY_DISABLING.contains(&name.as_str()));
        kept
    }

    /// What is known to have been told while `changes` are under way.
    #[must_use]
    pub fn while_changing(&self, changes: &Self) -> Self {
        let mut known = self.clone();
        for name in changes.0.keys() {
            known.set(name, UNKNOWN);
        }
        known
    }

    /// The value, unless it is not known.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| *value != UNKNOWN)
    }

    /// What Zoom has been told once `changes` were accepted.
    #[must_use]
    pub fn with(&self, changes: &Self) -> Self {
        let mut all = self.clone();
        for (name, value) in changes.iter() {
            if value.is_empty() {
                all.0.remove(name);
            } else {
                all.set(name, value);
            }
        }
        all
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Attributes {
    fn from(entries: [(&str, &str); N]) -> Self {
        Self(entries.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attributes() -> impl Strategy<Value = Attributes> {
        let name = prop::sample::select(vec![
            USER_NAME,
            GIVEN_NAME,
            FAMILY_NAME,
            DISPLAY_NAME,
            EMAIL,
            PHONE,
            USER_TYPE,
            ROLE,
            TITLE,
            DEPARTMENT,
        ]);
        prop::collection::btree_map(name.prop_map(str::to_owned), "[a-c]{1,2}", 0..10).prop_map(Attributes)
    }

    proptest! {
        #[test]
        fn after_the_changes_nothing_is_left_to_change(told in attributes(), wanted in attributes(), again: bool) {
            let after = told.with(&told.changes_to(&wanted, again));
            prop_assert_eq!(after.changes_to(&wanted, false), Attributes::default());
            for (name, value) in wanted.iter().filter(|(name, _)| !ADDRESS.contains(name)) {
                prop_assert_eq!(after.get(name), Some(value));
            }
        }

        #[test]
        fn what_may_have_been_sent_is_sent_again(told in attributes(), one in attributes(), other in attributes()) {
            let lost = told.changes_to(&one, false);
            let again = told.while_changing(&lost).changes_to(&other, false);
            for (name, _) in lost.iter().filter(|(name, _)| CLEARABLE.contains(name) || other.get(name).is_some()) {
                prop_assert_eq!(again.get(name), Some(other.get(name).unwrap_or_default()));
            }
        }

        #[test]
        fn the_address_is_never_among_the_changes(told in attributes(), wanted in attributes()) {
            let changes = told.changes_to(&wanted, true);
            prop_assert!(ADDRESS.iter().all(|name| changes.get(name).is_none()));
        }

        #[test]
        fn equal_attributes_need_no_change(told in attributes()) {
            prop_assert!(told.changes_to(&told, false).is_empty());
        }
    }

    #[test]
    fn a_new_name_takes_the_display_name_along() {
        let told = [(GIVEN_NAME, "Ada"), (FAMILY_NAME, "King"), (DISPLAY_NAME, "Ada K."), (TITLE, "Countess")].into();
        let wanted = [(GIVEN_NAME, "Ada"), (FAMILY_NAME, "Lovelace"), (DISPLAY_NAME, "Ada K."), (TITLE, "Countess")];
        let changes = Attributes::changes_to(&told, &wanted.into(), false);
        assert_eq!(changes.names(), [DISPLAY_NAME, FAMILY_NAME, GIVEN_NAME]);
    }

    #[test]
    fn what_is_gone_is_cleared_where_that_has_a_sense() {
        let told: Attributes = [(TITLE, "Engineer"), (USER_TYPE, "Licensed"), (GIVEN_NAME, "Ada")].into();
        assert_eq!(told.changes_to(&Attributes::default(), false), [(TITLE, "")].into());
        assert_eq!(told.with(&[(TITLE, "")].into()).get(TITLE), None);
    }

    #[test]
    fn an_account_enabled_again_gets_its_licence_again() {
        let told: Attributes = [(USER_TYPE, "Licensed"), (TITLE, "Engineer")].into();
        assert_eq!(told.changes_to(&told, true), [(USER_TYPE, "Licensed")].into());
    }
}
