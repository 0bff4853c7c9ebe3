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
    people: bool,
}

/// Where a transaction stood.
#[must_use]
pub struct Mark {
    entries: usize,
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
            people: false,
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

    /// Wakes whoever merges people anew after the commit.
    pub(crate) const fn ring_for_people(&mut self) {
        self.people = true;
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

    /// Marks where the transaction stands, to come back to when what follows is refused. Each mark is settled by
    /// [`Tx::keep`] or [`Tx::back_to`] before the next.
    pub async fn mark(&mut self) -> Result<Mark> {
        sqlx::query!("savepoint mark").execute(self.db()).await?;
        Ok(Mark { entries: self.entries.len() })
    }

    /// What has been done since the mark stays part of the transaction.
    pub async fn keep(&mut self, _: Mark) -> Result<()> {
        sqlx::query!("release savepoint mark").execute(self.db()).await?;
        Ok(())
    }

    /// Nothing since the mark has happened. A connection that was rung for in vain finds nothing due.
    pub async fn back_to(&mut self, mark: Mark) -> Result<()> {
        self.entries.truncate(mark.entries);
        sqlx::query!("rollback to savepoint mark").execute(self.db()).await?;
        self.keep(mark).await
    }

    /// Writes the audit entries, commits, and only then wakes whoever has to know.
    pub async fn commit(self) -> Result<()> {
        self.commit_and_tell().await.map(drop)
    }

    /// The same, and hands out what was written to the audit log.
    pub async fn commit_and_tell(mut self) -> Result<Vec<audit::Entry>> {
        let entries = std::mem::take(&mut self.entries);
        audit::write(&mut self, &entries).await?;
        self.db.commit().await.map_err(Error::Database)?;
        if !entries.is_empty() {
            self.directory.audited.notify_one();
        }
        if self.mail {
            self.directory.mailed.notify_one();
        }
        if self.people {
            self.directory.merge_asked.notify_one();
        }
        for connection in self.due {
            self.directory.bell.ring(Signal::Due(connection));
        }
        self.directory.bell.ring(Signal::Changed);
        Ok(entries)
    }

    /// Undoes all of it, wakes nobody, and hands out what would have been written to the audit log. What is checked at a
    /// commit only is checked before.
    pub async fn rehearse(mut self) -> Result<Vec<audit::Entry>> {
        sqlx::query!("set constraints all immediate").execute(self.db()).await?;
        self.db.rollback().await.map_err(Error::Database)?;
        Ok(self.entries)
    }
}
