//! The commands, one file each, and what they share: the configuration, the database, how they end.

pub mod apply;
pub mod audit;
pub mod demo;
pub mod doctor;
mod local;
pub mod serve;
pub mod setup_link;
pub mod status;
mod table;
pub mod token;

use crate::config::{Config, Database, Key, LogFormat};
use crate::postgres::PrivatePostgres;
use clap::Subcommand;
use directory::audit::Keeping;
use directory::{Clock, Directory, Keyring};
use secrecy::ExposeSecret;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[derive(Subcommand)]
pub enum Command {
    /// Bring sources, administrators and connections to what a file says.
    Apply(apply::Apply),
    /// Check the audit log, or take a copy of it away.
    Audit(audit::Audit),
    /// Run everything on this machine with nothing set up: database, simulated Zoom, a busy directory.
    Demo(demo::Demo),
    /// Check configuration, database, key, clock, Zoom, mail server and the address; say what to do.
    Doctor(doctor::Doctor),
    /// Serve the portal, inbound SCIM and the worker.
    Serve(serve::Serve),
    /// Print a one-time sign-in link for an owner.
    SetupLink(setup_link::SetupLink),
    /// Print how each connection stands.
    Status(status::Status),
    /// Make, list and revoke SCIM tokens.
    Token(token::Token),
}

impl Command {
    pub async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Apply(command) => command.run().await,
            Self::Audit(command) => command.run().await,
            Self::Demo(command) => command.run().await,
            Self::Doctor(command) => command.run().await,
            Self::Serve(command) => command.run().await,
            Self::SetupLink(command) => command.run().await,
            Self::Status(command) => command.run().await,
            Self::Token(command) => command.run().await,
        }
    }
}

/// How a command ends when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Exit status 1: something is wrong with what was found.
    #[error("{0}")]
    Problem(String),
    /// Exit status 2: the command's words, its input or the configuration are wrong.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    pub fn problem(error: impl std::fmt::Display) -> Self {
        Self::Problem(error.to_string())
    }

    pub fn usage(error: impl std::fmt::Display) -> Self {
        Self::Usage(error.to_string())
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Problem(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}

impl From<directory::Error> for Failure {
    fn from(error: directory::Error) -> Self {
        Self::problem(error)
    }
}

/// Reads the configuration; what is wrong with it stops the start.
pub fn configuration() -> Result<Config, Failure> {
    Config::from_env().map_err(Failure::usage)
}

/// Starts the log. Lines go to standard error: standard output is for a command's answer.
pub fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    let started = match config.log.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started already");
    }
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}

/// Starts the log of a command that answers and ends: warnings only, unless `ROLLCALL_LOG` asks for more.
pub fn start_quiet_log(config: &mut Config) {
    if std::env::var_os("ROLLCALL_LOG").is_none_or(|level| level.is_empty()) {
        "warn".clone_into(&mut config.log.filter);
    }
    start_log(config);
}

/// The file in the data folder that the audit log's checkpoints are appended to.
const CHECKPOINTS: &str = "audit-checkpoints.jsonl";

/// An open directory, with the private Postgres below it when there is one.
pub struct Opened {
    pub directory: Directory,
    postgres: Option<PrivatePostgres>,
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
    pub async fn open(database: &Database, key: Key, beside: Beside) -> Result<Self, Failure> {
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
        let key = key.load_or_create().map_err(Failure::usage)?;
        let directory = Directory::open(&url, Keyring::new(*key.expose_secret()), Clock::system()).await?;
        let keeping = Keeping { checkpoints: Some(database.data_dir.join(CHECKPOINTS)), retention: None };
        Ok(Self { directory: directory.keeping(keeping), postgres })
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
        self.directory.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }
}
