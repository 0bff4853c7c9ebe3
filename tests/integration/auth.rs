//! The ways in and out: one-time links and sessions.

use chrono::Duration;
use directory::Clock;
use model::Role;
use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use tests::TestApp;

/// The cookie that an answer sets, as the next request sends it.
fn session_of(shown: &tests::Shown) -> String {
    shown.header(SET_COOKIE.as_str()).split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_lets_an_owner_in_once() {
    let app = TestApp::start().await;
    let link = app.setup_link().await;
    let browser = app.browser();
    assert_eq!(browser.get("/people").await.location(), "/login?return_to=%2Fpeople");
    assert_eq!(browser.get(&link).await.location(), "/");
    let page = browser.open("/people").await.html.text();
    assert!(page.contains("owner@localhost") && page.contains("Owner"), "who is signed in: {page}");

    let second = app.browser();
    assert_eq!(second.get(&link).await.location(), "/login?failed=1");
    assert!(second.open("/login?failed=1").await.html.text().contains("This sign-in link does not work."));
    assert_eq!(second.get("/people").await.status, 303);
}

#[tokio::test]
async fn a_link_checker_does_not_use_it_up() {
    let app = TestApp::start().await;
    let link = app.setup_link().await;
    let head = app.browser().request(Method::HEAD, &link).send().await.unwrap();
    assert_eq!(head.status(), 204);
    assert!(!head.headers().contains_key(SET_COOKIE));
    assert_eq!(app.browser().get(&link).await.location(), "/");
}

#[tokio::test]
async fn every_wrong_link_gets_the_same_answer() {
    let app = TestApp::start().await;
    app.setup_link().await;
    for wrong in ["/auth/setup", "/auth/setup?token=", "/auth/setup?token=AAAA", "/auth/setup?token=%00%ff"] {
        let shown = app.browser().get(wrong).await;
        assert!(shown.status == 400 || shown.location() == "/login?failed=1", "{wrong}: {}", shown.status);
        assert!(!shown.headers.contains_key(SET_COOKIE), "{wrong}");
    }
}

#[tokio::test]
async fn links_are_tried_so_often_only() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let link = app.setup_link().await;
    // The allowance grows by one a second, so a slow machine takes a few more.
    let mut tries = 0;
    let refused = loop {
        let shown = browser.get("/auth/setup?token=wrong").await;
        if shown.status == 429 {
            break shown;
        }
        tries += 1;
        assert!(tries < 200, "nothing stops it");
    };
    assert!(tries >= 60 && refused.body.starts_with("Too many attempts"), "{tries}: {}", refused.body);
    // By a proxy we were not told of come others as well: what one of them used up is not theirs.
    let other = browser.request(Method::GET, &link).header("x-forwarded-for", "198.51.100.7").send().await.unwrap();
    assert_eq!(other.headers()["location"], "/");
}

#[tokio::test]
async fn a_link_is_too_old_after_fifteen_minutes() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let (in_time, late) = (app.setup_link().await, app.setup_link().await);
    clock.advance(Duration::minutes(14));
    assert_eq!(app.browser().get(&in_time).await.location(), "/");
    clock.advance(Duration::minutes(2));
    assert_eq!(app.browser().get(&late).await.location(), "/login?failed=1");
}

#[tokio::test]
async fn signing_in_renews_the_session_and_signing_out_kills_it() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let signed_in = browser.get(&app.setup_link().await).await;
    let cookie = session_of(&signed_in);
    let flags = signed_in.header(SET_COOKIE.as_str()).to_lowercase();
    assert!(flags.contains("httponly") && flags.contains("samesite=lax") && flags.contains("path=/"), "{flags}");

    // Somebody who was given a cookie before the sign-in does not share the session after it.
    let again = browser.get(&app.setup_link().await).await;
    assert_ne!(session_of(&again), cookie);

    let mine = session_of(&again);
    let get =
        async || app.browser().request(Method::GET, "/people").header(COOKIE, &mine).send().await.unwrap().status();
    assert_eq!(get().await, 200);
    assert_eq!(browser.post("/auth/logout", &[]).await.location(), "/login?signed_out=1");
    assert_eq!(get().await, 303, "the cookie of a session that was signed out");
    assert!(browser.open("/login?signed_out=1").await.html.text().contains("You are signed out."));
}

#[tokio::test]
async fn a_revoked_session_is_dead_at_its_next_request() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    owner.open("/people").await;
    app.database.change("delete from session").await;
    assert_eq!(owner.get("/people").await.status, 303);
    assert_eq!(owner.get("/live").await.status, 401);
    assert_eq!(
        app.database.count("select count(*) from session where admin_id is not null").await,
        0,
        "nor does it revive"
    );
}

#[tokio::test]
async fn an_administrator_who_was_removed_or_demoted_is_so_at_once() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    assert!(auditor.open("/sources").await.html.text().contains("Auditor"));
    app.database.change("delete from admin where role = 'auditor'").await;
    assert_eq!(auditor.get("/sources").await.status, 303);
}

#[tokio::test]
async fn a_session_that_is_not_used_for_half_an_hour_has_ended() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let browser = app.owner().await;
    clock.advance(Duration::minutes(11));
    browser.open("/people").await;
    clock.advance(Duration::minutes(31));
    assert_eq!(browser.get("/people").await.status, 303);
}

#[tokio::test]
async fn a_session_in_use_ends_after_twelve_hours() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let browser = app.owner().await;
    app.database.change("update session set created_at = created_at - interval '11 hours 50 minutes'").await;
    clock.advance(Duration::minutes(5));
    browser.open("/people").await;
    clock.advance(Duration::minutes(6));
    assert_eq!(browser.get("/people").await.status, 303);
}

#[tokio::test]
async fn the_last_sign_in_goes_back_to_no_page_of_others() {
    let app = TestApp::start().await;
    for back in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        let request = app.browser().request(Method::POST, "/preferences/theme").header("sec-fetch-site", "same-origin");
        let answer = request.form(&[("theme", "dark"), ("back", back)]).send().await.unwrap();
        let to = answer.headers()["location"].to_str().unwrap();
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\"), "{back}: {to}");
    }
}
