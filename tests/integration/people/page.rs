//! What a person's page says beside the sources: groups, the manager, what was done in Zoom.

use super::{Source, join};
use crate::scim::groups::group;
use serde_json::json;
use tests::{Browser, TestApp, ada, user};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn text(owner: &Browser, person: model::PersonId) -> String {
    owner.open(&format!("/people/{person}")).await.html.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_groups_of_a_person_stand_there_as_links() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (okta, owner) = (Source::new(&app, "Okta").await, app.owner().await);
    let (record, person) = okta.push(&app, &ada()).await;
    assert!(text(&owner, person).await.contains("In none that a source has pushed."));
    let inner = group(&okta.scim, "Analysts", &[&record.to_string()]).await;
    let outer = group(&okta.scim, "Everybody", &[&inner]).await;
    let gone = group(&okta.scim, "Former", &[&record.to_string()]).await;
    assert_eq!(okta.scim.delete(&format!("/Groups/{gone}")).await.status, 204);

    let page = owner.open(&format!("/people/{person}")).await;
    assert_eq!(page.html.link("Analysts"), Some(format!("/groups/{inner}").as_str()));
    assert_eq!(page.html.link("Everybody"), Some(format!("/groups/{outer}").as_str()));
    let text = page.html.text();
    assert!(text.contains("Everybody Okta, by way of another group"), "{text}");
    assert!(text.contains("Analysts Okta Everybody") && !text.contains("Former"), "{text}");
    assert!(text.contains("Nothing has been done in Zoom for Ada Lovelace yet."), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_is_a_person_where_the_source_has_pushed_them() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let owner = app.owner().await;
    let (boss, manager) = okta.push(&app, &user("grace.hopper@example.com")).await;
    let (record, person) = okta.push(&app, &ada()).await;
    okta.set(record, &format!("{ENTERPRISE}:manager"), json!({ "value": boss })).await;
    let page = owner.open(&format!("/people/{person}")).await;
    assert_eq!(page.html.link("Grace Hopper"), Some(format!("/people/{manager}").as_str()), "{}", page.html.text());
    assert!(!page.html.text().contains(&boss.to_string()), "{}", page.html.text());

    // The source that comes first gives the manager, and the id is none of its own.
    let mut in_hr = user("ada.lovelace@example.com");
    in_hr[ENTERPRISE] = json!({ "manager": { "value": boss } });
    let (in_hr, second) = hr.push(&app, &in_hr).await;
    join(&app, person, second).await.unwrap();
    let told = text(&owner, person).await;
    assert!(told.contains(&format!("manager.value {boss} HR")), "{told}");
    hr.set(in_hr, &format!("{ENTERPRISE}:manager"), json!({ "value": "E-1815" })).await;
    let told = text(&owner, person).await;
    assert!(told.contains("manager.value E-1815 HR"), "{told}");
    hr.delete(in_hr).await;
    assert!(text(&owner, person).await.contains("manager Grace Hopper"));

    okta.delete(boss).await;
    let told = text(&owner, person).await;
    assert!(told.contains(&format!("manager.value {boss}")), "whoever is deleted is no record: {told}");
}
