//! What a source deleted: seen by administrators for 30 days, restored, refused, pruned.

use super::{Source, count_audited, count_people, join, person};
use chrono::{DateTime, Duration, Utc};
use directory::Clock;
use model::link::LinkState;
use model::person::PersonState;
use serde_json::json;
use tests::{TestApp, ada, user};

const ADA: &str = "ada.lovelace@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_user_is_restored_under_the_same_id() {
    let app = TestApp::start().await;
    let (connection, okta) = (app.connection().await, Source::new(&app, "Okta").await);
    let (record, ada) = okta.push(&app, &ada()).await;
    app.assign(connection, &[ada]).await;
    app.wait_link(connection, ada, LinkState::InSync).await;
    let before = okta.scim.get(&format!("/Users/{record}")).await;
    okta.delete(record).await;
    app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| !it.active)).await.unwrap();
    assert_eq!(okta.scim.get(&format!("/Users/{record}")).await.status, 404);

    let owner = app.owner().await;
    let list = owner.open("/people?state=deleted").await.html.text();
    assert!(list.contains("Ada Lovelace") && list.contains("Deleted"), "{list}");
    assert!(!owner.open("/people?state=deactivated").await.html.text().contains("Ada Lovelace"));
    let page = owner.open(&format!("/people/{ada}")).await;
    let text = page.html.text();
    assert!(text.contains("Deleted by Okta on ") && text.contains("It can be restored until"), "{text}");
    let page = owner.open(page.html.link("Restore").unwrap()).await;
    assert!(page.html.text().contains(&format!("Restore {ADA}?")), "{}", page.html.text());
    let restored = owner.submit(&page, "restore_record", &[]).await;
    assert!(owner.follow(&restored).await.html.text().contains("Ada Lovelace restored"));

    let after = okta.scim.get(&format!("/Users/{record}")).await;
    assert_eq!((after.status, &after.body["title"]), (200, &before.body["title"]));
    assert_ne!(after.header("etag"), before.header("etag"));
    let summary = person(&app, ada).await.summary;
    assert_eq!((summary.gone, summary.state), (false, PersonState::Active));
    app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.active)).await.unwrap();
    assert_eq!(count_audited(&app, "person.restored").await, 1);
    assert!(owner.open("/people?state=deleted").await.html.text().contains("Nobody is deleted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_given_away_is_not_taken_back() {
    let app = TestApp::with(|start| start.worker = false).await;
    let okta = Source::new(&app, "Okta").await;
    let owner = app.owner().await;
    for (taken, with) in [
        ("user name ada.lovelace@example.com", json!({ "userName": ADA, "externalId": "another" })),
        ("externalId 00u-ada.lovelace", json!({ "userName": "another", "externalId": "00u-ada.lovelace" })),
    ] {
        let (record, gone) = okta.push(&app, &ada()).await;
        okta.delete(record).await;
        let (other, _) = okta.push(&app, &with).await;
        let page = owner.open(&format!("/people/{gone}?dialog=restore&record={record}")).await;
        let refused = owner.submit(&page, "restore_record", &[]).await;
        assert_eq!(refused.status, 409);
        let text = refused.html.text();
        assert!(text.contains(&format!("Okta has given the {taken} to another user meanwhile")), "{text}");
        assert!(person(&app, gone).await.summary.gone);
        okta.delete(other).await;
        app.database.change("update record set user_name_key = id::text, external_id = id::text").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_source_deleted_is_restored_beside_the_other() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (in_hr, stays) = hr.push(&app, &user(ADA)).await;
    let (in_okta, goes) = okta.push(&app, &ada()).await;
    join(&app, stays, goes).await.unwrap();
    okta.delete(in_okta).await;
    let held = person(&app, stays).await;
    assert_eq!((held.summary.gone, held.summary.department), (false, None));
    let owner = app.owner().await;
    let page = owner.open(&format!("/people/{stays}")).await;
    let page = owner.open(page.html.link("Restore").unwrap()).await;
    assert_eq!(owner.submit(&page, "restore_record", &[]).await.location(), format!("/people/{stays}"));
    assert_eq!(person(&app, stays).await.summary.department.as_deref(), Some("Engines"));
    // And a user made again is this person's again.
    okta.delete(in_okta).await;
    let (again, back) = okta.push(&app, &ada()).await;
    assert_eq!((back, again == in_okta), (stays, false));
    hr.delete(in_hr).await;
    assert!(!person(&app, stays).await.summary.gone);
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_thirty_days_the_rest_is_pruned() {
    let clock = Clock::manual(start());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let (connection, okta) = (app.connection().await, Source::new(&app, "Okta").await);
    let (in_zoom, linked) = okta.push(&app, &ada()).await;
    app.assign(connection, &[linked]).await;
    app.wait_link(connection, linked, LinkState::InSync).await;
    let (nowhere, unlinked) = okta.push(&app, &user("grace@example.com")).await;
    let (_, living) = okta.push(&app, &user("alan@example.com")).await;
    okta.delete(in_zoom).await;
    okta.delete(nowhere).await;
    app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| !it.active)).await.unwrap();

    clock.advance(Duration::days(30) - Duration::seconds(1));
    assert_eq!(directory::people::prune(&app.directory).await.unwrap(), 0);
    clock.advance(Duration::seconds(1));
    let late = directory::people::restore(&mut app.tx().await, in_zoom).await.unwrap_err().to_string();
    assert!(late.contains("more than 30 days ago"), "{late}");
    assert_eq!(directory::people::prune(&app.directory).await.unwrap(), 2);
    assert_eq!(directory::people::prune(&app.directory).await.unwrap(), 0);

    assert_eq!(count_people(&app).await, 2);
    let owner = app.owner().await;
    assert_eq!(owner.get(&format!("/people/{unlinked}")).await.status, 404);
    let text = owner.open(&format!("/people/{linked}")).await.html.text();
    assert!(text.contains("more than 30 days ago"), "{text}");
    let rest = person(&app, linked).await;
    assert_eq!((rest.profile, rest.summary.title, rest.summary.department), (json!({}), None, None));
    assert!(!person(&app, living).await.summary.gone);
    let kept = app.database.count("select count(*) from record where resource::text like '%Lovelace%'").await;
    assert_eq!((kept, count_audited(&app, "record.pruned").await), (0, 1));
    // The account is the person's still, who is recognised when they come back.
    let (_, back) = okta.push(&app, &ada()).await;
    assert_eq!(back, linked);
    app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.active)).await.unwrap();
    assert_eq!(app.zoom.requests(simulator::Operation::CreateUser).len(), 1);
}
