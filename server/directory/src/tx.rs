//! The unit of work: a transaction that knows who acts and when.

use crate::{Directory, Error, Result, Signal, audit};
use chrono::{DateTime, Utc};
use model::{AdminId, ConnectionId, TokenId};
use sqlx::{PgConnection, Postgres};
use std::collections::BTreeSet;

/// Who acts; every audit entry names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An administrator who is signed in.
    Admin { id: AdminId, email: String },
    /// A SCIM client with a token of a source; the name is the source's.
    Token { id: TokenId, source: String },
    /// The program itself: the engine, the first start.
    System,
    /// Somebody at the server's command line.
    Command,
}

impl Actor {
    /// The name that is shown as "by".
    pub fn name(&self) -> &str {
        match self {
            Self::Admin { email, .. } => email,
            Self::Token { source, .. } => source,
            Self::System => "Rollcall",
            Self::Command => "Command line",
        }
    }
}

/// An open transaction, for one actor at one moment. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    db: sqlx::Transaction<'static, Postgres>,
    directory: Directory,
    actor: Actor,
    now: DateTime<Utc>,
    entries: Vec<audit::Entry>,
    due: BTreeSet<ConnectionId>,
    mail: bool,
}

impl Tx {
    pub(crate) async fn begin(directory: &Directory, actor: Actor) -> Result<Self> {
        // In a task that ends also when nobody waits for it any more, as after a client that hung up. Dropped half way,
        // sqlx 0.9 gives the connection back to the pool with its transaction open, and whatever is done on it next is
        // not committed.
        let pool = directory.pool.clone();
        let begun = tokio::spawn(async move { pool.begin().await }).await;
        let db = begun.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map_err(Error::Database)?;
        let now = directory.now();
        Ok(Self {
            db,
            directory: directory.clone(),
            actor,
            now,
            entries: Vec::new(),
            due: BTreeSet::new(),
            mail: false,
        })
    }

    /// The moment of this unit of work: one for everything it writes.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Says what was done; written with the commit.
    pub fn audit(&mut self, entry: audit::Entry) {
        self.entries.push(entry);
    }

    /// Rings for this connection after the commit: links of it have been marked due.
    pub(crate) fn ring(&mut self, connection: ConnectionId) {
        self.due.insert(connection);
    }

    /// Wakes whoever sends mail after the commit.
    pub(crate) const fn ring_for_mail(&mut self) {
        self.mail = true;
    }

    pub(crate) fn db(&mut self) -> &mut PgConnection {
        &mut self.db
    }

    pub(crate) const fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn keyring(&self) -> &crate::Keyring {
        &self.directory.keyring
    }

    /// Writes the audit entries, commits, and only then wakes whoever has to know.
    pub async fn commit(mut self) -> Result<()> {
        let entries = std::mem::take(&mut self.entries);
        audit::write(&mut self, &entries).await?;
        self.db.commit().await.map_err(Error::Database)?;
        if !entries.is_empty() {
            self.directory.audited.notify_one();
        }
        if self.mail {
            self.directory.mailed.notify_one();
        }
        for connection in self.due {
            self.directory.bell.ring(Signal::Due(connection));
        }
        self.directory.bell.ring(Signal::Changed);
        Ok(())
    }
}
