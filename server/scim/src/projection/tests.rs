use super::*;
use crate::schema::{ENTERPRISE_USER, GROUP_TYPE, USER, USER_TYPE};
use proptest::prelude::*;
use serde_json::json;

const ACME: &str = "urn:acme:ext:1.0";

fn ada() -> Value {
    json!({
        "schemas": [USER.id, ACME, ENTERPRISE_USER.id],
        "id": "7",
        "userName": "ada",
        "externalId": "e7",
        "active": true,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@x", "type": "work"}, {"type": "home"}],
        "shoeSize": 39,
        "tags": ["a", {"b": 1}, {}],
        "meta": {"resourceType": "User", "version": "W/\"1\""},
        ACME: {"badge": {"number": 7, "colour": "red"}, "empty": {}},
        (ENTERPRISE_USER.id): {"department": "Engines", "manager": {"value": "m1", "displayName": "M"}},
    })
}

fn read<'q>(pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> Result<Projection> {
    Projection::from_pairs(pairs, &USER_TYPE)
}

fn only(names: &str) -> Value {
    read([("attributes", names)]).unwrap().apply(ada())
}

fn without(names: &str) -> Value {
    read([("excludedAttributes", names)]).unwrap().apply(ada())
}

/// The minimal user with `rest`, and the extensions of `rest` in `schemas`.
fn minimal(rest: Value) -> Value {
    let mut user = json!({"id": "7", "schemas": [USER.id]});
    for (name, value) in rest.as_object().unwrap() {
        if starts_with_urn(name) {
            user["schemas"].as_array_mut().unwrap().push(json!(name));
        }
        user[name] = value.clone();
    }
    user
}

/// Ada after `change`, with these extensions in `schemas`.
fn changed(extensions: &[&str], change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut ada = ada();
    ada["schemas"] = std::iter::once(USER.id).chain(extensions.iter().copied()).collect();
    change(ada.as_object_mut().unwrap());
    ada
}

#[test]
fn attributes_answers_with_what_is_named_and_the_minimal_set() {
    for (names, rest) in [
        ("userName", json!({"userName": "ada"})),
        ("USERNAME, externalid ,,", json!({"userName": "ada", "externalId": "e7"})),
        ("meta", json!({"meta": ada()["meta"]})),
        ("meta.version", json!({"meta": {"version": "W/\"1\""}})),
        ("name.givenName", json!({"name": {"givenName": "Ada"}})),
        ("name.givenName,name", json!({"name": ada()["name"]})),
        ("emails.value", json!({"emails": [{"value": "ada@x"}]})),
        ("Emails.Type", json!({"emails": [{"type": "work"}, {"type": "home"}]})),
        ("tags.b", json!({"tags": [{"b": 1}]})),
        ("emails[type eq \"work, home\"].value,active", json!({"emails": [{"value": "ada@x"}], "active": true})),
        ("emails[type eq \"work\"]", json!({"emails": ada()["emails"]})),
    ] {
        assert_eq!(only(names), minimal(rest), "{names}");
    }
}

#[test]
fn what_nobody_has_answers_with_the_minimal_set() {
    for names in [
        "nothing",
        "id",
        "schemas",
        "password",
        "groups",
        "department",
        "name.nothing",
        "userName.value",
        "shoeSize.value",
        "emails.display",
        "schemas.x,id.y",
        "urn:nobody:2.0:User",
        "urn:nobody:2.0:User:userName",
        "urn:acme:ext:1.0:empty.x",
    ] {
        assert_eq!(only(names), minimal(json!({})), "{names}");
    }
}

#[test]
fn attributes_by_their_urn() {
    let badge = json!({"badge": {"number": 7, "colour": "red"}});
    for (names, rest) in [
        ("{core}:userName", json!({"userName": "ada"})),
        ("{core}:name.familyName", json!({"name": {"familyName": "Lovelace"}})),
        ("{enterprise}:department", json!({(ENTERPRISE_USER.id): {"department": "Engines"}})),
        ("{enterprise}.manager.value", json!({(ENTERPRISE_USER.id): {"manager": {"value": "m1"}}})),
        ("{enterprise}", json!({(ENTERPRISE_USER.id): ada()[ENTERPRISE_USER.id]})),
        ("urn:ACME:ext:1.0", json!({ACME: ada()[ACME]})),
        ("urn:acme:ext:1.0:Badge", json!({ACME: badge})),
        ("urn:acme:ext:1.0:badge.number", json!({ACME: {"badge": {"number": 7}}})),
        ("urn:acme:ext:1.0:empty,active", json!({ACME: {"empty": {}}, "active": true})),
    ] {
        for case in [str::to_owned, str::to_uppercase] {
            let names = names.replace("{core}", &case(USER.id)).replace("{enterprise}", &case(ENTERPRISE_USER.id));
            assert_eq!(only(&names), minimal(rest.clone()), "{names}");
        }
    }
    let core = changed(&[], |ada| {
        ada.remove(ACME);
        ada.remove(ENTERPRISE_USER.id);
    });
    assert_eq!(only(USER.id), core);
    let odd = read([("attributes", "urn:acme:staff-1.5")]).unwrap();
    assert_eq!(
        odd.apply(json!({"urn:acme:staff-1.5": {"a": 1}, "title": "x"})),
        json!({"urn:acme:staff-1.5": {"a": 1}})
    );
}

