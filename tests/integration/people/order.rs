//! The order of sources decides, attribute by attribute, whatever the order in which records came.

use super::{Source, count_audited, join, person};
use model::PersonId;
use model::connection::{Actions, ScopeMode};
use model::link::LinkState;
use model::person::PersonState;
use serde_json::{Value, json};
use tests::{TestApp, user};

const ADA: &str = "ada@example.com";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn says(title: &str, more: Value) -> Value {
    let mut said = user(ADA);
    said["title"] = title.into();
    if let (Some(said), Value::Object(more)) = (said.as_object_mut(), more) {
        said.extend(more);
    }
    said
}

/// Waits until the person's profile is so.
async fn wait_profile(app: &TestApp, id: PersonId, is_so: impl Fn(&Value) -> bool) {
    let mut heard = app.directory.listen();
    while !is_so(&person(app, id).await.profile) {
        let heard = tokio::time::timeout(std::time::Duration::from_secs(30), heard.recv()).await;
        assert!(heard.is_ok(), "the profile stays {}", person(app, id).await.profile);
    }
}

#[tokio::test]
async fn whatever_the_order_in_which_records_came_the_person_is_the_same() {
    let app = TestApp::with(|start| start.worker = false).await;
    let sources = [Source::new(&app, "HR").await, Source::new(&app, "Okta").await, Source::new(&app, "Entra").await];
    let said = [
        json!({ "userName": "1", "title": "A", ENTERPRISE: { "employeeNumber": "1815" } }),
        json!({ "userName": "2", "title": "B", "nickName": "b", ENTERPRISE: { "department": "Engines" } }),
        json!({ "userName": "3", "nickName": "c", "emails": [{ "value": ADA }], ENTERPRISE: { "department": "X", "division": "Y" } }),
    ];
    let mut profiles = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]] {
        let mut people = Vec::new();
        let mut records = Vec::new();
        for source in order {
            let (record, person) = sources[source].push(&app, &said[source]).await;
            people.push(person);
            records.push((source, record));
        }
        join(&app, people[0], people[1]).await.unwrap();
        join(&app, people[2], people[0]).await.unwrap();
        profiles.push(person(&app, people[1]).await.profile);
        for (source, record) in records {
            sources[source].delete(record).await;
        }
        app.database.change("update record set user_name_key = id::text").await;
    }
    let expected = json!({
        "userName": "1", "title": "A", "nickName": "b", "active": true, "emails": [{ "value": ADA }],
        ENTERPRISE: { "employeeNumber": "1815", "department": "Engines", "division": "Y" },
    });
    assert_eq!(profiles, vec![expected; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_order_reaches_everybody_and_zoom() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, stays) = hr.push(&app, &says("Countess", json!({}))).await;
    app.wait_link(connection, stays, LinkState::InSync).await;
    let (_, goes) = okta.push(&app, &says("Analyst", json!({}))).await;
    app.wait_link(connection, goes, LinkState::Blocked).await;
    join(&app, stays, goes).await.unwrap();
    app.wait_link(connection, stays, LinkState::InSync).await;
    assert_eq!(person(&app, stays).await.summary.title.as_deref(), Some("Countess"));

    let owner = app.owner().await;
    let page = owner.open("/sources").await;
    let text = page.html.text();
    assert!(text.find("HR") < text.find("Okta"), "{text}");
    let moved = owner.submit(&page, "move_source", &[("source", &okta.id.to_string()), ("up", "true")]).await;
    let text = owner.follow(&moved).await.html.text();
    assert!(text.contains("Okta moved up") && text.rfind("Okta") < text.rfind("HR"), "{text}");
    wait_profile(&app, stays, |profile| profile["title"] == "Analyst").await;
    app.zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.title.as_deref() == Some("Analyst")))
        .await
        .unwrap();
    assert_eq!(count_audited(&app, "source.order_changed").await, 1);
    let stays_put = owner.submit(&page, "move_source", &[("source", &okta.id.to_string()), ("up", "true")]).await;
    assert!(owner.follow(&stays_put).await.html.text().contains("Okta stays where it is"));
    assert_eq!(app.database.count("select count(*) from people_merge").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_source_that_knows_a_person_says_whether_they_are_active() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (in_okta, goes) = okta.push(&app, &user(ADA)).await;
    app.wait_link(connection, goes, LinkState::InSync).await;
    let (in_hr, stays) = hr.push(&app, &user("1815")).await;
    join(&app, stays, goes).await.unwrap();

    okta.set(in_okta, "active", json!(false)).await;
    assert_eq!(person(&app, stays).await.summary.state, PersonState::Active);
    hr.set(in_hr, "active", json!(false)).await;
    assert_eq!(person(&app, stays).await.summary.state, PersonState::Deactivated);
    app.zoom.wait_until(|zoom| zoom.users().any(|it| !it.active)).await.unwrap();
    okta.set(in_okta, "active", json!(true)).await;
    assert_eq!(person(&app, stays).await.summary.state, PersonState::Deactivated, "HR is the first");
    hr.delete(in_hr).await;
    assert_eq!(person(&app, stays).await.summary.state, PersonState::Active, "only Okta knows them now");
    app.zoom.wait_until(|zoom| zoom.users().all(|it| it.active)).await.unwrap();
}

/// An end before all are merged anew: whoever starts next goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_order_is_carried_out_by_whoever_is_there_next() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, stays) = hr.push(&app, &says("Countess", json!({}))).await;
    let (_, goes) = okta.push(&app, &says("Analyst", json!({}))).await;
    join(&app, stays, goes).await.unwrap();
    let swap = "update source set position = 3 - position";
    app.database.change(swap).await;
    app.database.change("insert into people_merge (up_to) values ('00000000-0000-0000-0000-000000000000')").await;
    wait_profile(&app, stays, |profile| profile["title"] == "Analyst").await;
}
