//! `/Bulk` (RFC 7644, section 3.7).

use super::groups::group;
use serde_json::{Value, json};
use tests::{Answer, Scim, TestApp, user};

async fn bulk(scim: &Scim, fail_on_errors: Option<u32>, operations: Value) -> Answer {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    scim.post("/Bulk", &json!({ "schemas": schemas, "failOnErrors": fail_on_errors, "Operations": operations })).await
}

fn statuses(answer: &Answer) -> Vec<String> {
    let operations = answer.body["Operations"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    operations.iter().map(|o| o["status"].as_str().unwrap().to_owned()).collect()
}

async fn total(scim: &Scim, path: &str) -> Value {
    scim.get(path).await.body["totalResults"].clone()
}

#[tokio::test]
async fn each_operation_is_done_as_if_alone() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let old = scim.create(&user("old@example.com")).await;
    let answer = bulk(
        &scim,
        None,
        json!([
            // What it refers to comes later.
            { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "displayName": "New",
                "members": [{ "value": "bulkId:a" }, { "value": old }] } },
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": user("ada@example.com") },
            { "method": "POST", "path": "/Users", "bulkId": "twin", "data": user("ada@example.com") },
            { "method": "PATCH", "path": format!("/Users/{old}"), "version": "W/\"9\"",
                "data": { "Operations": [{ "op": "replace", "path": "title", "value": "x" }] } },
            { "method": "PATCH", "path": "/Users/bulkId:a",
                "data": { "Operations": [{ "op": "replace", "path": "title", "value": "Countess" }] } },
            { "method": "DELETE", "path": format!("/Users/{old}") },
            { "method": "DELETE", "path": "/Users/nobody" },
            { "method": "POST", "path": "/Robots", "bulkId": "r", "data": {} },
            { "method": "POST", "path": "/Groups", "bulkId": "h", "data": { "displayName": "Half",
                "members": [{ "value": "bulkId:twin" }] } },
        ]),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(statuses(&answer), ["201", "201", "409", "412", "200", "204", "404", "404", "400"], "{}", answer.text);
    let operations = &answer.body["Operations"];
    assert_eq!(operations[2]["response"]["scimType"], "uniqueness");
    assert_eq!(operations[0]["bulkId"], "g");
    let ada = operations[1]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(scim.get(&format!("/Users/{ada}")).await.body["title"], "Countess");
    let group = scim.get(operations[0]["location"].as_str().unwrap()).await;
    assert_eq!(group.body["members"].as_array().unwrap().len(), 1, "old has gone: {}", group.text);
    assert_eq!(total(&scim, "/Groups").await, 1, "nothing half made");
}

/// Two requests that change the same in turned order wait for each other: one goes through whole, the other one is taken
/// back whole and can be sent again. Neither is done in parts.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cross_are_done_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let mut ids = Vec::new();
    for n in 0..60 {
        ids.push(scim.create(&user(&format!("p{n}@example.com"))).await);
    }
    let change = |title: &str, ids: &mut dyn Iterator<Item = &String>| {
        let operations = ids.map(|id| {
            json!({ "method": "PATCH", "path": format!("/Users/{id}"),
                    "data": { "Operations": [{ "op": "replace", "path": "title", "value": title }] } })
        });
        Value::Array(operations.collect())
    };
    for round in 0..3 {
        let (up, down) = (format!("up {round}"), format!("down {round}"));
        let (one, other) = tokio::join!(
            bulk(&scim, None, change(&up, &mut ids.iter())),
            bulk(&scim, None, change(&down, &mut ids.iter().rev()))
        );
        for answer in [&one, &other] {
            match answer.status {
                200 => assert!(statuses(answer).iter().all(|status| status == "200"), "{}", answer.text),
                status => assert_eq!(status, 503, "{}", answer.text),
            }
        }
        assert!(one.status == 200 || other.status == 200, "one of them goes through");
        let titles: std::collections::BTreeSet<String> = scim.get("/Users?count=100").await.body["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["title"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(titles.len(), 1, "{titles:?}");
    }
}

/// A reference that nothing makes is an error, and nothing is taken away for it.
#[tokio::test]
async fn what_is_referred_to_and_never_made_is_refused() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let id = group(&scim, "Engines", &[&ada]).await;
    let add = |value: &str| json!({ "op": "add", "path": "members", "value": [{ "value": value }] });
    let answer = bulk(
        &scim,
        None,
        json!([
            { "method": "PUT", "path": format!("/Groups/{id}"), "bulkId": "mine",
                "data": { "displayName": "Engines", "members": [{ "value": "bulkId:typo" }] } },
            { "method": "PATCH", "path": format!("/Groups/{id}"), "data": { "Operations":
                [{ "op": "replace", "path": "displayName", "value": "Other" }, add("bulkId:mine")] } },
            { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "displayName": "New",
                "members": [{ "value": "bulkId:typo" }] } },
            { "method": "DELETE", "path": "/Users/bulkId:typo" },
        ]),
    )
    .await;
    assert_eq!(statuses(&answer), ["400"; 4], "{}", answer.text);
    let left = scim.get(&format!("/Groups/{id}")).await.body;
    assert_eq!((&left["displayName"], &left["members"][0]["value"]), (&json!("Engines"), &json!(ada)));
    assert_eq!(total(&scim, "/Groups").await, 1);
}

