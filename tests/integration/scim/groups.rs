//! `/Groups`: members, nesting, and what users are told of their groups (RFC 7643, section 4.2).

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Scim, TestApp, user};

pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A group with these members; its id.
pub async fn group(scim: &Scim, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let answer = scim.post("/Groups", &json!({ "schemas": [GROUP], "displayName": name, "members": members })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.id()
}

/// Who is in a group, by id.
async fn members(scim: &Scim, id: &str) -> Vec<String> {
    values(&scim.get(&format!("/Groups/{id}")).await.body["members"])
}

fn values(list: &Value) -> Vec<String> {
    let mut ids: Vec<String> =
        list.as_array().into_iter().flatten().filter_map(|m| m["value"].as_str()).map(str::to_owned).collect();
    ids.sort();
    ids
}

fn sorted(ids: &[&String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_group_and_its_members() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let sent = json!({
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "displayName": "Engines",
        "externalId": "g-1",
        "members": [{ "value": ada, "$ref": null, "display": "stale" }],
        "meta": { "resourceType": "Group" },
    });
    let created = scim.post("/Groups", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.body["schemas"], json!([GROUP]), "an unknown URI is not echoed");
    assert_eq!(created.body["meta"]["resourceType"], "Group");
    assert_eq!(created.body["meta"]["location"], created.header("location"));
    let member = &created.body["members"][0];
    assert_eq!((&member["value"], &member["type"]), (&json!(ada), &json!("User")));
    assert!(member["$ref"].as_str().unwrap().ends_with(&format!("/scim/v2/Users/{ada}")));
    assert_eq!(scim.get(&format!("/Groups/{}", created.id())).await.body, created.body);

    let told = scim.get(&format!("/Users/{ada}")).await;
    let group = &told.body["groups"][0];
    assert_eq!((&group["value"], &group["type"]), (&json!(created.id()), &json!("direct")));
    assert_eq!(group["display"], "Engines");
    let without = scim.get(&format!("/Groups/{}?excludedAttributes=members", created.id())).await;
    assert!(without.body.get("members").is_none() && without.body["displayName"] == "Engines");

    assert_eq!(scim.delete(&format!("/Groups/{}", created.id())).await.status, 204);
    assert_eq!(scim.get(&format!("/Groups/{}", created.id())).await.status, 404);
    assert!(scim.get(&format!("/Users/{ada}")).await.body.get("groups").is_none());
}

#[tokio::test]
async fn members_come_and_go_in_every_dialect() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let bob = scim.create(&user("bob@example.com")).await;
    let eve = scim.create(&user("eve@example.com")).await;
    let id = group(&scim, "Engines", &[]).await;
    let path = format!("/Groups/{id}");
    for (operations, expected) in [
        (json!([{ "op": "Add", "path": "members", "value": [{ "value": ada }, { "value": bob }] }]), vec![&ada, &bob]),
        // Entra before its flag: only those that are named go.
        (json!([{ "op": "Remove", "path": "members", "value": [{ "value": bob }] }]), vec![&ada]),
        // authentik: one operation a member.
        (
            json!([{ "op": "add", "path": "members", "value": [{ "value": bob }] },
                { "op": "add", "path": "members", "value": [{ "value": eve }] }]),
            vec![&ada, &bob, &eve],
        ),
        (json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]), vec![&bob, &eve]),
        // Nobody there by that name any more: as it should be.
        (json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]), vec![&bob, &eve]),
        (json!([{ "op": "replace", "path": "members", "value": [{ "value": ada }] }]), vec![&ada]),
        // Okta, at every change of membership.
        (json!([{ "op": "replace", "value": { "id": id, "displayName": "Engines" } }]), vec![&ada]),
        (json!([{ "op": "replace", "value": { "members": [{ "value": eve }] } }]), vec![&eve]),
        // Okta, push now of an empty group.
        (json!([{ "op": "replace", "path": "members", "value": [] }]), vec![]),
        (json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]), vec![&ada]),
        (json!([{ "op": "remove", "path": "members" }]), vec![]),
    ] {
        let answer = scim.patch(&path, operations.clone()).await;
        assert_eq!(answer.status, 200, "{operations}: {}", answer.text);
        assert_eq!(members(&scim, &id).await, sorted(&expected), "{operations}");
        assert_eq!(values(&answer.body["members"]), sorted(&expected), "{operations}");
    }
}

#[tokio::test]
async fn what_changes_nothing_keeps_the_version() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let id = group(&scim, "Engines", &[&ada]).await;
    let path = format!("/Groups/{id}");
    let version = |body: &Value| body["meta"]["version"].clone();
    let before = scim.get(&path).await.body;
    let again = scim.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }])).await;
    assert_eq!(version(&again.body), version(&before));
    let less = scim.patch(&path, json!([{ "op": "remove", "path": "members", "value": [{ "value": ada }] }])).await;
    assert_ne!(version(&less.body), version(&before));
    // PUT without members: none are left, and none were.
    let put = scim.put(&path, &json!({ "schemas": [GROUP], "displayName": "Engines" })).await;
    assert_eq!((put.status, version(&put.body)), (200, version(&less.body)));
}

