//! What must hold whatever a client sends (`fuzz/src/lib.rs`), in every run of the tests: with text
//! that looks like what is expected, so that it comes past the first check.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

#[expect(clippy::panic, reason = "what these resources are made from is written here, and right")]
#[path = "../fuzz/src/lib.rs"]
mod checks;

fn pieces(of: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop::sample::select(of), 0..most).prop_map(|words| words.concat())
}

fn filter_like() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "userName",
        "emails",
        "members",
        "meta.created",
        "urn:acme:2.0:User:badge",
        "active",
        "type",
        "value",
        ".",
        "[",
        "]",
        "(",
        ")",
        " eq ",
        " ne ",
        " co ",
        " gt ",
        " pr",
        " and ",
        " or ",
        "not ",
        "\"x\"",
        "\"ada@work\"",
        "\"2026-01-31T08:00:00Z\"",
        "true",
        "null",
        "7",
        "-1.5e3",
        "\\",
        "\"",
        " ",
        "+",
        "\0",
        "\u{e9}",
    ];
    let compare = |(path, op, value): (&str, &str, &str)| format!("{path} {op} {value}");
    let term = (
        prop::sample::select(vec![
            "userName",
            "emails",
            "emails.type",
            "emails[type eq \"work\"].value",
            "members",
            "meta.created",
            "active",
            "shoe",
            "urn:acme:2.0:User:list",
            "urn:acme:2.0:User",
            "name",
            "name.x",
            "id",
            "schemas",
        ]),
        prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]),
        prop::sample::select(vec![
            "\"x\"",
            "\"ADA\"",
            "\"2026-01-31T09:00:00+01:00\"",
            "true",
            "null",
            "39",
            "\"True\"",
        ]),
    )
        .prop_map(compare);
    let joined = proptest::collection::vec((term, prop::sample::select(vec![" and ", " or ", " and not "])), 1..6)
        .prop_map(|terms| terms.iter().map(|(term, join)| format!("({term}){join}")).collect::<String>() + "id pr");
    prop_oneof![pieces(WORDS, 20), joined]
}

fn path_like() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "userName",
        "name",
        "emails",
        "members",
        "displayName",
        "value",
        "type",
        "id",
        "schemas",
        "meta",
        "password",
        "groups",
        "urn:acme:2.0:User",
        "urn:x",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:Group",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "manager",
        ":",
        ".",
        ".",
        ":",
        "[type eq \"work\"]",
        "[value eq \"x\"]",
        "[",
        "]",
        "$ref",
        ",",
        " ",
        "2.0",
        "\u{e9}",
    ];
    pieces(WORDS, 6)
}

fn any_key() -> impl Strategy<Value = String> {
    const KEYS: &[&str] = &[
        "userName",
        "USERNAME",
        "displayName",
        "members",
        "value",
        "$ref",
        "emails",
        "primary",
        "active",
        "name",
        "givenName",
        "roles",
        "externalId",
        "id",
        "schemas",
        "meta",
        "password",
        "Operations",
        "operations",
        "op",
        "path",
        "method",
        "bulkId",
        "version",
        "data",
        "failOnErrors",
        "filter",
        "sortBy",
        "startIndex",
        "count",
        "cursor",
        "attributes",
        "urn:acme:2.0:Group",
        "urn:ietf:params:scim:schemas:core:2.0:Group",
        "urn:ietf:params:scim:schemas:core:2.0:User:title",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "manager",
        "x",
    ];
    prop_oneof![9 => prop::sample::select(KEYS).prop_map(str::to_owned), 1 => path_like()]
}

fn any_value() -> impl Strategy<Value = Value> {
    const TEXTS: &[&str] = &[
        "ada",
        "True",
        "false",
        "",
        "POST",
        "DELETE",
        "/Users/1",
        "bulkId:x",
        "add",
        "Replace",
        "remove",
        "members",
        "emails[type eq \"work\"].value",
        "{\"value\":\"{\\\"value\\\":\\\"a\\\"}\"}",
        "title pr",
        "2026-01-31T08:00:00Z",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(TEXTS).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(any_key(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Bodies that have what each kind of request asks for, and anything besides.
fn any_body() -> impl Strategy<Value = Value> {
    let rest = proptest::collection::btree_map(any_key(), any_value(), 0..6);
    let list = proptest::collection::vec(proptest::collection::btree_map(any_key(), any_value(), 0..5), 0..4);
    (rest, list, 0..5).prop_map(|(rest, list, kind)| {
        let mut body: Map<String, Value> = rest.into_iter().collect();
        let each = |common: Value| -> Value {
            let with = |map: &std::collections::BTreeMap<String, Value>| {
                let mut whole = common.clone();
                for (key, value) in map {
                    whole[key] = value.clone();
                }
                whole
            };
            list.iter().map(with).collect()
        };
        match kind {
            0 => body.insert("userName".into(), json!("ada")),
            1 => body.insert("displayName".into(), json!("Engines")),
            2 => body.insert("Operations".into(), each(json!({"op": "add", "path": "emails", "value": "x"}))),
            3 => body.insert("Operations".into(), each(json!({"method": "PUT", "path": "/Users/1", "data": {}}))),
            _ => None,
        };
        Value::Object(body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn filters(text in filter_like(), any in "\\PC{0,80}") {
        checks::filter(&text);
        checks::filter(&any);
    }

    #[test]
    fn paths(text in path_like(), any in "\\PC{0,60}") {
        checks::path(&text);
        checks::path(&any);
    }

    #[test]
    fn bodies(body in any_body(), value in any_value()) {
        checks::json_body(&body);
        checks::json_body(&value);
        checks::body(body.to_string().as_bytes());
    }

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        checks::body(&bytes);
    }
}
