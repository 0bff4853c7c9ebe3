//! `rollcall audit export`: a copy of the log on standard output.

use crate::commands::{Beside, Failure, Opened, configuration, start_quiet_log};
use chrono::{DateTime, NaiveDate, Utc};
use clap::builder::PossibleValuesParser;
use directory::audit::{ACTIONS, Format, export, note_export};
use directory::{Actor, Directory};
use futures::TryStreamExt;
use model::audit::AuditFilter;
use std::io::Write;
use uuid::Uuid;

/// Print sealed entries on standard output, oldest first. JSON lines can be verified elsewhere; a filtered copy shows of
/// each entry that it is whole, and not whether one is missing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall audit export --action token.revoked --format csv > revoked.csv")]
pub(super) struct Export {
    /// `jsonl` or `csv`.
    #[arg(long, default_value = "jsonl")]
    format: Format,
    /// Only what this actor did: an administrator's e-mail, a source's name.
    #[arg(long)]
    actor: Option<String>,
    /// Only this action, such as `token.revoked`.
    #[arg(long, value_parser = PossibleValuesParser::new(ACTIONS))]
    action: Option<String>,
    /// Only entries about the one with this id.
    #[arg(long)]
    target: Option<Uuid>,
    /// From this day or moment on (UTC): 2026-01-31 or 2026-01-31T08:00:00Z.
    #[arg(long, value_parser = moment)]
    from: Option<DateTime<Utc>>,
    /// Before this day or moment.
    #[arg(long, value_parser = moment)]
    to: Option<DateTime<Utc>>,
    /// A number, or part of the actor's or target's name or of the action.
    #[arg(long)]
    q: Option<String>,
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|at| at.and_utc());
    let exact = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    day.or_else(exact)
        .ok_or_else(|| format!("`{text}` is not a day or a moment. Write 2026-01-31 or 2026-01-31T08:00:00Z."))
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::usage("--from is later than --to, so there is nothing between them"));
        }
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        crate::commands::status::check_there(&config.database)?;
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let done = self.print(&opened.directory).await;
        opened.close().await;
        done
    }

    async fn print(self, directory: &Directory) -> Result<(), Failure> {
        let Self { format, actor, action, target, from, to, q } = self;
        let filter = AuditFilter { actor, action, target, from, to, q };
        let mut tx = directory.begin(Actor::Command).await?;
        note_export(&mut tx, format, &filter);
        tx.commit().await?;
        let mut parts = std::pin::pin!(export::export(directory, format, filter).await?);
        let mut out = std::io::stdout().lock();
        let lost = |error| Failure::problem(format!("the copy is not whole, standard output was closed: {error}"));
        while let Some(part) = parts.try_next().await? {
            out.write_all(part.as_bytes()).map_err(lost)?;
        }
        out.flush().map_err(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_moment_is_a_day_or_exact() {
        assert_eq!(moment("2026-01-31").unwrap().to_rfc3339(), "2026-01-31T00:00:00+00:00");
        assert_eq!(moment("2026-01-31T09:00:00+01:00").unwrap().to_rfc3339(), "2026-01-31T08:00:00+00:00");
        assert!(moment("yesterday").is_err());
    }
}
