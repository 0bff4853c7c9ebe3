//! `attributes` and `excludedAttributes` (RFC 7644, section 3.9), on every answer that carries a user. What each name
//! means is `scim`'s to test; here, that it arrives.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Scim, TestApp, ada, user};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A GET of `path` with one parameter.
async fn ask(scim: &Scim, path: &str, parameter: &str, names: &str) -> Answer {
    Answer::of(scim.request(Method::GET, path).query(&[(parameter, names)])).await
}

/// The minimal user of this id with `rest`.
fn minimal(id: &str, schemas: &[&str], rest: Value) -> Value {
    let mut user = json!({ "id": id, "schemas": schemas });
    user.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    user
}

#[tokio::test]
async fn every_answer_with_a_user_has_what_was_asked_for() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let asked = "attributes=TITLE";
    let created = scim.post(&format!("/Users?{asked}"), &ada()).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let id = created.id();
    let minimal = |title: &str| minimal(&id, &[CORE], json!({ "title": title }));
    assert_eq!(created.body, minimal("Analyst"));
    assert!(created.header("location").ends_with(&id) && !created.header("etag").is_empty(), "{:?}", created.headers);

    let path = format!("/Users/{id}?{asked}");
    let read = scim.get(&path).await;
    assert_eq!(
        (read.status, read.body, read.headers.get("etag")),
        (200, minimal("Analyst"), created.headers.get("etag"))
    );
    let listed = scim.get(&format!("/Users?{asked}")).await;
    assert_eq!((&listed.body["totalResults"], &listed.body["itemsPerPage"]), (&json!(1), &json!(1)));
    assert_eq!(listed.body["Resources"], json!([minimal("Analyst")]));
    let found = scim.get(&format!("/Users?{asked}&filter=userName%20eq%20%22ada.lovelace@example.com%22")).await;
    assert_eq!(found.body["Resources"], json!([minimal("Analyst")]), "a filter on what is not shown");

    let patched = scim.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Countess" }])).await;
    assert_eq!((patched.status, patched.body), (200, minimal("Countess")));
    let mut replacement = ada();
    replacement["title"] = "Poet".into();
    let replaced = scim.put(&path, &replacement).await;
    assert_eq!((replaced.status, replaced.body), (200, minimal("Poet")));

    let whole = scim.get(&format!("/Users/{id}")).await.body;
    assert_eq!((&whole["title"], &whole[ENTERPRISE]), (&json!("Poet"), &ada()[ENTERPRISE]), "kept, only not shown");
}

#[tokio::test]
async fn extensions_and_parts_of_attributes() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let mut sent = ada();
    sent["urn:example:custom:1.0"] = json!({ "badge": { "number": 7, "colour": "red" } });
    let id = scim.create(&sent).await;
    let path = format!("/Users/{id}");
    let whole = scim.get(&path).await.body;
    for (names, schemas, rest) in [
        ("name.givenName".to_owned(), vec![CORE], json!({ "name": { "givenName": "Ada" } })),
        (
            "emails[type eq \"work\"].value".to_owned(),
            vec![CORE],
            json!({ "emails": [{ "value": sent["emails"][0]["value"] }] }),
        ),
        (format!("{CORE}:userName"), vec![CORE], json!({ "userName": sent["userName"] })),
        (
            format!("{ENTERPRISE}:department"),
            vec![CORE, ENTERPRISE],
            json!({ ENTERPRISE: { "department": "Engines" } }),
        ),
        (ENTERPRISE.to_uppercase(), vec![CORE, ENTERPRISE], json!({ ENTERPRISE: sent[ENTERPRISE] })),
        (
            "urn:example:custom:1.0:badge.number".to_owned(),
            vec![CORE, "urn:example:custom:1.0"],
            json!({ "urn:example:custom:1.0": { "badge": { "number": 7 } } }),
        ),
        ("nothing,password,groups".to_owned(), vec![CORE], json!({})),
    ] {
        let answer = ask(&scim, &path, "attributes", &names).await;
        assert_eq!((answer.status, answer.body), (200, minimal(&id, &schemas, rest)), "{names}");
    }
    // Entra asks for groups like this, and may ask for users so.
    for names in ["members", "id,schemas", "", "nothing"] {
        assert_eq!(ask(&scim, &path, "excludedAttributes", names).await.body, whole, "{names:?}");
    }
    let answer = ask(&scim, &path, "excludedAttributes", &format!("meta,NAME.givenName,{ENTERPRISE}")).await;
    let mut expected = whole.clone();
    expected.as_object_mut().unwrap().retain(|name, _| name != "meta" && name != ENTERPRISE);
    expected["name"].as_object_mut().unwrap().remove("givenName");
    expected["schemas"] = json!([CORE, "urn:example:custom:1.0"]);
    assert_eq!(answer.body, expected);
}

/// Nothing is done for a request whose answer cannot be given as asked.
#[tokio::test]
async fn names_that_are_none() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    let long = "a".repeat(501);
    let many = vec!["a"; 201].join(",");
    for names in ["user name", "a.b.c", "*", "title\u{0}", "title\u{1b}[2J", "emails[type", &long, &many] {
        for (path, parameter) in [("/Users", "attributes"), (&format!("/Users/{id}"), "excludedAttributes")] {
            let answer = ask(&scim, path, parameter, names).await;
            assert_eq!(answer.error(), (400, "invalidValue"), "{}", answer.text);
            assert!(answer.text.len() < 500, "{}", answer.text);
        }
    }
    let both = "attributes=userName&excludedAttributes=title";
    assert_eq!(scim.get(&format!("/Users?{both}")).await.error(), (400, "invalidValue"));
    assert_eq!(scim.post(&format!("/Users?{both}"), &user("grace@example.com")).await.error(), (400, "invalidValue"));
    let title = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    assert_eq!(scim.patch(&format!("/Users/{id}?{both}"), title).await.error(), (400, "invalidValue"));
    let left = scim.get("/Users").await.body;
    assert_eq!((&left["totalResults"], left["Resources"][0].get("title")), (&json!(1), None));
    assert_eq!(scim.delete(&format!("/Users/{id}?{both}")).await.status, 204, "carries no user");
}
