//! Replacing a token without a gap.

use chrono::Duration;
use directory::tokens::{self, New, OVERLAP, Restrictions, networks};
use directory::{Clock, Error};
use model::TokenId;
use secrecy::ExposeSecret;
use tests::{Scim, TestApp};

async fn start() -> (TestApp, Clock) {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    (app, clock)
}

async fn rotate(app: &TestApp, id: TokenId, overlap: Duration) -> directory::Result<tokens::Generated> {
    let mut tx = app.tx().await;
    let made = tokens::rotate(&mut tx, id, "test 2", None, overlap).await?;
    tx.commit().await.map(|()| made)
}

#[tokio::test]
async fn both_work_until_the_overlap_is_over() {
    let (app, clock) = start().await;
    let (source, old) = app.source_with_token("Okta").await;
    let id = tokens::list(&mut app.tx().await, Some(source)).await.unwrap()[0].id;
    let made = rotate(&app, id, OVERLAP).await.unwrap();
    let new = Scim::new(&app.base(), made.token.expose_secret());
    assert_eq!((old.get("/Users").await.status, new.get("/Users").await.status), (200, 200));
    clock.advance(OVERLAP - Duration::seconds(1));
    assert_eq!((old.get("/Users").await.status, new.get("/Users").await.status), (200, 200));
    clock.advance(Duration::seconds(1));
    assert_eq!((old.get("/Users").await.status, new.get("/Users").await.status), (401, 200));
    assert_eq!(app.database.count("select count(*) from audit_entry where action = 'token.rotated'").await, 1);
}

#[tokio::test]
async fn the_successor_may_do_what_the_old_one_may() {
    let (app, _) = start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let mut tx = app.tx().await;
    let restrictions = Restrictions { read_only: true, ranges: networks("127.0.0.0/8 2001:db8::/32").unwrap() };
    let expires_at = Some(tx.now() + Duration::days(1));
    let new = New { name: "narrow", restrictions: restrictions.clone(), expires_at, replaces: None };
    let old = tokens::generate_with(&mut tx, source, new).await.unwrap();
    tx.commit().await.unwrap();
    let made = rotate(&app, old.id, OVERLAP).await.unwrap();
    let mut tx = app.tx().await;
    let (new, old) = (tokens::get(&mut tx, made.id).await.unwrap(), tokens::get(&mut tx, old.id).await.unwrap());
    assert_eq!((new.read_only, new.ranges), (true, restrictions.texts()));
    assert_eq!(old.expires_at, expires_at, "it ends when it would have ended, not later");
    assert_eq!(old.replaced_by.as_deref(), Some("test 2"));
}

#[tokio::test]
async fn what_has_ended_or_was_rotated_is_not_rotated_again() {
    let (app, clock) = start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let id = tokens::list(&mut app.tx().await, Some(source)).await.unwrap()[0].id;
    let made = rotate(&app, id, OVERLAP).await.unwrap();
    let refused = |outcome: directory::Result<tokens::Generated>, why: &str| {
        let Err(Error::Refused(text)) = outcome else { panic!("it was rotated") };
        assert!(text.contains(why), "{text}");
    };
    refused(rotate(&app, id, OVERLAP).await, "test 2 takes its place");
    // Without its successor it can be rotated again.
    let mut tx = app.tx().await;
    tokens::revoke(&mut tx, made.id).await.unwrap();
    tx.commit().await.unwrap();
    rotate(&app, id, OVERLAP).await.unwrap();
    refused(rotate(&app, made.id, OVERLAP).await, "was revoked");
    clock.advance(OVERLAP);
    refused(rotate(&app, id, OVERLAP).await, "has expired");
}

/// By a form without script: the page shows the new token once.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_rotates_and_shows_the_token_once() {
    let app = TestApp::start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let owner = app.owner().await;
    let id = tokens::list(&mut app.tx().await, Some(source)).await.unwrap()[0].id;
    let dialog = owner.open(&format!("/sources/{source}?dialog=rotate&token={id}")).await;
    let wrong = owner.submit(&dialog, "rotate_token", &[("overlap", "9")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_at("overlap").is_some(), "{}", wrong.html.text());
    let made = owner.submit(&dialog, "rotate_token", &[]).await;
    assert_eq!(made.status, 200, "{}", made.html.text());
    let field = made.html.by_id("new-token").unwrap();
    let token = field.attribute("value").unwrap();
    assert_eq!(Scim::new(&app.base(), token).get("/Users").await.status, 200);
    assert!(made.html.text().contains("test 2"), "the form names the successor");
    let again = owner.open(&format!("/sources/{source}")).await;
    assert!(!again.body.contains(token) && again.html.text().contains("test 2 takes its place"));
    let twice = owner.open(&format!("/sources/{source}?dialog=rotate&token={id}")).await;
    assert!(twice.html.text().contains("test was rotated already: test 2 takes its place"), "{}", twice.html.text());
    assert!(twice.html.form("rotate_token").is_none());
}
