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

/// What a stranger may choose is kept short, and breaks nothing that comes after it.
#[tokio::test]
async fn a_name_that_no_provider_has_does_not_stand_in_the_log() {
    let app = TestApp::start().await;
    let long = "x".repeat(60_000);
    let mut noted = 0;
    for slug in ["%00", "%00%00x", "a%0Ab", &long] {
        refused(&app.browser().get(&format!("/auth/{slug}/start")).await);
        let why = newest(&app, &mut noted).await;
        assert!(why.len() < 300 && !why.contains(['x', '\0', '\n']), "{why}");
    }
}

/// Notes a failure as the server does; whether there is an entry of it.
async fn note(app: &TestApp, who: &str, address: &str) -> bool {
    let mut tx = app.tx().await;
    let before = entries(app, "admin.sign_in_failed").await.len();
    let failure = directory::sign_in::Failure { provider: None, who, why: "a test", address };
    directory::sign_in::failed(&mut tx, &failure).await.unwrap();
    tx.commit().await.unwrap();
    entries(app, "admin.sign_in_failed").await.len() > before
}

#[tokio::test]
async fn what_others_wrote_is_cut() {
    let app = TestApp::start().await;
    let who = format!("a\0b\n{}", "e".repeat(2_000));
    // The second one is counted with the first.
    assert!(note(&app, &who, "192.0.2.1").await && note(&app, &who, "192.0.2.1").await);
    for entry in entries(&app, "admin.sign_in_failed").await {
        assert_eq!(entry["who"].as_str().unwrap(), format!("ab{}", "e".repeat(298)));
    }
}

#[tokio::test]
async fn strangers_do_not_flood_the_log() {
    let app = TestApp::start().await;
    super::keep(&app, &oidc_settings("https://idp.example.com", "c", "s")).await;
    for _ in 0..15 {
        refused(&app.browser().get("/auth/corp/callback?state=x&code=x").await);
    }
    let all = entries(&app, "admin.sign_in_failed").await;
    assert_eq!(all.len(), 11);
    let last = all[10]["why"].as_str().unwrap();
    assert!(last.contains("not noted"), "the log says that it leaves something out: {last}");
    assert!(note(&app, "jane@example.com", "127.0.0.1").await, "and hides no colleague in the same network");
}

/// Everybody has a whole /64 of IPv6 to choose from.
#[tokio::test]
async fn a_network_of_ipv6_is_one_client() {
    let app = TestApp::start().await;
    for host in 0..15 {
        note(&app, "", &format!("2001:db8:0:1::{host:x}")).await;
    }
    assert_eq!(entries(&app, "admin.sign_in_failed").await.len(), 11);
    assert!(note(&app, "", "2001:db8:0:2::1").await, "another network is another client");
}

/// Strangers of many networks use up what is noted of strangers, and nothing of what our own tables refuse.
#[tokio::test]
async fn a_flood_of_strangers_hides_no_refusal_of_ours() {
    let app = TestApp::start().await;
    for client in 0..70 {
        note(&app, "", &format!("192.0.2.{client}")).await;
    }
    let all = entries(&app, "admin.sign_in_failed").await;
    assert_eq!(all.len(), 61);
    assert!(all[60]["why"].as_str().unwrap().contains("not noted"), "{}", all[60]);
    assert!(note(&app, "jane@example.com", "198.51.100.1").await);
    assert!(!note(&app, "", "198.51.100.2").await);
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
