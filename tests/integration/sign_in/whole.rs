//! Letting somebody in, the session, and the entry in the audit log are one: all or nothing, whatever happens meanwhile.

use super::oidc::{provider, sign_in, until_back};
use super::saml::{Idp, ask, post};
use super::{refused, until_held_up};
use directory::providers::Settings;
use login::testing::OidcProvider;
use model::{AdminId, Role};
use tests::{Browser, TestApp};

const SESSIONS: &str = "select count(*) from session";

async fn breaks(app: &TestApp, event: &str) {
    app.database
        .change("create function breaks() returns trigger language plpgsql as 'begin raise ''broken''; end'")
        .await;
    app.database.change(&format!("create trigger breaks before {event} on session execute function breaks()")).await;
}

async fn signed(app: &TestApp, word: &str) -> i64 {
    app.database.count(&format!("select count(*) from audit_entry where action = 'admin.signed_{word}'")).await
}

#[tokio::test]
async fn without_a_session_nobody_has_signed_in() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    breaks(&app, "insert").await;
    refused(&sign_in(&app.browser()).await);
    let link = app.setup_link().await;
    assert_eq!(app.browser().get(&link).await.status, 500);
    assert_eq!((signed(&app, "in").await, app.database.count(SESSIONS).await), (0, 0));
    assert_eq!(app.database.count("select count(*) from admin").await, 0, "nor was anybody made");
    app.database.change("drop trigger breaks on session").await;
    assert_eq!(app.browser().get(&link).await.location(), "/", "and the link was not used up");
    assert_eq!((signed(&app, "in").await, app.database.count(SESSIONS).await), (1, 1));
}

#[tokio::test]
async fn a_code_that_opened_nothing_is_not_used_up() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    let browser = app.browser();
    let asked = ask(&browser, "/auth/corp/start").await;
    let posted = post(&app, &asked, &idp.answer(&idp.message(&asked, app.directory.now()))).await;
    breaks(&app, "insert").await;
    refused(&browser.get(posted.location()).await);
    app.database.change("drop trigger breaks on session").await;
    assert_eq!(browser.get(posted.location()).await.location(), "/");
}

#[tokio::test]
async fn with_a_session_nobody_has_signed_out() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    breaks(&app, "delete").await;
    assert_eq!(owner.post("/auth/logout", &[]).await.status, 500);
    assert_eq!(signed(&app, "out").await, 0);
    owner.open("/people").await;
    app.database.change("drop trigger breaks on session").await;
    assert_eq!(owner.post("/auth/logout", &[]).await.location(), "/login?signed_out=1");
    assert_eq!((signed(&app, "out").await, app.database.count(SESSIONS).await), (1, 0));
}

/// The way back, while somebody else does something that is not committed yet.
async fn meanwhile(app: &TestApp, browser: Browser, back: String, tx: directory::Tx) {
    let coming = tokio::spawn(async move { browser.get(&back).await });
    until_held_up(app).await;
    tx.commit().await.unwrap();
    refused(&coming.await.unwrap());
}