#[test]
fn excluded_attributes_go_and_nothing_else() {
    let both = &[ACME, ENTERPRISE_USER.id][..];
    for names in ["members", "id", "SCHEMAS", "id,schemas", "department", "name.middleName", "shoeSize.x", "tags.c"] {
        assert_eq!(without(names), ada(), "{names}");
    }
    for gone in ["userName", "meta", "active", "emails", "tags"] {
        let expected = changed(both, |ada| drop(ada.remove(gone)));
        assert_eq!(without(&gone.to_uppercase()), expected, "{gone}");
        assert_eq!(without(&format!("{}:{gone}", USER.id)), expected, "{gone}");
    }
    assert_eq!(without("name.givenName,name.familyName"), changed(both, |ada| drop(ada.remove("name"))));
    assert_eq!(
        without("emails.type"),
        changed(both, |ada| drop(ada.insert("emails".into(), json!([{"value": "ada@x"}]))))
    );
    assert_eq!(without("tags.b"), changed(both, |ada| drop(ada.insert("tags".into(), json!(["a", {}])))));
    assert_eq!(without(ACME), changed(&[ENTERPRISE_USER.id], |ada| drop(ada.remove(ACME))));
    assert_eq!(
        without("urn:acme:ext:1.0:badge.colour"),
        changed(both, |ada| ada[ACME]["badge"] = json!({"number": 7}))
    );
    let (department, manager) =
        (format!("{}:department", ENTERPRISE_USER.id), format!("{}:manager", ENTERPRISE_USER.id));
    assert_eq!(
        without(&format!("{department},{manager}")),
        changed(&[ACME], |ada| drop(ada.remove(ENTERPRISE_USER.id)))
    );
    assert_eq!(
        without(USER.id),
        json!({"id": "7", "schemas": ada()["schemas"], ACME: ada()[ACME],
            (ENTERPRISE_USER.id): ada()[ENTERPRISE_USER.id]})
    );
}

#[test]
fn a_parameter_may_come_twice_and_an_empty_one_is_none() {
    let twice = read([("attributes", "active"), ("Attributes", "userName")]).unwrap();
    assert_eq!(twice.apply(ada()), minimal(json!({"userName": "ada", "active": true})));
    for pairs in [vec![], vec![("attributes", "")], vec![("excludedAttributes", " , "), ("count", "1")]] {
        assert_eq!(read(pairs).unwrap().apply(ada()), ada());
    }
    let one = read([("attributes", " "), ("excludedAttributes", "members")]).unwrap();
    assert_eq!(one.apply(ada()), ada());
}

#[test]
fn what_is_not_shown_need_not_be_read() {
    let shows = |pair: (&str, &str), name| Projection::from_pairs([pair], &GROUP_TYPE).unwrap().shows(name);
    let group = GROUP_TYPE.core.id;
    for (list, shown) in [
        ("members", true),
        ("Members.value", true),
        ("members[value eq \"x\"]", true),
        (group, true),
        (&format!("{group}:members.value"), true),
        ("displayName", false),
        ("membership", false),
        ("", true),
    ] {
        assert_eq!(shows(("attributes", list), "members"), shown, "{list}");
    }
    for (list, shown) in [("MEMBERS", false), ("members.value", true), (group, false), ("displayName", true)] {
        assert_eq!(shows(("excludedAttributes", list), "members"), shown, "{list}");
    }
    assert!(shows(("attributes", "displayName"), "id") && shows(("excludedAttributes", "id"), "id"));
    assert!(!shows(("attributes", "displayName"), "meta") && !shows(("attributes", group), "urn:acme:x"));
    assert!(
        shows(("attributes", "urn:acme:x:y"), "urn:acme:x")
            && !shows(("excludedAttributes", "urn:acme:x"), "urn:acme:x")
    );
}

