//! Invitations by mail, against a mail server that takes, refuses, hangs, loses its answer or is down.

mod pages;
mod trouble;

use directory::{Clock, imports};
use model::Role;
use model::mail::{Mail, MailState};
use tests::{MailServer, TestApp};

/// A server that sends by this mail server, and the clock to turn it by.
async fn start(server: &MailServer) -> (TestApp, Clock) {
    start_with(server.settings()).await
}

async fn start_with(mail: rollcall::config::Mail) -> (TestApp, Clock) {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| (start.clock, start.mail) = (clock.clone(), Some(mail))).await;
    (app, clock)
}

async fn invite(directory: &directory::Directory, email: &str) {
    let mut tx = directory.begin(directory::Actor::Command).await.unwrap();
    directory::admins::invite(&mut tx, email, Role::Auditor).await.unwrap();
    tx.commit().await.unwrap();
}

fn is_sent(mail: &Mail) -> bool {
    mail.state == MailState::Sent
}

/// How often the audit log tells of it, by Rollcall itself.
async fn noted(app: &TestApp, action: &str, email: &str) -> i64 {
    let count = format!(
        "select count(*) from audit_entry where action = '{action}' and target_name = '{email}' and actor_kind = 'system'"
    );
    app.database.count(&count).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_send_each_mail_once() {
    let server = MailServer::start().await;
    let app = TestApp::with(|start| start.mail = Some(server.settings())).await;
    let second = app.second().await;
    let addresses: Vec<String> = (0..12).map(|number| format!("p{number}@example.com")).collect();
    for (number, address) in addresses.iter().enumerate() {
        invite(if number % 2 == 0 { &app.directory } else { &second.directory }, address).await;
    }
    for address in &addresses {
        app.wait_invitation(address, is_sent).await;
        assert_eq!(noted(&app, "admin.invitation_mailed", address).await, 1, "{address}");
    }
    let mut to: Vec<String> = server.taken().into_iter().flat_map(|mail| mail.to).collect();
    to.sort();
    let mut expected = addresses;
    expected.sort();
    assert_eq!(to, expected);
    second.stop().await;
}

/// As after a power cut between taking a mail up and sending it.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_sender_died_is_sent_by_another() {
    let server = MailServer::start().await;
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| {
        (start.clock, start.mail, start.worker) = (clock.clone(), Some(server.settings()), false);
    })
    .await;
    invite(&app.directory, "ada@example.com").await;
    let dead = directory::mail::claim(&app.directory).await.unwrap().unwrap();
    let second = app.second_at(clock.clone()).await;
    invite(&second.directory, "bob@example.com").await;
    assert_eq!(server.wait_taken(1).await[0].to, ["bob@example.com"], "the other one is taken up");
    app.wait_invitation("bob@example.com", is_sent).await;

    clock.advance(directory::mail::CLAIM);
    assert_eq!(server.wait_taken(2).await[1].to, ["ada@example.com"]);
    app.wait_invitation("ada@example.com", is_sent).await;
    // Whoever was thought dead changes nothing any more.
    directory::mail::failed(&app.directory, &dead, "too late").await.unwrap();
    assert!(is_sent(&app.invitation("ada@example.com").await.unwrap()));
    assert_eq!(noted(&app, "admin.invitation_not_mailed", "ada@example.com").await, 0);
    second.stop().await;
}

/// New people of an import who are activated are told at the address Zoom knows, when that is wanted; nobody else is.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_an_import_activates_is_told_when_that_is_wanted() {
    let server = MailServer::start().await;
    let app = TestApp::with(|start| start.mail = Some(server.settings())).await;
    let connection = app.connection().await;
    for name in ["ada", "grace", "noah"] {
        app.zoom.add_user(&format!("{name}@example.com"), |_| ());
    }
    app.import(connection).await;
    let mut tx = app.tx().await;
    let filter = imports::Filter { q: Some("ada".to_owned()), shown: None };
    let terms = imports::Terms { mail: true, ..provision::import::terms(true) };
    imports::confirm_step(&mut tx, connection, &imports::Which::All(filter), None, &terms).await.unwrap();
    let rest = imports::Which::All(imports::Filter::default());
    let staged = imports::Terms { activate: false, ..terms };
    imports::confirm_step(&mut tx, connection, &rest, None, &staged).await.unwrap();
    tx.commit().await.unwrap();
    let first = &server.wait_taken(1).await[0];
    assert_eq!(first.to, ["ada@example.com"]);

    let (grace, noah) = (app.person("grace@example.com").await, app.person("noah@example.com").await);
    let mut tx = app.tx().await;
    assert_eq!(imports::activate(&mut tx, &[noah], None).await.unwrap(), 1);
    assert_eq!(imports::activate(&mut tx, &[grace, noah], Some(connection)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let taken = server.wait_taken(2).await;
    assert_eq!(taken[1].to, ["grace@example.com"], "noah was active already");
    assert_eq!(noted(&app, "person.activation_mailed", "grace@example.com").await, 1);
}

/// Whoever is not active any more when the mail could be sent is not told; a day later it is said that they were not.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_an_activation_that_was_taken_back() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let connection = app.connection().await;
    app.zoom.add_user("ada@example.com", |_| ());
    app.import(connection).await;
    let mut tx = app.tx().await;
    let all = imports::Which::All(imports::Filter::default());
    let terms = imports::Terms { mail: true, ..provision::import::terms(true) };
    imports::confirm_step(&mut tx, connection, &all, None, &terms).await.unwrap();
    tx.commit().await.unwrap();
    app.database.change("update person set state = 'deactivated'").await;
    assert!(directory::mail::claim(&app.directory).await.unwrap().is_none());
    clock.advance(directory::mail::LIFE + chrono::Duration::seconds(1));
    let mail = directory::mail::claim(&app.directory).await.unwrap().unwrap();
    assert!(mail.is_too_old(clock.now()));
}
