//! A request again, in a dry run.

use super::requests;
use model::trace::RequestRow;
use model::{Role, SourceId};
use serde_json::json;
use std::collections::BTreeMap;
use tests::{Browser, Shown, TestApp, user};

/// All that is stored, but for what is written behind the pages.
async fn stored(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    app.wait_sealed().await;
    let mut stored = BTreeMap::new();
    for table in app.database.tables().await {
        if !["session", "server", "audit_checkpoint", "audit_chain"].contains(&table.as_str()) {
            let mut rows = app.database.rows(&table).await;
            rows.sort();
            stored.insert(table, rows);
        }
    }
    stored
}

async fn replay(browser: &Browser, source: SourceId, row: &RequestRow) -> Shown {
    let page = browser.open(&format!("/sources/{source}/requests/{}", row.id)).await;
    browser.submit(&page, "replay_request", &[]).await
}

/// Each kind of write: what it would answer and change is told, and nothing of it is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_nothing() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let owner = app.owner().await;
    let id = scim.create(&user("ada.lovelace@example.com")).await;
    let path = format!("/Users/{id}");
    scim.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Countess" }])).await;
    scim.put(&path, &user("ada.king@example.com")).await;
    scim.delete(&path).await;
    scim.get("/Users").await;
    let rows = requests(&app, source, 5).await;
    // Somebody who is there again, for the requests to mean something.
    let again = scim.create(&user("ada.lovelace@example.com")).await;
    requests(&app, source, 6).await;
    let before = stored(&app).await;
    let [list, delete, put, patch, create] = rows.as_slice() else { panic!("{rows:?}") };
    for (row, status, told) in [
        (list, "200", "It would change nothing."),
        (create, "409", "It would change nothing."),
        (patch, "404", "It would change nothing."),
        (put, "404", "It would change nothing."),
        (delete, "404", "It would change nothing."),
    ] {
        let shown = replay(&owner, source, row).await;
        let text = shown.html.text();
        assert!(text.contains(&format!("It would be answered with {status}")), "{}: {text}", row.method);
        assert!(text.contains(told), "{}: {text}", row.method);
    }
    // The same requests for whoever is there: these would change something.
    for (method, body) in [
        (
            "PATCH",
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "title", "value": "Countess" }] }),
        ),
        ("DELETE", json!(null)),
        ("PUT", user("b.x@example.com")),
    ] {
        let shown = rehearse(&app, list, method, &format!("/Users/{again}"), &body).await;
        assert!(shown.status < 300 && !shown.changes.is_empty(), "{method}: {shown:?}");
    }
    let shown = rehearse(&app, list, "POST", "/Users", &user("grace.hopper@example.com")).await;
    assert_eq!(shown.status, 201, "{shown:?}");
    assert!(shown.changes.iter().any(|change| change.target_name.contains("Grace")), "{shown:?}");
    assert_eq!(stored(&app).await, before);
}

/// A request that was never sent, as if it stood in the trace.
async fn rehearse(
    app: &TestApp,
    like: &RequestRow,
    method: &str,
    path: &str,
    body: &serde_json::Value,
) -> model::trace::Replayed {
    let source = directory::sources::by_name(&mut app.tx().await, "Okta").await.unwrap().unwrap().id;
    let mut traced = directory::trace::get(&mut app.tx().await, source, like.id).await.unwrap();
    traced.row.method = method.to_owned();
    (traced.row.path, traced.row.query) = (path.to_owned(), String::new());
    traced.headers = vec![("content-type".into(), "application/scim+json".into())];
    traced.request = (!body.is_null()).then(|| model::trace::Body { text: body.to_string(), cut: false });
    let replay = rollcall::http::scim::replay(app.directory.clone(), &app.base());
    replay(traced).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_manage_tokens_may_not_replay() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    scim.create(&user("ada@example.com")).await;
    let row = requests(&app, source, 1).await.remove(0);
    let operator = app.signed_in_as(Role::Operator).await;
    let page = operator.open(&format!("/sources/{source}/requests/{}", row.id)).await;
    assert!(page.html.form("replay_request").is_none() && page.html.text().contains("Your role does not allow this"));
}

/// A request belongs to its source's page, and to no other's.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_not_found_under_another_source() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let (other, _) = app.source_with_token("Entra").await;
    scim.get("/Users").await;
    let row = requests(&app, source, 1).await.remove(0);
    let owner = app.owner().await;
    assert_eq!(owner.get(&format!("/sources/{other}/requests/{}", row.id)).await.status, 404);
    assert_eq!(owner.get(&format!("/sources/{source}/requests/x")).await.status, 404);
}

/// What a source sends under unknown names is stored whole, and told by the trace without its secrets: so by a replay.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_shows_no_secret() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let mut ada = user("ada@example.com");
    ada["urn:example:2.0:User"] =
        json!({ "api_token": "tok-hidden1", "pwd": "pwd-hidden2", "note": "see tok-hidden1" });
    ada["displayName"] = json!("tok-hidden1");
    let id = scim.create(&ada).await;
    let row = requests(&app, source, 1).await.remove(0);
    let got = rehearse(&app, &row, "GET", &format!("/Users/{id}"), &json!(null)).await;
    (ada["userName"], ada["externalId"]) = (json!("bob@example.com"), json!("00u-bob"));
    let made = rehearse(&app, &row, "POST", "/Users", &ada).await;
    assert!((got.status, made.status) == (200, 201) && !made.changes.is_empty(), "{got:?} {made:?}");
    let told = format!("{got:?} {made:?}");
    assert!(!told.contains("hidden") && told.contains("[removed]") && told.contains("ada@example.com"), "{told}");
}
