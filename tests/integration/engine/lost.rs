//! Lost answers, lost leases, ends in the middle: every account exactly once.

use super::{ADA, Engine, ada, user};
use directory::links::{self, Began, Known, Outcome, Recorded};
use directory::{Clock, leases};
use model::link::{CauseKind, LinkState};
use simulator::Fault;
use simulator::Operation::{self, ActivateUser, CreateUser, ListUsers, UpdateUser};
use uuid::Uuid;

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_again() {
    for fault in [
        Fault::lose_answer(),
        Fault::answer_after_applying(504, "<html>Gateway Timeout</html>"),
        Fault::answer_after_applying(200, "{\"id\":\"cut sho"),
        Fault::drop_connection(),
        Fault::answer(503, ""),
    ] {
        let engine = Engine::start().await;
        engine.zoom.inject(fault.clone().on(CreateUser));
        let (_, person) = engine.push_assigned(ada()).await;
        let link = engine.in_state(person, LinkState::InSync).await;
        let users = engine.zoom.users();
        assert_eq!((users.len(), Some(users[0].id.clone())), (1, link.zoom_id), "{fault:?}");
        assert!(engine.database.rows("link").await[0].contains(ADA));
    }
}

#[tokio::test]
async fn a_lost_create_is_disabled_when_the_person_left_meanwhile() {
    let engine = Engine::start().await;
    engine.zoom.inject(Fault::lose_answer().on(CreateUser));
    let (record, person) = engine.push_assigned(ada()).await;
    engine.in_state(person, LinkState::Failing).await;
    engine
        .change(record, |user| {
            user["active"] = false.into();
            user["userName"] = "lovelace@example.com".into();
            user["emails"][0]["value"] = "lovelace@example.com".into();
        })
        .await;
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| !user.active)).await.unwrap();
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.zoom.users().len(), 1);
}

#[tokio::test]
async fn a_lost_update_is_sent_again() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.inject(Fault::lose_answer().on(UpdateUser));
    engine.change(record, |user| user["title"] = "Countess".into()).await;
    engine.in_state(person, LinkState::Failing).await;
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.zoom.requests(UpdateUser).len(), 2);
}

#[tokio::test]
async fn a_lost_update_is_taken_back_when_the_source_takes_it_back() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.inject(Fault::lose_answer().on(UpdateUser));
    engine.change(record, |user| user["title"] = "Countess".into()).await;
    engine.in_state(person, LinkState::Failing).await;
    engine.change(record, |user| user["title"] = "Analyst".into()).await;
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.account(ADA).title.as_deref(), Some("Analyst"));
}

#[tokio::test]
async fn a_lost_enable_is_undone_when_the_person_left_meanwhile() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.change(record, |user| user["active"] = false.into()).await;
    engine.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|user| !user.active)).await.unwrap();
    engine.in_state(person, LinkState::InSync).await;

    engine.zoom.inject(Fault::lose_answer().on(ActivateUser));
    engine.change(record, |user| user["active"] = true.into()).await;
    engine.in_state(person, LinkState::Failing).await;
    assert!(engine.account(ADA).active, "it worked, and nobody heard of it");
    engine.change(record, |user| user["active"] = false.into()).await;
    engine.in_state(person, LinkState::InSync).await;
    assert!(!engine.account(ADA).active);
}

#[tokio::test]
async fn a_lost_disable_is_undone_when_the_person_came_back_meanwhile() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.inject(Fault::lose_answer().on(ActivateUser));
    engine.change(record, |user| user["active"] = false.into()).await;
    engine.in_state(person, LinkState::Failing).await;
    assert!(!engine.account(ADA).active, "it worked, and nobody heard of it");
    engine.change(record, |user| user["active"] = true.into()).await;
    engine.in_state(person, LinkState::InSync).await;
    let account = engine.account(ADA);
    assert_eq!((account.active, account.user_type.as_str()), (true, "Licensed"));
}

#[tokio::test]
async fn a_change_during_a_call_is_not_lost() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    let (hold, gate) = Fault::hold();
    engine.zoom.inject(hold.on(UpdateUser));
    engine.change(record, |user| user["title"] = "Countess".into()).await;
    gate.arrived(1).await;
    engine.change(record, |user| user["title"] = "Baroness".into()).await;
    gate.open();
    engine
        .zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|u| u.title.as_deref() == Some("Baroness")))
        .await
        .unwrap();
    engine.in_state(person, LinkState::InSync).await;
}

#[tokio::test]
async fn what_is_not_wanted_any_more_is_not_sent() {
    let engine = Engine::start().await;
    let (hold, gate) = Fault::hold();
    engine.zoom.inject(hold.on(ListUsers));
    let (_, person) = engine.push_assigned(ada()).await;
    gate.arrived(1).await;
    engine.unassign(person).await;
    gate.open();
    engine.in_state(person, LinkState::Skipped).await;
    assert_eq!(engine.asked(), [ListUsers]);
}

#[tokio::test]
async fn nothing_is_sent_once_the_connection_is_switched_off() {
    let engine = Engine::start().await;
    let (hold, gate) = Fault::hold();
    engine.zoom.inject(hold.on(ListUsers));
    let (_, person) = engine.push_assigned(ada()).await;
    gate.arrived(1).await;
    let mut tx = engine.tx().await;
    directory::connections::set_enabled(&mut tx, engine.connection, false).await.unwrap();
    tx.commit().await.unwrap();
    let mut heard = engine.directory.listen();
    gate.open();
    // The drain has ended when its lease is given up.
    while engine.database.count("select count(*) from lease where until > clock_timestamp()").await > 0 {
        heard.recv().await.unwrap();
    }
    assert_eq!(engine.asked(), [ListUsers]);
    let link = engine.link(person).await;
    assert!(link.state == LinkState::Pending && link.due_at.is_some(), "{link:?}");
}

