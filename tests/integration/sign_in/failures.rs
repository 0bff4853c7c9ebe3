//! What goes wrong stands in the audit log, with the client's address, and does not flood it.

use super::oidc::{provider, sign_in, until_back};
use super::saml::{Idp, ask, post};
use super::{oidc_settings, refused};
use serde_json::Value;
use tests::TestApp;

async fn entries(app: &TestApp, action: &str) -> Vec<Value> {
    let sql = format!("select coalesce(after::text, 'null') from audit_entry where action = '{action}' order by id");
    app.database.texts(&sql).await.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// The newest failure, which must be one more than before.
async fn newest(app: &TestApp, so_far: &mut usize) -> String {
    let all = entries(app, "admin.sign_in_failed").await;
    assert_eq!(all.len(), *so_far + 1, "{all:?}");
    *so_far += 1;
    let last = &all[*so_far - 1];
    assert_eq!(last["address"], "127.0.0.1", "{last}");
    last["why"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_way_to_fail_is_noted() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let browser = app.browser();
    let mut noted = 0;
    for (path, why) in [
        ("/auth/corp/callback", "under way"),
        ("/auth/corp/callback?state=x&code=x", "under way"),
        ("/auth/corp/callback?state=x&state=y", "more than once"),
        ("/auth/corp/finish?code=x", "under that code"),
        ("/auth/none/start", "no provider"),
        ("/auth/corp/start?test=1", "no owner"),
    ] {
        refused(&browser.get(path).await);
        let found = newest(&app, &mut noted).await;
        assert!(found.contains(why), "{path}: {found}");
    }
    // A callback that is played again.
    let back = until_back(&browser, "/auth/corp/start").await;
    assert_eq!(browser.get(&back).await.location(), "/");
    refused(&browser.get(&back).await);
    assert!(newest(&app, &mut noted).await.contains("under way"));
    assert_eq!(entries(&app, "admin.signed_in").await[0]["address"], "127.0.0.1");

    app.database.change("update provider set enabled = false").await;
    refused(&app.browser().get("/auth/corp/start").await);
    assert!(newest(&app, &mut noted).await.contains("switched off"));
}

#[tokio::test]
async fn a_saml_response_that_is_posted_again_is_noted() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    let browser = app.browser();
    let asked = ask(&browser, "/auth/corp/start").await;
    let response = idp.answer(&idp.message(&asked, app.directory.now()));
    post(&app, &asked, &response).await;
    refused(&post(&app, &asked, &response).await);
    assert!(newest(&app, &mut 0).await.contains("answers no request"));
}

/// What breaks here is noted as well, and what the database said is not.
#[tokio::test]
async fn what_is_our_fault_is_noted() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let browser = app.browser();
    let back = until_back(&browser, "/auth/corp/start").await;
    app.database.change("alter table session rename to lost").await;
    // Nobody is signed in, so the session is looked for no earlier than it is opened.
    refused(&app.browser().get("/auth/corp/callback").await);
    refused(&browser.get(&back).await);
    let all = entries(&app, "admin.sign_in_failed").await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[1]["why"].as_str().unwrap().contains("went wrong on the server"), "{all:?}");
}

#[tokio::test]
async fn strangers_do_not_flood_the_log() {
    let app = TestApp::start().await;
    super::keep(&app, &oidc_settings("https://idp.example.com", "c", "s")).await;
    for _ in 0..15 {
        refused(&app.browser().get("/auth/corp/callback?state=x&code=x").await);
    }
    assert_eq!(entries(&app, "admin.sign_in_failed").await.len(), 10);
}

#[tokio::test]
async fn a_wrong_link_is_noted_with_the_address() {
    let app = TestApp::start().await;
    app.browser().get("/auth/setup?token=x").await;
    assert_eq!(entries(&app, "setup_link.refused").await[0]["address"], "127.0.0.1");
    app.owner().await;
    let signed_in = entries(&app, "admin.signed_in").await;
    assert_eq!((&signed_in[0]["address"], &signed_in[0]["by"]), (&"127.0.0.1".into(), &"setup link".into()));
}

/// Who comes in is the actor of that, and of nothing else that the sign-in brings about.
#[tokio::test]
async fn whoever_came_in_is_the_actor_of_the_sign_in() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
    let by_jane =
        "from audit_entry where actor_kind = 'admin' and actor_name = 'jane@example.com' and actor_id = target_id";
    assert_eq!(app.database.count(&format!("select count(*) {by_jane} and action = 'admin.signed_in'")).await, 1);
    assert_eq!(app.database.count(&format!("select count(*) {by_jane}")).await, 1);
    assert_eq!(
        app.database
            .count("select count(*) from audit_entry where action = 'admin.created' and actor_kind = 'system'")
            .await,
        1
    );
    let listed = app.owner().await.open("/audit").await;
    assert!(listed.html.text().contains("jane@example.com"), "{}", listed.html.text());
    provider.behave(|behaviour| behaviour.person["groups"] = serde_json::json!(["guests"]));
    refused(&sign_in(&app.browser()).await);
    let failed = "select count(*) from audit_entry where action = 'admin.sign_in_failed' and actor_kind = 'system'";
    assert_eq!(app.database.count(failed).await, 1);
    app.wait_sealed().await;
    assert!(directory::audit::verify(&app.directory, |_| {}).await.unwrap().finding.is_none());
}

#[tokio::test]
async fn a_refusal_by_our_tables_is_noted_once() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    provider.behave(|behaviour| behaviour.person["groups"] = serde_json::json!(["guests"]));
    refused(&sign_in(&app.browser()).await);
    let all = entries(&app, "admin.sign_in_failed").await;
    assert_eq!((all.len(), &all[0]["who"]), (1, &"jane@example.com".into()));
    assert_eq!(all[0]["address"], "127.0.0.1");
}
