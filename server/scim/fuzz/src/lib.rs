//! What must hold whatever a client sends: no panic, every refusal a SCIM error of the client's
//! fault, and what was taken is taken again in the same form. libFuzzer drives these here, and
//! `tests/hostile.rs` does in every run of the tests.

use std::sync::LazyLock;

use scim::bulk::{self, Request};
use scim::schema::{GROUP_TYPE, USER_TYPE};
use scim::{Error, Filter, Group, ListQuery, PatchOp, Projection, User, patch};
use serde_json::{Map, Value, json};

/// Any text as a filter: on both kinds of resource, and the same when read again.
pub fn filter(text: &str) {
    match Filter::parse(text) {
        Ok(filter) => {
            for (kind, resource) in [(&USER_TYPE, &*USER), (&GROUP_TYPE, &*GROUP)] {
                let holds = filter.matches(kind, resource);
                let opposite = Filter::Not(Box::new(filter.clone()));
                assert_ne!(opposite.matches(kind, resource), holds);
                filter.check(kind).unwrap_or_else(|error| client_error(&error));
            }
            assert_eq!(Filter::parse(text), Ok(filter));
        }
        Err(error) => client_error(&error),
    }
}

/// Any text as a PATCH path, a key of a value without a path, a sort attribute and an attribute to
/// show.
pub fn path(text: &str) {
    for op in ["add", "replace", "remove"] {
        for value in [json!("x"), json!({"value": "x", "type": "work"}), json!([true]), Value::Null] {
            operation(json!({"op": op, "path": text, "value": value}));
            operation(json!({"op": op, "value": {text: value}}));
        }
    }
    if let Err(error) = ListQuery::from_pairs([("sortBy", text), ("sortOrder", "descending")]) {
        client_error(&error);
    }
    for (kind, resource) in [(&USER_TYPE, &*USER), (&GROUP_TYPE, &*GROUP)] {
        for parameter in ["attributes", "excludedAttributes"] {
            match Projection::from_pairs([(parameter, text)], kind) {
                Ok(projection) => {
                    projection.shows(text);
                    assert_eq!(projection.apply(Value::Object(resource.clone()))["id"], resource["id"]);
                }
                Err(error) => client_error(&error),
            }
        }
    }
}

/// Any bytes as the body of a POST or PUT, a PATCH, a search and a bulk.
pub fn body(bytes: &[u8]) {
    match scim::json::parse(bytes) {
        Ok(body) => json_body(&body),
        Err(error) => client_error(&error),
    }
}

/// The same for a body that is JSON.
pub fn json_body(body: &Value) {
    match User::from_json(body.clone()) {
        Ok(user) => assert_eq!(User::from_json(json!(user)).as_ref(), Ok(&user)),
        Err(error) => client_error(&error),
    }
    match Group::from_json(body.clone()) {
        Ok((group, members)) => {
            assert_eq!(Group::from_json(json!(group)), Ok((group.clone(), Vec::new())));
            let mut whole = json!(group);
            whole["members"] = json!(members);
            assert_eq!(Group::from_json(whole), Ok((group, members)));
        }
        Err(error) => client_error(&error),
    }
    patched(body.clone());
    for kind in [&USER_TYPE, &GROUP_TYPE] {
        if let Err(error) = ListQuery::from_search_request(body, kind) {
            client_error(&error);
        }
    }
    match Request::from_json(body.clone()) {
        Ok(request) => request.operations.into_iter().for_each(resolved),
        Err(error) => client_error(&error),
    }
}

/// With every reference resolved nothing refers to anything.
fn resolved(mut operation: bulk::Operation) {
    operation.resolve(|id| Some(format!("id-{id}")));
    assert!(operation.references().is_empty());
}

fn operation(operation: Value) {
    patched(json!({"Operations": [operation]}));
}

fn patched(body: Value) {
    let operations = match PatchOp::from_json(body) {
        Ok(operations) => operations,
        Err(error) => return client_error(&error),
    };
    let mut user = ADA.clone();
    match patch::apply(&mut user, "7", &operations) {
        Ok(_) => {
            let mut whole = json!(user);
            whole["active"] = json!(user.active());
            assert_eq!(User::from_json(whole.clone()).map(|again| json!(again)), Ok(whole));
        }
        Err(error) => client_error(&error),
    }
    match patch::apply_to_group(&ENGINES, "7", &operations) {
        Ok(patch) => {
            assert_eq!(Group::from_json(json!(patch.group)), Ok((patch.group, Vec::new())));
        }
        Err(error) => client_error(&error),
    }
}

fn client_error(error: &Error) {
    assert!(error.status == 400 || error.status == 413, "{error:?}");
    assert!(error.detail.len() < 2000 && !error.detail.contains(char::is_control), "{error:?}");
}

static ADA: LazyLock<User> = LazyLock::new(|| User::from_json(json!(*USER)).unwrap_or_else(|error| panic!("{error}")));

static ENGINES: LazyLock<Group> =
    LazyLock::new(|| Group::from_json(json!(*GROUP)).unwrap_or_else(|error| panic!("{error}")).0);

static USER: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(json!({
        "id": "7",
        "userName": "ada",
        "active": true,
        "title": "Countess",
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"value": "ada@work", "type": "work", "primary": true}, {"value": "ada@home", "type": "home"}],
        "roles": [{"value": "a"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "m1"}},
        "urn:acme:2.0:User": {"badge": "red", "list": [1, "x", {"a": 1}]},
        "shoe": 39,
        "meta": {"created": "2026-01-31T08:00:00.000Z", "resourceType": "User"},
    }))
});

static GROUP: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(json!({
        "id": "7",
        "displayName": "Engines",
        "externalId": "e",
        "members": [{"value": "u1", "type": "User", "display": "Ada"}],
        "urn:acme:2.0:Group": {"floor": 2},
    }))
});

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