#[tokio::test]
async fn a_worker_that_ends_finishes_its_call_and_gives_the_lease_up() {
    let mut engine = Engine::start().await;
    let (hold, gate) = Fault::hold();
    engine.zoom.inject(hold.on(CreateUser));
    let (_, person) = engine.push_assigned(ada()).await;
    gate.arrived(1).await;
    let opened = tokio::spawn(async move { gate.open() });
    engine.rest().await;
    opened.await.unwrap();
    assert_eq!(engine.link(person).await.state, LinkState::InSync);
    let held = engine.database.count("select count(*) from lease where until > clock_timestamp()").await;
    assert_eq!(held, 0);
}

#[tokio::test]
async fn a_worker_that_died_in_a_create_leaves_one_account_and_its_lease_is_taken_over() {
    let mut engine = Engine::start().await;
    let (hold, gate) = Fault::hold();
    engine.zoom.inject(hold.on(CreateUser));
    let (_, person) = engine.push_assigned(ada()).await;
    gate.arrived(1).await;
    // The request is at Zoom, nothing is recorded, and the lease is not given up.
    for worker in engine.workers.drain(..) {
        worker.task.abort();
        assert!(worker.task.await.unwrap_err().is_cancelled());
    }
    gate.open();
    assert_eq!(engine.database.count("select count(*) from link where creating and zoom_id is null").await, 1);
    assert_eq!(engine.database.count("select count(*) from lease where until > clock_timestamp()").await, 1);
    engine.database.change("update lease set until = clock_timestamp()").await;
    engine.work();
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.zoom.users().len(), 1);
}

#[tokio::test]
async fn what_an_old_holder_records_is_refused() {
    let engine = Engine::idle().await;
    let (_, person) = engine.push_assigned(ada()).await;
    let engine = &engine;
    let take = |owner: Uuid| async move {
        let mut tx = engine.tx().await;
        let lease = leases::take(&mut tx, engine.connection, owner).await.unwrap();
        tx.commit().await.unwrap();
        lease
    };
    let (one, other) = (Uuid::new_v4(), Uuid::new_v4());
    let old = take(one).await.unwrap();
    assert!(take(other).await.is_none(), "it is held");
    engine.database.change("update lease set until = clock_timestamp() - interval '1 second'").await;
    let new = take(other).await.unwrap();
    assert!(new.epoch > old.epoch);

    let mut tx = engine.tx().await;
    let link = links::due(&mut tx, engine.connection, 10, &[]).await.unwrap().pop().unwrap();
    let known = Known { zoom_id: Some("old".to_owned()), ..Known::default() };
    assert_eq!(links::record(&mut tx, &old, &link, &known, &Outcome::Done(None)).await.unwrap(), Recorded::Refused);
    assert_eq!(links::begin_change(&mut tx, &old, &link, 1, &known).await.unwrap(), Began::Refused);
    assert!(!leases::renew(&mut tx, &old).await.unwrap());
    let known = Known { zoom_id: Some("new".to_owned()), ..Known::default() };
    assert_eq!(links::record(&mut tx, &new, &link, &known, &Outcome::Done(None)).await.unwrap(), Recorded::Kept);
    tx.commit().await.unwrap();
    assert_eq!(engine.link(person).await.zoom_id.as_deref(), Some("new"));
}

#[tokio::test]
async fn two_replicas_make_every_account_once() {
    let mut engine = Engine::start().await;
    let other = engine.database.open(Clock::system()).await;
    engine.work_on(other);
    // What the other commits is heard also when our own worker has ended.
    let hearing = tokio::spawn(directory::wake::relay(engine.directory.clone()));
    let mut people = Vec::new();
    for n in 0..40 {
        people.push(engine.push(user(&format!("n{n}@example.com"))).await.1);
    }
    engine.assign(&people).await;
    engine.zoom.wait_until(|zoom| zoom.users().len() >= 10).await.unwrap();
    // The one that heard of it first ends in the middle; the other goes on.
    let first = engine.workers.remove(0);
    let _ = first.stop.send(());
    first.task.await.unwrap();
    for person in people {
        engine.in_state(person, LinkState::InSync).await;
    }
    assert_eq!(engine.zoom.users().len(), 40);
    assert_eq!(engine.zoom.requests(Operation::CreateUser).len(), 40);
    hearing.abort();
}

#[tokio::test]
async fn two_people_with_one_address_get_one_account() {
    let engine = Engine::start().await;
    let (_, first) = engine.ada().await;
    let mut twin = user("twin");
    twin["emails"] = serde_json::json!([{ "value": ADA, "type": "work" }]);
    let (_, second) = engine.push_assigned(twin).await;
    let link = engine.in_state(second, LinkState::Blocked).await;
    assert_eq!(link.cause.unwrap().kind, CauseKind::AlreadyLinked);
    assert_eq!(engine.link(first).await.state, LinkState::InSync);
    assert_eq!(engine.zoom.users().len(), 1);
}