#[test]
fn refusals() {
    let many = vec!["a"; MAX_NAMES + 1].join(",");
    let long = "a".repeat(MAX_NAME_BYTES + 1);
    let long_urn = format!("urn:acme:{long}");
    for name in [
        "user name",
        "1a",
        "a.b.c",
        ".",
        "a.",
        "*",
        "-title",
        "user\u{0}Name",
        "title\n!",
        "ä",
        "urn:",
        "urn:x:",
        "urn:acme: x",
        "urn:acme:\u{7f}",
        "emails[type eq \"work\"",
        "emails[]",
        "emails[type eq \"work\"].a.b",
        "[",
        "]",
        "a]b",
        &many,
        &long,
        &long_urn,
    ] {
        for parameter in ["attributes", "excludedAttributes"] {
            let error = read([(parameter, name)]).expect_err(name);
            assert_eq!(error.to_json()["scimType"], "invalidValue", "{name}");
            assert!(error.detail.len() < 300 && !error.detail.contains(char::is_control), "{error}");
        }
    }
    let fine = vec!["a"; MAX_NAMES].join(",");
    assert!(read([("attributes", fine.as_str())]).is_ok());
    let error = read([("attributes", fine.as_str()), ("attributes", "b")]).expect_err("too many");
    assert!(error.detail.contains("200"), "{error}");
    let error = read([("attributes", "a"), ("excludedAttributes", "b")]).expect_err("both");
    assert!(error.detail.contains("one of them"), "{error}");
    let error = read([("excludedAttributes", "emails[type eq \"work\"]")]).expect_err("filter");
    assert!(error.detail.contains("value filters"), "{error}");
}

/// Whether `part` is `whole` with keys and elements left out, and nothing else done to it.
fn is_part_of(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| is_part_of(value, whole)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            let mut rest = whole.iter();
            part.iter().all(|element| rest.any(|whole| is_part_of(element, whole)))
        }
        _ => part == whole,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), "[a-z]{0,3}".prop_map(Value::from)];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any_key(), inner, 0..4).prop_map(|m| m.into_iter().collect()),
        ]
    })
}

fn any_key() -> impl Strategy<Value = String> {
    let known =
        ["id", "schemas", "meta", "userName", "emails", "name", "VALUE", "type", "x", "urn:acme:x", "urn:acme", ACME];
    prop_oneof![
        4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => Just(ENTERPRISE_USER.id.to_owned()),
        1 => "[a-c]{1,2}",
    ]
}

fn any_name() -> impl Strategy<Value = String> {
    let joined = |(a, mark, b): (String, &str, String)| format!("{a}{mark}{b}");
    prop_oneof![
        any_key(),
        (any_key(), prop::sample::select(vec![".", ":"]), any_key()).prop_map(joined),
        Just(USER.id.to_owned()),
        any_key().prop_map(|key| format!("{}:{key}", USER.id)),
    ]
}

fn any_resource() -> impl Strategy<Value = Value> {
    proptest::collection::btree_map(any_key(), any_json(), 0..8).prop_map(|rest| {
        let mut resource: Map<String, Value> = rest.into_iter().collect();
        let extensions = resource.keys().filter(|key| starts_with_urn(key)).map(String::as_str);
        let schemas = std::iter::once(USER.id).chain(extensions).collect();
        resource.insert("schemas".into(), schemas);
        resource.insert("id".into(), json!("7"));
        Value::Object(resource)
    })
}

proptest! {
    #[test]
    fn takes_away_and_never_adds(
        resource in any_resource(),
        names in proptest::collection::vec(any_name(), 0..6),
        parameter in prop::sample::select(vec!["attributes", "excludedAttributes"]),
    ) {
        let list = names.join(",");
        if let Ok(projection) = read([(parameter, list.as_str())]) {
            let seen = projection.apply(resource.clone());
            prop_assert!(is_part_of(&seen, &resource), "{list}: {seen}");
            prop_assert_eq!(&seen["id"], "7");
            let extensions = seen.as_object().unwrap().keys().filter(|key| starts_with_urn(key)).map(String::as_str);
            let schemas: Value = std::iter::once(USER.id).chain(extensions).collect();
            prop_assert_eq!(&seen["schemas"], &schemas);
            prop_assert_eq!(projection.apply(seen.clone()), seen);
        }
    }

    #[test]
    fn what_is_asked_for_and_what_is_excluded_make_the_whole(resource in any_resource(), name in any_key()) {
        let seen = |parameter| read([(parameter, name.as_str())]).unwrap().apply(resource.clone());
        let (kept, rest) = (seen("attributes"), seen("excludedAttributes"));
        for (key, value) in resource.as_object().unwrap() {
            // `urn:acme:x` is also the x in `urn:acme`, where both parts stay.
            let always = key == "id" || key == "schemas" || name.starts_with(&format!("{key}:"));
            let (kept, rest) = (kept.get(key), rest.get(key));
            prop_assert!(always || [kept, rest] == [Some(value), None] || [kept, rest] == [None, Some(value)], "{key}");
        }
    }

    #[test]
    fn never_panics(list in "\\PC{0,80}", tail in "[a-zA-Z:.,\\[\\]\"\0 0-9$äß]{0,40}") {
        for list in [list, format!("urn:{tail}"), format!("{}{tail}", ENTERPRISE_USER.id), tail] {
            for parameter in ["attributes", "excludedAttributes"] {
                if let Ok(projection) = read([(parameter, list.as_str())]) {
                    prop_assert!(is_part_of(&projection.apply(ada()), &ada()));
                }
            }
        }
    }
}
