//! `rollcall status`: how each connection stands.

use super::table::table;
use super::{Beside, Failure, Opened, configuration, start_quiet_log};
use crate::config::Database;
use chrono::{DateTime, Utc};
use directory::links::Latency;
use directory::{Actor, Tx, attention, connections, links};
use model::connection::Connection;
use model::link::{Cause, LinkCounts, LinkState};
use serde::Serialize;

/// Print how each connection stands: its state, its links by state, and how long changes take.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  rollcall status --json\n\nExit status 1 when the database cannot be reached. p50 and \
                        p95 are the time from the source's change to Zoom's answer over the last 24 hours; 0 when \
                        there was none."
)]
pub struct Status {
    /// Print one JSON object for programs.
    #[arg(long)]
    json: bool,
}

/// What the JSON holds.
#[derive(Debug, Serialize)]
struct Report {
    connections: Vec<Shown>,
}

#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    enabled: bool,
    /// `running`, `paused` (until `paused_until`, for `paused_cause`), `off`, or `not_tested` (off, and it takes a test to
    /// switch on).
    state: &'static str,
    links: LinkCounts,
    paused_until: Option<DateTime<Utc>>,
    paused_cause: Option<Cause>,
    /// Cycles are not kept in this version.
    last_cycle: Option<()>,
    latency_ms: LatencyMs,
    attention: Vec<Attention>,
}

/// 0 when nothing has reached Zoom in the last 24 hours.
#[derive(Debug, Serialize)]
struct LatencyMs {
    p50: i64,
    p95: i64,
}

/// People whose accounts wait for the same reason.
#[derive(Debug, Serialize)]
struct Attention {
    state: LinkState,
    people: i64,
    cause: String,
    #[serde(skip)]
    label: &'static str,
}

impl Status {
    #[expect(clippy::print_stdout, reason = "the report is the command's answer")]
    pub async fn run(self) -> Result<(), Failure> {
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        check_there(&config.database)?;
        let opened =
            Opened::open(&config.database, &config.key, Beside::Server).await.map_err(|failure| match failure {
                Failure::Problem(what) => Failure::problem(format!("{what}. `rollcall doctor` says what is wrong.")),
                usage => usage,
            })?;
        let found = async {
            let mut tx = opened.directory.begin(Actor::Command).await?;
            report(&mut tx).await
        };
        let found = found.await;
        opened.close().await;
        let report = found?;
        if self.json {
            println!("{}", serde_json::to_string(&report).map_err(Failure::problem)?);
        } else {
            print!("{}", text(&report));
        }
        Ok(())
    }
}

/// Looking at a data folder must not make one.
pub(super) fn check_there(database: &Database) -> Result<(), Failure> {
    if database.url.is_some() || database.data_dir.join("postgres").exists() {
        return Ok(());
    }
    Err(Failure::problem(format!(
        "there is no database in {}. Start `rollcall serve` there first, or set ROLLCALL_DATA_DIR or DATABASE_URL to where \
         the data is.",
        database.data_dir.display()
    )))
}

async fn report(tx: &mut Tx) -> directory::Result<Report> {
    let mut shown = Vec::new();
    for summary in connections::list(tx).await? {
        let connection = connections::get(tx, summary.id).await?;
        let Latency { p50, p95 } = links::latency(tx, summary.id).await?;
        let groups = attention::groups(tx, summary.id).await?;
        let attention =
            groups.into_iter().filter(|group| matches!(group.state, LinkState::Blocked | LinkState::Failing));
        shown.push(Shown {
            name: summary.name,
            enabled: summary.enabled,
            state: state(&connection, tx.now()),
            links: summary.links,
            paused_until: connection.paused_until.filter(|until| *until > tx.now()),
            paused_cause: connection.paused_cause,
            last_cycle: None,
            latency_ms: LatencyMs { p50: p50.unwrap_or(0), p95: p95.unwrap_or(0) },
            attention: attention
                .map(|group| Attention {
                    state: group.state,
                    people: group.people,
                    cause: group.cause.kind.as_str().to_owned(),
                    label: group.cause.kind.label(),
                })
                .collect(),
        });
    }
    Ok(Report { connections: shown })
}

