//! The page of sessions: what each may see and end.

use super::function;
use model::Role;
use tests::TestApp;

#[tokio::test]
async fn an_owner_sees_and_ends_everybodys() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    let owner = app.owner().await;
    let page = owner.open("/settings/sessions").await;
    assert!(page.html.text().contains("This one") && page.html.text().contains("127.0.0.1"), "{}", page.html.text());
    let ended = owner.submit(&page, "end_session", &[]).await;
    assert!(ended.location().starts_with("/settings/sessions?ended="), "{}", ended.html.text());
    assert_eq!(auditor.get("/people").await.status, 303, "dead at the next request");
    owner.open("/people").await;
}

#[tokio::test]
async fn others_see_and_end_their_own() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    let owner = app.owner().await;
    let page = auditor.open("/settings/sessions").await;
    assert!(!page.html.text().contains("Sign everybody out"));
    let rows = app.database.count("select count(*) from session where admin_id is not null").await;
    assert_eq!(rows, 2);
    let mut tx = app.tx().await;
    let all = directory::sessions::list(&mut tx, None).await.unwrap();
    drop(tx);
    for session in all {
        auditor.call(function("end_session"), &[("id", &session.id)]).await;
    }
    owner.open("/people").await;
    assert_eq!(auditor.call(function("end_sessions"), &[("whose", "everybody")]).await.status, 401, "its own is ended");
    let again = app.signed_in_as(Role::Auditor).await;
    assert_eq!(again.call(function("end_sessions"), &[("whose", "everybody")]).await.status, 403);
}

#[tokio::test]
async fn everybody_else_is_signed_out_at_once() {
    let app = TestApp::start().await;
    let (one, other) = (app.owner().await, app.owner().await);
    let dialog = one.open("/settings/sessions?dialog=everybody").await;
    let done = one.submit(&dialog, "end_sessions", &[("whose", "everybody")]).await;
    assert!(one.follow(&done).await.html.text().contains("One session ended"));
    assert_eq!(other.get("/people").await.status, 303);
}
