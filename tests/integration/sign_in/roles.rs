//! Roles that groups give: whose word counts, and that it is read anew each time.

use super::oidc::{provider, sign_in, until_back};
use super::{keep, oidc_settings, refused, until_held_up, who};
use directory::providers::Settings;
use login::testing::OidcProvider;
use model::{Administrator, Role};
use serde_json::json;
use tests::TestApp;

async fn jane(app: &TestApp) -> Administrator {
    directory::admins::by_email(&mut app.tx().await, "jane@example.com").await.unwrap().unwrap()
}

async fn reset(app: &TestApp) {
    let (id, mut tx) = (jane(app).await.id, app.tx().await);
    directory::admins::reset_sign_in(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn whoever_was_reset_gets_the_role_that_the_groups_give_now() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
    assert_eq!(jane(&app).await.role, Role::Admin);
    reset(&app).await;
    provider.behave(|behaviour| behaviour.person["groups"] = json!(["staff"]));
    let owner = app.owner().await;
    let back = until_back(&owner, "/auth/corp/start?test=1").await;
    let page = owner.open(owner.get(&back).await.location()).await.html.text();
    assert!(page.contains("jane@example.com gets in as Auditor"), "{page}");
    let browser = app.browser();
    assert_eq!(sign_in(&browser).await.location(), "/people?q=a");
    assert!(who(&browser).await.contains("Auditor"));
    let shown = "select count(*) from audit_entry where action = 'admin.role_changed'
        and before::jsonb = '{\"role\": \"admin\", \"role_from\": \"corp\"}'
        and after::jsonb = '{\"role\": \"auditor\", \"role_from\": \"corp\"}'";
    assert_eq!(app.database.count(shown).await, 1);

    reset(&app).await;
    provider.behave(|behaviour| behaviour.person["groups"] = json!([]));
    refused(&sign_in(&app.browser()).await);
    assert!(jane(&app).await.invited);
}

#[tokio::test]
async fn another_providers_groups_do_not_count() {
    let app = TestApp::start().await;
    let _first = provider(&app).await;
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
    reset(&app).await;
    let second = OidcProvider::start().await;
    let now = app.directory.now();
    second.behave(|behaviour| behaviour.now = now);
    let settings = oidc_settings(&second.issuer, OidcProvider::CLIENT_ID, OidcProvider::CLIENT_SECRET);
    keep(&app, &Settings { slug: "other".into(), label: "Other".into(), ..settings }).await;
    let browser = app.browser();
    let back = until_back(&browser, "/auth/other/start").await;
    refused(&browser.get(&back).await);
    let said = "select count(*) from audit_entry where action = 'admin.sign_in_failed'
        and after::text like '%groups of another provider%'";
    assert_eq!(app.database.count(said).await, 1);

    // A role that was given here is no group's affair.
    let mut tx = app.tx().await;
    directory::admins::give_role(&mut tx, jane(&app).await.id, Role::Operator).await.unwrap();
    tx.commit().await.unwrap();
    let back = until_back(&browser, "/auth/other/start").await;
    assert_eq!(browser.get(&back).await.location(), "/");
    assert!(who(&browser).await.contains("Operator"));
}

#[tokio::test]
async fn who_lost_the_last_group_is_signed_out_and_the_log_says_so() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    let browser = app.browser();
    sign_in(&browser).await;
    provider.behave(|behaviour| behaviour.person["groups"] = json!(["guests"]));
    refused(&sign_in(&app.browser()).await);
    assert_eq!(browser.get("/people").await.status, 303);
    let said = "select count(*) from audit_entry where action = 'session.revoked_all'
        and target_name = 'jane@example.com' and after::jsonb ->> 'sessions' = '1'
        and after::jsonb ->> 'why' = 'no group of Continue with Corp gives a role any more'";
    assert_eq!(app.database.count(said).await, 1);
    // Nothing is left to end, and nothing said.
    refused(&sign_in(&app.browser()).await);
    assert_eq!(app.database.count(said).await, 1);
}

/// An owner gives a role at the moment of a sign-in: it stays, as a role that was given here does.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_given_meanwhile_is_not_overwritten_by_groups() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    sign_in(&app.browser()).await;
    let jane = jane(&app).await.id;
    // Her groups give another role at this sign-in.
    provider.behave(|behaviour| behaviour.person["groups"] = json!(["staff"]));
    let browser = app.browser();
    let back = until_back(&browser, "/auth/corp/start").await;
    let mut tx = app.tx().await;
    directory::admins::give_role(&mut tx, jane, Role::Operator).await.unwrap();
    let (shown, ()) = tokio::join!(browser.get(&back), async {
        until_held_up(&app).await;
        tx.commit().await.unwrap();
    });
    assert_eq!(shown.location(), "/");
    let now = directory::admins::find(&app.directory, jane).await.unwrap().unwrap();
    assert_eq!((now.role, now.role_from), (Role::Operator, None));
}
