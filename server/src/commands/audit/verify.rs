//! `rollcall audit verify`: the chain in the database, or the one in an export.

use crate::commands::{Beside, Failure, Opened, configuration, start_quiet_log};
use crate::config::Config;
use app::components::plural;
use directory::audit::file::{self, FileError, FileReport};
use model::audit::{Finding, Progress, Report};
use std::fs::File;
use std::io::{BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Check the chain and its checkpoints; name the first entry that was edited, deleted, swapped, inserted, cut off or
/// restored from older rows.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  rollcall audit verify --file audit.jsonl\n\nExit status 1 when something is wrong, 2 when \
                  nothing can be said, as without the key. Without --file the database is checked, and its checkpoints \
                  with those in audit-checkpoints.jsonl in the data folder. With --file no database is needed: the file \
                  has the audit key in it, which ROLLCALL_KEY (or the key in the data folder) opens."
)]
pub(super) struct Verify {
    /// An export in JSON lines to check instead of the database.
    #[arg(long)]
    file: Option<PathBuf>,
}

impl Verify {
    #[expect(clippy::print_stdout, reason = "the report is the command's answer")]
    pub(super) async fn run(self) -> Result<(), Failure> {
        let report = match &self.file {
            Some(file) => {
                let found = of_file(file)?;
                println!("{}", about_file(&found));
                found.report
            }
            None => of_database().await?,
        };
        println!("{}", counted(&report));
        match report.finding {
            None => Ok(()),
            Some(finding) => {
                println!("{}", verdict(&finding, report.verified));
                Err(Failure::Told)
            }
        }
    }
}

async fn of_database() -> Result<Report, Failure> {
    let mut config = configuration()?;
    start_quiet_log(&mut config);
    crate::commands::status::check_there(&config.database)?;
    // What is missing must not be made by the check.
    let opened = Opened::look(&config.database, &config.key, Beside::Server).await?;
    let mut shown = Shown::new();
    let report = directory::audit::verify(&opened.directory, |progress| shown.show(progress)).await;
    shown.clear();
    opened.close().await;
    report.map_err(|error| match error {
        // Nothing was found: it could not be looked.
        directory::Error::Refused(why) => Failure::usage(why),
        error => error.into(),
    })
}

fn of_file(path: &Path) -> Result<FileReport, Failure> {
    // The file may lie on a machine that has the key and nothing else of Rollcall: only the key is asked for.
    let config = key_only()?;
    let keys = config.key.load().map_err(Failure::usage)?.ok_or_else(|| {
        Failure::usage(
            "the hashes cannot be checked without the key. Set ROLLCALL_KEY, or ROLLCALL_DATA_DIR to the data folder \
             that has it.",
        )
    })?;
    let open = || File::open(path).map(BufReader::new);
    let mut shown = Shown::new();
    let found = file::verify(open, &keys, |progress| shown.show(progress));
    shown.clear();
    found.map_err(|error| match error {
        FileError::AlteredKey => Failure::problem(error),
        _ => Failure::usage(format!("{}: {error}", path.display())),
    })
}

/// The configuration without a database: an export is checked without one.
fn key_only() -> Result<Config, Failure> {
    let lookup = |name: &str| {
        let unwanted = name.starts_with("DATABASE_URL");
        std::env::var_os(name).filter(|_| !unwanted).map(|value| value.to_string_lossy().into_owned())
    };
    Config::read(&lookup, std::iter::empty()).map_err(Failure::usage)
}

fn about_file(found: &FileReport) -> String {
    let at = found.exported_at.format("%-d %b %Y, %H:%M:%S UTC");
    if found.filtered {
        format!(
            "Filtered export of {at}. The file is checked as a whole, and each entry by itself; whether one is missing in \
             the log cannot be seen in it."
        )
    } else {
        format!("Export of {at}.")
    }
}

fn counted(report: &Report) -> String {
    let entries = plural(report.entries, "entry", "entries");
    let checkpoints = plural(report.checkpoints, "checkpoint", "checkpoints");
    let from_file = report.from_file.map(|from_file| format!(" ({from_file} of them from the file)"));
    let mut text = format!(
        "Verified up to #{}: {entries} and {checkpoints} fit{}.",
        report.verified,
        from_file.unwrap_or_default()
    );
    if report.pruned > 0 {
        text += &format!(" Entries up to #{} were removed by the retention.", report.pruned);
    }
    if report.waiting > 0 {
        text += &format!(" {} to be sealed.", plural(report.waiting, "entry waits", "entries wait"));
    }
    text
}

fn verdict(finding: &Finding, verified: i64) -> String {
    match finding.sequence {
        0 => format!("The audit log does not verify. {finding}"),
        number => {
            format!("The audit log was altered. {finding} Everything before #{} fits.", number.max(verified + 1))
        }
    }
}

/// Progress on a terminal; nothing where standard error goes to a file.
struct Shown {
    terminal: bool,
    any: bool,
}

impl Shown {
    fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), any: false }
    }

    fn show(&mut self, Progress { checked, total }: Progress) {
        if self.terminal {
            self.any = true;
            // Nobody has to see it.
            write!(std::io::stderr(), "\r{checked} of {total} entries checked").ok();
        }
    }

    fn clear(&self) {
        if self.any {
            write!(std::io::stderr(), "\r\x1b[2K").ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_as_one() {
        let one = Report { verified: 1, entries: 1, checkpoints: 1, waiting: 1, ..Report::default() };
        assert_eq!(counted(&one), "Verified up to #1: 1 entry and 1 checkpoint fit. 1 entry waits to be sealed.");
        let more = Report { verified: 1200, entries: 1200, waiting: 2, ..Report::default() };
        assert_eq!(
            counted(&more),
            "Verified up to #1200: 1,200 entries and 0 checkpoints fit. 2 entries wait to be sealed."
        );
    }
}
