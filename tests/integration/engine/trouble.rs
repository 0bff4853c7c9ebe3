//! Limits, credentials, outages: the connection waits, no link is to blame, and everything arrives in the end.

use super::{ADA, Engine, ada, user};
use model::link::{CauseKind, LinkState};
use model::log::{Action, Status};
use simulator::Fault;
use simulator::Operation::{self, CreateUser, ListUsers, Token};

#[tokio::test]
async fn a_429_pauses_the_connection_and_no_link_fails() {
    let engine = Engine::start().await;
    let busy =
        r#"{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}"#;
    engine.zoom.inject(Fault::answer(429, busy).header("Retry-After", "1").on(ListUsers));
    let mut people = Vec::new();
    for n in 0..5 {
        people.push(engine.push(user(&format!("n{n}@example.com"))).await.1);
    }
    engine.assign(&people).await;
    let mut heard = engine.directory.listen();
    loop {
        let connection = directory::connections::get(&mut engine.tx().await, engine.connection).await.unwrap();
        if connection.paused_until.is_some() {
            break;
        }
        heard.recv().await.unwrap();
    }
    for person in people {
        let link = engine.in_state(person, LinkState::InSync).await;
        assert_eq!(link.attempts, 0);
    }
    assert!(
        engine.log(None).await.iter().all(|row| row.status == Status::Success),
        "being asked to wait is no failure"
    );
    let connection = directory::connections::get(&mut engine.tx().await, engine.connection).await.unwrap();
    assert_eq!(connection.paused_until, None);
}

#[tokio::test]
async fn a_token_that_zoom_cancelled_is_replaced_once() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.revoke_tokens();
    engine.zoom.clear_journal();
    engine.change(record, |user| user["title"] = "Countess".into()).await;
    engine
        .zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|u| u.title.as_deref() == Some("Countess")))
        .await
        .unwrap();
    engine.in_state(person, LinkState::InSync).await;
    assert_eq!(engine.zoom.requests(Token).len(), 1);
}

#[tokio::test]
async fn credentials_that_stop_working_are_told_of_once_and_no_link_is_to_blame() {
    let engine = Engine::start().await;
    engine.zoom.configure(|options| options.app.active = false);
    let mut people = Vec::new();
    for n in 0..5 {
        people.push(engine.push(user(&format!("n{n}@example.com"))).await.1);
    }
    engine.assign(&people).await;
    // Of the calls that failed together, one tells of it; which is recorded first is left to chance.
    let mut heard = engine.directory.listen();
    let told = loop {
        let connection = directory::connections::get(&mut engine.tx().await, engine.connection).await.unwrap();
        let log = engine.log(None).await;
        if connection.paused_until.is_some() && !log.is_empty() {
            break log;
        }
        heard.recv().await.unwrap();
    };
    for person in &people {
        assert_eq!(engine.link(*person).await.state, LinkState::Pending);
    }
    assert_eq!((told.len(), told[0].action, told[0].status), (1, Action::Other, Status::Failure), "{told:#?}");

    // Somebody puts it right and switches the connection off and on.
    engine.zoom.configure(|options| options.app.active = true);
    for enabled in [false, true] {
        let mut tx = engine.tx().await;
        directory::connections::set_enabled(&mut tx, engine.connection, enabled).await.unwrap();
        tx.commit().await.unwrap();
    }
    for person in people {
        engine.in_state(person, LinkState::InSync).await;
    }
}

#[tokio::test]
async fn settings_that_cannot_be_used_make_the_connection_wait_and_say_why() {
    for (spoil, kind, happened) in [
        ("update connection set scim_url = 'nowhere'", CauseKind::Rejected, "SCIM URL"),
        ("update connection set client_secret_id = null", CauseKind::Unauthorized, "no client secret"),
        (
            "update secret set ciphertext = set_byte(ciphertext, 20, 255 - get_byte(ciphertext, 20))",
            CauseKind::Unauthorized,
            "does not open",
        ),
    ] {
        let mut engine = Engine::idle().await;
        let (_, person) = engine.push_assigned(ada()).await;
        engine.database.change(spoil).await;
        let mut heard = engine.directory.listen();
        engine.work();
        let cause = loop {
            let connection = directory::connections::get(&mut engine.tx().await, engine.connection).await.unwrap();
            if let Some(cause) = connection.paused_cause {
                break cause;
            }
            heard.recv().await.unwrap();
        };
        assert_eq!(cause.kind, kind);
        assert!(cause.happened.contains(happened), "{cause:?}");
        assert_eq!(engine.link(person).await.state, LinkState::Pending);
        assert_eq!(engine.log(None).await.len(), 1);
        assert_eq!(engine.asked(), []);
    }
}

#[tokio::test]
async fn an_error_of_zooms_is_tried_again_and_a_refusal_is_not() {
    let engine = Engine::start().await;
    engine.zoom.inject(Fault::answer(500, "").on(CreateUser).times(2));
    let (_, person) = engine.push_assigned(ada()).await;
    let link = engine.in_state(person, LinkState::Failing).await;
    assert_eq!(link.cause.unwrap().kind, CauseKind::ServerError);
    engine.in_state(person, LinkState::InSync).await;

    engine.zoom.configure(|options| options.account.associated_domains = Some(vec!["example.com".to_owned()]));
    engine.zoom.clear_journal();
    let (_, stranger) = engine.push_assigned(user("ada@elsewhere.test")).await;
    let link = engine.in_state(stranger, LinkState::Blocked).await;
    assert_eq!((link.cause.unwrap().kind, link.due_at), (CauseKind::DomainNotAssociated, None));
    assert_eq!(engine.asked(), [ListUsers, CreateUser]);
}

#[tokio::test]
async fn an_administrator_in_zoom_is_not_disabled_and_the_link_says_why() {
    let engine = Engine::start().await;
    let (record, person) = engine.ada().await;
    engine.zoom.change_user(ADA, |user| user.roles = vec!["Admin".to_owned()]);
    engine.change(record, |user| user["active"] = false.into()).await;
    let cause = engine.in_state(person, LinkState::Blocked).await.cause.unwrap();
    assert_eq!(cause.kind, CauseKind::ProtectedUser);
    assert!(cause.advice.contains("Member"), "{cause:?}");
}

#[tokio::test]
async fn every_tenth_call_going_wrong_keeps_nobody_from_arriving_once() {
    let engine = Engine::start().await;
    let mut people = Vec::new();
    for n in 0..40 {
        people.push(engine.push(user(&format!("n{n}@example.com"))).await.1);
    }
    for n in (0..40).step_by(10) {
        let about = |fault: Fault, n: usize| fault.about(format!("n{n}@example.com"));
        engine.zoom.inject(about(Fault::lose_answer(), n).on(Operation::CreateUser));
        engine.zoom.inject(about(Fault::answer(502, "<html>"), n + 1).on(Operation::ListUsers));
        engine.zoom.inject(about(Fault::drop_connection(), n + 2).on(Operation::CreateUser));
        engine.zoom.inject(about(Fault::answer_after_applying(504, ""), n + 3).on(Operation::CreateUser));
    }
    engine.assign(&people).await;
    for person in people {
        engine.in_state(person, LinkState::InSync).await;
    }
    assert_eq!(engine.zoom.users().len(), 40);
}
