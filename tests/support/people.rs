//! Users as an identity provider pushes them.

use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Somebody with an address, and whose names are made of it: `grace.hopper@example.com`.
pub fn user(user_name: &str) -> Value {
    let local = user_name.split('@').next().unwrap_or_default();
    let (given, family) = local.split_once('.').unwrap_or((local, "Example"));
    json!({
        "schemas": [CORE],
        "userName": user_name,
        "externalId": format!("00u-{local}"),
        "name": { "givenName": capital(given), "familyName": capital(family) },
        "emails": [{ "primary": true, "type": "work", "value": user_name }],
        "active": true,
    })
}

/// Ada Lovelace, with all that the default mapping carries.
pub fn ada() -> Value {
    let mut ada = user("ada.lovelace@example.com");
    let more = json!({
        "schemas": [CORE, ENTERPRISE],
        "displayName": "Ada Lovelace",
        "title": "Analyst",
        "locale": "en-GB",
        "phoneNumbers": [{ "type": "work", "value": "+441632960001" }],
        ENTERPRISE: { "department": "Engines", "organization": "Example Ltd", "employeeNumber": "1815" },
    });
    if let (Some(ada), Some(more)) = (ada.as_object_mut(), more.as_object()) {
        ada.extend(more.clone());
    }
    ada
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
