//! What a PATCH does to a user, case by case: the RFC's rules first, then what clients send.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{PatchOp, apply};
use crate::error::Error;
use crate::resource::User;
use crate::schema::USER;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn ada() -> User {
    User::from_json(json!({
        "userName": "ada",
        "active": true,
        "title": "Countess",
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [
            {"value": "ada@work", "type": "work", "primary": true},
            {"value": "ada@home", "type": "home"},
        ],
        "roles": [{"value": "a"}, {"value": "b"}],
        (ENTERPRISE): {"department": "Engines", "manager": {"value": "m1", "displayName": "Babbage"}},
        "urn:acme:2.0:User": {"badge": "red"},
        "shoe": 39,
    }))
    .unwrap()
}

fn run(user: &mut User, operations: Value) -> Result<bool, Error> {
    apply(user, "id-1", &PatchOp::from_json(json!({"Operations": operations}))?)
}

/// Ada after the operations, which must change her.
fn patched(operations: Value) -> Value {
    let mut user = ada();
    let changed = run(&mut user, operations.clone()).unwrap_or_else(|e| panic!("{operations}: {e}"));
    assert!(changed, "{operations}");
    Value::Object(user.attributes().clone())
}

fn unchanged(operations: Value) {
    let mut user = ada();
    assert_eq!(run(&mut user, operations.clone()), Ok(false), "{operations}");
    assert_eq!(user, ada());
}

/// The keyword of the refusal, after which Ada must be as she was.
fn refused(operations: Value) -> String {
    let mut user = ada();
    let error = run(&mut user, operations.clone()).expect_err(&operations.to_string());
    assert_eq!(user, ada(), "{operations}");
    assert_eq!(error.status, 400);
    error.to_json()["scimType"].as_str().unwrap().to_owned()
}

fn op(op: &str, path: &str, value: Value) -> Value {
    json!({"op": op, "path": path, "value": value})
}

fn one(name: &str, path: &str, value: Value) -> Value {
    json!([op(name, path, value)])
}

#[test]
fn single_values() {
    assert_eq!(patched(one("replace", "title", json!("Lady")))["title"], "Lady");
    assert_eq!(patched(one("add", "NICKNAME", json!("A")))["nickName"], "A");
    assert_eq!(patched(one("replace", "active", json!("False")))["active"], false);
    assert!(patched(json!([{"op": "remove", "path": "title"}])).get("title").is_none());
    assert!(patched(one("replace", "title", Value::Null)).get("title").is_none());
    assert!(
        patched(json!([{"op": "remove", "path": "active"}])).get("active").is_none(),
        "unassigned, which counts as true"
    );
    unchanged(one("replace", "title", json!("Countess")));
    unchanged(json!([{"op": "remove", "path": "nickName"}]));
    unchanged(one("add", "title", Value::Null));
}