async fn jane(app: &TestApp) -> AdminId {
    let mut tx = app.tx().await;
    directory::admins::by_email(&mut tx, "jane@example.com").await.unwrap().unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_reset_meanwhile_does_not_come_in() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    sign_in(&app.browser()).await;
    // She is no new one: without a group, the link to the account is all that lets her in.
    let jane = jane(&app).await;
    let mut tx = app.tx().await;
    directory::admins::give_role(&mut tx, jane, Role::Admin).await.unwrap();
    tx.commit().await.unwrap();
    provider.behave(|behaviour| behaviour.person["groups"] = serde_json::json!([]));
    let browser = app.browser();
    let back = until_back(&browser, "/auth/corp/start").await;
    let mut tx = app.tx().await;
    directory::admins::reset_sign_in(&mut tx, jane).await.unwrap();
    meanwhile(&app, browser, back, tx).await;
    assert_eq!(app.database.count(SESSIONS).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_removed_meanwhile_lets_nobody_in() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let browser = app.browser();
    let back = until_back(&browser, "/auth/corp/start").await;
    let mut tx = app.tx().await;
    let id = directory::providers::by_slug(&mut tx, "corp").await.unwrap().unwrap().id;
    directory::providers::remove(&mut tx, id).await.unwrap();
    // The request goes with its provider.
    meanwhile(&app, browser, back, tx).await;
    assert_eq!(app.database.count(SESSIONS).await, 0);
}

/// Changes the OIDC provider in a transaction that is open still.
async fn changing(app: &TestApp, provider: &OidcProvider, change: impl FnOnce(&mut Settings)) -> directory::Tx {
    let mut tx = app.tx().await;
    let now = directory::providers::by_slug(&mut tx, "corp").await.unwrap().unwrap();
    let mut settings = super::oidc_settings(&provider.issuer, OidcProvider::CLIENT_ID, OidcProvider::CLIENT_SECRET);
    change(&mut settings);
    directory::providers::change(&mut tx, now.id, now.version, &settings).await.unwrap();
    tx
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_changed_while_it_answers_lets_nobody_in() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    for change in [|it: &mut Settings| it.roles.clear(), |it: &mut Settings| it.enabled = false] {
        let browser = app.browser();
        let back = until_back(&browser, "/auth/corp/start").await;
        let tx = changing(&app, &provider, change).await;
        meanwhile(&app, browser, back, tx).await;
        assert_eq!(app.database.count(SESSIONS).await, 0);
        changing(&app, &provider, |_| ()).await.commit().await.unwrap();
    }
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
}

#[tokio::test]
async fn a_saml_provider_that_is_switched_off_after_its_answer_lets_nobody_in() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    for change in ["enabled = false", "enabled = true, version = version + 1"] {
        app.database.change("update provider set enabled = true").await;
        let browser = app.browser();
        let asked = ask(&browser, "/auth/corp/start").await;
        let posted = post(&app, &asked, &idp.answer(&idp.message(&asked, app.directory.now()))).await;
        app.database.change(&format!("update provider set {change}")).await;
        refused(&browser.get(posted.location()).await);
        assert_eq!(app.database.count(SESSIONS).await, 0, "{change}");
    }
}

/// What is encrypted for one sign-in does not open in another's row.
#[tokio::test]
async fn a_sign_in_does_not_go_on_with_anothers_secrets() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let (one, other) = (app.browser(), app.browser());
    let back = until_back(&one, "/auth/corp/start").await;
    until_back(&other, "/auth/corp/start").await;
    app.database
        .change(
            "update sign_in_request r set pending = o.pending from sign_in_request o where o.state_hash <> r.state_hash",
        )
        .await;
    refused(&one.get(&back).await);
    let why = app.database.texts("select after ->> 'why' from audit_entry where action = 'admin.sign_in_failed'").await;
    assert!(why[0].contains("went wrong on the server"), "{why:?}");
}

/// Both want the administrator and the accounts, and take them in one order: neither is ended by the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_and_a_sign_in_do_not_wait_for_each_other() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    sign_in(&app.browser()).await;
    let jane = jane(&app).await;
    let mut tx = app.tx().await;
    directory::admins::give_role(&mut tx, jane, Role::Admin).await.unwrap();
    tx.commit().await.unwrap();
    provider.behave(|behaviour| behaviour.person["groups"] = serde_json::json!([]));
    let browser = app.browser();
    let back = until_back(&browser, "/auth/corp/start").await;
    let mut tx = app.tx().await;
    directory::admins::hold(&mut tx, jane).await.unwrap();
    let coming = tokio::spawn(async move { browser.get(&back).await });
    until_held_up(&app).await;
    directory::admins::reset_sign_in(&mut tx, jane).await.unwrap();
    tx.commit().await.unwrap();
    refused(&coming.await.unwrap());
    let why = app.database.texts("select after ->> 'why' from audit_entry where action = 'admin.sign_in_failed'").await;
    assert!(why.iter().all(|why| why.contains("unlinked")), "{why:?}");
}