fn state(connection: &Connection, now: DateTime<Utc>) -> &'static str {
    match (connection.enabled, connection.is_valid()) {
        (true, _) if connection.paused_until.is_some_and(|until| until > now) => "paused",
        (true, _) => "running",
        (false, true) => "off",
        (false, false) => "not_tested",
    }
}

fn text(report: &Report) -> String {
    if report.connections.is_empty() {
        return "There is no connection yet. Make one on the Connections page or with `rollcall apply`.\n".to_owned();
    }
    let head = ["CONNECTION", "STATE", "IN SYNC", "PENDING", "BLOCKED", "FAILING", "SKIPPED", "P50", "P95"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for Shown { name, state, links, latency_ms, .. } in &report.connections {
        let counts = [links.in_sync, links.pending, links.blocked, links.failing, links.skipped];
        let mut row = vec![name.clone(), state.replace('_', " ")];
        row.extend(counts.map(|count| count.to_string()));
        row.extend([duration(latency_ms.p50), duration(latency_ms.p95)]);
        rows.push(row);
    }
    let mut text = table(&rows, &[2, 3, 4, 5, 6, 7, 8]);
    for Shown { name, paused_until, paused_cause, attention, .. } in &report.connections {
        if let Some(until) = paused_until {
            let why =
                paused_cause.as_ref().map(|cause| format!(" {} {}", cause.happened, cause.advice)).unwrap_or_default();
            text.push_str(&format!("\n{name} waits until {} UTC.{why}\n", until.format("%Y-%m-%d %H:%M:%S")));
        }
        if !attention.is_empty() {
            text.push_str(&format!("\n{name} needs attention:\n"));
            let rows: Vec<Vec<String>> = attention
                .iter()
                .map(|group| {
                    vec![format!("  {}", group.people), group.state.label().to_owned(), group.label.to_owned()]
                })
                .collect();
            text.push_str(&table(&rows, &[0]));
        }
    }
    text
}

/// Milliseconds as people read them.
fn duration(ms: i64) -> String {
    match ms {
        0 => "none yet".to_owned(),
        1..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min", ms / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Shown {
        Shown {
            name: "zoom".to_owned(),
            enabled: true,
            state: "running",
            links: LinkCounts { in_sync: 480, blocked: 2, ..LinkCounts::default() },
            paused_until: None,
            paused_cause: None,
            last_cycle: None,
            latency_ms: LatencyMs { p50: 420, p95: 0 },
            attention: Vec::new(),
        }
    }

    #[test]
    fn the_json_is_what_programs_rely_on() {
        let json = serde_json::to_value(Report { connections: vec![shown()] }).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"connections": [{
                "name": "zoom", "enabled": true, "state": "running",
                "links": {"in_sync": 480, "pending": 0, "blocked": 2, "failing": 0, "skipped": 0},
                "paused_until": null, "paused_cause": null, "last_cycle": null, "latency_ms": {"p50": 420, "p95": 0}, "attention": []
            }]})
        );
    }

    #[test]
    fn people_read_a_table_and_what_needs_them() {
        let mut shown = shown();
        let label = "Account exists in Zoom and is not linked";
        shown.attention =
            vec![Attention { state: LinkState::Blocked, people: 2, cause: "not-linked".to_owned(), label }];
        let text = text(&Report { connections: vec![shown] });
        assert!(text.starts_with("CONNECTION  STATE    IN SYNC"), "{text}");
        assert!(text.contains("\nzoom        running      480"), "{text}");
        assert!(
            text.ends_with("zoom needs attention:\n  2  Blocked  Account exists in Zoom and is not linked\n"),
            "{text}"
        );
    }

    #[test]
    fn spans_are_read_by_people() {
        let spans = [0, 999, 1_950, 61_000].map(duration);
        assert_eq!(spans, ["none yet", "999 ms", "1.9 s", "1 min"]);
    }
}
