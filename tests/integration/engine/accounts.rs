//! Joiners, movers, leavers: what Zoom is asked, and no more than that.

use super::{ADA, ENTERPRISE, Engine, ada, user};
use model::connection::{Actions, RemoveAction};
use model::link::{CauseKind, LinkState};
use model::log::{Action, Status};
use serde_json::json;
use simulator::Operation::{ActivateUser, CreateUser, DeleteUser, ListUsers, UpdateUser};

#[tokio::test]
async fn a_joiner_is_looked_for_and_created_and_the_log_says_how() {
    let engine = Engine::start().await;
    let (_, person) = engine.ada().await;
    assert_eq!(engine.asked(), [ListUsers, CreateUser]);
    let account = engine.account(ADA);
    assert_eq!((account.title.as_deref(), account.user_type.as_str()), (Some("Analyst"), "Licensed"));
    assert_eq!(
        (account.display_name.as_deref(), account.enterprise.get("department")),
        (Some("Ada Lovelace"), Some(&json!("Engines")))
    );

    let link = engine.link(person).await;
    assert_eq!((link.zoom_id.as_deref(), link.due_at, link.attempts), (Some(account.id.as_str()), None, 0));
    let entry = engine.newest(person).await;
    assert_eq!(
        (entry.row.action, entry.row.status, entry.row.source.as_str()),
        (Action::Create, Status::Success, "Okta")
    );
    let steps: Vec<&str> = entry.details.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["Import", "Determine if in scope", "Match", "Perform action"]);
    assert!(entry.details.latency_ms.is_some_and(|latency| latency >= 0));
    assert!(entry.details.modified.iter().any(|m| m.name == "title" && m.new.as_deref() == Some("Analyst")));
    let told = serde_json::to_string(&entry).unwrap();
    assert!(
        told.contains("POST") && !told.contains(&engine.zoom.credentials().client_secret) && !told.contains("Bearer")
    );
}

#[tokio::test]
async fn one_changed_attribute_is_one_call_with_nothing_else_in_it() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.clear_journal();
    engine.change(record, |user| user["title"] = "Countess".into()).await;
    engine
        .zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|u| u.title.as_deref() == Some("Countess")))
        .await
        .unwrap();
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.asked(), [UpdateUser]);
    let body = engine.zoom.requests(UpdateUser)[0].json();
    assert_eq!(body, json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "title": "Countess" }));
    let modified = engine.newest(person).await.details.modified;
    assert_eq!((modified[0].old.as_deref(), modified[0].new.as_deref()), (Some("Analyst"), Some("Countess")));

    engine.zoom.clear_journal();
    engine.retry(person).await;
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.asked(), [], "nothing to do is no call");
}

#[tokio::test]
async fn a_leaver_is_disabled_and_whoever_returns_is_enabled_with_the_licence_again() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.change(record, |user| user["active"] = false.into()).await;
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| !user.active)).await.unwrap();
    engine.in_state(person, LinkState::InSync).await;
    assert_ne!(engine.account(ADA).user_type, "Licensed", "disabling takes the licence");

    engine.zoom.clear_journal();
    engine
        .change(record, |user| {
            user["active"] = true.into();
            user["title"] = "Countess".into();
        })
        .await;
    engine
        .zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|u| u.active && u.user_type == "Licensed"))
        .await
        .unwrap();
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.asked(), [ActivateUser, UpdateUser]);
    assert_eq!(engine.account(ADA).title.as_deref(), Some("Countess"));
}

#[tokio::test]
async fn somebody_disabled_in_zoom_by_hand_is_enabled_before_the_update() {
    let engine = Engine::start().await;
    let (record, _) = engine.ada().await;
    engine.zoom.change_user(ADA, |user| user.active = false);
    engine.zoom.clear_journal();
    engine.change(record, |user| user[ENTERPRISE]["department"] = "Poetry".into()).await;
    engine
        .zoom
        .wait_until(|zoom| {
            zoom.user_by_name(ADA).is_some_and(|u| u.enterprise.get("department") == Some(&json!("Poetry")))
        })
        .await
        .unwrap();
    assert_eq!(engine.asked(), [UpdateUser, ActivateUser, UpdateUser]);
    assert!(engine.account(ADA).active);
}

#[tokio::test]
async fn who_leaves_the_scope_meets_the_remove_action() {
    let engine = Engine::start().await;
    let (_, person) = engine.ada().await;
    engine.unassign(person).await;
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| !user.active)).await.unwrap();
    engine.in_state(person, LinkState::InSync).await;

    engine.set_actions(Actions { remove_action: RemoveAction::Delete, ..Actions::default() }).await;
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_none()).await.unwrap();
    let link = engine.in_state(person, LinkState::Skipped).await;
    assert_eq!(link.zoom_id, None);
    assert_eq!(engine.zoom.requests(DeleteUser).len(), 1);
}

