//! `rollcall apply`: brings sources, providers, administrators and connections to what a file says.
//!
//! The file is read and checked whole ([`document`]) before anything is opened; credentials are tested against Zoom
//! before anything is written ([`trial`]); then everything is changed in one transaction ([`changes`]) or nothing is.
//! What the file does not name is left alone. Start at [`Apply::run`].

mod changes;
mod connection;
mod document;
mod entry;
mod provider;
mod reader;
mod trial;

use super::{Beside, Failure, Opened, configuration, start_quiet_log};
use crate::config::Outbound;
use directory::{Actor, Directory};
use document::Document;
use entry::Rules;
use std::path::{Path, PathBuf};

/// Bring sources, sign-in providers, administrators and connections to what a file says. A second run changes nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall apply -f rollcall.toml --dry-run\n\nWhat the file does not name is left \
                        alone; a key that is not there keeps what is stored. The assignments of a connection are brought \
                        to the file only when it has `assign`. Everything is changed together or nothing is.\n\nExit \
                        status 2 and line, key and reason when the file is wrong; 1 when Zoom refuses the credentials of \
                        a connection that is to be on.")]
pub struct Apply {
    /// The file, in TOML.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Only print what would change. Zoom is not asked.
    #[arg(long)]
    dry_run: bool,
}

impl Apply {
    #[expect(clippy::print_stdout, reason = "what changed is the command's answer")]
    pub async fn run(self) -> Result<(), Failure> {
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        let document = read(&self.file, &config.outbound)?;
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let outbound = config.outbound.allow_private_urls;
        let done = bring(&opened.directory, &document, outbound, self.dry_run).await;
        opened.close().await;
        let lines = done.map_err(|refusal| match refusal {
            Refusal::Directory(error) => Failure::problem(error),
            Refusal::Zoom(said) => Failure::problem(format!("{said} Nothing was changed.")),
            Refusal::File(problem) => Failure::usage(wrong(&self.file, &[problem])),
        })?;
        if lines.is_empty() {
            println!("no changes");
            return Ok(());
        }
        for line in &lines {
            println!("{line}");
        }
        if self.dry_run {
            println!("dry run: nothing was changed");
        }
        Ok(())
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Directory(#[from] directory::Error),
    /// The test of a connection that is to be on, in sentences.
    #[error("{0}")]
    Zoom(String),
    /// The file does not go together with what is stored.
    #[error("{0}")]
    File(reader::Problem),
}

fn read(path: &Path, outbound: &Outbound) -> Result<Document, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let secret = |from: &entry::SecretFrom| from.read(folder, |name| std::env::var(name).ok());
    let file = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{} cannot be read ({error})", path.display()))
    };
    let rules = Rules { allow_private_urls: outbound.allow_private_urls, secrets: &secret, files: &file };
    Document::parse(&text, rules).map_err(|problems| Failure::usage(wrong(path, &problems)))
}

/// All problems of a file, and that nothing came of it.
fn wrong(path: &Path, problems: &[reader::Problem]) -> String {
    let mut text = format!("{} cannot be applied; nothing was changed:", path.display());
    for problem in problems {
        text.push_str(&format!("\n  {problem}"));
    }
    text
}

/// A line for each change, in the order of the file.
async fn bring(
    directory: &Directory,
    document: &Document,
    allow_private_urls: bool,
    dry_run: bool,
) -> Result<Vec<String>, Refusal> {
    let trials = trial::run(directory, &document.connections, allow_private_urls, dry_run).await?;
    let wanted = provider::prepare(directory, &document.providers, allow_private_urls, dry_run).await?;
    let mut tx = directory.begin(Actor::Command).await?;
    let mut lines = Vec::new();
    changes::sources(&mut tx, &document.sources, &mut lines).await?;
    provider::bring(&mut tx, wanted, &mut lines).await?;
    changes::admins(&mut tx, &document.admins, &mut lines).await?;
    for (entry, trial) in document.connections.iter().zip(trials) {
        connection::bring(&mut tx, entry, trial, &mut lines).await?;
    }
    if !dry_run {
        tx.commit().await?;
    }
    Ok(lines)
}
