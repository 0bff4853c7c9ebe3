//! Administrators on their page: who may change whom.

use super::invite;
use chrono::Duration;
use directory::Clock;
use model::Role;
use tests::{Shown, TestApp};

/// The id of an administrator, from the list's links.
fn id_of(page: &Shown, email: &str, app_ids: &[(String, String)]) -> String {
    let found = app_ids.iter().find(|(name, _)| name == email);
    found.unwrap_or_else(|| panic!("{email} is not on: {}", page.html.text())).1.clone()
}

async fn ids(app: &TestApp) -> Vec<(String, String)> {
    let mut tx = app.tx().await;
    let admins = directory::admins::list(&mut tx).await.unwrap();
    admins.into_iter().map(|admin| (admin.email, admin.id.to_string())).collect()
}

#[tokio::test]
async fn an_owner_invites_changes_and_removes() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let dialog = owner.open("/settings/admins?dialog=invite").await;
    let bad = owner.submit(&dialog, "invite_admin", &[("email", "nobody"), ("role", "admin")]).await;
    assert_eq!(bad.status, 422);
    assert!(bad.html.text().contains("Enter a whole address"), "{}", bad.html.text());
    let invited = owner.submit(&dialog, "invite_admin", &[("email", "ada@example.com"), ("role", "admin")]).await;
    let page = owner.follow(&invited).await;
    assert!(page.html.text().contains("ada@example.com") && page.html.text().contains("Invited"));
    let entries = "select count(*) from audit_entry where target_name = 'ada@example.com'";
    assert_eq!(app.database.count(entries).await, 1, "one change, one entry");
    let twice = owner.submit(&dialog, "invite_admin", &[("email", "ADA@example.com"), ("role", "admin")]).await;
    assert!(twice.html.text().contains("is an administrator already"), "{}", twice.html.text());

    let id = id_of(&page, "ada@example.com", &ids(&app).await);
    let dialog = owner.open(&format!("/settings/admins?dialog=role&id={id}")).await;
    let changed = owner.submit(&dialog, "change_role", &[("role", "auditor")]).await;
    assert!(owner.follow(&changed).await.html.text().contains("ada@example.com is Auditor now"));
    let dialog = owner.open(&format!("/settings/admins?dialog=remove&id={id}")).await;
    let removed = owner.submit(&dialog, "remove_admin", &[]).await;
    assert!(owner.follow(&removed).await.html.text().contains("ada@example.com removed"));
}

#[tokio::test]
async fn the_last_owner_stays_one() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let id = ids(&app).await.remove(0).1;
    for (dialog, function, fields) in
        [("role", "change_role", vec![("role", "auditor")]), ("remove", "remove_admin", vec![])]
    {
        let page = owner.open(&format!("/settings/admins?dialog={dialog}&id={id}")).await;
        let shown = owner.submit(&page, function, &fields).await;
        assert_eq!(shown.status, 409, "{}", shown.html.text());
        assert!(shown.html.text().contains("last owner"), "{}", shown.html.text());
    }
}

#[tokio::test]
async fn an_admin_touches_no_owner_and_makes_none() {
    let app = TestApp::start().await;
    let admin = app.signed_in_as(Role::Admin).await;
    invite(&app, "boss@example.com", Role::Owner).await;
    let page = admin.open("/settings/admins").await;
    let boss = id_of(&page, "boss@example.com", &ids(&app).await);
    assert!(!page.body.contains(&format!("dialog=remove&amp;id={boss}")), "no menu for owners");
    for (name, fields) in [
        ("change_role", vec![("id", boss.as_str()), ("role", "auditor")]),
        ("remove_admin", vec![("id", boss.as_str())]),
        ("reset_admin", vec![("id", boss.as_str())]),
        ("invite_admin", vec![("email", "me@example.com"), ("role", "owner")]),
    ] {
        let shown = admin.call(super::function(name), &fields).await;
        assert_eq!(shown.status, 403, "{name}: {}", shown.body);
    }
}

#[tokio::test]
async fn what_decides_who_gets_in_asks_for_a_fresh_sign_in() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let owner = app.owner().await;
    let dialog = owner.open("/settings/admins?dialog=invite").await;
    for _ in 0..3 {
        clock.advance(Duration::minutes(25));
        owner.open("/people").await;
    }
    let shown = owner.submit(&dialog, "invite_admin", &[("email", "ada@example.com"), ("role", "admin")]).await;
    assert_eq!(shown.status, 403);
    assert!(shown.html.text().contains("Sign in again"), "{}", shown.html.text());
    assert!(shown.body.contains("/login?fresh=1&amp;return_to="), "{}", shown.body);
    assert_eq!(app.database.count("select count(*) from admin").await, 1);
    // Looking goes on.
    owner.open("/settings/admins").await;
}
