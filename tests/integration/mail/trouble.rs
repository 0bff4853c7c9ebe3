//! What mail servers do, and what becomes of the mail.

use super::{invite, is_sent, noted, start, start_with};
use chrono::Duration;
use model::mail::MailState;
use rollcall::config::Mail;
use rollcall::mail::Smtp;
use tests::{MailServer, Manner};

const ADA: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_refused_for_now_is_sent_later() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    server.behave(Manner::Refuse("451 4.7.1 Greylisted"));
    invite(&app.directory, ADA).await;
    for (attempts, seconds) in [(1, 30), (2, 60), (3, 120)] {
        let mail = app
            .wait_invitation(ADA, |mail| {
                mail.attempts == attempts && mail.due_at < Some(clock.now() + directory::mail::CLAIM)
            })
            .await;
        assert_eq!((mail.state, mail.due_at), (MailState::Waiting, Some(clock.now() + Duration::seconds(seconds))));
        assert!(mail.problem.as_ref().unwrap().contains("451"), "{mail:?}");
        if attempts == 3 {
            server.behave(Manner::Accept);
        }
        clock.advance(Duration::seconds(seconds));
    }
    app.wait_invitation(ADA, is_sent).await;
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_it_is_given_up_with_the_reason() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    server.behave(Manner::Refuse("451 4.7.1 Greylisted"));
    invite(&app.directory, ADA).await;
    app.wait_invitation(ADA, |mail| mail.problem.is_some()).await;
    clock.advance(directory::mail::LIFE - Duration::seconds(10));
    let mail = app.wait_invitation(ADA, |mail| mail.state == MailState::Failed).await;
    let problem = mail.problem.unwrap();
    assert!(problem.contains("451") && problem.ends_with("It was tried for a day."), "{problem}");
    assert_eq!(noted(&app, "admin.invitation_not_mailed", ADA).await, 1);
}

/// One that nobody could try in its day is not sent out of the blue.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_mail_is_not_sent() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    server.behave(Manner::Refuse("451 4.7.1 Greylisted"));
    invite(&app.directory, ADA).await;
    app.wait_invitation(ADA, |mail| mail.problem.is_some()).await;
    server.behave(Manner::Accept);
    clock.advance(directory::mail::LIFE + Duration::seconds(1));
    let mail = app.wait_invitation(ADA, |mail| mail.state == MailState::Failed).await;
    assert_eq!((mail.problem.unwrap().as_str(), server.taken().len()), ("It waited for more than a day.", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_for_a_while_loses_nothing() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    let (settings, address) = (server.settings(), server.address);
    server.stop().await;
    let invited = ["ada@example.com", "bob@example.com", "eve@example.com"];
    for email in invited {
        invite(&app.directory, email).await;
        let mail = app.wait_invitation(email, |mail| mail.problem.is_some()).await;
        assert!(mail.problem.unwrap().contains(&settings.smtp.place()));
    }
    let server = MailServer::at(address).await;
    clock.advance(Duration::seconds(30));
    let taken = server.wait_taken(3).await;
    for email in invited {
        app.wait_invitation(email, is_sent).await;
        assert_eq!(taken.iter().filter(|mail| mail.to == [email]).count(), 1, "{email}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_gone_is_not_sent() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    server.behave(Manner::Refuse("451 4.7.1 Greylisted"));
    for email in [ADA, "bob@example.com"] {
        invite(&app.directory, email).await;
        app.wait_invitation(email, |mail| mail.problem.is_some()).await;
    }
    let mut tx = app.tx().await;
    let ada = directory::admins::by_email(&mut tx, ADA).await.unwrap().unwrap();
    directory::admins::remove(&mut tx, ada.id).await.unwrap();
    tx.commit().await.unwrap();
    app.database.change("update admin set invited = false where email = 'bob@example.com'").await;
    server.behave(Manner::Accept);
    clock.advance(Duration::hours(1));
    invite(&app.directory, "eve@example.com").await;
    app.wait_invitation("eve@example.com", is_sent).await;
    let to: Vec<String> = server.taken().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to, ["eve@example.com"], "the others were due before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_left_and_asked_again() {
    let server = MailServer::start().await;
    let settings = server.settings();
    let hasty = Mail { smtp: settings.smtp.within(std::time::Duration::from_secs(2)), ..settings };
    let (app, clock) = start_with(hasty).await;
    invite(&app.directory, "first@example.com").await;
    app.wait_invitation("first@example.com", is_sent).await;
    for (place, email) in [("EHLO", ADA), ("DATA", "bob@example.com"), (".", "eve@example.com")] {
        server.behave(Manner::HangAt(place));
        invite(&app.directory, email).await;
        let mail = app.wait_invitation(email, |mail| mail.problem.is_some()).await;
        assert!(mail.problem.as_ref().unwrap().contains("did not answer"), "{place}: {mail:?}");
        server.behave(Manner::Accept);
        clock.advance(Duration::seconds(30));
        app.wait_invitation(email, is_sent).await;
    }
    // Once it has taken a mail, it may do as it likes.
    server.behave(Manner::HangAt("QUIT"));
    invite(&app.directory, "dan@example.com").await;
    assert_eq!(app.wait_invitation("dan@example.com", is_sent).await.attempts, 1);
    assert_eq!(server.taken().len(), 5);
}

/// Nobody can know then whether it was taken. The mail comes twice, and is told to be the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_sends_the_same_mail_again() {
    let server = MailServer::start().await;
    let (app, clock) = start(&server).await;
    server.behave(Manner::DropAfterData);
    invite(&app.directory, ADA).await;
    app.wait_invitation(ADA, |mail| mail.problem.is_some()).await;
    server.behave(Manner::Accept);
    clock.advance(Duration::seconds(30));
    let taken = server.wait_taken(2).await;
    assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
    app.wait_invitation(ADA, is_sent).await;
}

/// The mail is not to blame for our password, nor for a server without TLS.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_refused_waits_for_another_password() {
    let server = MailServer::start().await;
    for (url, manner, said) in [
        (format!("smtp://u:hunter2@{}", server.address), Manner::RefuseSignIn("535 5.7.8 Wrong"), "535"),
        (format!("smtp://{}?tls=required", server.address), Manner::Accept, "STARTTLS"),
        (format!("smtps://{}", server.address), Manner::Accept, "could not be used"),
    ] {
        server.behave(manner);
        let (app, _) = start_with(Mail { smtp: Smtp::parse(&url).unwrap(), ..server.settings() }).await;
        invite(&app.directory, ADA).await;
        let mail = app.wait_invitation(ADA, |mail| mail.problem.is_some()).await;
        assert_eq!(mail.state, MailState::Waiting, "{mail:?}");
        let problem = mail.problem.unwrap();
        assert!(problem.contains(said) && !problem.contains("hunter2"), "{problem}");
    }
    assert!(server.taken().is_empty());
}
