//! A form may take its time to arrive. What holds is who somebody is when it is there, not when its first line came.

use super::function;
use chrono::Duration;
use directory::{Clock, Tx};
use model::{AdminId, Role};
use reqwest::header::SET_COOKIE;
use tests::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A form of which the server has the headers and waits for the rest.
struct Under {
    way: TcpStream,
    body: String,
}

impl Under {
    /// Sends the headers as an owner, and returns when the body is asked for: by then it was looked up who calls.
    async fn begin(app: &TestApp, name: &str, fields: &[(&str, &str)]) -> Self {
        let signed_in = app.browser().get(&app.setup_link().await).await;
        let cookie = signed_in.header(SET_COOKIE.as_str()).split(';').next().unwrap().to_owned();
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (body, host, path) = (pairs.join("&"), app.server.public_url.authority(), function(name));
        let mut way = TcpStream::connect(app.server.address).await.unwrap();
        let headers = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             accept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            body.len()
        );
        way.write_all(headers.as_bytes()).await.unwrap();
        let mut asked = [0; 25];
        way.read_exact(&mut asked).await.unwrap();
        assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n", "{}", String::from_utf8_lossy(&asked));
        Self { way, body }
    }

    /// Sends the body; the status of the answer.
    async fn end(mut self) -> u16 {
        self.way.write_all(self.body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.way.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap_or_else(|_| panic!("{answer}"))
    }
}

/// The owner whom a link lets in, with another one beside.
async fn owner(app: &TestApp) -> (AdminId, Tx) {
    let mut tx = app.tx().await;
    let owner = directory::admins::by_email(&mut tx, directory::admins::FIRST_OWNER).await.unwrap().unwrap();
    directory::admins::create(&mut tx, "boss@example.com", Role::Owner).await.unwrap();
    (owner.id, tx)
}

const INVITE: [(&str, &str); 2] = [("email", "mallory%40example.com"), ("role", "owner")];
const MALLORY: &str = "select count(*) from admin where email = 'mallory@example.com'";

#[tokio::test]
async fn whoever_was_removed_meanwhile_is_nobody() {
    let app = TestApp::start().await;
    let form = Under::begin(&app, "invite_admin", &INVITE).await;
    let (id, mut tx) = owner(&app).await;
    directory::admins::remove(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((form.end().await, app.database.count(MALLORY).await), (401, 0));
}

#[tokio::test]
async fn whoever_has_another_role_meanwhile_has_its_rights() {
    let app = TestApp::start().await;
    let mine = Under::begin(&app, "invite_admin", &INVITE).await;
    let boss = Under::begin(&app, "end_sessions", &[("whose", "everybody")]).await;
    let (id, mut tx) = owner(&app).await;
    directory::admins::set_role(&mut tx, id, Role::Admin).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((mine.end().await, app.database.count(MALLORY).await), (403, 0), "an admin makes no owner");
    assert_eq!(boss.end().await, 403);
    // A request that came under the former id goes on, although another one has the new id.
    let same = Under::begin(&app, "end_sessions", &[("whose", "mine")]).await;
    app.database.change("update session set id_hash = sha256(id_hash)").await;
    assert_eq!(same.end().await, 200);
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_is_over() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let form = Under::begin(&app, "invite_admin", &INVITE).await;
    app.database.change("delete from session").await;
    assert_eq!(form.end().await, 401);
    let form = Under::begin(&app, "invite_admin", &INVITE).await;
    clock.advance(Duration::minutes(31));
    assert_eq!((form.end().await, app.database.count(MALLORY).await), (401, 0));
}

/// An owner's session ends others', and an owner who is none any more ends their own alone.
#[tokio::test]
async fn only_an_owner_of_this_moment_ends_others_sessions() {
    let app = TestApp::start().await;
    let victim = app.signed_in_as(Role::Auditor).await;
    let theirs = app.database.texts("select encode(id_hash, 'hex') from session").await.remove(0);
    let form = Under::begin(&app, "end_session", &[("id", &theirs)]).await;
    app.database.change("update admin set role = 'admin' where role = 'owner'").await;
    assert_eq!(form.end().await, 404);
    victim.open("/people").await;
}
