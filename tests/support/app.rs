//! A whole server with its worker, against a simulated Zoom.

use crate::{Browser, Database, Scim};
use directory::connections::Integration;
use directory::{Actor, Clock, Directory, Keyring, Tx};
use model::connection::{Actions, Check, CheckState, ConnectionTest, ScopeMode};
use model::source::SourceKind;
use model::{ConnectionId, PersonId, Role, SourceId};
use rollcall::config::Mail;
use rollcall::{Options, Server};
use secrecy::ExposeSecret;
use simulator::{Running, Simulator};
use url::Url;
use uuid::Uuid;

/// How a test starts.
pub struct Start {
    pub worker: bool,
    pub clock: Clock,
    pub keys: Keyring,
    pub public_url: Option<Url>,
    pub allow_private_urls: bool,
    pub zoom: simulator::Options,
    pub mail: Option<Mail>,
    pub proxy_hops: u8,
}

/// A running server, the database below it and the Zoom behind it. Everything ends when it is dropped.
pub struct TestApp {
    pub server: Server,
    pub directory: Directory,
    pub zoom: Running,
    pub mail: Option<Mail>,
    // The last to go: whatever still uses it loses it.
    pub database: Database,
}

impl TestApp {
    /// With a worker, the system's clock and an ordinary Zoom account.
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Start)) -> Self {
        let mut start = Start {
            worker: true,
            clock: Clock::system(),
            keys: crate::key(),
            public_url: None,
            allow_private_urls: true,
            zoom: simulator::Options::default(),
            mail: None,
            proxy_hops: 0,
        };
        change(&mut start);
        let database = Database::create().await;
        let directory = Directory::open(&database.url(), start.keys, start.clock).await.unwrap();
        let zoom = Simulator::start(start.zoom).await.unwrap();
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: start.public_url,
            allow_private_urls: start.allow_private_urls,
            worker: start.worker,
            proxy_hops: start.proxy_hops,
            mail: start.mail.clone(),
        };
        let server = Server::start(directory.clone(), options).await.unwrap();
        Self { server, directory, zoom, mail: start.mail, database }
    }

    /// Another server of the same database, as another replica.
    pub async fn second(&self) -> Server {
        self.second_at(Clock::system()).await
    }

    /// The same, with a clock.
    pub async fn second_at(&self, clock: Clock) -> Server {
        Self::serve(self.database.open(clock).await, self.mail.clone()).await
    }

    /// A server of that directory, on a port of its own.
    pub async fn serve(directory: Directory, mail: Option<Mail>) -> Server {
        let listen = ([127, 0, 0, 1], 0).into();
        let options = Options { listen, public_url: None, allow_private_urls: true, worker: true, proxy_hops: 0, mail };
        Server::start(directory, options).await.unwrap()
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// A unit of work of the test itself.
    pub async fn tx(&self) -> Tx {
        self.directory.begin(Actor::Command).await.unwrap()
    }

    /// Path and query of a fresh one-time link.
    pub async fn setup_link(&self) -> String {
        let link = rollcall::setup_link(&self.directory, Actor::Command, &self.server.public_url).await.unwrap();
        let link: Url = link.expose_secret().parse().unwrap();
        format!("{}?{}", link.path(), link.query().unwrap_or_default())
    }

    /// A browser in which an owner has signed in.
    pub async fn owner(&self) -> Browser {
        let browser = self.browser();
        let shown = browser.get(&self.setup_link().await).await;
        assert_eq!(shown.location(), "/", "the one-time link lets an owner in");
        browser
    }

    /// A browser in which somebody of that role has signed in. Only owners come in by a link, so an owner is given the
    /// role afterwards, and another owner stays.
    pub async fn signed_in_as(&self, role: Role) -> Browser {
        let browser = self.owner().await;
        let mut tx = self.tx().await;
        let owners =
            directory::admins::list(&mut tx).await.unwrap().into_iter().filter(|admin| admin.role == Role::Owner);
        // The link lets the oldest owner in.
        let oldest = owners.map(|admin| admin.id).min_by_key(|id| id.0).unwrap();
        directory::admins::create(&mut tx, &format!("{}@example.com", Uuid::new_v4().simple()), Role::Owner)
            .await
            .unwrap();
        directory::admins::set_role(&mut tx, oldest, role).await.unwrap();
        tx.commit().await.unwrap();
        browser
    }

    /// A source, and a SCIM client with a token of it.
    pub async fn source_with_token(&self, name: &str) -> (SourceId, Scim) {
        let mut tx = self.tx().await;
        let source = directory::sources::create(&mut tx, name, SourceKind::Scim).await.unwrap();
        let generated = directory::tokens::generate(&mut tx, source, "test", None).await.unwrap();
        tx.commit().await.unwrap();
        (source, Scim::new(&self.base(), generated.token.expose_secret()))
    }

    /// A SCIM client with a token of a source of its own.
    pub async fn scim(&self) -> Scim {
        self.source_with_token("Okta").await.1
    }

    /// What an administrator types to reach the simulated Zoom.
    pub fn integration(&self, name: &str) -> Integration {
        let credentials = self.zoom.credentials();
        Integration {
            name: name.to_owned(),
            description: String::new(),
            scim_url: self.zoom.scim_url(),
            token_url: self.zoom.token_url(),
            account_id: credentials.account_id,
            client_id: credentials.client_id,
            client_secret: Some(credentials.client_secret.into()),
        }
    }

    /// A connection that is tested and switched on.
    pub async fn connection(&self) -> ConnectionId {
        self.connection_with(Actions::default(), ScopeMode::Assigned).await
    }

    pub async fn connection_with(&self, actions: Actions, scope: ScopeMode) -> ConnectionId {
        let mut tx = self.tx().await;
        let id = directory::connections::create(&mut tx, self.integration("Zoom")).await.unwrap();
        directory::connections::set_rules(&mut tx, id, 1, actions, scope).await.unwrap();
        let version = directory::connections::get(&mut tx, id).await.unwrap().version;
        let check = Check { name: "Test".into(), state: CheckState::Passed, duration_ms: None, note: None };
        let test = ConnectionTest { at: tx.now(), checks: vec![check], failure: None };
        directory::connections::keep_test(&mut tx, id, version, &test).await.unwrap();
        directory::connections::set_enabled(&mut tx, id, true).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn set_rules(&self, connection: ConnectionId, actions: Actions, scope: ScopeMode) {
        let mut tx = self.tx().await;
        let version = directory::connections::get(&mut tx, connection).await.unwrap().version;
        directory::connections::set_rules(&mut tx, connection, version, actions, scope).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn set_enabled(&self, connection: ConnectionId, enabled: bool) {
        let mut tx = self.tx().await;
        directory::connections::set_enabled(&mut tx, connection, enabled).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The person with that user name.
    pub async fn person(&self, user_name: &str) -> PersonId {
        let found = directory::people::by_name(&mut self.tx().await, user_name).await.unwrap();
        found.unwrap_or_else(|| panic!("nobody is called {user_name}"))
    }

    pub async fn assign(&self, connection: ConnectionId, people: &[PersonId]) {
        let mut tx = self.tx().await;
        directory::assignments::assign(&mut tx, connection, people).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Begins an import and waits for its end.
    pub async fn import(&self, connection: ConnectionId) {
        let mut heard = self.directory.listen();
        let mut tx = self.tx().await;
        directory::imports::start(&mut tx, connection).await.unwrap();
        tx.commit().await.unwrap();
        while directory::imports::run(&mut self.tx().await, connection).await.unwrap().is_some() {
            let _ = heard.recv().await;
        }
    }

    pub async fn unassign(&self, connection: ConnectionId, people: &[PersonId]) {
        let mut tx = self.tx().await;
        directory::assignments::unassign(&mut tx, connection, people).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Pushes a user and assigns the person.
    pub async fn push_assigned(
        &self,
        scim: &Scim,
        connection: ConnectionId,
        user: &serde_json::Value,
    ) -> (String, PersonId) {
        let id = scim.create(user).await;
        let person = self.person(user["userName"].as_str().unwrap()).await;
        self.assign(connection, &[person]).await;
        (id, person)
    }
}
