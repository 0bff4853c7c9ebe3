//! There is always an owner who can come in.

use super::oidc::{provider, sign_in};
use super::{function, invite, who};
use model::Role;
use tests::TestApp;

async fn id_of(app: &TestApp, email: &str) -> String {
    directory::admins::by_email(&mut app.tx().await, email).await.unwrap().unwrap().id.to_string()
}

#[tokio::test]
async fn an_invitation_that_nobody_took_up_is_no_owner() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let me = id_of(&app, "owner@localhost").await;
    invite(&app, "ghost@example.com", Role::Owner).await;
    for (name, fields) in
        [("change_role", vec![("id", me.as_str()), ("role", "auditor")]), ("remove_admin", vec![("id", me.as_str())])]
    {
        let shown = owner.call(function(name), &fields).await;
        assert_eq!(shown.status, 409, "{name}: {}", shown.body);
        assert!(shown.body.contains("let them sign in"), "{name}: {}", shown.body);
    }
    // The invitation itself may go.
    let ghost = id_of(&app, "ghost@example.com").await;
    assert_ne!(owner.call(function("remove_admin"), &[("id", &ghost)]).await.status, 409);
    assert_eq!(app.database.count("select count(*) from admin").await, 1);
}

#[tokio::test]
async fn a_link_never_signs_in_as_somebody_who_never_came() {
    let app = TestApp::start().await;
    invite(&app, "ghost@example.com", Role::Owner).await;
    let page = who(&app.owner().await).await;
    assert!(page.contains("owner@localhost") && !page.contains("ghost@example.com"), "{page}");
    assert!(app.invitation("ghost@example.com").await.is_some(), "the invitation stays open");
}

/// Whoever resets the only owner's sign-in is not locked out: the link makes the owner of this machine.
#[tokio::test]
async fn a_link_helps_when_the_only_owner_was_reset() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let me = id_of(&app, "owner@localhost").await;
    owner.call(function("reset_admin"), &[("id", &me)]).await;
    assert_eq!(owner.get("/people").await.status, 303);
    let again = app.owner().await;
    assert!(who(&again).await.contains("owner@localhost"));
    assert_eq!(app.database.count("select count(*) from admin where not invited").await, 1);
}

/// An owner makes somebody an owner while an admin, to whom that was no owner yet, takes the role away.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_nobody_who_becomes_an_owner_meanwhile() {
    let app = TestApp::start().await;
    let admin = app.signed_in_as(Role::Admin).await;
    invite(&app, "ada@example.com", Role::Operator).await;
    let ada = directory::admins::by_email(&mut app.tx().await, "ada@example.com").await.unwrap().unwrap();
    let id = ada.id.to_string();
    for (name, fields) in [
        ("change_role", vec![("id", id.as_str()), ("role", "auditor")]),
        ("remove_admin", vec![("id", id.as_str())]),
        ("reset_admin", vec![("id", id.as_str())]),
    ] {
        let mut tx = app.tx().await;
        directory::admins::set_role(&mut tx, ada.id, Role::Owner).await.unwrap();
        let (shown, ()) = tokio::join!(admin.call(function(name), &fields), async {
            app.wait_for_lock().await;
            tx.commit().await.unwrap();
        });
        assert_eq!(shown.status, 403, "{name}: {}", shown.body);
        let mut tx = app.tx().await;
        assert_eq!(directory::admins::hold(&mut tx, ada.id).await.unwrap().role, Role::Owner, "{name}");
        directory::admins::set_role(&mut tx, ada.id, Role::Operator).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Two owners who demote each other at the same moment: one of them stays, and none gets an error of ours.
#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_demote_each_other_leave_one() {
    let app = TestApp::start().await;
    let one = app.owner().await;
    let mut tx = app.tx().await;
    let other = directory::admins::create(&mut tx, "other@example.com", Role::Owner).await.unwrap();
    tx.commit().await.unwrap();
    let me = directory::admins::by_email(&mut app.tx().await, "owner@localhost").await.unwrap().unwrap().id;
    let other_id = other.to_string();
    let fields = [("id", other_id.as_str()), ("role", "auditor")];
    let demoted = async {
        let mut tx = app.tx().await;
        directory::admins::hold(&mut tx, me).await.unwrap();
        let done = directory::admins::give_role(&mut tx, me, Role::Auditor).await;
        if done.is_ok() {
            tx.commit().await.unwrap();
        }
        done.is_ok()
    };
    let (shown, mine) = tokio::join!(one.call(function("change_role"), &fields), demoted);
    assert!(shown.status < 500, "{}", shown.body);
    assert_eq!(app.database.count("select count(*) from admin where role = 'owner'").await, 1, "{mine}");
}

/// What is done after a link must not stand in the log under the name of a person who has an account of her own.
#[tokio::test]
async fn a_link_never_signs_in_as_somebody_whom_a_provider_knows() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let jane = app.browser();
    sign_in(&jane).await;
    let mut tx = app.tx().await;
    let id = directory::admins::by_email(&mut tx, "jane@example.com").await.unwrap().unwrap().id;
    directory::admins::give_role(&mut tx, id, Role::Owner).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..2 {
        let page = who(&app.owner().await).await;
        assert!(page.contains("owner@localhost") && !page.contains("jane@example.com"), "{page}");
    }
    assert_eq!(app.database.count("select count(*) from admin").await, 2);
    assert!(who(&jane).await.contains("Owner"));
}
