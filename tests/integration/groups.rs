//! The pages of groups: found by name, their members, and the way back of one that was deleted.

use crate::scim::groups::group;
use chrono::{DateTime, Duration};
use directory::Clock;
use model::Role;
use serde_json::json;
use tests::{TestApp, ada, user};

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_listed_with_who_is_in_them() {
    let app = TestApp::start().await;
    let (owner, scim) = (app.owner().await, app.scim().await);
    let empty = owner.open("/groups").await.html.text();
    assert!(empty.contains("No source has pushed a group yet"), "{empty}");
    let ada = scim.create(&ada()).await;
    let inner = group(&scim, "Analysts", &[&ada]).await;
    let outer = group(&scim, "Everybody", &[&ada, &inner]).await;

    let list = owner.open("/groups?q=every").await.html.text();
    assert!(list.contains("Everybody") && list.contains("Okta") && !list.contains("Analysts"), "{list}");
    let page = owner.open(&format!("/groups/{outer}")).await.html.text();
    for part in ["Everybody", "2 members", "Ada Lovelace", "ada.lovelace@example.com", "Analysts"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(owner.open("/groups?q=nothing").await.html.text().contains("No group matches this filter"));
    assert_eq!(owner.get("/groups/019a0000-0000-7000-8000-000000000000").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_comes_back_whole() {
    let app = TestApp::start().await;
    let (owner, scim) = (app.owner().await, app.scim().await);
    let ada = scim.create(&user("ada@example.com")).await;
    let id = group(&scim, "Analysts", &[&ada]).await;
    let before = scim.get(&format!("/Groups/{id}")).await.body;
    assert_eq!(scim.delete(&format!("/Groups/{id}")).await.status, 204);
    assert!(!owner.open("/groups").await.html.text().contains("Analysts"));
    assert!(owner.open("/groups?state=deleted").await.html.text().contains("Analysts"));

    let page = owner.open(&format!("/groups/{id}")).await;
    let text = page.html.text();
    assert!(text.contains("Okta has deleted this group.") && text.contains("It can be restored until"), "{text}");
    let page = owner.open(page.html.link("Restore").unwrap()).await;
    let text = page.html.text();
    for part in ["Restore Analysts?", "with the 1 member it has still", "Okta may delete the group again"] {
        assert!(text.contains(part), "{part} in: {text}");
    }
    let again = group(&scim, "ANALYSTS", &[]).await;
    let refused = owner.submit(&page, "restore_group", &[]).await;
    assert_eq!(refused.status, 409, "{}", refused.html.text());
    assert!(refused.html.text().contains("The source has made another group meanwhile"), "{}", refused.html.text());
    assert_eq!(scim.delete(&format!("/Groups/{again}")).await.status, 204);

    let restored = owner.submit(&page, "restore_group", &[]).await;
    assert_eq!(restored.location(), format!("/groups/{id}"));
    let text = owner.follow(&restored).await.html.text();
    assert!(text.contains("Analysts restored") && text.contains("Okta sees the group again"), "{text}");
    let again = owner.open(&format!("/groups/{id}?dialog=restore")).await;
    assert!(again.html.form("restore_group").is_none(), "nothing is to be restored");
    let after = scim.get(&format!("/Groups/{id}")).await.body;
    assert_eq!(after["members"], before["members"]);
    assert_ne!(after["meta"]["version"], before["meta"]["version"]);
    let auditor = app.signed_in_as(Role::Auditor).await;
    assert_eq!(scim.delete(&format!("/Groups/{id}")).await.status, 204);
    let page = auditor.open(&format!("/groups/{id}?dialog=restore")).await.html;
    assert!(page.form("restore_group").is_none() && page.link("Restore").is_none());
    assert_eq!(scim.patch(&format!("/Groups/{id}"), json!([])).await.status, 400);
}

#[tokio::test]
async fn after_thirty_days_a_deleted_group_goes_for_good() {
    let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    // A worker prunes by itself when it starts, which may be late.
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let deleted = group(&scim, "Analysts", &[&ada]).await;
    let living = group(&scim, "Everybody", &[&ada, &deleted]).await;
    assert_eq!(scim.delete(&format!("/Groups/{deleted}")).await.status, 204);
    clock.advance(Duration::days(30) - Duration::seconds(1));
    assert_eq!(directory::groups::prune(&app.directory).await.unwrap(), 0);
    clock.advance(Duration::seconds(1));
    let late = directory::groups::restore(&mut app.tx().await, deleted.parse().unwrap()).await;
    assert!(matches!(late, Err(directory::Error::NotFound(_))), "{late:?}");
    assert_eq!(directory::groups::prune(&app.directory).await.unwrap(), 1);
    assert_eq!(app.database.count("select count(*) from grp").await, 1);
    assert_eq!(app.database.count("select count(*) from grp_member").await, 1, "Ada in Everybody");
    assert_eq!(scim.get(&format!("/Groups/{living}")).await.body["members"].as_array().unwrap().len(), 1);
}
