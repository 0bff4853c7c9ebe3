//! What Rollcall is told by its environment: one struct per section, with its defaults and its checks.
//!
//! Everything is read once, at the start. Whatever is wrong is said at once and together, each with the name, what is
//! wrong with the value and an example; then nothing starts. A secret may also come from a file: `NAME_FILE` holds the
//! path. An empty value is the same as none. Start at [`Config::from_env`].

mod audit;
mod database;
mod key;
mod key_file;
mod log;
mod mail;
mod names;
mod outbound;
mod reader;
mod web;
mod worker;

pub use audit::Audit;
pub use database::Database;
pub use key::{Key, KeyFileError};
pub use log::{Log, LogFormat};
pub use mail::Mail;
pub use outbound::Outbound;
pub use reader::{Lookup, Problem};
pub use web::{UNKNOWN_PROXY, Web};
pub use worker::Worker;

use reader::Reader;

/// Everything, checked.
#[derive(Debug)]
pub struct Config {
    pub database: Database,
    pub key: Key,
    pub web: Web,
    pub worker: Worker,
    pub outbound: Outbound,
    pub log: Log,
    pub audit: Audit,
    /// None: no mail is sent.
    pub mail: Option<Mail>,
    /// What was set and does nothing; said in the log at the start.
    pub warnings: Vec<Problem>,
}

/// All problems of an environment, in the order of the reference page.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError(pub Vec<Problem>);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.len() {
            1 => write!(out, "the configuration has a problem:")?,
            n => write!(out, "the configuration has {n} problems:")?,
        }
        for problem in &self.0 {
            write!(out, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl Config {
    /// Reads the environment of this process.
    pub fn from_env() -> Result<Self, ConfigError> {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Self::read(&|name| std::env::var_os(name).map(text), std::env::vars_os().map(|(name, _)| text(name)))
    }

    /// Reads through `lookup`; `names` are all names that are set, to find those that nothing reads.
    pub fn read(lookup: Lookup<'_>, names: impl Iterator<Item = String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(lookup);
        let database = Database::read(&mut reader);
        let mut config = Self {
            key: Key::read(&mut reader, &database),
            database,
            web: Web::read(&mut reader),
            worker: Worker::read(&mut reader),
            outbound: Outbound::read(&mut reader),
            log: Log::read(&mut reader),
            audit: Audit::read(&mut reader),
            mail: Mail::read(&mut reader),
            warnings: Vec::new(),
        };
        names::warn_of_unavailable(&mut reader);
        names::warn_of_unknown(&mut reader, names);
        config.warnings = reader.finish().map_err(ConfigError)?;
        Ok(config)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An environment of these values only.
    pub(crate) fn read(values: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let find = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Config::read(&find, values.iter().map(|(name, _)| (*name).to_owned()))
    }

    /// The text of the only problem.
    pub(crate) fn problem(values: &[(&str, &str)]) -> String {
        match read(values) {
            Ok(config) => panic!("accepted: {config:?}"),
            Err(ConfigError(problems)) => {
                assert_eq!(problems.len(), 1, "{problems:?}");
                problems[0].to_string()
            }
        }
    }

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let config = read(&[]).unwrap();
        assert!(config.database.url.is_none());
        assert_eq!(config.database.data_dir, std::path::Path::new("./data"));
        assert_eq!(config.web.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.web.public_url.as_str(), "http://localhost:8080/");
        assert_eq!(config.web.trusted_proxy_hops, 0);
        assert!(config.worker.enabled);
        assert!(!config.outbound.allow_private_urls);
        assert_eq!(config.log.format, LogFormat::Text);
    }

    #[test]
    fn all_problems_are_said_at_once() {
        let refused = read(&[("ROLLCALL_LISTEN", "here"), ("ROLLCALL_WORKER", "maybe")]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the configuration has 2 problems:\n  \
             ROLLCALL_LISTEN: `here` is not an address with a port. Example: ROLLCALL_LISTEN=127.0.0.1:8080\n  \
             ROLLCALL_WORKER: `maybe` is neither on nor off. Example: ROLLCALL_WORKER=on"
        );
    }

    #[test]
    fn an_empty_value_counts_as_none() {
        assert!(read(&[("DATABASE_URL", ""), ("ROLLCALL_LISTEN", "")]).unwrap().database.url.is_none());
    }
}
