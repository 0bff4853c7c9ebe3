//! People, sources, connections, links, logs, mail and the audit log on Postgres: the only room that speaks SQL.
//!
//! Every command and query is a function of its noun's module and takes a [`Tx`]: an open transaction that knows who
//! acts and when. A command writes its rows, says what it did with [`Tx::audit`], and marks the links it touched due;
//! [`Tx::commit`] does all or nothing and then wakes the engine. Nothing here calls Zoom, and nothing here holds a
//! transaction open while somebody waits for a network. Start with [`tx`], then [`people`] or [`links`].

pub mod admins;
pub mod assignments;
pub mod attention;
pub mod audit;
pub mod clock;
pub mod connections;
mod csv;
pub mod due;
mod error;
pub mod groups;
pub mod health;
pub mod imports;
pub mod keyring;
pub mod leases;
pub mod links;
pub mod logs;
pub mod mail;
pub mod people;
pub mod providers;
pub mod records;
pub mod search;
pub mod servers;
pub mod sessions;
pub mod sign_in;
pub mod sources;
mod text;
pub mod tokens;
pub mod trace;
pub mod tx;
pub mod wake;

pub use clock::Clock;
pub use error::{Error, Result, Unique};
pub use keyring::Keyring;
pub use tx::{Actor, Tx};
pub use wake::Signal;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A connection that has rested for so long is asked whether it still works before it is used: the database may have been
/// restarted meanwhile. Asking each time would be a round trip more for each request.
const RESTED: Duration = Duration::from_secs(1);

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// The database, the clock, the keys and the bell: cheap to clone, one for a process.
#[derive(Clone)]
pub struct Directory {
    pool: PgPool,
    clock: Clock,
    keyring: Arc<Keyring>,
    bell: wake::Bell,
    audit_key: Arc<OnceLock<audit::AuditKey>>,
    /// Wakes the sealer of this process.
    audited: Arc<tokio::sync::Notify>,
    /// Wakes whoever sends mail in this process.
    mailed: Arc<tokio::sync::Notify>,
    /// Wakes whoever merges people anew in this process.
    merge_asked: Arc<tokio::sync::Notify>,
    keeping: audit::Keeping,
}

impl Directory {
    /// Connects, brings the schema up to date (under Postgres' advisory lock, so several replicas may start together),
    /// and refuses a key that does not open what is stored. [`audit::begin`] begins the audit log of a new database.
    pub async fn open(url: &str, keyring: Keyring, clock: Clock) -> Result<Self> {
        let options: PgConnectOptions = url.parse().map_err(Error::Database)?;
        let options = options.application_name("rollcall").options([
            ("statement_timeout", "30000"),
            ("idle_in_transaction_session_timeout", "60000"),
            ("lock_timeout", "10000"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .before_acquire(|db, connection| {
                Box::pin(async move {
                    if connection.idle_for >= RESTED {
                        db.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await
            .map_err(Error::Database)?;
        MIGRATIONS.run(&pool).await.map_err(Error::Migration)?;
        let directory = Self {
            pool,
            clock,
            keyring: Arc::new(keyring),
            bell: wake::Bell::new(),
            audit_key: Arc::default(),
            audited: Arc::default(),
            mailed: Arc::default(),
            merge_asked: Arc::default(),
            keeping: audit::Keeping::default(),
        };
        directory.check_key().await?;
        audit::find_key(&mut directory.begin(Actor::System).await?).await?;
        Ok(directory)
    }

    /// Says how the audit log is kept: where checkpoints go, and for how long entries stay.
    #[must_use]
    pub fn keeping(mut self, keeping: audit::Keeping) -> Self {
        self.keeping = keeping;
        self
    }

    /// Takes keys over that were given after the start.
    pub fn learn(&self, keyring: &Keyring) {
        self.keyring.learn(keyring);
    }

    /// Opens a transaction for somebody: the unit of work, and the only way to the data.
    pub async fn begin(&self, actor: Actor) -> Result<Tx> {
        Tx::begin(self, actor).await
    }

    /// The time by this process' clock.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    /// Hears what is committed in this process, and in other replicas while [`wake::relay`] runs.
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<Signal> {
        self.bell.listen()
    }

    /// Whether the database answers: for the readiness probe.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query_scalar!("select 1 as \"one!\"").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Closes the pool: after it, every use fails.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
