//! `/Users`: create, read, find, page, replace, delete (RFC 7644, section 3).

use model::person::PersonState;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{TestApp, ada, user};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn what_was_created_is_read_back_whole() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let mut sent = ada();
    sent["urn:example:custom:1.0"] = json!({ "badge": { "number": 7, "colours": ["red", "green"] } });
    sent["nickName"] = "Countess".into();
    let created = scim.post("/Users", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert!(created.header("content-type").starts_with("application/scim+json"));
    let meta = &created.body["meta"];
    assert_eq!(meta["resourceType"], "User");
    assert_eq!(meta["location"], created.header("location"));
    assert_eq!(meta["version"], created.header("etag"));
    assert!(meta["location"].as_str().unwrap().ends_with(&format!("/scim/v2/Users/{}", created.id())));

    let read = scim.get(&format!("/Users/{}", created.id())).await;
    assert_eq!((read.status, &read.body), (200, &created.body));
    for name in
        ["userName", "externalId", "name", "displayName", "title", "emails", "phoneNumbers", "nickName", ENTERPRISE]
    {
        assert_eq!(read.body[name], sent[name], "{name}");
    }
    assert_eq!(read.body["urn:example:custom:1.0"], sent["urn:example:custom:1.0"], "an extension nobody knows");
    let schemas: Vec<&str> = read.body["schemas"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(schemas.contains(&CORE) && schemas.contains(&ENTERPRISE), "{schemas:?}");
    assert_eq!(scim.get(created.header("location").split("/scim/v2").nth(1).unwrap()).await.status, 200);
}

#[tokio::test]
async fn a_client_decides_neither_id_nor_meta() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let mut sent = user("ada@example.com");
    sent["id"] = "019a0000-0000-7000-8000-000000000000".into();
    sent["meta"] = json!({ "version": "W/\"99\"", "created": "1970-01-01T00:00:00Z" });
    let created = scim.post("/Users", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_ne!(created.body["id"], sent["id"]);
    assert_ne!(created.body["meta"]["created"], sent["meta"]["created"]);
    assert_ne!(created.id(), sent["externalId"].as_str().unwrap());
}

#[tokio::test]
async fn two_users_of_a_source_differ_in_more_than_case() {
    let app = TestApp::start().await;
    let scim = app.source_with_token("Okta").await.1;
    scim.create(&user("ada@example.com")).await;
    let mut twin = user("ADA@Example.com");
    twin["externalId"] = "another".into();
    let clash = scim.post("/Users", &twin).await;
    assert_eq!(clash.error(), (409, "uniqueness"));
    let told = clash.body["detail"].as_str().unwrap();
    assert!(told.starts_with("Another user of the source Okta has the userName \"ADA@Example.com\"."), "{told}");
    // What it says of how to find the other one holds.
    let filter = told.split("the filter ").nth(1).unwrap().split(", and").next().unwrap();
    assert_eq!(scim.find(filter).await.body["totalResults"], 1, "{filter}");
    let mut same_external = user("grace@example.com");
    same_external["externalId"] = user("ada@example.com")["externalId"].clone();
    let clash = scim.post("/Users", &same_external).await;
    assert_eq!(clash.error(), (409, "uniqueness"));
    let external = same_external["externalId"].to_string();
    assert!(
        clash.body["detail"].as_str().unwrap().contains(&format!("has the externalId {external}.")),
        "{}",
        clash.text
    );
    assert_eq!(scim.get("/Users").await.body["totalResults"], 1);
    assert_eq!(app.database.count("select count(*) from person").await, 1, "nothing is left of the refused ones");
    assert_eq!(app.database.count("select count(*) from audit_entry where action = 'person.created'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twelve_parallel_creates_one_succeeds() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let creates = (0..12).map(|number| {
        let scim = scim.clone();
        let mut user = user("ada@example.com");
        user["externalId"] = format!("e{number}").into();
        tokio::spawn(async move { scim.post("/Users", &user).await })
    });
    let mut statuses = Vec::new();
    for create in creates.collect::<Vec<_>>() {
        let answer = create.await.unwrap();
        if answer.status != 201 {
            assert_eq!(answer.error(), (409, "uniqueness"));
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(app.database.count("select count(*) from record").await, 1);
    assert_eq!(app.database.count("select count(*) from person").await, 1);
}

#[tokio::test]
async fn users_are_found_by_user_name_and_external_id() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    scim.create(&user("grace@example.com")).await;
    for filter in [
        "userName eq \"ada@example.com\"",
        "username EQ \"ADA@EXAMPLE.COM\"",
        "externalId eq \"00u-ada\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada@example.com\"",
    ] {
        let found = scim.find(filter).await;
        assert_eq!((found.status, &found.body["totalResults"]), (200, &json!(1)), "{filter}: {}", found.text);
        assert_eq!(found.body["Resources"][0]["id"], id, "{filter}");
    }
    for filter in ["userName eq \"nobody@example.com\"", "externalId eq \"00U-ADA\""] {
        let found = scim.find(filter).await;
        assert_eq!((found.status, &found.body["totalResults"]), (200, &json!(0)), "{filter}: {}", found.text);
        assert_eq!(found.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    }
}

#[tokio::test]
async fn a_list_is_paged_without_gaps() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let mut made = BTreeSet::new();
    for number in 0..7 {
        made.insert(scim.create(&user(&format!("p{number}@example.com"))).await);
    }
    let mut seen = BTreeSet::new();
    for start in [1, 4, 7] {
        let page = scim.get(&format!("/Users?startIndex={start}&count=3")).await.body;
        assert_eq!((&page["totalResults"], &page["startIndex"]), (&json!(7), &json!(start)));
        let users = page["Resources"].as_array().unwrap();
        assert_eq!(page["itemsPerPage"], users.len());
        seen.extend(users.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, made);
    let none = scim.get("/Users?count=0").await.body;
    assert_eq!((&none["totalResults"], none["Resources"].as_array().map(Vec::len).unwrap_or_default()), (&json!(7), 0));
    assert_eq!(
        scim.get("/Users?startIndex=-5&count=2").await.body["startIndex"],
        1,
        "below one is one (RFC 7644, 3.4.2.4)"
    );
    assert_eq!(scim.get("/Users?startIndex=100").await.body["totalResults"], 7);
}

#[tokio::test]
async fn put_replaces_all() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&ada()).await;
    let path = format!("/Users/{id}");
    let before = scim.get(&path).await;
    let mut without = user("ada.lovelace@example.com");
    without["title"] = "Countess".into();
    let replaced = scim.put(&path, &without).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text);
    assert_eq!(replaced.body["title"], "Countess");
    assert!(replaced.body.get("phoneNumbers").is_none() && replaced.body.get(ENTERPRISE).is_none());
    assert_ne!(replaced.header("etag"), before.header("etag"));
    assert_eq!(
        scim.put(&path, &without).await.header("etag"),
        replaced.header("etag"),
        "nothing changed, nothing is written"
    );

    let person =
        directory::people::get(&mut app.tx().await, app.person("ada.lovelace@example.com").await).await.unwrap();
    assert_eq!((person.summary.title.as_deref(), person.summary.department), (Some("Countess"), None));
    assert_eq!(scim.put("/Users/019a0000-0000-7000-8000-000000000000", &without).await.error().0, 404);
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_its_name_is_free() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    let person = app.person("ada@example.com").await;
    let deleted = scim.delete(&format!("/Users/{id}")).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(scim.get(&format!("/Users/{id}")).await.error().0, 404);
    assert_eq!(scim.delete(&format!("/Users/{id}")).await.error().0, 404);
    assert_eq!(scim.get("/Users").await.body["totalResults"], 0);
    let gone = directory::people::get(&mut app.tx().await, person).await.unwrap().summary;
    assert!(gone.gone && gone.state == PersonState::Deactivated, "{gone:?}");
    assert_ne!(scim.create(&user("ada@example.com")).await, id);
}

