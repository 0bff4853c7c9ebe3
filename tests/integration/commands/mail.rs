//! Mail with the program itself: killed while it sends, and invitations by file.

use super::{KEY, Scratch, command, run_on};
use model::mail::MailState;
use tests::{MailServer, Manner, TestApp};
use tokio::process::Child;

const ADA: &str = "ada@example.com";

fn serve(app: &TestApp, server: &MailServer, folder: &Scratch) -> Child {
    let (url, smtp) = (app.database.url(), server.url());
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("ROLLCALL_KEY", KEY),
        ("ROLLCALL_DATA_DIR", folder.0.to_str().unwrap()),
        ("ROLLCALL_LISTEN", "127.0.0.1:0"),
        ("ROLLCALL_SMTP_URL", &smtp),
        ("ROLLCALL_MAIL_FROM", "rollcall@example.com"),
    ];
    command(&["serve"], &environment).stderr(std::process::Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_while_it_sends_loses_nothing() {
    let server = MailServer::start().await;
    let app = TestApp::with(|start| start.worker = false).await;
    let folder = Scratch::new();
    let mut tx = app.tx().await;
    directory::admins::invite(&mut tx, ADA, model::Role::Owner).await.unwrap();
    tx.commit().await.unwrap();

    server.behave(Manner::HangAt("."));
    let mut first = serve(&app, &server, &folder);
    server.wait_tried(1).await;
    first.kill().await.unwrap();
    assert_eq!(app.invitation(ADA).await.unwrap().state, MailState::Waiting);

    server.behave(Manner::Accept);
    // As if five minutes had gone by.
    app.database.change("update mail set due_at = now()").await;
    let mut second = serve(&app, &server, &folder);
    let mail = app.wait_invitation(ADA, |mail| mail.state == MailState::Sent).await;
    second.kill().await.unwrap();
    assert_eq!((mail.attempts, server.taken().len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_file_invites_gets_a_mail() {
    let server = MailServer::start().await;
    let app = TestApp::with(|start| start.mail = Some(server.settings())).await;
    let folder = Scratch::new();
    let file = folder.write("rollcall.toml", "[[admin]]\nemail = \"ada@example.com\"\nrole = \"owner\"\n");
    let dry = run_on(&app, &["apply", "-f", &file, "--dry-run"]).await;
    assert_eq!((dry.status, app.invitation(ADA).await), (Some(0), None), "{dry:?}");
    let ran = run_on(&app, &["apply", "-f", &file]).await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let mail = server.wait_taken(1).await.remove(0);
    assert_eq!(mail.to, [ADA]);
    assert!(mail.data.contains("You are invited to Rollcall") && mail.data.contains("as Owner."), "{}", mail.data);
    app.wait_invitation(ADA, |mail| mail.state == MailState::Sent).await;
}
