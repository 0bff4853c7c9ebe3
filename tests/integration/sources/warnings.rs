//! Whoever could do something about it is warned before a token ends, once for each distance.

use chrono::Duration;
use directory::Clock;
use directory::tokens::{self, warn};
use model::Role;
use tests::{MailServer, TestApp};

async fn start(server: &MailServer) -> (TestApp, Clock) {
    let clock = Clock::manual(Clock::system().now());
    let settings = server.settings();
    let app = TestApp::with(|start| {
        (start.clock, start.mail) = (clock.clone(), Some(settings));
    })
    .await;
    (app, clock)
}

/// An owner and an admin who have signed in, and others who are not to be bothered.
async fn staff(app: &TestApp) {
    let mut tx = app.tx().await;
    for (name, role) in [
        ("owner", Role::Owner),
        ("admin", Role::Admin),
        ("operator", Role::Operator),
        ("auditor", Role::Auditor),
        ("invited", Role::Admin),
    ] {
        directory::admins::create(&mut tx, &format!("{name}@example.com"), role).await.unwrap();
    }
    tx.commit().await.unwrap();
    app.database.change("update admin set invited = (email like 'invited%')").await;
}

async fn token(app: &TestApp, life: Duration) -> model::TokenId {
    let (source, _) = app.source_with_token("Okta").await;
    let mut tx = app.tx().await;
    let end = tx.now() + life;
    let made = tokens::generate(&mut tx, source, "ending", Some(end)).await.unwrap();
    tx.commit().await.unwrap();
    made.id
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_and_admins_are_warned_once_for_each_distance() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    staff(&app).await;
    let end = clock.now() + Duration::days(90);
    token(&app, Duration::days(90)).await;
    assert_eq!(warn(&app.directory).await.unwrap(), 0, "it lasts");
    let mut sent = 0;
    for (left, words) in [(14, "in 14 days"), (3, "in 3 days"), (1, "in 1 day")] {
        clock.advance(end - Duration::days(left) - clock.now());
        let (first, again) = (warn(&app.directory).await.unwrap(), warn(&app.directory).await.unwrap());
        sent += 2;
        // The server's own worker may have been first.
        assert!(first <= 2 && again == 0, "{left}: {first}, {again}");
        let taken = server.wait_taken(sent).await;
        let mut to: Vec<&str> = taken[sent - 2..].iter().map(|mail| mail.to[0].as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["admin@example.com", "owner@example.com"], "{left}");
        assert!(taken[sent - 1].header("Subject").contains(words), "{}", taken[sent - 1].data);
        assert!(taken[sent - 1].data.contains("/sources/"), "{}", taken[sent - 1].data);
    }
    warn(&app.directory).await.unwrap();
    assert_eq!(server.taken().len(), 6);
    assert_eq!(app.database.count("select count(*) from mail where kind = 'token_expiry'").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_warned_of_what_was_revoked_meanwhile() {
    let server = MailServer::start().await;
    let clock = Clock::manual(Clock::system().now());
    // Nobody sends.
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    staff(&app).await;
    let id = token(&app, Duration::days(90)).await;
    clock.advance(Duration::days(80));
    assert_eq!(warn(&app.directory).await.unwrap(), 2);
    let mut tx = app.tx().await;
    tokens::revoke(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(directory::mail::claim(&app.directory).await.unwrap().is_none());
    assert_eq!(warn(&app.directory).await.unwrap(), 0);
    assert_eq!(app.database.count("select count(*) from mail").await, 0);
    assert!(server.taken().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_warn_too() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    let id = token(&app, Duration::days(90)).await;
    let source = tokens::get(&mut app.tx().await, id).await.unwrap().source_id;
    clock.advance(Duration::days(80));
    let owner = app.owner().await;
    let overview = owner.open("/").await.html.text();
    assert!(
        overview.contains("Needs attention") && overview.contains("The token ending of Okta ends in 10 days"),
        "{overview}"
    );
    let page = owner.open(&format!("/sources/{source}")).await.html.text();
    assert!(page.contains("The token ending ends soon") && page.contains("Rotate"), "{page}");
}
