//! What a token may, from where, and what becomes of wrong ones.

use chrono::Duration;
use directory::Clock;
use directory::tokens::{New, Restrictions, generate_with, networks};
use model::SourceId;
use model::source::{RefusedWhy, ScimToken};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use tests::{Scim, TestApp, user};

/// A client with a token that is restricted.
async fn restricted(app: &TestApp, source: SourceId, read_only: bool, ranges: &str) -> Scim {
    let mut tx = app.tx().await;
    let restrictions = Restrictions { read_only, ranges: networks(ranges).unwrap() };
    let new = New { name: "restricted", restrictions, ..New::default() };
    let made = generate_with(&mut tx, source, new).await.unwrap();
    tx.commit().await.unwrap();
    Scim::new(&app.base(), made.token.expose_secret())
}

#[tokio::test]
async fn a_read_only_token_reads_and_changes_nothing() {
    let app = TestApp::start().await;
    let (source, writes) = app.source_with_token("Okta").await;
    let id = writes.create(&user("ada@example.com")).await;
    let reads = restricted(&app, source, true, "").await;
    let path = format!("/Users/{id}");
    assert_eq!(reads.get(&path).await.body["userName"], "ada@example.com");
    assert_eq!(reads.find("userName eq \"ada@example.com\"").await.status, 200);
    assert_eq!(reads.get("/ServiceProviderConfig").await.status, 200);
    let patch = json!([{ "op": "replace", "path": "active", "value": false }]);
    for refused in [
        reads.post("/Users", &user("bob@example.com")).await,
        reads.put(&path, &user("bob@example.com")).await,
        reads.patch(&path, patch).await,
        reads.delete(&path).await,
        reads.post("/Bulk", &json!({})).await,
    ] {
        assert_eq!(refused.error().0, 403, "{}", refused.text);
        assert!(refused.body["detail"].as_str().unwrap().contains("only reads"), "{}", refused.text);
    }
    let kept = writes.get(&path).await;
    assert_eq!((kept.body["active"].as_bool(), kept.body["userName"].as_str()), (Some(true), Some("ada@example.com")));
    assert_eq!(app.database.count("select count(*) from record").await, 1);
}

#[tokio::test]
async fn a_token_is_refused_from_elsewhere_and_the_answer_names_the_address() {
    let app = TestApp::start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let (here, elsewhere) =
        (restricted(&app, source, false, "127.0.0.0/8").await, restricted(&app, source, false, "203.0.113.0/24").await);
    assert_eq!(here.get("/Users").await.status, 200);
    let refused = elsewhere.get("/Users").await;
    assert_eq!(refused.error().0, 403);
    assert!(refused.body["detail"].as_str().unwrap().contains("127.0.0.1"), "{}", refused.text);
    // A use that was refused is none.
    let tokens = directory::tokens::list(&mut app.tx().await, Some(source)).await.unwrap();
    assert_eq!(tokens.iter().filter(|token| token.last_used_at.is_some()).count(), 1);
}

#[tokio::test]
async fn the_client_behind_trusted_proxies_is_who_counts() {
    let app = TestApp::with(|start| start.proxy_hops = 1).await;
    let (source, _) = app.source_with_token("Okta").await;
    let scim = restricted(&app, source, false, "203.0.113.0/24, 2001:db8::/32").await;
    let from = async |address: &str| {
        let request = scim.request(Method::GET, "/Users").header("x-forwarded-for", address.to_owned());
        tests::Answer::of(request).await.status
    };
    assert_eq!(from("203.0.113.7").await, 200);
    assert_eq!(from("2001:db8:1::7").await, 200);
    assert_eq!(from("198.51.100.7").await, 403);
    assert_eq!(from("203.0.113.7, 198.51.100.7").await, 403, "what stands before may be made up");
}

#[tokio::test]
async fn wrong_tokens_have_to_wait_and_a_right_one_does_not() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let wrong = scim.with_token("rc_scim_wrong");
    let mut waited = 0;
    for _ in 0..70 {
        let answer = wrong.get("/Users").await;
        if answer.status == 401 {
            continue;
        }
        assert_eq!(answer.error(), (429, ""), "{}", answer.text);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        waited += 1;
    }
    assert!((5..=10).contains(&waited), "60 in a minute, and one more each second: {waited}");
    assert_eq!(scim.get("/Users").await.status, 200, "an identity provider at the same address goes on");
    assert_eq!(scim.post("/Users", &user("ada@example.com")).await.status, 201);
}

