//! The commands, one file each, and what they share: the configuration, the database, how they end.

pub mod apply;
pub mod audit;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod key;
mod local;
mod opened;
pub mod serve;
pub mod setup_link;
pub mod status;
mod table;
pub mod token;

use crate::config::{Config, LogFormat};
use clap::Subcommand;
use directory::keyring::KeyError;
pub use opened::{Beside, Opened};
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
    /// Read who is in Zoom, match them with the directory, and print how many matched. Changes nothing in Zoom.
    Import(import::Import),
    /// List the keys that encrypt stored secrets, or go over to another.
    Key(key::Key),
    /// Serve the portal, inbound SCIM and the worker.
    Serve(serve::Serve),
    /// Print a sign-in link for an owner that works once, for 15 minutes.
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
            Self::Import(command) => command.run().await,
            Self::Key(command) => command.run().await,
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
    /// Exit status 1: the same, and the command's answer has said what.
    #[error("see above")]
    Told,
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

    /// The same with a sentence behind it.
    #[must_use]
    pub fn and(self, sentence: &str) -> Self {
        match self {
            Self::Problem(said) => Self::Problem(format!("{said}. {sentence}")),
            Self::Usage(said) => Self::Usage(format!("{said}. {sentence}")),
            Self::Told => Self::Told,
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Problem(_) | Self::Told => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}

impl From<directory::Error> for Failure {
    fn from(error: directory::Error) -> Self {
        match error {
            // Of all that can be wrong, this is a setting.
            directory::Error::Key(KeyError::Missing(_) | KeyError::NotGiven { .. }) => Self::usage(format!(
                "{error}. Set it to that key; several stand behind one another with commas between them."
            )),
            error => Self::problem(error),
        }
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
