use reqwest::Method;
use serde_json::{Value, json};
use simulator::urn;

use crate::support::{Answer, Zoom, group_path, send};

async fn create(zoom: &Zoom, name: &str) -> Answer {
    let body = json!({ "schemas": [urn::GROUP], "displayName": name,
        urn::ZOOM_GROUP: { "emailAlias": "test@example.com" } });
    zoom.send(Method::POST, "/scim2/Groups", &body).await
}

async fn patch(zoom: &Zoom, id: &str, operations: Value) -> Answer {
    let body = json!({ "schemas": [urn::PATCH], "Operations": operations });
    zoom.send(Method::PATCH, &group_path(id), &body).await
}

fn members(zoom: &Zoom, name: &str) -> Vec<String> {
    zoom.running.group_by_name(name).unwrap().members.into_iter().collect()
}

#[tokio::test]
async fn a_group_is_made_and_read_without_members() {
    let zoom = Zoom::start().await;
    let made = create(&zoom, "SCIM Group").await;
    assert_eq!(made.status, 201);
    assert_eq!(made.keys(""), ["displayName", "id", "meta", "schemas", urn::ZOOM_GROUP]);
    assert_eq!(made.body[urn::ZOOM_GROUP], json!({ "emailAlias": "test@example.com" }));
    assert_eq!(made.body["meta"]["resourceType"], "Group");
    let read = zoom.get(&group_path(&made.id())).await;
    assert_eq!((read.status, &read.body), (200, &made.body));
    assert_eq!(create(&zoom, "SCIM Group").await.refusal(), (409, "Group SCIM Group exists."));
    let nameless = zoom.send(Method::POST, "/scim2/Groups", &json!({ "schemas": [urn::GROUP] })).await;
    assert_eq!(nameless.refusal(), (400, "The \"DisplayName\" of the request is invalid."));
}

#[tokio::test]
async fn groups_are_found_by_name_only() {
    let zoom = Zoom::start().await;
    for name in ["One", "Sales and Marketing", "Three"] {
        create(&zoom, name).await;
    }
    let find = async |filter: &str| {
        send(zoom.request(Method::GET, "/scim2/Groups").query(&[("filter", filter), ("count", "10")])).await
    };
    for filter in ["displayName eq Sales and Marketing", "displayName eq \"Sales and Marketing\""] {
        let found = find(filter).await;
        assert_eq!(found.body["totalResults"], 1, "{filter}");
        assert_eq!(found.body["Resources"][0]["displayName"], "Sales and Marketing");
    }
    let text = "The current filter does not support the filter name: id";
    assert_eq!(find("id eq x").await.refusal(), (400, text));
    let all = zoom.get("/scim2/Groups").await.body;
    assert_eq!((&all["totalResults"], &all["itemsPerPage"]), (&json!(3), &json!(1)), "count is 1 unless sent");
}

#[tokio::test]
async fn members_come_and_go_and_the_answer_is_empty() {
    let zoom = Zoom::start().await;
    let ids: Vec<String> = (0..3).map(|n| zoom.running.add_user(&format!("u{n}@example.com"), |_| ()).id).collect();
    let group = create(&zoom, "G").await.id();
    let value = |ids: &[String]| ids.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>();
    let add = json!([{ "op": "add", "path": "members", "value": value(&ids) }]);
    let answer = patch(&zoom, &group, add).await;
    assert_eq!((answer.status, &answer.body), (204, &Value::Null));
    assert_eq!(members(&zoom, "G").len(), 3);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[2]) }]);
    assert_eq!(patch(&zoom, &group, remove).await.status, 204);
    assert!(!members(&zoom, "G").contains(&ids[2]));
    let replace = json!([{ "op": "replace", "path": "members", "value": value(&ids[2..]) }]);
    assert_eq!(patch(&zoom, &group, replace).await.status, 204);
    assert_eq!(members(&zoom, "G"), ids[2..]);
}

#[tokio::test]
async fn a_group_is_renamed() {
    let zoom = Zoom::start().await;
    let id = create(&zoom, "Old").await.id();
    assert_eq!(patch(&zoom, &id, json!([{ "op": "replace", "value": { "displayName": "New" } }])).await.status, 204);
    let alias = format!("{}:emailAlias", urn::ZOOM_GROUP);
    assert_eq!(patch(&zoom, &id, json!([{ "op": "replace", "value": { alias: "g@example.com" } }])).await.status, 204);
    let group = zoom.running.group_by_name("New").unwrap();
    assert_eq!(group.email_alias.as_deref(), Some("g@example.com"));
}

#[tokio::test]
async fn other_operations_are_refused_and_nothing_is_done() {
    let zoom = Zoom::start().await;
    let id = create(&zoom, "G").await.id();
    let rename = json!({ "op": "replace", "value": { "displayName": "H" } });
    for operations in [
        json!([]),
        json!("replace"),
        json!([rename, { "op": "remove", "path": "members" }]),
        json!([rename, { "op": "move" }]),
        json!([rename, { "op": "replace", "path": "displayName", "value": "H" }]),
    ] {
        let answer = patch(&zoom, &id, operations).await;
        assert_eq!(answer.refusal(), (400, "The \"Operations\" of the request is invalid."));
    }
    assert!(zoom.running.group_by_name("G").is_some());
}

#[tokio::test]
async fn a_patch_of_more_than_100_000_characters_is_refused() {
    let zoom = Zoom::start().await;
    let id = create(&zoom, "G").await.id();
    let send_padded = async |length: usize| {
        let body = r#"{"Operations":[{"op":"replace","value":{"displayName":"G"}}]}"#;
        let padded = format!("{body}{}", " ".repeat(length - body.len()));
        send(zoom.request(Method::PATCH, &group_path(&id)).body(padded)).await
    };
    assert_eq!(send_padded(100_000).await.status, 204);
    let text = "The request body size exceeds the 100,000 character limit. Please reduce the payload \
                size or contact Zoom Support to request a limit increase.";
    assert_eq!(send_padded(100_001).await.refusal(), (400, text));
}

#[tokio::test]
async fn a_group_is_deleted_unless_it_is_the_default() {
    let zoom = Zoom::start().await;
    let id = create(&zoom, "G").await.id();
    assert_eq!(zoom.delete(&group_path(&id)).await.status, 204);
    let gone = (404, "Group does not exist.");
    assert_eq!(zoom.delete(&group_path(&id)).await.refusal(), gone);
    assert_eq!(zoom.get(&group_path(&id)).await.refusal(), gone);
    assert_eq!(patch(&zoom, &id, json!([])).await.refusal(), gone);
    let default = zoom.running.add_group("Everyone", |group| group.is_default = true);
    let answer = zoom.delete(&group_path(&default.id)).await;
    assert_eq!(answer.refusal(), (400, "Cannot delete account default group."));
}

#[tokio::test]
async fn group_rights_are_asked_for() {
    let zoom = Zoom::start().await;
    zoom.running.configure(|options| {
        options.account.rights.group_read = false;
        options.account.rights.group_edit = false;
    });
    let read = "The request was denied due to insufficient permissions: \"Group:Read\".";
    assert_eq!(zoom.get("/scim2/Groups").await.refusal(), (403, read));
    let edit = "The request was denied due to insufficient permissions: \"Group:Edit\".";
    assert_eq!(create(&zoom, "G").await.refusal(), (403, edit));
}
