//! Many clients at once: nothing is doubled and nothing is lost.

use super::groups::group;
use futures::future::join_all;
use serde_json::json;
use tests::{TestApp, user};

const AT_ONCE: usize = 12;

#[tokio::test]
async fn of_parallel_creations_one_wins() {
    let app = TestApp::with(|start| start.worker = false).await;
    let scim = app.scim().await;
    let answers = join_all((0..AT_ONCE).map(|n| {
        let mut twin = user(if n % 2 == 0 { "ada@example.com" } else { "ADA@example.com" });
        twin["externalId"] = json!(n.to_string());
        let scim = scim.clone();
        async move { scim.post("/Users", &twin).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), AT_ONCE - 1, "{answers:?}");
    let groups = join_all((0..AT_ONCE).map(|_| {
        let scim = scim.clone();
        async move { scim.post("/Groups", &json!({ "displayName": "Engines" })).await.status }
    }))
    .await;
    assert_eq!(groups.iter().filter(|status| **status == 201).count(), 1, "{groups:?}");
}

#[tokio::test]
async fn of_parallel_changes_none_is_lost() {
    let app = TestApp::with(|start| start.worker = false).await;
    let scim = app.scim().await;
    let ada = format!("/Users/{}", scim.create(&user("ada@example.com")).await);
    let mut people = Vec::new();
    for n in 0..AT_ONCE {
        people.push(scim.create(&user(&format!("p{n}@example.com"))).await);
    }
    let id = group(&scim, "Engines", &[]).await;
    let path = format!("/Groups/{id}");
    let changes = people.iter().enumerate().map(|(n, person)| {
        let (scim, ada, path) = (scim.clone(), ada.clone(), path.clone());
        async move {
            let role = json!([{ "op": "add", "path": "roles", "value": [{ "value": format!("role {n}") }] }]);
            let member = json!([{ "op": "add", "path": "members", "value": [{ "value": person }] }]);
            (scim.patch(&ada, role).await.status, scim.patch(&path, member).await.status)
        }
    });
    assert!(join_all(changes).await.iter().all(|status| *status == (200, 200)));
    let ada = scim.get(&ada).await.body;
    assert_eq!(ada["roles"].as_array().unwrap().len(), AT_ONCE);
    assert_eq!(ada["meta"]["version"], format!("W/\"{}\"", AT_ONCE + 1));
    let group = scim.get(&path).await.body;
    assert_eq!(group["members"].as_array().unwrap().len(), AT_ONCE);
    assert_eq!(group["meta"]["version"], format!("W/\"{}\"", AT_ONCE + 1));
}

/// With If-Match, of those who saw the same version one may change it.
#[tokio::test]
async fn of_parallel_changes_of_one_version_one_wins() {
    let app = TestApp::with(|start| start.worker = false).await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&user("ada@example.com")).await);
    let answers = join_all((0..AT_ONCE).map(|n| {
        let body = json!({ "Operations": [{ "op": "replace", "path": "title", "value": n.to_string() }] }).to_string();
        let request = scim.request(reqwest::Method::PATCH, &path).header("if-match", "W/\"1\"");
        let request = request.header("content-type", "application/scim+json").body(body);
        async move { tests::Answer::of(request).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 412).count(), AT_ONCE - 1, "{answers:?}");
}