#[tokio::test]
async fn discovery_says_what_is_there() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let config = scim.get("/ServiceProviderConfig").await;
    assert_eq!(config.status, 200);
    for (feature, supported) in [("patch", true), ("bulk", true), ("changePassword", false)] {
        assert_eq!(config.body[feature]["supported"], supported, "{feature}");
    }
    let schemas = scim.get("/Schemas").await;
    let ids: Vec<&Value> = schemas.body["Resources"].as_array().unwrap().iter().map(|schema| &schema["id"]).collect();
    assert!(ids.contains(&&json!(CORE)) && ids.contains(&&json!(ENTERPRISE)), "{ids:?}");
    assert_eq!(scim.get(&format!("/Schemas/{CORE}")).await.status, 200);
    let types = scim.get("/ResourceTypes").await;
    assert!(
        types.body["Resources"].as_array().unwrap().iter().any(|kind| kind["endpoint"] == "/Users"),
        "{}",
        types.text
    );
    assert_eq!(scim.get("/ResourceTypes/User").await.status, 200);
}

/// Every write stands in the audit log, with the source as the one who did it.
#[tokio::test]
async fn every_write_is_audited() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    scim.patch(&format!("/Users/{id}"), json!([{ "op": "replace", "path": "title", "value": "x" }])).await;
    scim.delete(&format!("/Users/{id}")).await;
    let by = "select count(*) from audit_entry where actor_kind = 'token' and actor_name = 'Okta' and target_kind = 'person'";
    assert_eq!(app.database.count(by).await, 3);
}
