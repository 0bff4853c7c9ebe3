//! The directory as a command opens it: the private Postgres below it when there is one, and the keys.

use super::Failure;
use crate::config::{Database, Key};
use crate::postgres::PrivatePostgres;
use directory::audit::Keeping;
use directory::keyring::{self, KeyError};
use directory::{Clock, Directory};
use secrecy::ExposeSecret;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The file in the data folder that the audit log's checkpoints are appended to.
const CHECKPOINTS: &str = "audit-checkpoints.jsonl";
/// How often a server looks whether its file has a new key.
const LOOK: Duration = Duration::from_secs(2);

/// An open directory, with the private Postgres below it when there is one.
pub struct Opened {
    pub directory: Directory,
    postgres: Option<PrivatePostgres>,
    following: Option<JoinHandle<()>>,
}

/// Whether a command may work beside a running server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// It is the server.
    Nobody,
    /// It uses the server's private Postgres when one runs.
    Server,
}

impl Opened {
    /// Opens it for work: in a new database the audit log begins.
    pub async fn open(database: &Database, key: &Key, beside: Beside) -> Result<Self, Failure> {
        let opened = Self::look(database, key, beside).await?;
        directory::audit::begin(&opened.directory).await?;
        Ok(opened)
    }

    /// Opens it as it is, for a command that checks.
    pub async fn look(database: &Database, key: &Key, beside: Beside) -> Result<Self, Failure> {
        let postgres = match (&database.url, beside) {
            (Some(_), _) => None,
            (None, Beside::Nobody) => Some(PrivatePostgres::start(&database.data_dir).await),
            (None, Beside::Server) => Some(PrivatePostgres::attach_or_start(&database.data_dir).await),
        };
        let postgres = postgres.transpose().map_err(Failure::problem)?;
        let url = match (&postgres, &database.url) {
            (Some(postgres), _) => postgres.url(),
            (None, url) => url.as_ref().map(|url| url.expose_secret().to_owned()).unwrap_or_default(),
        };
        let directory = open_with(&url, key).await?;
        let mut following = None;
        if beside == Beside::Nobody {
            warn_of_unused(&directory, key).await?;
            following = follow(&directory, key);
        }
        let keeping = Keeping { checkpoints: Some(database.data_dir.join(CHECKPOINTS)), retention: None };
        Ok(Self { directory: directory.keeping(keeping), postgres, following })
    }

    /// With entries of the audit log kept for so long.
    #[must_use]
    pub fn with_retention(mut self, database: &Database, retention: Option<chrono::Duration>) -> Self {
        let keeping = Keeping { checkpoints: Some(database.data_dir.join(CHECKPOINTS)), retention };
        self.directory = self.directory.keeping(keeping);
        self
    }

    /// Closes the pool and stops the private Postgres.
    pub async fn close(self) {
        if let Some(following) = self.following {
            following.abort();
        }
        self.directory.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }
}

/// A key is made for a database that has none yet, and for no other: it would take the place of the one that is lost.
async fn open_with(url: &str, key: &Key) -> Result<Directory, Failure> {
    let held = key.load().map_err(Failure::usage)?;
    let lost = held.is_none();
    match Directory::open(url, held.unwrap_or_default(), Clock::system()).await {
        Err(directory::Error::Key(KeyError::None)) => {
            let made = key.load_or_create().map_err(Failure::usage)?;
            Ok(Directory::open(url, made, Clock::system()).await?)
        }
        Err(directory::Error::Key(KeyError::Missing(missing))) => Err(Failure::usage(sentence(key, lost, &missing))),
        opened => Ok(opened?),
    }
}

/// What is missing and what to do about it.
pub(super) fn sentence(key: &Key, lost: bool, missing: &keyring::Missing) -> String {
    match key {
        Key::Given(_) => format!(
            "ROLLCALL_KEY does not hold {missing}; nothing was changed. Set it to the copy you kept; several keys stand \
             behind one another with commas between them, the newest first."
        ),
        Key::InFile(path) if lost => format!(
            "{} is not there, and this database needs {missing}; nothing was changed. Put the copy you kept there, or set \
             ROLLCALL_KEY to it.",
            path.display()
        ),
        Key::InFile(path) => format!(
            "{} does not hold {missing}; nothing was changed. Put the copy you kept there, one key a line, the newest \
             first.",
            path.display()
        ),
    }
}

/// The first key given is the one to go over to: when it does not encrypt, a rotation has not been begun.
async fn warn_of_unused(directory: &Directory, key: &Key) -> Result<(), Failure> {
    let (current, first) = (keyring::current(directory).await?, first(key)?);
    if first.is_some_and(|first| first != current) {
        tracing::warn!("the first key given does not encrypt yet, {current} does: run `rollcall key rotate`");
    }
    Ok(())
}

fn first(key: &Key) -> Result<Option<String>, Failure> {
    Ok(key.load().map_err(Failure::usage)?.unwrap_or_default().ids().into_iter().next())
}

/// Takes over a key that is added to the file while the server runs, so that a rotation needs no restart.
fn follow(directory: &Directory, key: &Key) -> Option<JoinHandle<()>> {
    let Key::InFile(path) = key else { return None };
    let (directory, key) = (directory.clone(), Key::InFile(path.clone()));
    Some(tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            match key.load() {
                Ok(held) => directory.learn(&held.unwrap_or_default()),
                Err(error) => tracing::debug!(%error, "the file of the keys was not read again"),
            }
        }
    }))
}
