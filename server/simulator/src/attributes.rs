//! The attributes of a request, merged into a user. POST and PUT share it:
//! Zoom's PUT changes only what it is sent.

use serde_json::{Map, Value};

use crate::{refusal::Refusal, urn, user::User};

/// Sets what the body names. An empty string clears, null leaves alone (both
/// undocumented); attributes Zoom has not are passed over without a word.
pub(crate) fn apply(user: &mut User, body: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(wanted) = body.get("userType").filter(|value| !value.is_null()) {
        wanted.as_str().and_then(user_type).ok_or(Refusal::Validation("userType"))?.clone_into(&mut user.user_type);
    }
    if let Some(name) = body.get("name") {
        set(&mut user.given_name, name.get("givenName"));
        set(&mut user.family_name, name.get("familyName"));
    }
    set(&mut user.display_name, body.get("displayName"));
    set(&mut user.title, body.get("title"));
    set(&mut user.locale, body.get("locale"));
    if let Some(numbers) = body.get("phoneNumbers").and_then(Value::as_array) {
        user.phone_numbers = numbers.iter().filter_map(phone_number).collect();
    }
    if let Some(roles) = body.get("roles") {
        user.roles = values(roles);
    }
    if let Some(enterprise) = body.get(urn::ENTERPRISE).and_then(Value::as_object) {
        merge(&mut user.enterprise, enterprise);
    }
    if let Some(zoom) = body.get(urn::ZOOM).and_then(Value::as_object) {
        merge_zoom(&mut user.zoom, zoom);
    }
    Ok(())
}

/// The names of groups a body gives, if it gives any.
pub(crate) fn groups(body: &Map<String, Value>) -> Option<Vec<String>> {
    body.get("groups").filter(|groups| !groups.is_null()).map(values)
}

/// The address of `emails`, which holds one at most.
pub(crate) fn email(body: &Map<String, Value>) -> Option<&str> {
    body.get("emails")?.as_array()?.first()?.get("value")?.as_str().map(str::trim)
}

/// Zoom says only "invalid"; this refuses what cannot be an address.
pub(crate) fn is_email(text: &str) -> bool {
    let halves = text.split_once('@');
    halves.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.contains('@')
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}

/// `Pro` and `Corp` are older names that clients still send.
fn user_type(name: &str) -> Option<&'static str> {
    match name {
        "Collaboration" => Some("Collaboration"),
        "Basic" => Some("Basic"),
        "Licensed" | "Pro" => Some("Licensed"),
        "On-Prem" | "Corp" => Some("On-Prem"),
        _ => None,
    }
}

fn set(field: &mut Option<String>, value: Option<&Value>) {
    if let Some(text) = value.and_then(Value::as_str) {
        *field = Some(text.to_owned()).filter(|text| !text.is_empty());
    }
}

fn phone_number(number: &Value) -> Option<Value> {
    let value = number.get("value")?.as_str().filter(|value| !value.is_empty())?;
    let kind = number.get("type").and_then(Value::as_str).unwrap_or("work");
    Some(serde_json::json!({ "type": kind, "value": value }))
}

/// The `value` of each element; a single object counts as a list of one.
fn values(elements: &Value) -> Vec<String> {
    let one = std::slice::from_ref(elements);
    let elements = elements.as_array().map_or(one, Vec::as_slice);
    let names = elements.iter().filter_map(|element| element.get("value")?.as_str());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {
                into.remove(key);
            }
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Contact Center: "Empty value will result in no changes". Calling plans: -1
/// takes all of them away.
fn merge_zoom(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    let mut from = from.clone();
    from.retain(|key, value| !(key.starts_with("zoomContactCenter") && value.as_str().is_some_and(str::is_empty)));
    if from.get("zoomPhoneCallingPlan").and_then(Value::as_str) == Some("-1") {
        from.insert("zoomPhoneCallingPlan".to_owned(), Value::String(String::new()));
    }
    merge(into, &from);
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Map, Value, json};

    use super::{apply, is_email};
    use crate::{refusal::Refusal, urn, user::User};

    fn applied(bodies: &[Value]) -> Result<User, Refusal> {
        let mut user = User::new("1".to_owned(), "a@b.c", "Basic", DateTime::UNIX_EPOCH);
        for body in bodies {
            apply(&mut user, body.as_object().unwrap_or(&Map::new()))?;
        }
        Ok(user)
    }

    #[test]
    fn what_is_not_sent_stays() {
        let first = json!({ "name": { "givenName": "Jill", "familyName": "Chill" }, "title": "Developer",
            urn::ENTERPRISE: { "department": "Development", "costCenter": "US01" } });
        let second = json!({ "name": { "familyName": "Hill" }, "title": "",
            urn::ENTERPRISE: { "costCenter": "US02" }, "externalId": "ignored" });
        let user = applied(&[first, second]).unwrap();
        assert_eq!(user.given_name.as_deref(), Some("Jill"));
        assert_eq!(user.family_name.as_deref(), Some("Hill"));
        assert_eq!(user.title, None);
        assert_eq!(Value::Object(user.enterprise), json!({ "department": "Development", "costCenter": "US02" }));
    }

    #[test]
    fn user_types_have_older_names() {
        let of = |name: &str| applied(&[json!({ "userType": name })]).map(|user| user.user_type);
        assert_eq!(of("Corp").as_deref(), Ok("On-Prem"));
        assert_eq!(of("Pro").as_deref(), Ok("Licensed"));
        assert_eq!(of("Gold"), Err(Refusal::Validation("userType")));
    }

    #[test]
    fn some_zoom_values_mean_something_else() {
        let first = json!({ urn::ZOOM: { "zoomPhoneCallingPlan": "3000", "zoomContactCenterRole": "Agent" } });
        let second = json!({ urn::ZOOM: { "zoomPhoneCallingPlan": "-1", "zoomContactCenterRole": "" } });
        let user = applied(&[first, second]).unwrap();
        assert_eq!(Value::Object(user.zoom), json!({ "zoomContactCenterRole": "Agent" }));
    }

    #[test]
    fn an_address_has_two_halves() {
        assert!(is_email("o'neil+x@mail.example.com"));
        for text in ["", "ann", "@b.c", "a@b", "a b@c.d", "a@b@c.d", "a@.c"] {
            assert!(!is_email(text), "{text}");
        }
    }
}
