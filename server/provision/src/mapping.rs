//! The default mapping: Zoom's twelve attributes from a person's merged SCIM profile (RFC 7643, section 4). The twelve
//! are those of PingOne's Zoom page: userName, name.givenName, name.familyName, emails, phoneNumbers, active, userType,
//! roles, title, department, organization, locale; `active` is the person's state and not found here.

use crate::attributes::{self as zoom, Attributes};
use serde_json::Value;

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// No e-mail address can be found for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAddress;

/// Maps a profile. `user_name` is the person's own, which is the address when it is one.
pub fn map(profile: &Value, user_name: &str) -> Result<Attributes, NoAddress> {
    let address = address(profile, user_name).ok_or(NoAddress)?;
    let mut mapped = map_without_address(profile);
    mapped.set(zoom::USER_NAME, address);
    mapped.set(zoom::EMAIL, address);
    Ok(mapped)
}

/// Everything but the address, which not everybody has.
pub(crate) fn map_without_address(profile: &Value) -> Attributes {
    let mut mapped = Attributes::default();
    let given = text(profile.pointer("/name/givenName"));
    let family = text(profile.pointer("/name/familyName"));
    let display = text(profile.get("displayName")).map(str::to_owned).or_else(|| {
        let both: Vec<&str> = [given, family].into_iter().flatten().collect();
        (!both.is_empty()).then(|| both.join(" "))
    });
    let enterprise = |name: &str| text(profile.get(ENTERPRISE).and_then(|e| e.get(name)));
    let user_type = text(profile.get("userType")).and_then(user_type);
    let found = [
        (zoom::GIVEN_NAME, given),
        (zoom::FAMILY_NAME, family),
        (zoom::DISPLAY_NAME, display.as_deref()),
        (zoom::PHONE, one_of(profile.get("phoneNumbers"), "work")),
        (zoom::USER_TYPE, user_type),
        (zoom::ROLE, one_of(profile.get("roles"), "")),
        (zoom::TITLE, text(profile.get("title"))),
        (zoom::DEPARTMENT, enterprise("department")),
        (zoom::ORGANIZATION, enterprise("organization")),
        (zoom::LOCALE, text(profile.get("locale"))),
    ];
    for (name, value) in found {
        if let Some(value) = value {
            mapped.set(name, value);
        }
    }
    mapped
}

/// Zoom's `userName` is an e-mail address: the `userName` when it is one, else the work e-mail, else the primary one,
/// else any.
fn address<'a>(profile: &'a Value, user_name: &'a str) -> Option<&'a str> {
    let mails = || {
        let items = profile.get("emails").and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| Some((item, text(item.get("value"))?))).filter(|(_, mail)| is_address(mail))
    };
    Some(user_name.trim())
        .filter(|name| is_address(name))
        .or_else(|| mails().find(|(item, _)| is_of_type(item, "work")).map(|(_, mail)| mail))
        .or_else(|| mails().find(|(item, _)| is_primary(item)).map(|(_, mail)| mail))
        .or_else(|| mails().next().map(|(_, mail)| mail))
}

/// Whether a text can be an e-mail address that Zoom takes; Zoom has the last word.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= 254
        && !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains('@')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\' | '<' | '>'))
}

/// A licence type is only sent when the person has one of Zoom's values, by today's name or an older one; in most
/// directories `userType` says Employee or Contractor, which is no licence.
fn user_type(value: &str) -> Option<&'static str> {
    match value.to_ascii_lowercase().as_str() {
        "basic" => Some("Basic"),
        "licensed" | "pro" => Some("Licensed"),
        "on-prem" | "on prem" | "corp" => Some("On-Prem"),
        "collaboration" => Some("Collaboration"),
        _ => None,
    }
}

/// The value of a list that counts: of that type, else the primary one, else the first. Strings stand for themselves.
fn one_of<'a>(list: Option<&'a Value>, kind: &str) -> Option<&'a str> {
    let items = || {
        let items = list.and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| Some((item, text(item.get("value").or(Some(item)))?)))
    };
    items()
        .find(|(item, _)| is_of_type(item, kind))
        .or_else(|| items().find(|(item, _)| is_primary(item)))
        .or_else(|| items().next())
        .map(|(_, value)| value)
}

fn is_of_type(item: &Value, kind: &str) -> bool {
    item.get("type").and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(kind))
}

fn is_primary(item: &Value) -> bool {
    item.get("primary") == Some(&Value::Bool(true))
}

/// A text that is not empty, trimmed.
fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_twelve_attributes_are_mapped() {
        let profile = json!({
            "userName": "ada@example.com", "name": { "givenName": "Ada", "familyName": "Lovelace" },
            "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
            "phoneNumbers": [{ "value": "+1 1", "type": "mobile" }, { "value": "+1 2", "type": "work" }],
            "userType": "pro", "roles": [{ "value": "Member" }, { "value": "Admin", "primary": true }],
            "title": " Engineer ", "locale": "London",
            (ENTERPRISE): { "department": "Engines", "organization": "Example", "manager": { "value": "7" } },
        });
        let mapped = map(&profile, "ada@example.com").unwrap();
        let expected: Attributes = [
            (zoom::USER_NAME, "ada@example.com"),
            (zoom::EMAIL, "ada@example.com"),
            (zoom::GIVEN_NAME, "Ada"),
            (zoom::FAMILY_NAME, "Lovelace"),
            (zoom::DISPLAY_NAME, "Ada Lovelace"),
            (zoom::PHONE, "+1 2"),
            (zoom::USER_TYPE, "Licensed"),
            (zoom::ROLE, "Admin"),
            (zoom::TITLE, "Engineer"),
            (zoom::DEPARTMENT, "Engines"),
            (zoom::ORGANIZATION, "Example"),
            (zoom::LOCALE, "London"),
        ]
        .into();
        assert_eq!(mapped, expected);
    }

    #[test]
    fn a_user_name_that_is_no_address_gives_way_to_the_work_e_mail() {
        let profile = json!({ "emails": [
            { "value": "home@example.org", "type": "home", "primary": true }, { "value": "work@example.com", "type": "work" },
        ]});
        assert_eq!(map(&profile, "ada").unwrap().get(zoom::USER_NAME), Some("work@example.com"));
        let profile =
            json!({ "emails": [{ "value": "one@example.org" }, { "value": "two@example.org", "primary": true }] });
        assert_eq!(map(&profile, "ada").unwrap().get(zoom::USER_NAME), Some("two@example.org"));
        assert_eq!(map(&json!({ "emails": [{ "value": "nobody" }] }), "ada"), Err(NoAddress));
        assert_eq!(map(&json!({ "emails": "x" }), ""), Err(NoAddress));
    }

    #[test]
    fn an_address_that_could_change_the_filter_is_none() {
        for text in ["a\"b@example.com", "a b@example.com", "a@b", "@example.com", "a@.com", "a@b@c.d", "a\u{0}@b.c"] {
            assert!(!is_address(text), "{text:?}");
        }
        assert!(is_address("o'neil+zoom@sub.example.com") && is_address("åsa@example.se"));
    }

    #[test]
    fn a_user_type_that_is_no_licence_is_not_sent() {
        let mapped = map(&json!({ "userType": "Employee" }), "a@example.com").unwrap();
        assert_eq!(mapped.get(zoom::USER_TYPE), None);
        assert_eq!(mapped.get(zoom::DISPLAY_NAME), None, "Zoom makes one up from the names it gets");
    }
}