#[tokio::test]
async fn a_switch_that_is_off_skips_and_says_which() {
    let engine = Engine::start().await;
    engine.set_actions(Actions { create: false, disable: false, ..Actions::default() }).await;
    let (_, person) = engine.push_assigned(ada()).await;
    let link = engine.in_state(person, LinkState::Skipped).await;
    let cause = link.cause.unwrap();
    assert!(cause.kind == CauseKind::ActionOff && cause.why.contains("Allow users to be created"), "{cause:?}");
    assert_eq!(engine.asked(), []);
    assert_eq!(engine.log(Some(person)).await.len(), 1);
    engine.retry(person).await;
    engine.in_state(person, LinkState::Skipped).await;
    assert_eq!(engine.log(Some(person)).await.len(), 1, "the same reason is not logged twice");
}

#[tokio::test]
async fn an_account_that_rollcall_did_not_make_is_left_alone() {
    let engine = Engine::start().await;
    let before = engine.zoom.add_user(ADA, |user| user.title = Some("By hand".to_owned()));
    let (record, person) = engine.push_assigned(ada()).await;
    let link = engine.in_state(person, LinkState::Blocked).await;
    assert_eq!(link.cause.unwrap().kind, CauseKind::NotLinked);
    engine.change(record, |user| user["active"] = false.into()).await;
    engine.in_state(person, LinkState::Skipped).await;
    assert_eq!(engine.account(ADA), before);
    assert_eq!(engine.asked(), [ListUsers]);
}

#[tokio::test]
async fn somebody_pending_or_in_another_account_is_blocked_and_not_created() {
    let engine = Engine::start().await;
    engine.zoom.set_pending(ADA);
    let (_, person) = engine.push_assigned(ada()).await;
    let cause = engine.in_state(person, LinkState::Blocked).await.cause.unwrap();
    assert_eq!(cause.kind, CauseKind::PendingOrForeign);
    assert!(cause.zoom_said.unwrap().contains("not exist or not belong"));
    assert_eq!(engine.asked(), [ListUsers]);
    engine.zoom.release_email(ADA);
    engine.retry(person).await;
    engine.in_state(person, LinkState::InSync).await;
}

#[tokio::test]
async fn a_changed_address_is_told_of_and_not_sent() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.clear_journal();
    engine
        .change(record, |user| {
            user["userName"] = "lovelace@example.com".into();
            user["title"] = "Countess".into();
        })
        .await;
    let link = engine.link_until(person, |link| link.state == LinkState::InSync && link.cause.is_some()).await;
    assert!(link.cause.unwrap().happened.contains("ada@example.com to lovelace@example.com"));
    assert_eq!(engine.asked(), [UpdateUser]);
    assert!(engine.account(ADA).title.as_deref() == Some("Countess"));
    let warnings: Vec<_> =
        engine.log(Some(person)).await.into_iter().filter(|row| row.status == Status::Warning).collect();
    assert_eq!(warnings.len(), 1);
}

#[tokio::test]
async fn what_was_deleted_in_zoom_is_made_again() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    let gone = engine.zoom.remove_user(ADA).unwrap();
    engine.change(record, |user| user["title"] = "Countess".into()).await;
    let link = engine.link_until(person, |link| link.zoom_id.as_ref().is_some_and(|id| *id != gone.id)).await;
    assert_eq!(link.state, LinkState::InSync);
    assert_eq!(engine.account(ADA).title.as_deref(), Some("Countess"));
}

#[tokio::test]
async fn a_person_without_an_address_is_blocked_until_there_is_one() {
    let engine = Engine::start().await;
    let mut nameless = user("ada");
    nameless["emails"] = json!([]);
    let (record, person) = engine.push_assigned(nameless).await;
    let cause = engine.in_state(person, LinkState::Blocked).await.cause.unwrap();
    assert_eq!(cause.kind, CauseKind::MissingAttribute);
    engine.change(record, |user| user["emails"] = json!([{ "value": ADA, "type": "work" }])).await;
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.asked(), [ListUsers, CreateUser]);
}

#[tokio::test]
async fn a_leaver_overtakes_a_backlog() {
    let engine = Engine::start().await;
    let (record, _) = engine.ada().await;
    let mut people = Vec::new();
    for n in 0..60 {
        people.push(engine.push(user(&format!("n{n}@example.com"))).await.1);
    }
    engine.zoom.clear_journal();
    engine.assign(&people).await;
    engine.zoom.wait_until(|zoom| zoom.users().len() >= 3).await.unwrap();
    engine.change(record, |user| user["active"] = false.into()).await;
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| !user.active)).await.unwrap();
    assert!(engine.zoom.users().len() < 40, "the backlog is still there");
    engine.zoom.wait_until(|zoom| zoom.users().len() == 61).await.unwrap();
    assert_eq!(engine.zoom.requests(CreateUser).len(), 60);
}

#[tokio::test]
async fn who_is_deleted_by_the_source_and_made_again_gets_the_same_account_back() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    let account = engine.zoom.user_by_name(ADA).unwrap().id;
    let mut tx = engine.tx().await;
    assert!(directory::records::delete(&mut tx, engine.source, record).await.unwrap());
    tx.commit().await.unwrap();
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| !user.active)).await.unwrap();

    let (again, returned) = engine.push(ada()).await;
    assert_ne!(again, record, "a new record for the source");
    assert_eq!(returned, person, "the same person for Zoom");
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| user.active)).await.unwrap();
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.zoom.user_by_name(ADA).unwrap().id, account);
}
