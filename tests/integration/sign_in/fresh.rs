//! A fresh sign-in is one that the provider says has just happened; whatever the browser asked it for.

use super::oidc::{provider, sign_in, until_back};
use super::saml::{Asked, Idp, ask, post};
use super::{function, refused};
use chrono::Duration;
use directory::Clock;
use serde_json::json;
use tests::{Browser, TestApp};

/// Whether this administrator may do what decides who gets in.
async fn is_fresh(browser: &Browser) -> bool {
    let shown = browser.call(function("invite_admin"), &[("email", "nobody"), ("role", "auditor")]).await;
    match shown.status {
        422 => true,
        403 => {
            assert!(shown.body.contains("NotFresh"), "{}", shown.body);
            false
        }
        other => panic!("{other}: {}", shown.body),
    }
}

async fn last_failure(app: &TestApp) -> String {
    let rows = app.database.rows("audit_entry").await;
    rows.into_iter().rfind(|row| row.contains("admin.sign_in_failed")).unwrap_or_default()
}

/// At a browser that nobody guards, the provider answers from a session of its own.
#[tokio::test]
async fn a_session_of_the_oidc_providers_opens_no_fresh_one() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    let now = app.directory.now().timestamp();
    for (auth_time, fresh) in
        [(json!(now - 86_400), false), (json!(now - 125), false), (json!(null), false), (json!(now + 86_400), false)]
            .into_iter()
            .chain([(json!(now), true), (json!(now - 55), true)])
    {
        provider.behave(|behaviour| behaviour.claims = json!({ "auth_time": auth_time }));
        let browser = app.browser();
        assert_eq!(sign_in(&browser).await.location(), "/people?q=a");
        assert_eq!(is_fresh(&browser).await, fresh, "{auth_time}");
    }
}

#[tokio::test]
async fn a_fresh_sign_in_that_the_oidc_provider_does_not_show_is_refused() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    let now = app.directory.now().timestamp();
    for (auth_time, said) in [(json!(now - 86_400), "max_age"), (json!(null), "auth_time")] {
        provider.behave(|behaviour| behaviour.claims = json!({ "auth_time": auth_time }));
        let browser = app.browser();
        let back = until_back(&browser, "/auth/corp/start?fresh=1").await;
        refused(&browser.get(&back).await);
        assert!(last_failure(&app).await.contains(said), "{}", last_failure(&app).await);
    }
    provider.behave(|behaviour| behaviour.claims = json!({}));
    let browser = app.browser();
    let back = until_back(&browser, "/auth/corp/start?fresh=1").await;
    assert_eq!(browser.get(&back).await.location(), "/");
    assert!(is_fresh(&browser).await);
}

async fn by_saml(app: &TestApp, idp: &Idp, start: &str, ago: Duration) -> (Browser, Asked, String) {
    let browser = app.browser();
    let asked = ask(&browser, start).await;
    let mut message = idp.message(&asked, app.directory.now());
    message.signed_in_ago = ago;
    message.assertion_id = format!("{}x", asked.request_id);
    let posted = post(app, &asked, &idp.answer(&message)).await;
    let finish = posted.location().to_owned();
    (browser, asked, finish)
}

#[tokio::test]
async fn a_session_of_the_saml_providers_opens_no_fresh_one() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    for (ago, fresh) in [(Duration::days(1), false), (Duration::minutes(5), false), (Duration::zero(), true)] {
        let (browser, _, finish) = by_saml(&app, &idp, "/auth/corp/start", ago).await;
        assert_eq!(browser.get(&finish).await.location(), "/");
        assert_eq!(is_fresh(&browser).await, fresh, "{ago}");
    }
}

/// ForceAuthn stands in an address that the browser carries, and can be taken out of it.
#[tokio::test]
async fn a_fresh_sign_in_that_the_saml_provider_does_not_show_is_refused() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    let (browser, _, finish) = by_saml(&app, &idp, "/auth/corp/start?fresh=1", Duration::minutes(5)).await;
    refused(&browser.get(&finish).await);
    assert!(last_failure(&app).await.contains("ForceAuthn"), "{}", last_failure(&app).await);
    let (browser, _, finish) = by_saml(&app, &idp, "/auth/corp/start?fresh=1", Duration::seconds(20)).await;
    assert_eq!(browser.get(&finish).await.location(), "/");
    assert!(is_fresh(&browser).await);
}

#[tokio::test]
async fn a_one_time_link_is_a_fresh_sign_in_for_an_hour() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let owner = app.owner().await;
    assert!(is_fresh(&owner).await);
    for _ in 0..3 {
        clock.advance(Duration::minutes(21));
        owner.open("/people").await;
    }
    assert!(!is_fresh(&owner).await);
}