#[tokio::test]
async fn groups_in_groups() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let inner = group(&scim, "Inner", &[&ada]).await;
    let outer = group(&scim, "Outer", &[&inner]).await;
    let shown = scim.get(&format!("/Groups/{outer}")).await;
    assert_eq!(shown.body["members"][0]["type"], "Group");
    assert!(shown.body["members"][0]["$ref"].as_str().unwrap().contains("/Groups/"));
    // A ring ends nobody's patience.
    let ring = json!([{ "op": "add", "path": "members", "value": [{ "value": outer }] }]);
    assert_eq!(scim.patch(&format!("/Groups/{inner}"), ring).await.status, 200);
    let groups = scim.get(&format!("/Users/{ada}")).await.body["groups"].clone();
    let kind = |id: &str| groups.as_array().unwrap().iter().find(|g| g["value"] == id).unwrap()["type"].clone();
    assert_eq!((kind(&inner), kind(&outer)), (json!("direct"), json!("indirect")));
    for filter in [
        format!("groups eq \"{outer}\""),
        format!("groups.value eq \"{inner}\""),
        format!("groups[value eq \"{outer}\"]"),
    ] {
        let found = scim.find(&filter).await;
        assert_eq!(found.body["totalResults"], 1, "{filter}: {}", found.text);
    }
    assert_eq!(scim.delete(&format!("/Groups/{inner}")).await.status, 204);
    assert!(scim.get(&format!("/Users/{ada}")).await.body.get("groups").is_none(), "the way to Outer is gone");
    assert!(members(&scim, &outer).await.is_empty());
}

#[tokio::test]
async fn nobody_of_elsewhere_is_a_member() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let other = app.source_with_token("Entra").await.1;
    let theirs = other.create(&user("eve@example.com")).await;
    let ada = scim.create(&user("ada@example.com")).await;
    let id = group(&scim, "Engines", &[&ada]).await;
    for stranger in [theirs.as_str(), "019a0000-0000-7000-8000-000000000000", "nobody", &id] {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": stranger }] },
                         { "op": "replace", "path": "displayName", "value": "Other" }]);
        let answer = scim.patch(&format!("/Groups/{id}"), add).await;
        assert_eq!(answer.error(), (400, "invalidValue"), "{stranger}: {}", answer.text);
    }
    let shown = scim.get(&format!("/Groups/{id}")).await;
    assert_eq!((&shown.body["displayName"], members(&scim, &id).await), (&json!("Engines"), vec![ada.clone()]));
    assert_eq!(other.get(&format!("/Groups/{id}")).await.status, 404);
    assert_eq!(other.delete(&format!("/Groups/{id}")).await.status, 404);
    // Whoever is deleted is in no group, and the group says so with a new version.
    assert_eq!(scim.delete(&format!("/Users/{ada}")).await.status, 204);
    let after = scim.get(&format!("/Groups/{id}")).await;
    assert!(after.body.get("members").is_none(), "{}", after.text);
    assert_ne!(after.body["meta"]["version"], shown.body["meta"]["version"]);
}

#[tokio::test]
async fn a_creation_sent_again_is_told_apart_from_a_namesake() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let post = |body: Value| {
        let scim = scim.clone();
        async move { scim.post("/Groups", &body).await }
    };
    assert_eq!(post(json!({ "displayName": "Sales" })).await.status, 201);
    assert_eq!(post(json!({ "displayName": "SALES" })).await.error(), (409, "uniqueness"));
    assert_eq!(post(json!({ "displayName": "Sales", "externalId": "1" })).await.status, 201, "a namesake");
    assert_eq!(post(json!({ "displayName": "Caf\u{e9}" })).await.status, 201);
    for looks_the_same in ["Cafe\u{301}", "CAFE\u{301}", " Caf\u{e9} ", "caf\u{e9}\u{2003}"] {
        let answer = post(json!({ "displayName": looks_the_same })).await;
        assert_eq!(answer.error(), (409, "uniqueness"), "{looks_the_same:?}");
    }
    assert_eq!(scim.get("/Groups?filter=displayName%20eq%20%22CAFE%CC%81%22").await.body["totalResults"], 1);
    assert_eq!(post(json!({ "displayName": "Other", "externalId": "1" })).await.error(), (409, "uniqueness"));
    assert_eq!(post(json!({ "externalId": "2" })).await.error(), (400, "invalidValue"));
    let found = scim.get("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22sales%22").await;
    assert_eq!(found.body["totalResults"], 2, "{}", found.text);
}

#[tokio::test]
async fn a_large_group_is_not_sent_back_after_a_change() {
    let app = TestApp::with(|start| start.worker = false).await;
    let scim = app.scim().await;
    let mut all = Vec::new();
    for n in 0..1_001 {
        all.push(scim.create(&user(&format!("person.{n}@example.com"))).await);
    }
    let one_less: Vec<&str> = all.iter().skip(1).map(String::as_str).collect();
    let id = group(&scim, "Everybody", &one_less).await;
    let path = format!("/Groups/{id}");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": all[0] }] }]);
    let answer = scim.patch(&path, add.clone()).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(answer.header("etag"), "W/\"2\"");
    let asked =
        scim.send(Method::PATCH, &format!("{path}?excludedAttributes=members"), &json!({ "Operations": add })).await;
    assert_eq!((asked.status, &asked.body["displayName"]), (200, &json!("Everybody")));
    assert_eq!(members(&scim, &id).await.len(), 1_001);
    let is_in = scim
        .get(&format!("/Groups?filter=id%20eq%20%22{id}%22%20and%20members%20eq%20%22{}%22&attributes=id", all[7]))
        .await;
    assert_eq!(is_in.body["totalResults"], 1, "{}", is_in.text);
}