#[tokio::test]
async fn the_last_use_says_from_where_and_by_whom() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let okta = scim.request(Method::GET, "/Users").header("user-agent", "Okta SCIM Client 1.0.0");
    assert_eq!(tests::Answer::of(okta).await.status, 200);
    let token = directory::tokens::list(&mut app.tx().await, Some(source)).await.unwrap().remove(0);
    assert_eq!((token.last_used_from.as_deref(), token.last_client.as_deref()), (Some("127.0.0.1"), Some("Okta")));
    // Within the minute nothing is written again.
    let before = app.database.rows("scim_token").await;
    scim.get("/Users").await;
    assert_eq!(app.database.rows("scim_token").await, before);
}

#[tokio::test]
async fn a_token_that_is_revoked_opens_nothing_on_any_replica() {
    let app = TestApp::start().await;
    let second = app.second().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let there = Scim::new(&format!("http://{}", second.address), scim.token());
    assert_eq!((scim.get("/Users").await.status, there.get("/Users").await.status), (200, 200));
    let mut tx = app.tx().await;
    let token = directory::tokens::list(&mut tx, Some(source)).await.unwrap().remove(0);
    directory::tokens::revoke(&mut tx, token.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((scim.get("/Users").await.status, there.get("/Users").await.status), (401, 401));
    second.stop().await;
}

/// Somebody still has the old token, or has it where it must not be used: the token says so.
#[tokio::test]
async fn a_use_that_was_refused_is_noted_with_why_once_a_minute() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let only = async || directory::tokens::list(&mut app.tx().await, Some(source)).await.unwrap().remove(0);
    let read_only = restricted(&app, source, true, "").await;
    let why = |token: &ScimToken| token.last_refusal.as_ref().map(|refusal| refusal.why);
    assert_eq!(read_only.get("/Users").await.status, 200);
    assert_eq!(why(&only().await), None);
    assert_eq!(read_only.post("/Users", &user("ada@example.com")).await.status, 403);
    let told = only().await.last_refusal.unwrap();
    assert_eq!((told.why, told.from.as_str()), (RefusedWhy::ReadOnly, "127.0.0.1"));
    // Within the minute nothing is written, however often and for whatever reason.
    let mut tx = app.tx().await;
    directory::tokens::revoke(&mut tx, only().await.id).await.unwrap();
    tx.commit().await.unwrap();
    let before = app.database.rows("scim_token").await;
    for _ in 0..3 {
        assert_eq!(read_only.get("/Users").await.error(), (401, ""));
    }
    assert_eq!(app.database.rows("scim_token").await, before);
    clock.advance(Duration::minutes(1));
    assert_eq!(read_only.get("/Users").await.status, 401);
    assert_eq!(why(&only().await), Some(RefusedWhy::Revoked));

    restricted(&app, source, false, "203.0.113.0/24").await.get("/Users").await;
    assert_eq!(why(&only().await), Some(RefusedWhy::Elsewhere));
    let mut tx = app.tx().await;
    let end = tx.now() + Duration::hours(1);
    let made = directory::tokens::generate(&mut tx, source, "short", Some(end)).await.unwrap();
    tx.commit().await.unwrap();
    let short = Scim::new(&app.base(), made.token.expose_secret());
    clock.advance(Duration::hours(1));
    assert_eq!(short.get("/Users").await.status, 401);
    assert_eq!(why(&only().await), Some(RefusedWhy::Expired));
    // A guess at its secret is not a use of it.
    let guess = format!("{}x", &scim.token()[..scim.token().len() - 1]);
    scim.with_token(&guess).get("/Users").await;
    let all = directory::tokens::list(&mut app.tx().await, Some(source)).await.unwrap();
    assert_eq!(all.iter().filter(|token| token.last_refusal.is_none()).count(), 1, "{all:?}");
}