#[tokio::test]
async fn rings_are_closed() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let in_group = |other: &str| json!([{ "value": format!("bulkId:{other}") }]);
    let manager = |other: &str| json!({ "manager": { "value": format!("bulkId:{other}") } });
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let with = |name: &str, other: &str| {
        let mut user = user(name);
        user[enterprise] = manager(other);
        user
    };
    let answer = bulk(
        &scim,
        None,
        json!([
            { "method": "POST", "path": "/Groups", "bulkId": "x", "data": { "displayName": "X", "members": in_group("y") } },
            { "method": "POST", "path": "/Groups", "bulkId": "y", "data": { "displayName": "Y", "members": in_group("x") } },
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": with("a@example.com", "b") },
            // What is changed in the ring waits until it is closed, and is not lost then.
            { "method": "PATCH", "path": "/Users/bulkId:a",
                "data": { "Operations": [{ "op": "replace", "path": "title", "value": "Countess" }] } },
            { "method": "POST", "path": "/Users", "bulkId": "b", "data": with("b@example.com", "a") },
        ]),
    )
    .await;
    assert_eq!(statuses(&answer), ["201", "201", "201", "200", "201"], "{}", answer.text);
    let id =
        |n: usize| answer.body["Operations"][n]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    for (one, other) in [(0, 1), (1, 0)] {
        let group = scim.get(&format!("/Groups/{}", id(one))).await;
        assert_eq!(group.body["members"][0]["value"], id(other), "{}", group.text);
    }
    for (one, other) in [(2, 4), (4, 2)] {
        let user = scim.get(&format!("/Users/{}", id(one))).await;
        assert_eq!(user.body[enterprise]["manager"]["value"], id(other), "{}", user.text);
    }
    assert_eq!(scim.get(&format!("/Users/{}", id(2))).await.body["title"], "Countess");
}

/// A ring that is stopped before it is closed leaves nothing half.
#[tokio::test]
async fn a_ring_that_cannot_be_closed_is_not_made() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ring = |id: &str, other: &str| {
        json!({ "method": "POST", "path": "/Groups", "bulkId": id,
            "data": { "displayName": id, "members": [{ "value": format!("bulkId:{other}") }] } })
    };
    let mut nameless = ring("y", "x");
    nameless["data"]["displayName"] = json!("");
    let answer = bulk(&scim, Some(1), json!([ring("x", "y"), nameless])).await;
    assert_eq!(statuses(&answer), ["400", "400"], "{}", answer.text);
    assert_eq!(total(&scim, "/Groups").await, 0);
}

#[tokio::test]
async fn it_stops_at_as_many_errors_as_it_is_told() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let bad =
        |id: &str| json!({ "method": "POST", "path": "/Users", "bulkId": id, "data": { "displayName": "nameless" } });
    let good = json!({ "method": "POST", "path": "/Users", "bulkId": "good", "data": user("ada@example.com") });
    let answer = bulk(&scim, Some(2), json!([bad("1"), bad("2"), good])).await;
    assert_eq!(statuses(&answer), ["400", "400"], "{}", answer.text);
    assert_eq!(total(&scim, "/Users").await, 0);
    let many: Vec<Value> = (0..1_001).map(|n| bad(&n.to_string())).collect();
    assert_eq!(bulk(&scim, None, many.into()).await.error().0, 413);
    for operations in [
        json!("x"),
        json!([{ "method": "GET", "path": "/Users" }]),
        json!([{ "method": "POST", "path": "/Users", "data": {} }]),
    ] {
        assert_eq!(bulk(&scim, None, operations.clone()).await.error().0, 400, "{operations}");
    }
}

#[tokio::test]
async fn every_change_of_it_is_in_the_audit_log() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    group(&scim, "Engines", &[]).await;
    let post = |n: usize, name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": user(name) });
    let answer =
        bulk(&scim, None, json!([post(1, "a@example.com"), post(2, "A@example.com"), post(3, "b@example.com")])).await;
    assert_eq!(statuses(&answer), ["201", "409", "201"], "{}", answer.text);
    let mut tx = app.tx().await;
    let filter = model::audit::AuditFilter { action: Some("person.created".to_owned()), ..Default::default() };
    let page = directory::audit::list(&mut tx, &filter, &model::Cursor::First, 10).await.unwrap();
    assert_eq!(page.rows.len(), 2, "what was refused is not in it");
}
