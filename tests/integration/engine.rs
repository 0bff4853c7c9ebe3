//! The engine by itself, against a simulated Zoom: no web, no inbound SCIM. What the account is, what Zoom was asked,
//! what the link and the log say.

mod accounts;
mod importing;
mod lost;
mod trouble;

use directory::connections::Integration;
use directory::{Actor, Clock, Directory, Tx, links, logs};
use model::connection::{Actions, Check, CheckState, ConnectionTest, ScopeMode};
use model::link::{LinkState, PersonLink};
use model::log::{LogEntry, LogFilter, LogRow};
use model::source::SourceKind;
use model::{ConnectionId, Cursor, PersonId, RecordId, SourceId};
use serde_json::{Value, json};
use simulator::{Operation, Running, Simulator};
use std::time::Duration;
use tests::Database;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// A worker, the directory it works for, the Zoom it calls, one connection and one source.
struct Engine {
    directory: Directory,
    zoom: Running,
    connection: ConnectionId,
    source: SourceId,
    workers: Vec<Worker>,
    // The last to go: whatever still uses it loses it.
    database: Database,
}

struct Worker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// As quick as the simulator's limits allow.
fn quick() -> provision::Options {
    provision::Options { allow_private_urls: true, calls_per_second: 50.0, ..provision::Options::default() }
}

impl Engine {
    /// With one worker.
    async fn start() -> Self {
        let mut engine = Self::idle().await;
        engine.work();
        engine
    }

    /// Without a worker yet.
    async fn idle() -> Self {
        let database = Database::create().await;
        let directory = database.open(Clock::system()).await;
        let zoom = Simulator::start(simulator::Options::default()).await.unwrap();
        let app = zoom.credentials();
        let mut tx = directory.begin(Actor::Command).await.unwrap();
        let source = directory::sources::create(&mut tx, "Okta", SourceKind::Scim).await.unwrap();
        let integration = Integration {
            name: "Zoom".to_owned(),
            description: String::new(),
            scim_url: zoom.scim_url(),
            token_url: zoom.token_url(),
            account_id: app.account_id,
            client_id: app.client_id,
            client_secret: Some(app.client_secret.into()),
        };
        let connection = directory::connections::create(&mut tx, integration).await.unwrap();
        let check = Check { name: "Test".to_owned(), state: CheckState::Passed, duration_ms: None, note: None };
        let test = ConnectionTest { at: tx.now(), checks: vec![check], failure: None };
        directory::connections::keep_test(&mut tx, connection, 1, &test).await.unwrap();
        directory::connections::set_enabled(&mut tx, connection, true).await.unwrap();
        tx.commit().await.unwrap();
        Self { directory, zoom, connection, source, workers: Vec::new(), database }
    }

    fn work(&mut self) {
        self.work_on(self.directory.clone());
    }

    fn work_on(&mut self, directory: Directory) {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            let worker = provision::Worker::run(directory.clone(), quick(), shutdown);
            tokio::select! {
                ended = worker => ended.unwrap(),
                lost = directory::wake::relay(directory) => lost.unwrap(),
            }
        });
        self.workers.push(Worker { stop, task });
    }

    /// Ends the workers in an orderly way.
    async fn rest(&mut self) {
        for worker in self.workers.drain(..) {
            let _ = worker.stop.send(());
            timeout(PATIENCE, worker.task).await.unwrap().unwrap();
        }
    }

    async fn tx(&self) -> Tx {
        self.directory.begin(Actor::Command).await.unwrap()
    }

    /// A user as the source says it, not assigned.
    async fn push(&self, user: Value) -> (RecordId, PersonId) {
        let mut tx = self.tx().await;
        let user = serde_json::from_value(user).unwrap();
        let record = directory::records::create(&mut tx, self.source, &user).await.unwrap();
        tx.commit().await.unwrap();
        (record.id, record.person_id)
    }

    async fn assign(&self, people: &[PersonId]) {
        let mut tx = self.tx().await;
        directory::assignments::assign(&mut tx, self.connection, people).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn unassign(&self, person: PersonId) {
        let mut tx = self.tx().await;
        directory::assignments::unassign(&mut tx, self.connection, &[person]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn push_assigned(&self, user: Value) -> (RecordId, PersonId) {
        let (record, person) = self.push(user).await;
        self.assign(&[person]).await;
        (record, person)
    }

    /// Ada with an account that is in sync.
    async fn ada(&self) -> (RecordId, PersonId) {
        let (record, person) = self.push_assigned(ada()).await;
        self.link_until(person, |link| link.state == LinkState::InSync).await;
        (record, person)
    }

    /// The source says something else of the user.
    async fn change(&self, record: RecordId, change: impl FnOnce(&mut Value)) {
        let mut tx = self.tx().await;
        let stored = directory::records::lock(&mut tx, self.source, record).await.unwrap().unwrap();
        let mut user = serde_json::to_value(&stored.user).unwrap();
        change(&mut user);
        let user = serde_json::from_value(user).unwrap();
        directory::records::save(&mut tx, stored, user).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn set_actions(&self, actions: Actions) {
        let mut tx = self.tx().await;
        let version = directory::connections::get(&mut tx, self.connection).await.unwrap().version;
        directory::connections::set_rules(&mut tx, self.connection, version, actions, ScopeMode::Assigned)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn retry(&self, person: PersonId) {
        let mut tx = self.tx().await;
        links::retry(&mut tx, self.connection, &[person]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn link(&self, person: PersonId) -> PersonLink {
        links::of_person(&mut self.tx().await, person).await.unwrap().pop().unwrap()
    }

    /// Waits until the link is so, looking after every commit.
    async fn link_until(&self, person: PersonId, is_so: impl Fn(&PersonLink) -> bool) -> PersonLink {
        let mut heard = self.directory.listen();
        let found = timeout(PATIENCE, async {
            loop {
                let link = self.link(person).await;
                if is_so(&link) {
                    return link;
                }
                let _ = heard.recv().await;
            }
        });
        match found.await {
            Ok(link) => link,
            Err(_) => panic!("the link is still {:#?}\n{:#?}", self.link(person).await, self.log(Some(person)).await),
        }
    }

    async fn in_state(&self, person: PersonId, state: LinkState) -> PersonLink {
        self.link_until(person, |link| link.state == state).await
    }

    /// The log, newest first: of a person, or whole.
    async fn log(&self, person_id: Option<PersonId>) -> Vec<LogRow> {
        let filter = LogFilter { person_id, ..LogFilter::default() };
        logs::list(&mut self.tx().await, &filter, &Cursor::First, 100).await.unwrap().rows
    }

    async fn newest(&self, person: PersonId) -> LogEntry {
        let row = self.log(Some(person)).await.into_iter().next().unwrap();
        logs::get(&mut self.tx().await, row.id).await.unwrap().unwrap()
    }

    /// The operations Zoom carried out or refused since the journal was cleared, without tokens.
    fn asked(&self) -> Vec<Operation> {
        self.zoom.journal().iter().filter_map(|entry| entry.operation).filter(|o| *o != Operation::Token).collect()
    }

    fn account(&self, user_name: &str) -> simulator::User {
        self.zoom.user_by_name(user_name).unwrap_or_else(|| panic!("{user_name} has no account"))
    }
}

const ADA: &str = "ada@example.com";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user(user_name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name, "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": user_name, "type": "work", "primary": true }],
    })
}

fn ada() -> Value {
    let mut ada = user(ADA);
    ada["title"] = "Analyst".into();
    ada["userType"] = "Licensed".into();
    ada["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]);
    ada[ENTERPRISE] = json!({ "department": "Engines" });
    ada
}
