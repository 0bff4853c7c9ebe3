//! A database for each test: a copy of a template that has all migrations, dropped at the end.

use directory::{Clock, Directory, Keyring};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Postgres, QueryBuilder, Row};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use url::Url;
use uuid::Uuid;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

const VARIABLE: &str = "ROLLCALL_TEST_DATABASE_URL";
const OURS: &str = "rollcall_test_";

/// The address of a Postgres in which databases may be made.
pub fn admin_url() -> Url {
    let address = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set: these tests need a Postgres. Run scripts/test, which starts one, or set it to the \
             address of one whose user may create databases."
        )
    });
    address.parse().unwrap_or_else(|error| panic!("{VARIABLE} is not an address: {error}"))
}

/// The key of every test's secrets.
pub fn key() -> Keyring {
    Keyring::new([7; 32])
}

/// One test's database.
pub struct Database {
    name: String,
}

impl Database {
    /// A fresh one, with all migrations.
    pub async fn create() -> Self {
        let mut admin = connect(&admin_url()).await;
        let template = template(&mut admin).await;
        let name = format!("{OURS}{}_{}", std::process::id(), Uuid::new_v4().simple());
        run(&mut admin, format!("create database {name} template {template}")).await;
        admin.close().await.unwrap();
        Self { name }
    }

    /// What a server is given as `DATABASE_URL`.
    pub fn url(&self) -> String {
        url_of(&self.name)
    }

    /// Opens it as a server does.
    pub async fn open(&self, clock: Clock) -> Directory {
        Directory::open(&self.url(), key(), clock).await.unwrap()
    }

    /// Opens it with other keys, which may be refused.
    pub async fn open_with(&self, keys: Keyring) -> directory::Result<Directory> {
        Directory::open(&self.url(), keys, Clock::system()).await
    }

    /// A connection past all rules, for looking at what is stored.
    pub async fn look(&self) -> PgConnection {
        connect(&self.url().parse().unwrap()).await
    }

    /// Every row of a table as text: for looking for what must not stand there.
    pub async fn rows(&self, table: &str) -> Vec<String> {
        let mut db = self.look().await;
        let rows = QueryBuilder::<Postgres>::new(format!("select t::text from {table} t"));
        let rows = { rows }.build().persistent(false).fetch_all(&mut db).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The texts that a query gives.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows =
            { QueryBuilder::<Postgres>::new(sql) }.build().persistent(false).fetch_all(&mut self.look().await).await;
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// The names of all tables; a partition is part of its table, and comes with the months.
    pub async fn tables(&self) -> Vec<String> {
        let mut db = self.look().await;
        let all = "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition";
        let rows = { QueryBuilder::<Postgres>::new(all) }.build().persistent(false).fetch_all(&mut db).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// One number.
    pub async fn count(&self, sql: &str) -> i64 {
        let mut db = self.look().await;
        let row = { QueryBuilder::<Postgres>::new(sql) }.build().persistent(false).fetch_one(&mut db).await.unwrap();
        row.get(0)
    }

    /// One statement past all rules.
    pub async fn change(&self, sql: &str) {
        run(&mut self.look().await, sql.to_owned()).await;
    }
}

impl Drop for Database {
    /// In a thread of its own: the test's runtime may be the one that panics.
    fn drop(&mut self) {
        let drop_it = format!("drop database if exists {} with (force)", self.name);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { run(&mut connect(&admin_url()).await, drop_it).await });
        });
        if thread.join().is_err() {
            eprintln!("the test's database {} could not be dropped", self.name);
        }
    }
}

fn url_of(name: &str) -> String {
    let mut url = admin_url();
    url.set_path(name);
    url.into()
}

async fn connect(url: &Url) -> PgConnection {
    let options = PgConnectOptions::from_url(url).unwrap();
    PgConnection::connect_with(&options).await.unwrap_or_else(|error| {
        panic!("the Postgres of {VARIABLE} does not answer: {error}. Run scripts/test, which starts one.")
    })
}

async fn run(db: &mut PgConnection, sql: String) {
    { QueryBuilder::<Postgres>::new(sql) }.build().persistent(false).execute(db).await.unwrap();
}

/// The template of these migrations; made once, by whoever comes first.
async fn template(admin: &mut PgConnection) -> String {
    let name = format!("rollcall_template_{:016x}", migrations());
    let exists = format!("select exists (select from pg_database where datname = '{name}')");
    let exists = || QueryBuilder::<Postgres>::new(&exists);
    if { exists() }.build().fetch_one(&mut *admin).await.unwrap().get(0) {
        return name;
    }
    run(admin, "select pg_advisory_lock(hashtext('rollcall test template'))".to_owned()).await;
    if !{ exists() }.build().fetch_one(&mut *admin).await.unwrap().get::<bool, _>(0) {
        forget_the_dead(admin).await;
        let fresh = format!("{OURS}{}_template", std::process::id());
        run(admin, format!("drop database if exists {fresh}")).await;
        run(admin, format!("create database {fresh} template template0")).await;
        let first = Directory::open(&url_of(&fresh), key(), Clock::system()).await.unwrap();
        directory::audit::begin(&first).await.unwrap();
        first.close().await;
        // `close` ends our side; Postgres takes a moment to see it.
        run(admin, format!("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{fresh}'"))
            .await;
        run(admin, format!("alter database {fresh} rename to {name}")).await;
    }
    run(admin, "select pg_advisory_unlock(hashtext('rollcall test template'))".to_owned()).await;
    name
}

/// Databases of test processes that were killed.
async fn forget_the_dead(admin: &mut PgConnection) {
    let all = format!("select datname::text from pg_database where datname like '{OURS}%'");
    let names = { QueryBuilder::<Postgres>::new(all) }.build().fetch_all(&mut *admin).await.unwrap();
    for name in names.iter().map(|row| row.get::<String, _>(0)) {
        let process = name.strip_prefix(OURS).and_then(|rest| rest.split('_').next()).unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            run(admin, format!("drop database if exists {name} with (force)")).await;
        }
    }
}

/// Changes with any letter of any migration: those that were compiled, as the server's were.
fn migrations() -> u64 {
    let mut hasher = DefaultHasher::new();
    for migration in MIGRATIONS.iter() {
        (migration.version, &migration.checksum).hash(&mut hasher);
    }
    hasher.finish()
}
