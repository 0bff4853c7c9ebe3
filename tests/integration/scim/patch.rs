//! PATCH as Okta, Entra and the RFC's examples send it. What each form means is `scim`'s to test; here, that it arrives.

use serde_json::{Value, json};
use tests::{TestApp, ada};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Applies operations to a fresh Ada; what the server says of her afterwards.
async fn patched(operations: Value) -> Value {
    let app = TestApp::with(|start| start.worker = false).await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&ada()).await);
    let answer = scim.patch(&path, operations.clone()).await;
    assert_eq!(answer.status, 200, "{operations}: {}", answer.text);
    assert_eq!(scim.get(&path).await.body, answer.body, "{operations}");
    answer.body
}

#[tokio::test]
async fn okta_deactivates_without_a_path() {
    assert_eq!(patched(json!([{ "op": "replace", "value": { "active": false } }])).await["active"], false);
}

#[tokio::test]
async fn entra_says_replace_in_capitals_and_false_as_text() {
    assert_eq!(patched(json!([{ "op": "Replace", "path": "active", "value": "False" }])).await["active"], false);
}

#[tokio::test]
async fn entra_names_attributes_of_extensions_by_their_urn() {
    let changed = patched(json!([
        { "op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Poetry" },
        { "op": "Replace", "path": "name.familyName", "value": "Byron" },
        { "op": "Add", "path": "emails[type eq \"work\"].value", "value": "ada@new.example" },
    ]))
    .await;
    assert_eq!(changed[ENTERPRISE]["department"], "Poetry");
    assert_eq!(changed[ENTERPRISE]["organization"], "Example Ltd", "the rest stays");
    assert_eq!(changed["name"], json!({ "givenName": "Ada", "familyName": "Byron" }));
    assert_eq!(changed["emails"][0]["value"], "ada@new.example");
}

#[tokio::test]
async fn entra_sends_a_value_without_a_path_with_dotted_names() {
    let value =
        json!({ "name.givenName": "Augusta", format!("{ENTERPRISE}:department"): "Poetry", "title": "Countess" });
    let changed = patched(json!([{ "op": "Replace", "value": value }])).await;
    assert_eq!(changed["name"]["givenName"], "Augusta");
    assert_eq!(changed[ENTERPRISE]["department"], "Poetry");
    assert_eq!(changed["title"], "Countess");
}

#[tokio::test]
async fn an_attribute_is_removed() {
    let changed = patched(json!([{ "op": "remove", "path": "title" }])).await;
    assert!(changed.get("title").is_none_or(Value::is_null), "{changed}");
}

#[tokio::test]
async fn all_operations_or_none() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&ada()).await);
    let mixed = json!([
        { "op": "replace", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "userName", "value": "" },
    ]);
    assert_eq!(scim.patch(&path, mixed).await.error().0, 400);
    assert_eq!(scim.get(&path).await.body["title"], "Analyst");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_scims_words() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&ada()).await);
    for (operations, keyword) in [
        (json!([{ "op": "multiply", "path": "title", "value": "x" }]), "invalidSyntax"),
        (json!([{ "op": "replace", "path": "emails[type eq", "value": "x" }]), "invalidFilter"),
        (json!([{ "op": "replace", "path": "active", "value": "perhaps" }]), "invalidValue"),
        (json!([{ "op": "remove" }]), "noTarget"),
        (json!("nothing"), "invalidSyntax"),
    ] {
        assert_eq!(scim.patch(&path, operations.clone()).await.error(), (400, keyword), "{operations}");
    }
    assert_eq!(scim.patch(&path, json!([{ "op": "replace", "path": "id", "value": "x" }])).await.error().0, 400);
}

#[tokio::test]
async fn a_new_user_name_must_be_free() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&ada()).await);
    scim.create(&tests::user("grace@example.com")).await;
    let taken = json!([{ "op": "replace", "path": "userName", "value": "Grace@example.com" }]);
    assert_eq!(scim.patch(&path, taken).await.error(), (409, "uniqueness"));
    let free = json!([{ "op": "replace", "path": "userName", "value": "ada@example.org" }]);
    assert_eq!(scim.patch(&path, free).await.body["userName"], "ada@example.org");
}

/// Two changes at the same moment: none is lost.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_changes_are_all_kept() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&ada()).await);
    let names =
        ["title", "nickName", "locale", "timezone", "preferredLanguage", "profileUrl", "displayName", "userType"];
    let changes = names.map(|name| {
        let (scim, path) = (scim.clone(), path.clone());
        let value = if name == "profileUrl" { "https://example.com/new" } else { "new" };
        tokio::spawn(async move { scim.patch(&path, json!([{ "op": "replace", "path": name, "value": value }])).await })
    });
    for change in changes {
        let answer = change.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let after = scim.get(&path).await.body;
    for name in names {
        assert!(after[name].as_str().is_some_and(|value| value.ends_with("new")), "{name}: {after}");
    }
}

/// Unassigned (RFC 7644, section 3.5.2.2): it is not read as a value, and counts as true for whoever is provisioned.
#[tokio::test]
async fn active_taken_away_is_unassigned_and_the_person_stays_active() {
    let app = TestApp::with(|start| start.worker = false).await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&ada()).await);
    let answer = scim.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await;
    assert_eq!(answer.body["active"], false);
    let answer = scim.patch(&path, json!([{ "op": "remove", "path": "active" }])).await;
    assert_eq!((answer.status, answer.body.get("active")), (200, None), "{}", answer.text);
    let found = async |filter: &str| scim.get(&format!("/Users?filter={filter}")).await.body["totalResults"].clone();
    assert_eq!((found("active+eq+true").await, found("active+ne+true").await), (json!(0), json!(1)));
    assert_eq!(app.database.texts("select state from person").await, ["active"]);
}
