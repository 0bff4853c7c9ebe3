//! A new person, made of what Zoom shows of an account: the way back of [`crate::mapping`].

use crate::attributes::{self as zoom, Attributes};
use crate::mapping::ENTERPRISE;
use directory::imports::Found;
use serde_json::{Map, Value, json};

/// The account as a SCIM user (RFC 7643, section 4).
pub(super) fn user_of(account: &Found) -> Value {
    let known = Attributes::from_json(&account.attributes);
    let some = |all: &[(&str, &str)]| {
        let there = all.iter().filter_map(|(scim, zoom)| Some(((*scim).to_owned(), known.told(zoom)?.into())));
        Some(there.collect::<Map<String, Value>>()).filter(|there| !there.is_empty())
    };
    let mut user = some(&[
        ("displayName", zoom::DISPLAY_NAME),
        ("userType", zoom::USER_TYPE),
        ("title", zoom::TITLE),
        ("locale", zoom::LOCALE),
    ])
    .unwrap_or_default();
    let list = |value: &str| json!([{ "value": value, "type": "work", "primary": true }]);
    let mut put = |name: &str, value: Option<Value>| _ = value.map(|value| user.insert(name.to_owned(), value));
    put("userName", Some(account.user_name.as_str().into()));
    put("externalId", Some(account.zoom_id.as_str().into()));
    put("active", Some((account.active != Some(false)).into()));
    put("name", some(&[("givenName", zoom::GIVEN_NAME), ("familyName", zoom::FAMILY_NAME)]).map(Value::Object));
    put("emails", known.told(zoom::EMAIL).or(known.told(zoom::USER_NAME)).map(list));
    put("phoneNumbers", known.told(zoom::PHONE).map(list));
    put("roles", known.told(zoom::ROLE).map(|role| json!([{ "value": role, "primary": true }])));
    let enterprise = some(&[
        ("department", zoom::DEPARTMENT),
        ("organization", zoom::ORGANIZATION),
        ("employeeNumber", zoom::EMPLOYEE_NUMBER),
    ]);
    put(ENTERPRISE, enterprise.map(Value::Object));
    Value::Object(user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping;

    #[test]
    fn what_was_made_of_an_account_is_mapped_to_the_same_account() {
        let attributes = json!({
            "userName": "ada@example.com", "emails": "ada@example.com", "name.givenName": "Ada",
            "name.familyName": "Lovelace", "displayName": "Ada L.", "userType": "Licensed", "phoneNumbers": "+1 2",
            "roles": "Member", "department": "Engines", "organization": "Example", "title": "Countess", "locale": "London",
        });
        let account = Found {
            zoom_id: "z1".to_owned(),
            user_name: "ada@example.com".to_owned(),
            display_name: "Ada L.".to_owned(),
            active: Some(true),
            user_type: Some("Licensed".to_owned()),
            attributes: attributes.clone(),
            groups: Vec::new(),
        };
        let user = user_of(&account);
        assert_eq!(mapping::map(&user, "ada@example.com").unwrap().to_json(), attributes);
        assert_eq!((&user["active"], &user["externalId"]), (&json!(true), &json!("z1")));
        let bare = Found { attributes: json!({}), active: Some(false), ..account };
        assert_eq!(user_of(&bare), json!({ "userName": "ada@example.com", "externalId": "z1", "active": false }));
    }
}
