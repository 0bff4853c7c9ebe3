//! Filters (RFC 7644, section 3.4.2.2): what the database finds is what `scim::Filter::matches` says, for filters that
//! nobody thought of as well.

use super::groups::group;
use directory::search::{At, Of, Search, search};
use model::SourceId;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use scim::Filter;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tests::{Scim, TestApp};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BASE: &str = "http://scim.test/scim/v2";
const FILTERS: usize = 1_500;

#[tokio::test]
async fn the_database_finds_what_the_filter_says() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let ids = people_and_groups(&scim).await;
    let users = shown(&scim, "/Users").await;
    let groups = shown(&scim, "/Groups").await;
    let (mut runner, mut hits) = (TestRunner::deterministic(), 0);
    for of in [Of::Users, Of::Groups] {
        let (all, filters) =
            if of == Of::Users { (&users, filter(user_paths(), &ids)) } else { (&groups, filter(group_paths(), &ids)) };
        for _ in 0..FILTERS {
            let text = filters.new_tree(&mut runner).unwrap().current();
            let parsed = Filter::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let expected: BTreeSet<&str> =
                all.iter().filter(|r| parsed.matches(of.kind(), r)).map(|r| r["id"].as_str().unwrap()).collect();
            let found = found(&app, source, of, &parsed).await.unwrap_or_else(|error| panic!("{text}: {error}"));
            let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            assert_eq!(found, expected, "{text}");
            hits += usize::from(!expected.is_empty() && expected.len() < all.len());
        }
    }
    assert!(hits > FILTERS / 4, "only {hits} filters found some and not all: the test shows little");
}

async fn found(app: &TestApp, source: SourceId, of: Of, filter: &Filter) -> Result<Vec<String>, directory::Error> {
    let asked = Search { of, filter: Some(filter), sort: None, at: At::Offset(0), count: 200, base: BASE };
    let mut tx = app.tx().await;
    let found = search(&mut tx, source, &asked).await?;
    assert_eq!(found.total, found.page.len() as u64);
    Ok(found.page.into_iter().map(|stored| stored.id.to_string()).collect())
}

/// All resources as a client sees them, below the base that the search is told.
async fn shown(scim: &Scim, path: &str) -> Vec<Map<String, Value>> {
    let answer = scim.get(&format!("{path}?count=200")).await;
    let text = answer.text.replace(
        &scim.request(reqwest::Method::GET, "").build().unwrap().url().to_string().trim_end_matches('/').to_owned(),
        BASE,
    );
    let body: Value = serde_json::from_str(&text).unwrap();
    body["Resources"].as_array().unwrap().iter().map(|r| r.as_object().unwrap().clone()).collect()
}

async fn people_and_groups(scim: &Scim) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..30_u32 {
        let pick = |list: &[Value], step: u32| list[((n / step) as usize) % list.len()].clone();
        let name = pick(&WORDS.map(Value::from), 1).as_str().unwrap().to_owned();
        let mut user = json!({
            "userName": format!("{name}{n}"),
            "active": pick(&[true.into(), false.into(), "True".into()], 2),
            "title": pick(&[Value::Null, "Straße".into(), "STRASSE".into(), "ΟΔΟΣ".into(), "".into(), "a%b_c".into()], 1),
            "name": pick(&[Value::Null, json!({ "familyName": "Éa" }), json!({ "familyName": "ab", "givenName": "É" })], 1),
            "emails": pick(&[
                Value::Null,
                json!([{ "value": "A@x", "type": "work", "primary": true }, { "value": "b@y", "type": "home" }]),
                json!([{ "value": "a@X", "type": "Home" }]),
                json!([{ "type": "work" }]),
            ], 1),
            "roles": pick(&[Value::Null, json!([{ "value": "ab", "primary": "True" }]), json!(["Ab", "cd"])], 3),
            "shoeSize": pick(&[Value::Null, 39.into(), "39".into(), json!([1, 2.5]), true.into()], 1),
            "urn:acme:2.0:User": pick(&[Value::Null, json!({ "Floor": 7, "badges": ["ab", "É"] }), json!({ "floor": { "value": "ab" } })], 2),
            ENTERPRISE: pick(&[Value::Null, json!({ "department": "AB" }), json!({ "manager": "ab", "badge": "x" }), json!({ "manager": { "displayName": "É" } })], 1),
        });
        if n % 3 == 0 {
            user["externalId"] = format!("E{n}").into();
        }
        ids.push(scim.create(&user).await);
    }
    let inner = group(scim, "ab", &[&ids[0], &ids[1]]).await;
    let outer = group(scim, "Éa", &[&inner, &ids[2]]).await;
    let empty = group(scim, "É", &[]).await;
    ids.extend([inner, outer, empty]);
    ids
}

const WORDS: [&str; 8] = ["ab", "AB", "É", "é", "Straße", "strasse", "a%b_c", "ΟΔΟΣ"];

fn user_paths() -> Vec<&'static str> {
    vec![
        "userName",
        "USERNAME",
        "title",
        "active",
        "externalId",
        "id",
        "name",
        "name.familyName",
        "name.givenName",
        "name.x",
        "emails",
        "emails.value",
        "emails.type",
        "emails.primary",
        "roles",
        "roles.value",
        "roles.primary",
        "roles.display",
        "groups",
        "groups.value",
        "groups.display",
        "groups.type",
        "meta.created",
        "meta.lastModified",
        "meta.resourceType",
        "meta",
        "schemas",
        "shoeSize",
        "shoesize.value",
        "nothing",
        "title.x",
        "urn:acme:2.0:User:floor",
        "urn:ACME:2.0:user:badges",
        "urn:acme:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:badge",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:User:title",
    ]
}

