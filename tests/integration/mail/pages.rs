//! What the page of administrators tells of the mail.

use super::{invite, is_sent, noted, start};
use model::Role;
use model::mail::MailState;
use tests::{Browser, MailServer, Manner, TestApp};

const ADA: &str = "ada@example.com";

async fn id_of(app: &TestApp, email: &str) -> String {
    directory::admins::by_email(&mut app.tx().await, email).await.unwrap().unwrap().id.to_string()
}

async fn list(browser: &Browser) -> String {
    browser.open("/settings/admins").await.html.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_mailed_once() {
    let server = MailServer::start().await;
    let (app, _) = start(&server).await;
    let owner = app.owner().await;
    let dialog = owner.open("/settings/admins?dialog=invite").await;
    assert!(dialog.html.text().contains("A mail tells them where to sign in."), "{}", dialog.html.text());
    let invited = owner.submit(&dialog, "invite_admin", &[("email", ADA), ("role", "auditor")]).await;
    assert!(owner.follow(&invited).await.html.text().contains("A mail tells them to sign in at"));

    let mail = server.wait_taken(1).await.remove(0);
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("rollcall@example.com", [ADA.to_owned()].as_slice()));
    for (name, value) in [
        ("From", "Rollcall <rollcall@example.com>"),
        ("To", ADA),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ] {
        assert_eq!(mail.header(name), value);
    }
    assert!(mail.header("Subject").starts_with("Invitation to Rollcall (localhost"), "{}", mail.data);
    assert!(mail.header("Message-ID").ends_with("@example.com>"), "{}", mail.data);
    let portal = app.server.public_url.as_str();
    for part in ["owner@localhost has invited you", "as Auditor.", &format!("{portal}login\r\n"), ADA] {
        assert!(mail.data.contains(part), "{part} is not in {}", mail.data);
    }
    app.wait_invitation(ADA, is_sent).await;
    assert!(list(&owner).await.contains("Mailed just now"));
    assert_eq!(noted(&app, "admin.invitation_mailed", ADA).await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_shown_and_the_mail_can_be_sent_again() {
    let server = MailServer::start().await;
    let (app, _) = start(&server).await;
    let owner = app.owner().await;
    server.behave(Manner::Refuse("550 5.1.1 <b>No such user</b>"));
    invite(&app.directory, ADA).await;
    let mail = app.wait_invitation(ADA, |mail| mail.state == MailState::Failed).await;
    assert_eq!(mail.attempts, 1, "it is not tried again");
    assert_eq!(noted(&app, "admin.invitation_not_mailed", ADA).await, 1);
    let page = owner.open("/settings/admins").await;
    assert!(page.html.text().contains("Not mailed. The mail server 127.0.0.1:"), "{}", page.html.text());
    assert!(page.html.text().contains("<b>No such user</b>") && !page.body.contains("<b>No such"), "{}", page.body);

    server.behave(Manner::Accept);
    let dialog = owner.open(&format!("/settings/admins?dialog=invitation&id={}", id_of(&app, ADA).await)).await;
    let sent = owner.submit(&dialog, "send_invitation", &[]).await;
    assert!(owner.follow(&sent).await.html.text().contains("The invitation of ada@example.com is mailed again"));
    assert!(server.wait_taken(1).await[0].data.contains("owner@localhost has invited you"));
    app.wait_invitation(ADA, is_sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_says_why_and_until_when() {
    let server = MailServer::start().await;
    let (app, _) = start(&server).await;
    server.behave(Manner::Refuse("451 4.7.1 Greylisted"));
    invite(&app.directory, ADA).await;
    app.wait_invitation(ADA, |mail| mail.problem.is_some()).await;
    let text = list(&app.owner().await).await;
    assert!(text.contains("Not mailed yet. ") && text.contains("451"), "{text}");
    assert!(text.contains("Next try: in 30 s"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_whoever_invites_passes_the_address_on() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let address = format!("{}login", app.server.public_url);
    let dialog = owner.open("/settings/admins?dialog=invite").await;
    let told = format!("No mail is sent, as no mail server is set. Tell them to sign in at {address}.");
    assert!(dialog.html.text().contains(&told), "{}", dialog.html.text());
    let invited = owner.submit(&dialog, "invite_admin", &[("email", ADA), ("role", "auditor")]).await;
    let page = owner.follow(&invited).await.html.text();
    assert!(page.contains(&format!("Tell them to sign in at {address}")), "{page}");
    assert!(page.contains("No mail is sent: no mail server is set"), "{page}");

    let id = id_of(&app, ADA).await;
    let dialog = owner.open(&format!("/settings/admins?dialog=invitation&id={id}")).await;
    assert_eq!(dialog.html.by_id("address").unwrap().attribute("value"), Some(address.as_str()));
    assert!(!dialog.html.text().contains("Send again"), "{}", dialog.html.text());
    let refused = owner.submit(&dialog, "send_invitation", &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.html.text().contains("No mail server is set"), "{}", refused.html.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_mails_whom_they_may_not_change_or_who_has_come() {
    let server = MailServer::start().await;
    let (app, _) = start(&server).await;
    let admin = app.signed_in_as(Role::Admin).await;
    let mut tx = app.tx().await;
    directory::admins::invite(&mut tx, "boss@example.com", Role::Owner).await.unwrap();
    tx.commit().await.unwrap();
    app.wait_invitation("boss@example.com", is_sent).await;
    invite(&app.directory, ADA).await;
    app.wait_invitation(ADA, is_sent).await;
    app.database.change("update admin set invited = false where email = 'ada@example.com'").await;
    for (email, status) in [("boss@example.com", 403), (ADA, 409)] {
        let id = id_of(&app, email).await;
        let shown = admin.call(crate::sign_in::function("send_invitation"), &[("id", &id)]).await;
        assert_eq!(shown.status, status, "{email}: {}", shown.body);
    }
    assert_eq!(server.taken().len(), 2);
}
