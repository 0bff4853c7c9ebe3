//! Rollcall on a database of its own, with a source, its token and a connection that takes everyone.

use crate::client::Target;
use crate::database;
use crate::people::{self, MODEL, SEQUENCE};
use crate::process::{KEY, Server};
use directory::connections::{self, Integration};
use directory::{Actor, Clock, Directory, Keyring};
use model::connection::{Actions, Check, CheckState, ConnectionTest, ScopeMode};
use model::source::SourceKind;
use model::{ConnectionId, Role};
use secrecy::ExposeSecret;
use std::path::PathBuf;
use uuid::Uuid;

pub struct Product {
    pub server: Server,
    pub target: Target,
    pub database: String,
    pub directory: Directory,
    pub connection: ConnectionId,
    _folder: Folder,
}

impl Product {
    /// With `zoom`, a worker provisions everyone there. Without, links become due and wait, as behind a connection that
    /// is switched off: what is measured is the request then, and not what comes of it.
    pub async fn start(admin: &str, zoom: Option<&simulator::Handle>) -> anyhow::Result<Self> {
        let database = database::create(admin, "rollcall").await?;
        let directory = Directory::open(&database, Keyring::new(KEY), Clock::system()).await?;
        directory::audit::begin(&directory).await?;
        let connection = connect(&directory, zoom).await?;
        let token = token(&directory).await?;
        let folder = Folder::new()?;
        let server = Server::rollcall(&database, zoom.is_some(), &folder.0).await?;
        let target = Target { address: server.address, token };
        Ok(Self { server, target, database, directory, connection, _folder: folder })
    }

    /// Copies the model person until there are `count`, as if all had been pushed.
    pub async fn populate(&self, have: usize, count: usize) -> anyhow::Result<()> {
        let mut db = database::connect(&self.database).await?;
        let (first, last) = (have, count.saturating_sub(1));
        let copy = |column: &str| format!("replace({column}::text, '{MODEL}', 'p' || lpad(n::text, 6, '0'))");
        let sql = format!(
            "insert into person (id, state, user_name, display_name, email, department, title, profile, sort_key, search,
                                 created_at, updated_at)
             select {SEQUENCE}, state, {}, {}, {}, department, title, {}::jsonb, {}, {}, created_at, updated_at
             from person, generate_series({first}, {last}) n where user_name = '{MODEL}@example.com';
             insert into record (id, source_id, person_id, user_name, user_name_key, external_id, active, resource,
                                 created_at, updated_at)
             select {SEQUENCE}, source_id, {SEQUENCE}, {}, {}, {}, active, {}::jsonb, created_at, updated_at
             from record, generate_series({first}, {last}) n where user_name = '{MODEL}@example.com';
             insert into link (connection_id, person_id, due_at, priority, changed_at, updated_at)
             select l.connection_id, p.id, l.due_at, l.priority, l.changed_at, l.updated_at
             from link l join person m on m.id = l.person_id and m.user_name = '{MODEL}@example.com', person p
             where p.id between '{}' and '{}' on conflict do nothing;",
            copy("user_name"),
            copy("display_name"),
            copy("email"),
            copy("profile"),
            copy("sort_key"),
            copy("search"),
            copy("user_name"),
            copy("user_name_key"),
            copy("external_id"),
            copy("resource"),
            people::id(first),
            people::id(last),
        );
        database::execute(&mut db, sql).await?;
        database::execute(&mut db, "vacuum analyze".to_owned()).await
    }
}

/// The connection, with a test as an administrator makes one before switching it on.
async fn connect(directory: &Directory, zoom: Option<&simulator::Handle>) -> anyhow::Result<ConnectionId> {
    let credentials = zoom.map_or_else(simulator::Credentials::random, simulator::Handle::credentials);
    let of_zoom = |address: fn(&simulator::Handle) -> String| {
        zoom.map_or_else(|| "https://zoom.invalid/scim2".to_owned(), address)
    };
    let integration = Integration {
        name: "Zoom".to_owned(),
        description: String::new(),
        scim_url: of_zoom(simulator::Handle::scim_url),
        token_url: of_zoom(simulator::Handle::token_url),
        account_id: credentials.account_id,
        client_id: credentials.client_id,
        client_secret: Some(credentials.client_secret.into()),
    };
    let mut tx = directory.begin(Actor::Command).await?;
    let id = connections::create(&mut tx, integration).await?;
    connections::set_rules(&mut tx, id, 1, Actions::default(), ScopeMode::Everyone).await?;
    if zoom.is_some() {
        let version = connections::get(&mut tx, id).await?.version;
        let check = Check { name: "Test".into(), state: CheckState::Passed, duration_ms: None, note: None };
        let test = ConnectionTest { at: tx.now(), checks: vec![check], failure: None };
        connections::keep_test(&mut tx, id, version, &test).await?;
        connections::set_enabled(&mut tx, id, true).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// The source's token. There is an owner as well: without one, a server prints a link for the first.
async fn token(directory: &Directory) -> anyhow::Result<String> {
    let mut tx = directory.begin(Actor::Command).await?;
    directory::admins::create(&mut tx, "owner@example.com", Role::Owner).await?;
    let source = directory::sources::create(&mut tx, "Okta", SourceKind::Scim).await?;
    let generated = directory::tokens::generate(&mut tx, source, "benchmark", None).await?;
    tx.commit().await?;
    Ok(generated.token.expose_secret().to_owned())
}

/// What the server writes beside its database; gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("rollcall-bench-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The temporary folder of a machine is emptied by others too.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