fn group_paths() -> Vec<&'static str> {
    vec![
        "displayName",
        "externalId",
        "id",
        "members",
        "members.value",
        "members.type",
        "members.display",
        "meta.created",
        "meta.resourceType",
        "schemas",
        "nothing",
        "userName",
    ]
}

/// Filters that can be parsed, about these attributes and with values that are there, or nearly.
fn filter(paths: Vec<&'static str>, ids: &[String]) -> impl Strategy<Value = String> {
    let path = prop::sample::select(paths);
    let mut texts: Vec<String> = WORDS.map(str::to_owned).to_vec();
    texts.extend(
        [
            "",
            "a@x",
            "A@X",
            "b@y",
            "work",
            "E3",
            "e3",
            "39",
            "true",
            "User",
            "Group",
            "direct",
            "W/\\\"1\\\"",
            "ab0",
            "%",
            "_",
        ]
        .map(str::to_owned),
    );
    texts.extend(["2020-01-01T00:00:00Z", "2200-01-01T00:00:00+02:00", "2", ENTERPRISE].map(str::to_owned));
    texts.extend(ids.iter().step_by(5).cloned().chain(ids.iter().rev().take(3).cloned()));
    let text = prop::sample::select(texts).prop_map(|text| format!("\"{text}\""));
    let plain = prop::sample::select(vec!["true", "false", "null", "39", "7", "2.5"]).prop_map(str::to_owned);
    let equal = (prop::sample::select(vec!["eq", "ne", "EQ"]), prop_oneof![3 => text.clone(), 1 => plain]);
    let part = (prop::sample::select(vec!["co", "sw", "ew", "gt", "ge", "lt", "le"]), text);
    let tail = prop_oneof![
        3 => equal.prop_map(|(op, value)| format!("{op} {value}")),
        3 => part.prop_map(|(op, value)| format!("{op} {value}")),
        1 => Just("pr".to_owned()),
    ];
    let simple = (path, tail.clone()).prop_map(|(path, tail)| format!("{path} {tail}"));
    let inner = prop::sample::select(vec!["value", "type", "primary", "display", "$ref", "other"]);
    let inner = (inner, tail).prop_map(|(path, tail)| format!("{path} {tail}"));
    let inner = prop_oneof![
        2 => inner.clone(),
        1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
        1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or not ({b})")),
    ];
    let lists = vec!["emails", "roles", "groups", "members", "name", "shoeSize", "urn:acme:2.0:User:floor", "nothing"];
    let element = (prop::sample::select(lists), inner).prop_map(|(path, inner)| format!("{path}[{inner}]"));
    let leaf = prop_oneof![4 => simple, 1 => element];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

#[tokio::test]
async fn filters_that_cannot_be_met_find_nobody() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    scim.create(&tests::ada()).await;
    for filter in [
        "title co \"a\\u0000b\"",
        "userName eq \"\\u0000\"",
        "emails.value eq \"\\u0000\"",
        "urn:x:y:z eq \"\\u0000\"",
        "x\\u0000 pr",
        "urn:x\0:y:z pr",
        "urn:x\0:User:z eq \"a\"",
    ] {
        let answer = scim.find(filter).await;
        assert!(answer.status == 400 || answer.body["totalResults"] == 0, "{filter}: {}", answer.text);
    }
    // Entra looks whether the connection works with somebody who is nobody.
    let answer = scim.find("externalId eq \"5b0a7e5c-5f0b-4b4e-9a0e-2b6a9a7b5c11\"").await;
    assert_eq!((answer.status, &answer.body["Resources"]), (200, &json!([])));
}

/// A filter that nobody can mean is refused before it costs anything.
#[tokio::test]
async fn a_filter_has_so_many_comparisons_and_no_more() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let joined = |count: usize| vec!["title pr"; count].join(" or ");
    assert_eq!(scim.find(&joined(50)).await.status, 200);
    assert_eq!(scim.find(&joined(51)).await.error(), (400, "invalidFilter"));
    assert_eq!(scim.get("/Users?sortBy=urn:x%00:y:z").await.error().0, 400);
}

/// What clients look somebody up by is answered by an index, and needs no walk through all.
#[tokio::test]
async fn looking_somebody_up_uses_an_index() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let ada = scim.create(&tests::ada()).await;
    group(&scim, "Engines", &[&ada]).await;
    for (of, filter) in [
        (Of::Users, format!("id eq \"{ada}\"")),
        (Of::Users, "userName eq \"ada.lovelace@example.com\"".to_owned()),
        (Of::Users, "externalId eq \"00u-ada.lovelace\"".to_owned()),
        (Of::Users, "emails.value eq \"ada.lovelace@example.com\"".to_owned()),
        (Of::Users, "emails[type eq \"work\"].value eq \"ada.lovelace@example.com\"".to_owned()),
        (Of::Groups, "displayName eq \"engines\"".to_owned()),
        (Of::Groups, format!("members eq \"{ada}\"")),
    ] {
        let filter = Filter::parse(&filter).unwrap();
        assert_eq!(found(&app, source, of, &filter).await.unwrap().len(), 1, "{filter:?}");
        let asked = Search { of, filter: Some(&filter), sort: None, at: At::Offset(0), count: 2, base: BASE };
        let mut tx = app.tx().await;
        let plan = directory::search::explain(&mut tx, source, &asked).await.unwrap();
        let by = [
            "record_pkey",
            "record_user_name",
            "record_external_id",
            "record_emails",
            "grp_pkey",
            "grp_name",
            "grp_member",
        ];
        assert!(by.iter().any(|index| plan.contains(index)) && !plan.contains("Seq Scan"), "{filter:?}: {plan}");
    }
}
