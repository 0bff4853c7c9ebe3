//! Zoom and the directory side by side: why a match is proposed, and what provisioning would change.

use super::matching::{of_account, of_person};
use crate::attributes::Attributes;
use crate::desired::{self, desired};
use crate::mapping::map_without_address;
use crate::plan::{Change, plan};
use directory::imports::Subject;
use model::connection::{Actions, ScopeMode};
use model::import::{Compared, MatchAttribute, Why};
use serde_json::Value;

/// What the rule compared.
pub fn because(why: &Why, account: &Attributes, user_name: &str, profile: &Value) -> Vec<Compared> {
    let mapped = map_without_address(profile);
    why.all_of
        .iter()
        .map(|attribute| {
            let zoom = of_account(*attribute, account);
            let person = of_person(*attribute, user_name, profile, &mapped);
            // Of several addresses, the one that is equal.
            let same = person.iter().find(|value| zoom.iter().any(|other| other.eq_ignore_ascii_case(value)));
            Compared {
                attribute: attribute.label().to_owned(),
                directory: same.or(person.first()).cloned(),
                zoom: zoom.into_iter().next(),
            }
        })
        .collect()
}

/// What provisioning would change in Zoom for a linked person: attribute by attribute, in the order of the changes.
pub fn differences(subject: &Subject, scope: ScopeMode, actions: &Actions) -> Vec<Compared> {
    let decides = desired::Subject {
        profile: &subject.profile,
        user_name: &subject.user_name,
        state: subject.state,
        gone: subject.gone,
        assigned: subject.assigned,
    };
    let wanted = desired(&decides, scope, actions);
    let known = subject.known.last_sent.as_ref().map(Attributes::from_json).unwrap_or_default();
    let line = |attribute: &str, zoom: Option<&str>, directory: &str| Compared {
        attribute: attribute.to_owned(),
        zoom: zoom.map(str::to_owned),
        directory: Some(directory.to_owned()),
    };
    plan(&wanted, &subject.known, actions)
        .changes
        .into_iter()
        .flat_map(|change| match change {
            Change::Enable => vec![line(ACCOUNT, Some("Inactive"), "Activated")],
            Change::Disable => vec![line(ACCOUNT, Some("Active"), "Deactivated")],
            Change::Delete => vec![line(ACCOUNT, Some("There"), "Deleted")],
            Change::Look { .. } | Change::Create(_) => vec![line(ACCOUNT, None, "Created")],
            Change::Update(changes) => changes
                .iter()
                .filter(|(name, value)| known.get(name) != Some(value))
                .map(|(name, value)| line(label(name), known.get(name), value))
                .collect(),
        })
        .collect()
}

/// The name of a difference that is about the account itself.
const ACCOUNT: &str = "Account";

/// What a difference is to whoever starts: what cannot be undone first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Deletes,
    LocksOut,
    LetsIn,
    /// Zoom has something else.
    Changes,
    /// Zoom has nothing there, or does not show it.
    Fills,
}

pub fn weight(difference: &Compared) -> Weight {
    match (difference.attribute.as_str(), difference.directory.as_deref()) {
        (ACCOUNT, Some("Deleted")) => Weight::Deletes,
        (ACCOUNT, Some("Deactivated")) => Weight::LocksOut,
        (ACCOUNT, _) => Weight::LetsIn,
        _ if difference.zoom.is_some() => Weight::Changes,
        _ => Weight::Fills,
    }
}

/// What a person calls an attribute of Zoom's.
fn label(name: &str) -> &str {
    use crate::attributes as zoom;
    match name {
        zoom::GIVEN_NAME => MatchAttribute::GivenName.label(),
        zoom::FAMILY_NAME => MatchAttribute::FamilyName.label(),
        zoom::DISPLAY_NAME => MatchAttribute::DisplayName.label(),
        zoom::PHONE => MatchAttribute::Phone.label(),
        zoom::DEPARTMENT => MatchAttribute::Department.label(),
        zoom::USER_TYPE => MatchAttribute::License.label(),
        zoom::ROLE => MatchAttribute::Role.label(),
        zoom::TITLE => "Title",
        zoom::ORGANIZATION => MatchAttribute::Organization.label(),
        zoom::LOCALE => "Locale",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::links::Known;
    use model::person::PersonState;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_shown_with_both_values() {
        let mut subject = Subject {
            profile: json!({ "name": { "givenName": "Ada", "familyName": "King" }, "title": "Countess", "locale": "en-GB" }),
            user_name: "ada@example.com".to_owned(),
            state: PersonState::Active,
            gone: false,
            assigned: true,
            known: Known {
                zoom_id: Some("z".to_owned()),
                last_sent: Some(json!({
                    "userName": "ada@example.com", "name.givenName": "Ada", "name.familyName": "Lovelace",
                    "displayName": "Ada King", "department": "Engines",
                })),
                active: Some(true),
                creating: false,
            },
        };
        let of = |subject: &Subject| {
            let lines = differences(subject, ScopeMode::Assigned, &Actions::default());
            lines.into_iter().map(|line| (line.attribute, line.zoom, line.directory.unwrap())).collect::<Vec<_>>()
        };
        let line = |name: &str, zoom: Option<&str>, directory: &str| {
            (name.to_owned(), zoom.map(str::to_owned), directory.to_owned())
        };
        let mut expected = vec![
            line("Department", Some("Engines"), ""),
            line("Family name", Some("Lovelace"), "King"),
            line("Locale", None, "en-GB"),
            line("Title", None, "Countess"),
        ];
        let mut found = of(&subject);
        found.sort();
        assert_eq!(found, expected);
        subject.known.active = Some(false);
        expected.push(line("Account", Some("Inactive"), "Activated"));
        let mut found = of(&subject);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        subject.state = PersonState::Staged;
        assert_eq!(of(&subject), []);
    }

    #[test]
    fn what_cannot_be_undone_weighs_most() {
        let of = |attribute: &str, zoom: Option<&str>, directory: &str| {
            let (attribute, zoom) = (attribute.to_owned(), zoom.map(str::to_owned));
            weight(&Compared { attribute, zoom, directory: Some(directory.to_owned()) })
        };
        let all = [
            of("Account", Some("There"), "Deleted"),
            of("Account", Some("Active"), "Deactivated"),
            of("Account", Some("Inactive"), "Activated"),
            of("Job title", Some("Countess"), "Deleted"),
            of("Job title", None, "Lady"),
        ];
        assert_eq!(all, [Weight::Deletes, Weight::LocksOut, Weight::LetsIn, Weight::Changes, Weight::Fills]);
    }
}
