//! Sessions: how long they last, and the page on which each may see and end some.

use super::function;
use app::call::BACKGROUND;
use chrono::Duration;
use directory::Clock;
use model::Role;
use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use tests::{Browser, Shown, TestApp};

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

const SESSIONS: &str = "select count(*) from session";

/// The cookie that an answer sets.
fn cookie(shown: &Shown) -> String {
    shown.header(SET_COOKIE.as_str()).split(';').next().unwrap().to_owned()
}

/// An owner who has become something else; the cookie is the one from before.
async fn demoted(app: &TestApp) -> (Browser, String) {
    let browser = app.browser();
    let cookie = cookie(&browser.get(&app.setup_link().await).await);
    let mut tx = app.tx().await;
    let owner = directory::admins::by_email(&mut tx, directory::admins::FIRST_OWNER).await.unwrap().unwrap();
    directory::admins::create(&mut tx, "boss@example.com", Role::Owner).await.unwrap();
    directory::admins::set_role(&mut tx, owner.id, Role::Auditor).await.unwrap();
    tx.commit().await.unwrap();
    (browser, cookie)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_gives_one_new_id_however_many_ask_at_once() {
    let app = TestApp::start().await;
    let (_, old) = demoted(&app).await;
    let get = async |cookie: &str| {
        Shown::of(app.browser().request(Method::GET, "/people").header(COOKIE, cookie).send().await.unwrap()).await
    };
    let (one, two, three, four) = tokio::join!(get(&old), get(&old), get(&old), get(&old));
    let all = [one, two, three, four];
    assert_eq!(app.database.count(SESSIONS).await, 1);
    let given: Vec<String> = all.iter().filter(|shown| shown.headers.contains_key(SET_COOKIE)).map(cookie).collect();
    assert_eq!(given.len(), 1, "one has the new id, and nobody takes it away: {given:?}");
    for shown in &all {
        assert!(matches!(shown.status, 200 | 303), "{}", shown.status);
    }
    assert_eq!(get(&given[0]).await.status, 200);
    assert_eq!(get(&old).await.status, 303);
    assert!(!get(&old).await.headers.contains_key(SET_COOKIE), "nor later");
}

#[tokio::test]
async fn a_new_role_is_no_new_start() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let (browser, _) = demoted(&app).await;
    app.database.change("update session set created_at = created_at - interval '11 hours 50 minutes'").await;
    clock.advance(Duration::minutes(5));
    browser.open("/people").await;
    clock.advance(Duration::minutes(6));
    assert_eq!(browser.get("/people").await.status, 303);
}

/// An open page reads by itself for as long as it is open; somebody has to do something for the session to last.
#[tokio::test]
async fn what_a_page_does_by_itself_keeps_no_session_alive() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let browser = app.owner().await;
    for _ in 0..2 {
        clock.advance(Duration::minutes(14));
        let read = browser.request(Method::POST, function("read_frame")).header("sec-fetch-site", "same-origin");
        let read = read.header("accept", "application/json").header(BACKGROUND, "1").send().await.unwrap();
        assert_eq!(read.status(), 200);
        assert_eq!(browser.request(Method::GET, "/live").send().await.unwrap().status(), 200);
    }
    clock.advance(Duration::minutes(3));
    assert_eq!(browser.get("/people").await.status, 303);
    // By a person, the same read does.
    let browser = app.owner().await;
    for _ in 0..3 {
        clock.advance(Duration::minutes(14));
        assert_eq!(browser.call(function("read_frame"), &[]).await.status, 200);
    }
    browser.open("/people").await;
}

#[tokio::test]
async fn the_event_stream_ends_with_its_session() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    for idle in [false, true] {
        let (one, other) = (app.owner().await, app.owner().await);
        let stream = one.request(Method::GET, "/live").send().await.unwrap();
        assert_eq!(stream.status(), 200);
        if idle {
            clock.advance(Duration::minutes(31));
        } else {
            other.call(function("end_sessions"), &[("whose", "everybody")]).await;
        }
        // Whatever is committed next.
        app.setup_link().await;
        let told = tokio::time::timeout(std::time::Duration::from_secs(30), stream.text()).await;
        let told = told.expect("the stream has ended").unwrap();
        assert!(told.contains("event: changed"), "{told}");
    }
}

/// A form is not lost because the database was away for a moment: nobody is told that they are signed out.
#[tokio::test]
async fn a_session_that_cannot_be_looked_up_is_not_over() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    app.database.change("alter table session rename to lost").await;
    for path in ["/people", "/auth/corp/start", "/live"] {
        let shown = owner.get(path).await;
        assert_eq!((shown.status, shown.header("retry-after")), (503, "5"), "{path}: {}", shown.body);
    }
    let shown = owner.call(function("end_sessions"), &[("whose", "mine")]).await;
    assert_eq!(shown.status, 503, "{}", shown.body);
    assert!(app.browser().get("/people").await.location().starts_with("/login"), "who has no cookie needs no database");
    app.database.change("alter table lost rename to session").await;
    owner.open("/people").await;
}

#[tokio::test]
async fn nobodys_sessions_are_not_ended() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let nobody = uuid::Uuid::new_v4().to_string();
    assert_eq!(owner.call(function("end_sessions"), &[("whose", &nobody)]).await.status, 404);
    let said = "select count(*) from audit_entry where action = 'session.revoked_all'";
    assert_eq!(app.database.count(said).await, 0);
}
