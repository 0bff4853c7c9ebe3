//! What a request is about, so that an error can be told from one after which the same went well.
//!
//! The same are: two looks at one resource, two PUTs of one, two PATCHes of the same attributes of one (of the same
//! members, where it is about members: that another one was added says nothing), two creations under one name, two
//! searches that differ in the texts and the page they ask for, and otherwise two requests to one address. A bulk request
//! is like no other.

use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A number that is the same for the same; none when nothing is. Nothing of the request can be read from it.
pub fn of(method: &str, path: &str, query: &str, body: Option<&Value>) -> Option<i64> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let subject = match (method, segments.as_slice()) {
        ("POST", ["Bulk"]) => return None,
        ("POST", ["Users"]) => name(body?, "userName")?,
        ("POST", ["Groups"]) => name(body?, "displayName")?,
        ("POST", [.., ".search"]) => shape(member(body?, "filter")?.as_str()?),
        ("PATCH", _) => changes(body?)?,
        ("GET" | "HEAD", ["Users" | "Groups"] | []) => searched(query),
        _ => String::new(),
    };
    let mut hasher = DefaultHasher::new();
    (if method == "HEAD" { "GET" } else { method }, segments, subject).hash(&mut hasher);
    Some(i64::from_ne_bytes(hasher.finish().to_ne_bytes()))
}

fn member<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn name(body: &Value, attribute: &str) -> Option<String> {
    let name = member(body, attribute)?.as_str()?;
    Some(scim::user_name_key(name).unwrap_or_else(|_| name.to_lowercase()))
}

/// The attributes that a PATCH changes.
fn changes(body: &Value) -> Option<String> {
    let mut changed = Vec::new();
    for operation in member(body, "Operations")?.as_array()? {
        let value = member(operation, "value").unwrap_or(&Value::Null);
        match member(operation, "path").and_then(Value::as_str) {
            Some(path) => changed.push(change(path, value)),
            None => changed.extend(value.as_object()?.iter().map(|(path, value)| change(path, value))),
        }
    }
    changed.sort();
    changed.dedup();
    Some(changed.join(" "))
}

fn change(path: &str, value: &Value) -> String {
    let path = path.to_lowercase();
    if path.contains("members") { format!("{path} {value}") } else { path }
}

/// The parameters of a search, without the page.
fn searched(query: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let asked = pairs
        .into_iter()
        .filter(|(name, _)| !["startIndex", "count", "cursor"].iter().any(|page| name.eq_ignore_ascii_case(page)));
    asked.map(|(name, value)| format!("{}={}", name.to_lowercase(), shape(&value))).collect::<Vec<_>>().join("&")
}

/// A filter without the texts that it looks for.
fn shape(filter: &str) -> String {
    filter.split('"').step_by(2).collect::<Vec<_>>().join("\"").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patch(path: &str, operations: Value) -> Option<i64> {
        of("PATCH", path, "", Some(&json!({ "Operations": operations })))
    }

    #[test]
    fn the_same_is_known_again() {
        let ada = |name: &str| of("POST", "/Users", "", Some(&json!({ "userName": name, "title": name.len() })));
        assert_eq!(ada("Ada@example.com"), ada("ada@EXAMPLE.com"));
        assert_ne!(ada("ada@example.com"), ada("bob@example.com"));
        assert_eq!(of("GET", "/Users/1/", "", None), of("HEAD", "/Users/1", "attributes=id", None));
        assert_ne!(of("GET", "/Users/1", "", None), of("DELETE", "/Users/1", "", None));
        let find = |query: &str| of("GET", "/Users", query, None);
        assert_eq!(find("filter=userName+eq+%22a%22&startIndex=1"), find("filter=userName+eq+%22b%22&startIndex=101"));
        assert_ne!(find("filter=userName+eq+%22a%22"), find("filter=title+eq+%22a%22"));
    }

    #[test]
    fn a_patch_is_about_what_it_changes() {
        let title = json!([{ "op": "Replace", "path": "title", "value": "x" }]);
        let keys = json!([{ "op": "replace", "value": { "Title": "y" } }]);
        assert_eq!(patch("/Users/1", title.clone()), patch("/Users/1", keys));
        assert_ne!(patch("/Users/1", title.clone()), patch("/Users/2", title));
        let add =
            |id: &str| patch("/Groups/1", json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]));
        assert_eq!(add("a"), add("a"));
        assert_ne!(add("a"), add("b"), "that another member came says nothing of the first");
    }

    #[test]
    fn what_cannot_be_told_is_the_same_as_nothing() {
        assert_eq!(of("POST", "/Bulk", "", Some(&json!({}))), None);
        assert_eq!(of("POST", "/Users", "", None), None);
        assert_eq!(of("POST", "/Users", "", Some(&json!({ "displayName": "x" }))), None);
        assert_eq!(patch("/Users/1", json!([{ "op": "add", "value": 5 }])), None);
    }
}
