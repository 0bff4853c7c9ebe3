//! `rollcall import`: reads who is in Zoom, and matches them with the directory.

use super::status::check_there;
use super::{Beside, Failure, Opened, configuration, start_quiet_log};
use clap::ValueEnum;
use directory::imports::{self, Filter, Which};
use directory::{Actor, Directory, connections};
use model::ConnectionId;
use model::import::{AccountsShown, ImportCounts, ImportState};
use serde::Serialize;
use std::time::Duration;

/// Read who is in Zoom, match them with the directory, and print how many matched. Nothing is changed in Zoom.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  rollcall import --connection zoom --json --confirm exact\n\nAn import that runs already, or \
                        had stopped, is gone on with. The counts: accounts scanned; exact, partial and new as they were \
                        proposed; chosen by hand; linked to a person when it ended; gone from Zoom since the import before. Exit status 1 \
                        when the import stopped, or not all could be linked: what was linked stays and is counted; the \
                        reason is on standard error."
)]
pub struct Import {
    /// The connection's name.
    #[arg(long)]
    connection: String,
    /// Print one JSON object for programs.
    #[arg(long)]
    json: bool,
    /// Link what matched so. Their provisioning starts when somebody says so on the Import tab.
    #[arg(long, value_name = "WHAT")]
    confirm: Option<Confirm>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Confirm {
    Exact,
}

/// What the JSON holds.
#[derive(Debug, Serialize)]
struct Report {
    scanned: i64,
    exact: i64,
    partial: i64,
    new: i64,
    chosen: i64,
    linked: i64,
    gone: i64,
    ignored: i64,
    confirmed: usize,
    /// Why not all were linked that were to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    notes: Vec<String>,
}

/// How long a server that runs has to take the import up, before it is carried out here.
const GRACE: Duration = Duration::from_millis(1500);
const LOOK: Duration = Duration::from_millis(100);

impl Import {
    #[expect(clippy::print_stdout, reason = "the counts are the command's answer")]
    pub async fn run(self) -> Result<(), Failure> {
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        check_there(&config.database)?;
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let found = self.carry_out(&opened.directory, config.outbound.allow_private_urls).await;
        opened.close().await;
        let report = found?;
        if self.json {
            println!("{}", serde_json::to_string(&report).map_err(Failure::problem)?);
        } else {
            print!("{}", text(&report));
        }
        match report.stopped {
            None => Ok(()),
            Some(why) => Err(Failure::problem(format!(
                "confirming stopped after {} exact matches: {}. Run it again for the rest",
                report.confirmed,
                why.trim_end_matches('.')
            ))),
        }
    }

    async fn carry_out(&self, directory: &Directory, allow_private_urls: bool) -> Result<Report, Failure> {
        let mut tx = directory.begin(Actor::Command).await?;
        let connection = connections::by_name(&mut tx, &self.connection).await?.ok_or_else(|| {
            Failure::usage(format!(
                "there is no connection `{}`. Make it on the Connections page or with `rollcall apply`.",
                self.connection
            ))
        })?;
        let open = imports::newest(&mut tx, connection.id).await?.filter(|run| run.ended_at.is_none());
        match open {
            None => _ = imports::start(&mut tx, connection.id).await?,
            Some(run) if run.state == ImportState::Stopped => imports::resume(&mut tx, connection.id).await?,
            Some(_) => {}
        }
        tx.commit().await?;
        let relay = tokio::spawn(directory::wake::relay(directory.clone()));
        let ran = run(directory, connection.id, allow_private_urls).await;
        relay.abort();
        ran?;
        self.report(directory, connection.id).await
    }

    async fn report(&self, directory: &Directory, connection: ConnectionId) -> Result<Report, Failure> {
        let mut tx = directory.begin(Actor::Command).await?;
        let newest = imports::newest(&mut tx, connection).await?;
        let run = newest.ok_or_else(|| Failure::problem("the import is gone: its connection was removed"))?;
        match (run.state, &run.cause) {
            (ImportState::Done, _) => {}
            (ImportState::Stopped, Some(cause)) => {
                return Err(Failure::problem(format!(
                    "the import stopped. {} {} {}",
                    cause.happened, cause.why, cause.advice
                )));
            }
            (state, _) => return Err(Failure::problem(format!("the import ended: {}", state.label().to_lowercase()))),
        }
        let ImportCounts { exact, partial, new, chosen, ignored, linked, held, .. } =
            imports::counts(&mut tx, connection).await?;
        drop(tx);
        let (confirmed, stopped) = match self.confirm {
            Some(Confirm::Exact) => confirm_exact(directory, connection).await,
            None => (0, None),
        };
        // What was done is said even when the database is gone by now.
        let at_the_end = async {
            let counts = imports::counts(&mut directory.begin(Actor::Command).await?, connection).await?;
            Ok::<_, directory::Error>(counts.linked + counts.held)
        };
        let at_the_end = at_the_end.await;
        Ok(Report {
            scanned: run.scanned,
            exact,
            partial,
            new,
            chosen,
            linked: at_the_end.unwrap_or(linked + held + i64::try_from(confirmed).unwrap_or(i64::MAX)),
            gone: run.gone,
            ignored,
            confirmed,
            stopped,
            notes: run.notes,
        })
    }
}

/// Links all exact matches. Says how many, and why it stopped when not all are.
async fn confirm_exact(directory: &Directory, connection: ConnectionId) -> (usize, Option<String>) {
    let which = Which::All(Filter { q: None, shown: Some(AccountsShown::Exact) });
    let (begin, terms) = (|| directory.begin(Actor::Command), provision::import::terms(false));
    let (done, ended) = imports::confirm_all(begin, connection, &which, &terms).await;
    (done.linked(), ended.err().map(|error| error.to_string()))
}

/// Gives a server that runs the time to take it up. Then it is carried out here, which waits as long as somebody else has
/// the connection's lease.
async fn run(directory: &Directory, connection: ConnectionId, allow_private_urls: bool) -> Result<(), Failure> {
    let end = tokio::time::Instant::now() + GRACE;
    while tokio::time::Instant::now() < end {
        let mut tx = directory.begin(Actor::Command).await?;
        if imports::run(&mut tx, connection).await?.is_none() {
            return Ok(());
        }
        drop(tx);
        tokio::time::sleep(LOOK).await;
    }
    let options = provision::Options { allow_private_urls, ..provision::Options::default() };
    provision::run_import(directory.clone(), options, connection).await.map_err(Failure::problem)
}

fn text(report: &Report) -> String {
    let rows = [
        ("scanned", report.scanned),
        ("exact", report.exact),
        ("partial", report.partial),
        ("new", report.new),
        ("chosen", report.chosen),
        ("linked", report.linked),
        ("gone", report.gone),
        ("ignored", report.ignored),
    ];
    let mut text: String = rows.iter().map(|(name, count)| format!("{name:<8} {count}\n")).collect();
    if report.confirmed > 0 {
        text.push_str(&format!(
            "Linked {} exact matches. Start their provisioning on the Import tab.\n",
            report.confirmed
        ));
    }
    for note in &report.notes {
        text.push_str(&format!("{note}\n"));
    }
    text
}
