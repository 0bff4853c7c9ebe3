//! The program killed with SIGKILL again and again, while sources and administrators change things.

use super::{KEY, Scratch, command, serving};
use directory::audit::{Keeping, begin, sealer, verify};
use directory::{Actor, Clock, Directory};
use model::source::SourceKind;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::{Browser, Database, Scim, user, wait_sealed};
use tokio::process::Child;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

const KILLS: usize = 10;
const CLIENTS: usize = 4;

/// What the test and its clients share.
#[derive(Clone)]
struct Stage {
    base: String,
    /// Whether a program serves; closed at the end.
    up: watch::Receiver<bool>,
    /// Changes that were answered as done.
    done: Arc<AtomicUsize>,
    told: Arc<Notify>,
}

impl Stage {
    /// Waits until a program serves; false at the end.
    async fn serves(&mut self) -> bool {
        self.up.wait_for(|up| *up).await.is_ok()
    }

    fn note(&self, status: u16) -> bool {
        let done = status < 400;
        if done {
            self.done.fetch_add(1, Ordering::SeqCst);
            self.told.notify_one();
        }
        done
    }

    /// Waits for so many more changes: the moment of the next kill.
    async fn wait_for(&self, more: usize) {
        let until = self.done.load(Ordering::SeqCst) + more;
        while self.done.load(Ordering::SeqCst) < until {
            self.told.notified().await;
        }
    }
}

/// A source: makes users, changes them, deletes some. What is cut off in the middle is not tried again.
async fn push(mut stage: Stage, token: String, client: usize) {
    let scim = Scim::new(&stage.base, &token);
    let send = |method: Method, path: String, body: serde_json::Value| {
        scim.request(method, &path).header("content-type", "application/scim+json").body(body.to_string()).send()
    };
    let replace = |active: bool| {
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "replace", "path": "active", "value": active }] })
    };
    for number in 0.. {
        if !stage.serves().await {
            return;
        }
        let made = send(Method::POST, "/Users".into(), user(&format!("p{client}.n{number}@example.com"))).await;
        let Ok(made) = made else { continue };
        if !stage.note(made.status().as_u16()) {
            continue;
        }
        let Ok(body) = made.json::<serde_json::Value>().await else { continue };
        let path = format!("/Users/{}", body["id"].as_str().unwrap());
        if let Ok(changed) = send(Method::PATCH, path.clone(), replace(false)).await {
            stage.note(changed.status().as_u16());
        }
        if number % 3 == 0
            && let Ok(deleted) = scim.request(Method::DELETE, &path).send().await
        {
            stage.note(deleted.status().as_u16());
        }
    }
}

/// An administrator who makes sources with a form.
async fn fill_forms(mut stage: Stage, browser: Browser) {
    let paths = server_fn::axum::server_fn_paths().map(|(path, _)| path);
    let function = { paths }.find(|path| path.starts_with("/api/make_source")).unwrap();
    let form = format!("/sources?do={}", function.trim_start_matches("/api/"));
    for number in 0.. {
        if !stage.serves().await {
            return;
        }
        let request = browser.request(Method::POST, &form).header("sec-fetch-site", "same-origin");
        if let Ok(made) = request.form(&[("name", format!("Source {number}"))]).send().await {
            stage.note(made.status().as_u16());
        }
    }
}

async fn serve(database: &Database, address: SocketAddr, folder: &Scratch) -> Child {
    let (url, listen, public) = (database.url(), address.to_string(), format!("http://{address}"));
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("ROLLCALL_KEY", KEY),
        ("ROLLCALL_DATA_DIR", folder.0.to_str().unwrap()),
        ("ROLLCALL_LISTEN", &listen),
        ("ROLLCALL_PUBLIC_URL", &public),
        ("ROLLCALL_WORKER", "off"),
    ];
    serving(command(&["serve"], &environment)).await
}

fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

async fn make_token(directory: &Directory) -> String {
    let mut tx = directory.begin(Actor::Command).await.unwrap();
    let source = directory::sources::create(&mut tx, "Okta", SourceKind::Scim).await.unwrap();
    let generated = directory::tokens::generate(&mut tx, source, "test", None).await.unwrap();
    tx.commit().await.unwrap();
    generated.token.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_leaves_an_entry_for_each_change_and_a_log_that_verifies() {
    let (database, folder, address) = (Database::create().await, Scratch::new(), free_address());
    let directory = database.open(Clock::system()).await;
    begin(&directory).await.unwrap();
    let token = make_token(&directory).await;
    let base = format!("http://{address}");
    let link = rollcall::setup_link(&directory, Actor::Command, &base.parse().unwrap()).await.unwrap();
    let (say, up) = watch::channel(true);
    let stage = Stage { base: base.clone(), up, done: Arc::default(), told: Arc::default() };

    let mut program = serve(&database, address, &folder).await;
    let browser = Browser::new(&base);
    assert_eq!(browser.get(link.expose_secret().strip_prefix(&base).unwrap()).await.location(), "/");
    let mut clients: JoinSet<()> = (0..CLIENTS).map(|client| push(stage.clone(), token.clone(), client)).collect();
    clients.spawn(fill_forms(stage.clone(), browser));
    for kill in 1..=KILLS {
        // From the first change after the start to well behind the first seals.
        let random = usize::from(uuid::Uuid::new_v4().into_bytes()[0]);
        stage.wait_for(1 + random).await;
        program.kill().await.unwrap();
        say.send_replace(false);
        if kill < KILLS {
            program = serve(&database, address, &folder).await;
            say.send_replace(true);
        }
    }
    drop(say);
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    check(&database, directory, &folder, stage.done.load(Ordering::SeqCst)).await;
}

/// As many entries as changes, all sealed once, and checkpoints that fit.
async fn check(database: &Database, directory: Directory, folder: &Scratch, done: usize) {
    let pairs = [
        ("person.created", "select count(*) from record"),
        ("person.changed", "select sum(version - 1)::bigint from record"),
        ("person.deleted", "select count(*) from record where deleted_at is not null"),
        ("source.created", "select count(*) from source"),
    ];
    let mut changes = 0;
    for (action, in_database) in pairs {
        let entries = database.count(&format!("select count(*) from audit_entry where action = '{action}'")).await;
        assert_eq!(entries, database.count(in_database).await, "{action}");
        assert!(entries > 0, "{action}");
        changes += entries;
    }
    // Whoever had an answer finds the change; some who had none find it too.
    assert!(changes > i64::try_from(done).unwrap(), "{done} changes were answered, {changes} are there");

    let checkpoints = folder.0.join("audit-checkpoints.jsonl");
    assert!(checkpoints.exists());
    let directory = directory.keeping(Keeping { checkpoints: Some(checkpoints), retention: None });
    let sealer = tokio::spawn(sealer::run(directory.clone(), std::future::pending()));
    let sealed = wait_sealed(&directory).await;
    let report = verify(&directory, |_| ()).await.unwrap();
    assert_eq!((report.finding, report.verified, report.entries), (None, sealed, sealed));
    assert_eq!(database.count("select count(*) from audit_entry").await, sealed);
    sealer.abort();
}
