use reqwest::Method;
use serde_json::json;
use simulator::{Kind, urn};

use crate::support::{Zoom, jill, send, user_path};

#[tokio::test]
async fn a_put_changes_only_what_it_carries() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let before = zoom.running.user_by_name("jchill@example.com").unwrap();
    zoom.running.advance(std::time::Duration::from_secs(5));
    let body = json!({ "schemas": [urn::USER], "title": "Architect", urn::ENTERPRISE: { "department": "IT" } });
    let answer = zoom.put(&id, &body).await;
    assert_eq!(answer.status, 200);
    let mut expected = before.clone();
    expected.title = Some("Architect".to_owned());
    expected.enterprise.insert("department".to_owned(), json!("IT"));
    let after = zoom.running.user_by_name("jchill@example.com").unwrap();
    assert!(after.last_modified > before.last_modified);
    expected.last_modified = after.last_modified;
    assert_eq!(after, expected);
}

#[tokio::test]
async fn a_put_answers_by_its_own_rules() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.put(&id, &json!({ "schemas": [urn::USER] })).await;
    assert_eq!(answer.body["title"], "Developer");
    assert_eq!(answer.keys(&format!("/{}", urn::ENTERPRISE)), ["department", "organization"]);
    assert_eq!(
        answer.keys(&format!("/{}", urn::ZOOM)),
        ["badge", "pronouns", "transferee", "zoomDocs", "zoomRevenueAcceleratorRole", "zoomUnited"]
    );
}

#[tokio::test]
async fn a_display_name_is_not_made_again() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let body = json!({ "schemas": [urn::USER], "name": { "familyName": "Hill" } });
    let answer = zoom.put(&id, &body).await;
    assert_eq!(answer.body["name"], json!({ "givenName": "Jill", "familyName": "Hill" }));
    assert_eq!(answer.body["displayName"], "Jill Chill");
    let body = json!({ "schemas": [urn::USER], "displayName": "Jill Hill" });
    assert_eq!(zoom.put(&id, &body).await.body["displayName"], "Jill Hill");
}

#[tokio::test]
async fn an_email_changes_by_emails_and_the_id_stays() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let by_name = json!({ "schemas": [urn::USER], "userName": "new@example.com" });
    let answer = zoom.put(&id, &by_name).await;
    assert_eq!((answer.status, &answer.body["userName"]), (200, &json!("jchill@example.com")), "without effect");
    let answer = zoom.put(&id, &emails("new@example.com")).await;
    assert_eq!(answer.body["userName"], "new@example.com");
    assert_eq!(answer.body["emails"][0]["value"], "new@example.com");
    assert_eq!(answer.id(), id);
    assert!(zoom.running.user_by_name("jchill@example.com").is_none());
}

fn emails(email: &str) -> serde_json::Value {
    json!({ "schemas": [urn::USER], "emails": [{ "type": "work", "value": email, "primary": true }] })
}

#[tokio::test]
async fn a_taken_email_is_409_on_update_in_odd_quotes() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    zoom.running.add_user("taken@example.com", |_| ());
    zoom.running.set_foreign("foreign@example.com");
    for email in ["taken@example.com", "foreign@example.com"] {
        let text = format!("Email ''{email}'' has already been used.");
        assert_eq!(zoom.put(&id, &emails(email)).await.refusal(), (409, text.as_str()));
    }
    assert_eq!(zoom.put(&id, &emails("JChill@example.com")).await.status, 200, "one's own");
}

#[tokio::test]
async fn a_new_emails_domain_must_be_associated() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    zoom.running.configure(|options| {
        options.account.associated_domains = Some(vec!["example.com".to_owned()]);
    });
    let answer = zoom.put(&id, &emails("jill@elsewhere.example")).await;
    let (status, detail) = answer.refusal();
    assert_eq!(status, 409);
    assert!(detail.starts_with("The email domain does not match"));
    assert_eq!(zoom.put(&id, &emails("jill@example.com")).await.status, 200);
}

#[tokio::test]
async fn an_admins_email_stays() {
    let zoom = Zoom::start().await;
    for role in ["Owner", "Admin"] {
        let name = format!("{role}@example.com");
        let admin = zoom.running.add_user(&name, |user| user.roles = vec![role.to_owned()]);
        let answer = zoom.put(&admin.id, &emails("new@example.com")).await;
        assert_eq!(answer.refusal(), (400, "Cannot change the email of Admin user."));
        let title = json!({ "schemas": [urn::USER], "title": "Boss" });
        assert_eq!(zoom.put(&admin.id, &title).await.status, 200);
    }
}

#[tokio::test]
async fn an_inactive_user_cannot_be_updated() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    zoom.set_active(&id, false).await;
    for body in [json!({ "schemas": [urn::USER], "title": "Gone" }), json!({ "schemas": [urn::USER], "active": true })]
    {
        assert_eq!(zoom.put(&id, &body).await.refusal(), (400, "User is inactive or locked."));
    }
    zoom.set_active(&id, true).await;
    assert_eq!(zoom.put(&id, &json!({ "schemas": [urn::USER], "title": "Back" })).await.status, 200);
}

#[tokio::test]
async fn a_put_can_deactivate() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.put(&id, &json!({ "schemas": [urn::USER], "active": false })).await;
    assert_eq!((&answer.body["active"], &answer.body["userType"]), (&json!(false), &json!("Basic")));
}

#[tokio::test]
async fn a_zoom_room_cannot_become_free() {
    let zoom = Zoom::start().await;
    let room = zoom.running.add_user("room@example.com", |user| {
        user.kind = Kind::ZoomRoom;
        user.user_type = "Licensed".to_owned();
    });
    let body = json!({ "schemas": [urn::USER], "userType": "Basic" });
    assert_eq!(zoom.put(&room.id, &body).await.refusal(), (400, "Cannot update Zoom Room user to free"));
}

#[tokio::test]
async fn the_two_whiteboards_exclude_each_other() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let with = |zoom: serde_json::Value| json!({ "schemas": [urn::USER, urn::ZOOM], urn::ZOOM: zoom });
    assert_eq!(zoom.put(&id, &with(json!({ "zoomWhiteboard": true }))).await.status, 200);
    let text = "Cannot assign Zoom Whiteboard and Zoom Whiteboard Plus to a user at the same time.";
    let answer = zoom.put(&id, &with(json!({ "zoomWhiteboardPlus": true }))).await;
    assert_eq!(answer.refusal(), (400, text));
    let swap = with(json!({ "zoomWhiteboard": false, "zoomWhiteboardPlus": true }));
    assert_eq!(zoom.put(&id, &swap).await.status, 200);
}

#[tokio::test]
async fn a_put_of_nobody_or_nothing_is_refused() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let nobody = zoom.put("nobody", &json!({ "schemas": [urn::USER] })).await;
    assert_eq!(nobody.refusal(), (404, "User does not exist."));
    let empty = send(zoom.request(Method::PUT, &user_path(&id))).await;
    assert_eq!(empty.refusal(), (400, "The request JSON must not be empty."));
}

#[tokio::test]
async fn a_user_type_zoom_has_not_fails_validation() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.put(&id, &json!({ "schemas": [urn::USER], "userType": "None" })).await;
    assert_eq!((answer.status, &answer.body["code"]), (400, &json!(300)));
    assert_eq!(answer.body["message"], "Validation Failed.");
    assert_eq!(answer.body["errors"][0]["field"], "userType");
}