#[test]
fn schemas_follows_from_what_is_there() {
    unchanged(one("add", "schemas", json!(["urn:made:up"])));
    unchanged(one("replace", "schemas", json!([USER.id])));
    unchanged(json!([{"op": "replace", "value": {"schemas": [USER.id]}}]));
    assert_eq!(refused(json!([{"op": "remove", "path": "schemas"}])), "mutability");
    assert_eq!(refused(json!([{"op": "remove", "path": r#"schemas[value eq "x"]"#}])), "mutability");
}

#[test]
fn an_extension_is_not_taken_for_an_attribute() {
    assert_eq!(refused(json!([{"op": "add", "value": {"urn:acme:2.0:User": "text"}}])), "invalidValue");
    for inside in [USER.id, ENTERPRISE, "urn:acme:2.0:User"] {
        assert_eq!(refused(one("add", ENTERPRISE, json!({inside: {"title": "x"}}))), "invalidValue", "{inside}");
    }
}

#[test]
fn keys_of_the_core_object_are_paths_like_any() {
    let user =
        patched(one("add", USER.id, json!({"emails[type eq \"home\"].value": "ada@new", "name.middleName": "A"})));
    assert_eq!((&user["emails"][1]["value"], &user["name"]["middleName"]), (&json!("ada@new"), &json!("A")));
    assert_eq!(refused(one("add", USER.id, json!({"a b": 1}))), "invalidPath");
}

#[test]
fn a_schema_stands_in_no_other() {
    for inside in [
        json!({(ENTERPRISE): {"department": "x"}}),
        json!({(USER.id): {}}),
        json!({(format!("{ENTERPRISE}:department")): "x"}),
    ] {
        let error = run(&mut ada(), json!([{"op": "add", "value": {(USER.id): inside}}])).unwrap_err();
        assert!(error.detail.contains("stands inside of \"urn:ietf:params:scim:schemas:core:2.0:User\""), "{error}");
        let posted = User::from_json(json!({"userName": "ada", (USER.id): inside})).unwrap_err();
        assert_eq!(posted.detail, error.detail.trim_start_matches("Operation 1: "));
    }
}

#[test]
fn complex_values_are_merged() {
    let user = patched(one("replace", "name", json!({"FamilyName": "Lovelace", "givenName": null})));
    assert_eq!(user["name"], json!({"familyName": "Lovelace"}));
    assert_eq!(
        patched(one("add", "name.middleName", json!("A")))["name"],
        json!({"givenName": "Ada", "familyName": "King", "middleName": "A"})
    );
    let all = json!([{"op": "remove", "path": "name.givenName"}, {"op": "Remove", "path": "name.familyName"}]);
    assert!(patched(all).get("name").is_none());
}

#[test]
fn lists() {
    let added = patched(one("add", "roles", json!([{"value": "b"}, {"value": "c"}])));
    assert_eq!(added["roles"], json!([{"value": "a"}, {"value": "b"}, {"value": "c"}]));
    let replaced = patched(one("replace", "roles", json!({"value": "z"})));
    assert_eq!(replaced["roles"], json!([{"value": "z"}]));
    assert!(patched(one("replace", "roles", json!([]))).get("roles").is_none());
    assert!(patched(json!([{"op": "remove", "path": "roles"}])).get("roles").is_none());
    let some = patched(one("remove", "roles", json!([{"value": "a", "display": "stale"}])));
    assert_eq!(some["roles"], json!([{"value": "b"}]));
    let user = patched(one("remove", "roles", json!({"value": "b"})));
    assert_eq!(user["roles"], json!([{"value": "a"}]));
    unchanged(one("remove", "roles", json!([])));
    unchanged(one("add", "roles", json!("a")));
    unchanged(one("remove", "roles", json!([{"value": "none"}])));
}

#[test]
fn one_primary_at_most() {
    let user = patched(one("add", "emails", json!({"value": "new", "primary": true})));
    assert_eq!(user["emails"][0]["primary"], false);
    assert_eq!(user["emails"][2]["primary"], true);
    let user = patched(one("replace", r#"emails[type eq "home"].primary"#, json!("True")));
    assert_eq!(user["emails"][0]["primary"], false);
    assert_eq!(user["emails"][1]["primary"], true);
    assert_eq!(refused(one("replace", "emails.primary", json!(true))), "invalidValue");
    // The same address once: the type and value pair decides.
    let again = json!({"value": "ada@home", "type": "home", "primary": true});
    let user = patched(one("add", "emails", again));
    assert_eq!(user["emails"].as_array().unwrap().len(), 2);
    assert_eq!(user["emails"][1]["primary"], true);
}

#[test]
fn value_filters() {
    let work = r#"emails[type eq "work"]"#;
    let path = format!("{work}.value");
    let user = patched(one("replace", &path, json!("new@work")));
    assert_eq!(user["emails"][0], json!({"value": "new@work", "type": "work", "primary": true}));
    let user = patched(one("replace", work, json!({"value": "x"})));
    assert_eq!(user["emails"][0], json!({"value": "x", "type": "work"}));
    let user = patched(one("add", work, json!({"display": "W"})));
    assert_eq!(user["emails"][0]["display"], "W");
    assert_eq!(user["emails"][0]["value"], "ada@work");
    let user = patched(json!([{"op": "remove", "path": work}]));
    assert_eq!(user["emails"], json!([{"value": "ada@home", "type": "home"}]));
    let user = patched(json!([{"op": "remove", "path": format!("{work}.primary")}]));
    assert_eq!(user["emails"][0], json!({"value": "ada@work", "type": "work"}));
}

#[test]
fn a_filter_that_matches_nothing() {
    let created = json!([{"value": "ada@other", "type": "other"}]);
    for name in ["add", "replace"] {
        let user = patched(one(name, r#"emails[type eq "other"].value"#, json!("ada@other")));
        assert_eq!(user["emails"][2], created[0], "{name}");
    }
    let user = patched(one("replace", r#"roles[primary eq "True"].value"#, json!("r")));
    assert_eq!(user["roles"][2], json!({"value": "r", "primary": true}));
    let user = patched(one("add", r#"emails[type eq "made up" and display eq "D"].value"#, json!("x")));
    assert_eq!(user["emails"][2], json!({"value": "x", "type": "made up", "display": "D"}));
    for operations in [
        one("replace", r#"emails[type eq "made up"].value"#, json!("x")),
        one("replace", r#"roles[type eq "work"].value"#, json!("x")),
        one("replace", r#"emails[value eq "none"].type"#, json!("x")),
        one("add", r#"emails[type ne "work" and type ne "home"].value"#, json!("x")),
        json!([{"op": "remove", "path": r#"emails[type eq "other"]"#}]),
    ] {
        assert_eq!(refused(operations), "noTarget");
    }
}

#[test]
fn entra_builds_one_address_with_many_operations() {
    let work = |sub: &str| format!(r#"addresses[type eq "work"].{sub}"#);
    let user = patched(json!([
        op("Add", &work("country"), json!("UK")),
        op("Add", &work("locality"), json!("London")),
        op("Replace", &work("postalCode"), json!("W1")),
    ]));
    assert_eq!(user["addresses"], json!([{"type": "work", "country": "UK", "locality": "London", "postalCode": "W1"}]));
}

#[test]
fn path_like_keys() {
    let user = patched(json!([{"op": "replace", "value": {
        "id": "id-1",
        "schemas": ["urn:x"],
        "displayName": "Ada K",
        "name.givenName": "Augusta",
        (r#"emails[type eq "home"].value"#): "new@home",
        (format!("{ENTERPRISE}:employeeNumber")): "7",
        (ENTERPRISE): {"Department": "Poetry", "manager.displayName": "B"},
        "urn:acme:2.0:User": {"floor": 2},
        "urn:other:2.0:Thing": {"x": 1},
        "hat": "blue",
    }}]));
    assert_eq!(user["displayName"], "Ada K");
    assert_eq!(user["name"]["givenName"], "Augusta");
    assert_eq!(user["emails"][1]["value"], "new@home");
    assert_eq!(
        user[ENTERPRISE],
        json!({"department": "Poetry", "employeeNumber": "7",
               "manager": {"value": "m1", "displayName": "B"}})
    );
    assert_eq!(user["urn:acme:2.0:User"], json!({"badge": "red", "floor": 2}));
    assert_eq!(user["urn:other:2.0:Thing"], json!({"x": 1}));
    assert_eq!(user["hat"], "blue");
    assert_eq!(user["schemas"].as_array().unwrap().len(), 4);
    assert!(user.get("id").is_none());
}

#[test]
fn extensions() {
    let urn = |rest: &str| format!("{ENTERPRISE}{rest}");
    for path in [urn(":department"), urn(".department"), urn(":DEPARTMENT").to_uppercase()] {
        let user = patched(one("replace", &path, json!("Poetry")));
        assert_eq!(user[ENTERPRISE]["department"], "Poetry", "{path}");
    }
    let user = patched(one("replace", &urn(":manager"), json!("m2")));
    assert_eq!(user[ENTERPRISE]["manager"], json!({"value": "m2"}));
    let user = patched(one("replace", &urn(":manager.displayName"), json!("B")));
    assert_eq!(user[ENTERPRISE]["manager"], json!({"value": "m1", "displayName": "B"}));
    let user = patched(json!([{"op": "remove", "path": ENTERPRISE}]));
    assert!(user.get(ENTERPRISE).is_none());
    assert!(!user["schemas"].to_string().contains(ENTERPRISE));
    let user = patched(one("add", "urn:new:2.0:User:badge.id", json!(5)));
    assert_eq!(user["urn:new:2.0:User"], json!({"badge": {"id": 5}}));
    let user = patched(json!([{"op": "remove", "path": "urn:acme:2.0:User:badge"}]));
    assert!(user.get("urn:acme:2.0:User").is_none());
    let title = "urn:ietf:params:scim:schemas:core:2.0:User:title";
    assert_eq!(patched(one("replace", title, json!("Lady")))["title"], "Lady");
}

#[test]
fn what_is_not_the_clients_to_write() {
    for operations in [
        one("replace", "id", json!("id-1")),
        json!([{"op": "replace", "value": {"id": "other"}}]),
        one("add", "groups", json!([{"value": "g"}])),
        one("replace", "meta.version", json!("1")),
        json!([{"op": "remove", "path": "userName"}]),
        one("replace", "userName", Value::Null),
        one("replace", "password", json!("secret")),
        json!([{"op": "replace", "value": {"password": "secret"}}]),
        one("add", "urn:acme:2.0:User:password", json!("secret")),
        one("add", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:Password", json!("secret")),
        one("add", "name.password", json!("secret")),
        json!([{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User"}]),
    ] {
        assert_eq!(refused(operations), "mutability");
    }
    unchanged(json!([{"op": "replace", "value": {"id": "id-1"}}]));
    unchanged(one("add", "schemas", json!(["urn:x"])));
}

#[test]
fn places_that_are_none() {
    for path in [
        "nothing",
        "name.nothing",
        "title.nothing",
        r#"name[givenName eq "Ada"]"#,
        r#"title[value eq "x"]"#,
        &format!("{ENTERPRISE}:nothing"),
    ] {
        assert_eq!(refused(one("replace", path, json!("x"))), "invalidPath", "{path}");
    }
    assert_eq!(patched(one("replace", "SHOE", json!(40)))["shoe"], 40);
}

#[test]
fn wrong_values_change_nothing_at_all() {
    for (path, value) in [
        ("userName", json!("")),
        ("active", json!("maybe")),
        ("title", json!(5)),
        ("name", json!("Ada")),
        ("name.givenName", json!({})),
        (r#"emails[type eq "work"].value"#, json!(5)),
        (r#"emails[type eq "work"]"#, json!([1, 2])),
        (ENTERPRISE, json!("x")),
    ] {
        let operations = json!([op("replace", "nickName", json!("n")), op("replace", path, value)]);
        assert_eq!(refused(operations), "invalidValue", "{path}");
    }
}

#[test]
fn growth_is_bounded() {
    let many: Vec<Value> = (0..900).map(|n| json!({"value": n.to_string()})).collect();
    let mut user = User::from_json(json!({"userName": "ada", "roles": many})).unwrap();
    let long = one("replace", "roles.display", json!("x".repeat(2000)));
    assert!(run(&mut user, long).unwrap_err().detail.contains("bytes"));
    let more: Vec<Value> = (900..1800).map(|n| json!({"value": n.to_string()})).collect();
    let error = run(&mut user, one("add", "roles", json!(more))).unwrap_err();
    assert!(error.detail.contains("1000"), "{error}");
}

#[test]
fn a_request_for_endless_work() {
    let many: Vec<Value> = (0..900).map(|n| json!({"value": n.to_string()})).collect();
    let mut user = User::from_json(json!({"userName": "ada", "roles": many})).unwrap();
    let copy = op("replace", "roles.display", json!("x".repeat(500)));
    let error = run(&mut user, json!(vec![copy; 100])).unwrap_err();
    assert!(error.detail.starts_with("Operation 19: "), "{error}");
    let filter = vec!["value eq \"x\""; 100].join(" or ");
    let compare = op("add", &format!("roles[{filter} or value pr].type"), json!("t"));
    let error = run(&mut user, json!(vec![compare; 50])).unwrap_err();
    assert_eq!(error.status, 413);
    assert!(error.detail.starts_with("Operation 12: "), "{error}");
    let named: Vec<String> = (0..1000).map(|n| format!("x{n}")).collect();
    let error = run(&mut user, json!(vec![op("remove", "roles", json!(named)); 10])).unwrap_err();
    assert!(error.status == 413 && error.detail.starts_with("Operation 5: "), "{error}");
    let extensions: serde_json::Map<String, Value> =
        (0..900).map(|n| (format!("urn:x:{n}"), json!({"a": 1}))).collect();
    let error = run(&mut user, json!(vec![json!({"op": "add", "value": extensions}); 20])).unwrap_err();
    assert!(error.status == 413 && error.detail.starts_with("Operation 3: "), "{error}");
    let keys: serde_json::Map<String, Value> = (0..2000).map(|n| (format!("k{n}"), json!(n))).collect();
    assert!(run(&mut user, json!([{"op": "add", "value": keys}])).is_err());
}

fn any_path() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "title",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        r#"emails[type eq "work"]"#,
        r#"emails[type eq "x"].value"#,
        r#"emails[not (type pr)].primary"#,
        "roles",
        "active",
        "shoe",
        "shoe.size",
        "urn:acme:2.0:User",
        "urn:acme:2.0:User:badge",
        "urn:new:2.0:User:list.x",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "userName",
        "schemas",
        "id",
    ])
    .prop_map(str::to_owned)
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("True")),
        Just(json!([])),
        Just(json!({})),
        any::<bool>().prop_map(Value::from),
        "[a-z]{0,4}".prop_map(Value::from),
        "[a-z]{0,4}".prop_map(|t| json!({"value": t, "type": "work"})),
        "[a-z]{0,4}".prop_map(|t| json!([{"value": t, "primary": true}, t])),
        "[a-z]{1,4}".prop_map(|t| json!({"givenName": t, "department": t, "x": {"y": [t]}})),
    ]
}

proptest! {
    #[test]
    fn what_is_left_is_always_a_user(
        operations in proptest::collection::vec(
            (prop::sample::select(vec!["add", "replace", "remove"]), any_path(), any_value()),
            1..6,
        )
    ) {
        let mut user = ada();
        let operations: Vec<Value> = operations.into_iter().map(|(o, p, v)| op(o, &p, v)).collect();
        let before = user.clone();
        match run(&mut user, json!(operations)) {
            Ok(changed) => prop_assert_eq!(changed, user != before),
            Err(error) => {
                prop_assert_eq!(error.status, 400);
                prop_assert_eq!(&user, &before);
            }
        }
        let mut whole = json!(user);
        whole["active"] = json!(user.active());
        let again = User::from_json(whole.clone()).unwrap();
        prop_assert_eq!(json!(again), whole);
    }

    #[test]
    fn replaced_is_what_is_read(text in "[^\0\\p{Cc}]{1,30}") {
        for (path, pointer) in [
            ("title", "/title"),
            ("name.givenName", "/name/givenName"),
            (r#"emails[type eq "work"].value"#, "/emails/0/value"),
            (r#"phoneNumbers[type eq "fax"].value"#, "/phoneNumbers/0/value"),
            ("urn:acme:2.0:User:badge", "/urn:acme:2.0:User/badge"),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/division",
            ),
        ] {
            let mut user = ada();
            run(&mut user, one("replace", path, json!(text))).unwrap();
            let read = json!(user);
            prop_assert_eq!(read.pointer(pointer), Some(&json!(text)), "{}", path);
        }
    }

    #[test]
    fn added_then_removed_leaves_no_trace(text in "[a-z]{3,10}") {
        let mut user = ada();
        run(&mut user, one("add", "roles", json!([{"value": text}]))).unwrap();
        let filter = format!(r#"roles[value eq "{text}"]"#);
        run(&mut user, json!([{"op": "remove", "path": filter}])).unwrap();
        prop_assert_eq!(user, ada());
    }
}
