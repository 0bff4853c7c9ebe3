use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Kind, urn};

use crate::support::{Answer, Zoom, jill, user_path};

const NO_ACTIVE: &str = "The request json did not contains valid active field.";

async fn patch(zoom: &Zoom, id: &str, body: Value) -> Answer {
    zoom.send(Method::PATCH, &user_path(id), &body).await
}

#[tokio::test]
async fn disabling_takes_the_licences_and_enabling_gives_none_back() {
    let zoom = Zoom::start().await;
    zoom.running.add_user("heir@example.com", |_| ());
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.set_active(&id, false).await;
    assert_eq!(answer.status, 200);
    assert_eq!((&answer.body["active"], &answer.body["userType"]), (&json!(false), &json!("Basic")));
    assert_eq!(answer.keys(&format!("/{}", urn::ZOOM)), ["badge", "pronouns", "transferee"]);
    let transfers = zoom.running.look(|state| state.transfers().to_vec());
    assert_eq!(transfers.len(), 1);
    assert_eq!((transfers[0].from.as_str(), transfers[0].to.as_str()), ("jchill@example.com", "heir@example.com"));
    let answer = zoom.set_active(&id, true).await;
    assert_eq!((&answer.body["active"], &answer.body["userType"]), (&json!(true), &json!("Basic")));
    let user = zoom.running.user_by_name("jchill@example.com").unwrap();
    assert!(!user.zoom.contains_key("zoomUnited"));
    assert_eq!(user.transferee(), Some("heir@example.com"), "stays");
}

#[tokio::test]
async fn a_patch_answers_by_its_own_rules() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.set_active(&id, true).await;
    assert_eq!(answer.body["title"], "Developer");
    assert_eq!(answer.keys(&format!("/{}", urn::ENTERPRISE)), ["department", "organization"]);
    assert_eq!(
        answer.keys(&format!("/{}", urn::ZOOM)),
        ["badge", "pronouns", "transferee", "zoomAICompanion", "zoomDocs", "zoomUnited"]
    );
}

#[tokio::test]
async fn operations_must_be_spelled_so_and_carry_active() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let replace = json!([{ "op": "replace", "value": { "active": false } }]);
    for body in [
        json!({ "schemas": [urn::PATCH], "operations": replace }),
        json!({ "schemas": [urn::PATCH], "Operations": [] }),
        json!({ "schemas": [urn::PATCH], "Operations": [{ "op": "replace", "value": { "title": "x" } }] }),
        json!({ "schemas": [urn::PATCH], "Operations": [{ "op": "replace", "value": { "active": "False" } }] }),
        json!({ "schemas": [urn::PATCH], "Operations": [{ "op": "replace", "path": "active", "value": false }] }),
    ] {
        assert_eq!(patch(&zoom, &id, body).await.refusal(), (400, NO_ACTIVE));
    }
    assert!(zoom.running.users()[0].active);
}

#[tokio::test]
async fn a_patch_changes_nothing_but_active() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let value = json!({ "active": true, "title": "Other" });
    let body = json!({ "schemas": [urn::PATCH], "Operations": [{ "op": "replace", "value": value }] });
    assert_eq!(patch(&zoom, &id, body).await.body["title"], "Developer");
}

#[tokio::test]
async fn admins_and_rooms_can_be_neither_disabled_nor_enabled() {
    let zoom = Zoom::start().await;
    let owner = zoom.running.add_user("owner@example.com", |user| user.roles = vec!["Owner".to_owned()]);
    let room = zoom.running.add_user("room@example.com", |user| user.kind = Kind::ZoomRoom);
    let text = "Cannot activate or deactivate Zoom Room and Admin users.";
    for id in [&owner.id, &room.id] {
        assert_eq!(zoom.set_active(id, false).await.refusal(), (400, text));
        assert_eq!(zoom.put(id, &json!({ "schemas": [urn::USER], "active": false })).await.refusal(), (400, text));
    }
    assert_eq!(zoom.delete(&user_path(&owner.id)).await.refusal(), (400, "Cannot delete Admin user."));
}

#[tokio::test]
async fn a_demoted_admin_can_be_disabled() {
    let zoom = Zoom::start().await;
    let admin = zoom.running.add_user("admin@example.com", |user| user.roles = vec!["Admin".to_owned()]);
    let member = json!({ "schemas": [urn::USER], "roles": [{ "display": "Member", "value": "Member" }] });
    assert_eq!(zoom.put(&admin.id, &member).await.status, 200);
    assert_eq!(zoom.set_active(&admin.id, false).await.status, 200);
}

#[tokio::test]
async fn a_force_inactive_user_stays_so() {
    let zoom = Zoom::start().await;
    let user = zoom.running.add_user("locked@example.com", |user| {
        user.active = false;
        user.force_inactive = true;
    });
    assert_eq!(zoom.set_active(&user.id, true).await.refusal(), (400, "User is force inactive."));
    let put = zoom.put(&user.id, &json!({ "schemas": [urn::USER], "title": "x" })).await;
    assert_eq!(put.refusal(), (400, "User is inactive or locked."));
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_the_address_free() {
    let zoom = Zoom::start().await;
    zoom.running.add_group("Developers", |_| ());
    zoom.running.add_user("heir@example.com", |_| ());
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.delete(&user_path(&id)).await;
    assert_eq!((answer.status, &answer.body), (204, &Value::Null));
    assert_eq!(zoom.delete(&user_path(&id)).await.refusal(), (404, "User does not exist."));
    assert_eq!(zoom.set_active(&id, false).await.refusal(), (404, "User does not exist."));
    assert!(zoom.running.groups()[0].members.is_empty());
    assert_eq!(zoom.running.look(|state| state.transfers().len()), 1);
    let again = zoom.create(&jill()).await;
    assert_eq!(again.status, 201);
    assert_ne!(again.id(), id);
}
