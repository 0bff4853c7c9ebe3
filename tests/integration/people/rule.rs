//! The rule that links people without an administrator.

use super::{Source, count_audited, count_people, person};
use futures::future::join_all;
use model::connection::{Actions, ScopeMode};
use model::link::LinkState;
use model::source::LinkRule;
use serde_json::{Value, json};
use tests::{TestApp, ada, user};

pub(super) async fn set(app: &TestApp, rule: LinkRule) {
    let mut tx = app.tx().await;
    directory::people::rule::set(&mut tx, rule).await.unwrap();
    tx.commit().await.unwrap();
}

/// A user of that name with that address.
fn named(user_name: &str, email: &str) -> Value {
    let mut user = user(user_name);
    user["emails"][0]["value"] = email.into();
    user
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_until_somebody_chooses_it() {
    let app = TestApp::start().await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, first) = hr.push(&app, &ada()).await;
    let (in_okta, second) = okta.push(&app, &ada()).await;
    assert_ne!(first, second);

    let owner = app.owner().await;
    let page = owner.open("/sources").await;
    let saved = owner.submit(&page, "set_link_rule", &[("link_by", "email")]).await;
    assert!(owner.follow(&saved).await.html.text().contains("Rule saved"));
    assert_eq!(count_audited(&app, "people.rule_changed").await, 1);
    okta.set(in_okta, "title", json!("Countess")).await;
    assert_eq!(count_people(&app).await, 2, "whoever is here is not linked by it");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_same_address_in_another_source_is_linked_at_once() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    set(&app, LinkRule::Email).await;
    let (_, first) = hr.push(&app, &named("1815", "Ada@Example.com")).await;
    let (in_okta, second) = okta.push(&app, &named("ada", "ada@example.COM")).await;
    assert_eq!((first, count_people(&app).await), (second, 1));
    assert_eq!(count_audited(&app, "person.linked").await, 1);
    app.wait_link(connection, first, LinkState::InSync).await;
    assert_eq!(app.zoom.users().len(), 1);
    // The source sees its own user only.
    assert_eq!(okta.scim.get(&format!("/Users/{in_okta}")).await.body["userName"], "ada");
    assert_eq!(okta.scim.get("/Users").await.body["totalResults"], 1);
}

#[tokio::test]
async fn it_decides_nothing_that_is_not_certain() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    set(&app, LinkRule::Email).await;
    let (_, one) = hr.push(&app, &named("a1", "shared@example.com")).await;
    let (_, two) = hr.push(&app, &named("a2", "shared@example.com")).await;
    assert_ne!(one, two, "two users of one source");
    let (_, third) = okta.push(&app, &named("b", "shared@example.com")).await;
    assert!(third != one && third != two, "it could be either");
    let (_, nobody) = hr.push(&app, &json!({ "userName": "c" })).await;
    let (_, nobody_else) = okta.push(&app, &json!({ "userName": "d" })).await;
    assert_ne!(nobody, nobody_else, "no address is no key");
    // The user name is not what this rule looks at.
    let (_, by_name) = okta.push(&app, &named("a1", "other@example.com")).await;
    assert_ne!(by_name, one);
    assert_eq!(count_audited(&app, "person.linked").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_links_and_two_accounts_do_not() {
    let app = TestApp::start().await;
    let connection = app.connection().await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    set(&app, LinkRule::UserName).await;
    let (_, first) = hr.push(&app, &user("ada@example.com")).await;
    let (in_okta, second) = okta.push(&app, &user("lovelace@example.com")).await;
    okta.set(in_okta, "userName", json!("ADA@example.com")).await;
    assert_eq!(okta.person(&app, in_okta).await, first);
    assert_eq!(person(&app, second).await.summary.id, first, "the id from before leads on");
    assert_eq!(person(&app, first).await.summary.sources, ["HR", "Okta"]);

    let (_, third) = hr.push(&app, &user("grace@example.com")).await;
    let (in_okta, fourth) = okta.push(&app, &user("hopper@example.com")).await;
    app.assign(connection, &[third, fourth]).await;
    app.wait_link(connection, third, LinkState::InSync).await;
    app.wait_link(connection, fourth, LinkState::InSync).await;
    okta.set(in_okta, "userName", json!("grace@example.com")).await;
    assert_eq!(okta.person(&app, in_okta).await, fourth, "an administrator has to choose between two accounts");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_records_made_at_once_the_second_sees_the_first() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    set(&app, LinkRule::Email).await;
    let users: Vec<Value> = (0..12).map(|n| user(&format!("u{n}@example.com"))).collect();
    let pushed = users.iter().map(|it| async { tokio::join!(hr.scim.create(it), okta.scim.create(it)) });
    join_all(pushed).await;
    assert_eq!(count_people(&app).await, 12);
    assert_eq!(app.database.count("select count(*) from person where several").await, 12);
}
