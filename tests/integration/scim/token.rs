//! Bearer tokens: what opens a source, and what does not.

use chrono::Duration;
use directory::Clock;
use reqwest::Method;
use secrecy::ExposeSecret;
use tests::{Answer, Scim, TestApp, http, user};

/// A refusal says how to authenticate (RFC 6750, section 3) and nothing about why.
fn refused(answer: &Answer) {
    assert_eq!(answer.error(), (401, ""));
    assert!(answer.header("www-authenticate").starts_with("Bearer"), "{:?}", answer.headers);
}

#[tokio::test]
async fn without_a_token_or_with_a_wrong_one_nothing_opens() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let right = scim.token().to_owned();
    let mut altered = right.clone();
    altered.replace_range(30..31, if &right[30..31] == "A" { "B" } else { "A" });
    let last = format!("{}é", &right[..right.len() - 1]);
    for wrong in ["", "x", &right[..right.len() - 1], &format!("{right}A"), &altered, &right.to_uppercase(), &last] {
        refused(&scim.with_token(wrong).get("/Users").await);
    }
    let bare = http().get(format!("{}/scim/v2/Users", app.base()));
    refused(&Answer::of(bare).await);
    let basic = http().get(format!("{}/scim/v2/Users", app.base())).basic_auth("x", Some(&right));
    refused(&Answer::of(basic).await);
    assert_eq!(scim.get("/Users").await.status, 200);
}

#[tokio::test]
async fn discovery_and_unknown_addresses_need_a_token_as_well() {
    let app = TestApp::start().await;
    let nobody = app.scim().await.with_token("x");
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/nothing", ""] {
        refused(&nobody.get(path).await);
    }
    refused(&nobody.post("/Users", &user("eve@example.com")).await);
    assert_eq!(app.database.count("select count(*) from record").await, 0);
}

#[tokio::test]
async fn a_revoked_and_an_expired_token_are_refused() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let (source, lasting) = app.source_with_token("Okta").await;
    let mut tx = app.tx().await;
    let end = tx.now() + Duration::days(1);
    let short = directory::tokens::generate(&mut tx, source, "short", Some(end)).await.unwrap();
    tx.commit().await.unwrap();
    let expiring = Scim::new(&app.base(), short.token.expose_secret());
    assert_eq!(expiring.get("/Users").await.status, 200);
    clock.advance(Duration::days(1));
    refused(&expiring.get("/Users").await);

    assert_eq!(lasting.get("/Users").await.status, 200, "others are not touched");
    let mut tx = app.tx().await;
    let token =
        directory::tokens::list(&mut tx, Some(source)).await.unwrap().into_iter().find(|t| t.name == "test").unwrap();
    directory::tokens::revoke(&mut tx, token.id).await.unwrap();
    tx.commit().await.unwrap();
    refused(&lasting.get("/Users").await);
}

/// A token opens its source: it finds no user of another, and cannot change one.
#[tokio::test]
async fn a_token_opens_its_own_source_only() {
    let app = TestApp::start().await;
    let (okta, entra) = (app.source_with_token("Okta").await.1, app.source_with_token("Entra").await.1);
    let id = okta.create(&user("ada@example.com")).await;
    let path = format!("/Users/{id}");
    assert_eq!(entra.get("/Users").await.body["totalResults"], 0);
    assert_eq!(entra.find("userName eq \"ada@example.com\"").await.body["totalResults"], 0);
    assert_eq!(entra.get(&path).await.error().0, 404);
    assert_eq!(entra.put(&path, &user("ada@example.com")).await.error().0, 404);
    assert_eq!(entra.send(Method::DELETE, &path, &serde_json::Value::Null).await.error().0, 404);
    let patched = entra.patch(&path, serde_json::json!([{ "op": "replace", "path": "active", "value": false }])).await;
    assert_eq!(patched.error().0, 404);
    assert_eq!(okta.get(&path).await.body["active"], true);
    // The same name at another source is another record.
    entra.create(&user("ada@example.com")).await;
}

#[tokio::test]
async fn a_use_is_noted() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    scim.get("/Users").await;
    let tokens = directory::tokens::list(&mut app.tx().await, Some(source)).await.unwrap();
    assert!(tokens[0].last_used_at.is_some());
}
