//! Values of attributes, in bodies and in PATCH operations.

use serde_json::{Map, Value};

use crate::json;
use crate::schema::{Attribute, Kind};

/// A boolean as text. Entra sends `"True"` and `"False"` unless the address carries
/// `aadOptscim062020`, also in filters (`roles[primary eq "True"]`); Keycloak sends `"false"`.
/// (Microsoft Learn, "SCIM 2.0 protocol compliance"; entra-docs issue 391.)
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

/// One value where there may be several, sent without its list by templates made by hand.
pub(crate) fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        one => vec![one],
    }
}

/// A list of one, or of none, where there is one value: clients built on SCIM-SDK (Keycloak) wrap
/// every value of a PATCH.
pub(crate) fn single(value: Value) -> Value {
    match value {
        Value::Array(mut list) if list.len() <= 1 => list.pop().unwrap_or_default(),
        other => other,
    }
}

/// One value in the form that its attribute has.
pub(crate) fn element(definition: &Attribute, value: Value) -> Value {
    match (definition.kind, value) {
        (Kind::Boolean, Value::String(text)) => boolean(&text).map_or(Value::String(text), Value::Bool),
        (Kind::Text, Value::String(text)) if is_no_external_id(definition, &text) => Value::Null,
        (Kind::Complex, Value::String(text)) => plain(definition, text),
        (Kind::Complex, Value::Object(role)) if definition.name == "roles" => Value::Object(app_role(role)),
        (_, value) => value,
    }
}

/// An empty externalId is none: OneLogin's templates send empty text for what has no value, and two
/// users without one are not the same user. (OneLogin, "SCIM" for developers.)
fn is_no_external_id(definition: &Attribute, text: &str) -> bool {
    definition.name == "externalId" && text.is_empty()
}

/// Text for an attribute that has parts: it is the `value`. Entra sends the manager so, in POST and
/// PATCH. (apache/directory-scimple issues 1242 and 1244.)
fn plain(definition: &Attribute, text: String) -> Value {
    if definition.sub_attribute("value").is_none() {
        return Value::String(text);
    }
    let value = Map::from_iter([("value".to_owned(), Value::String(text))]);
    Value::Object(if definition.name == "roles" { app_role(value) } else { value })
}

/// JSON in the text of a role's value, which Entra's function `AppRoleAssignmentsComplex` makes:
/// `{"value": "{\"id\":..,\"value\":\"admin\",\"displayName\":\"Admin\"}"}` is the role `admin`. A
/// role without a value is known by its name alone.
/// (Microsoft Learn, "Customize application attributes"; SCIM-SDK issue 516.)
fn app_role(mut role: Map<String, Value>) -> Map<String, Value> {
    let Some(key) = role.keys().find(|key| key.eq_ignore_ascii_case("value")).cloned() else { return role };
    // Until it is plain: what is given back must be read as it is.
    while let Some((value, display)) = role.get(&key).and_then(inside_text) {
        role.insert(key.clone(), value);
        if let Some(display) = display.filter(|_| !role.keys().any(|key| key.eq_ignore_ascii_case("display"))) {
            role.insert("display".to_owned(), display);
        }
    }
    role
}

/// The value and the name of the role in the JSON in this text.
fn inside_text(text: &Value) -> Option<(Value, Option<Value>)> {
    let text = text.as_str().filter(|text| text.starts_with('{'))?;
    let Ok(Value::Object(mut app_role)) = json::parse(text.as_bytes()) else { return None };
    let display = app_role.remove("displayName").filter(Value::is_string);
    let value = app_role.remove("value").filter(Value::is_string).or_else(|| display.clone())?;
    Some((value, display))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::USER_TYPE;
    use serde_json::json;

    fn role(value: Value) -> Value {
        USER_TYPE.attribute("roles").map(|roles| element(roles, value)).unwrap()
    }

    #[test]
    fn an_app_role_is_taken_out_of_its_text() {
        let text = |inner: Value| json!({"value": inner.to_string(), "primary": true});
        assert_eq!(
            role(text(json!({"id": "1", "value": "admin", "displayName": "Admin"}))),
            json!({"value": "admin", "display": "Admin", "primary": true})
        );
        assert_eq!(
            role(text(json!({"id": "1", "value": null, "displayName": "Admin"}))),
            json!({"value": "Admin", "display": "Admin", "primary": true})
        );
        let twice = json!({"value": json!({"value": "admin", "displayName": "A"}).to_string(), "displayName": "B"});
        assert_eq!(role(text(twice)), json!({"value": "admin", "display": "B", "primary": true}));
        let plain = json!({"value": "admin", "display": "Mine"});
        assert_eq!(role(json!({"Value": r#"{"value": "admin"}"#, "display": "Mine"}))["Value"], "admin");
        assert_eq!(role(plain.clone()), plain);
        assert_eq!(role(json!(r#"{"value":"a","displayName":"A"}"#)), json!({"value": "a", "display": "A"}));
        for other in [json!({"value": "{"}), json!({"value": "{}"}), json!({"value": "{\"x\":1}"}), json!({"x": 1})] {
            assert_eq!(role(other.clone()), other);
        }
    }

    #[test]
    fn only_what_is_a_boolean_becomes_one() {
        let active = USER_TYPE.attribute("active").unwrap();
        assert_eq!(element(active, json!("TRUE")), true);
        assert_eq!(element(active, json!("yes")), "yes");
        let title = USER_TYPE.attribute("title").unwrap();
        assert_eq!(element(title, json!("True")), "True");
    }
}
