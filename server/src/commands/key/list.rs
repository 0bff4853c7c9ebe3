//! `rollcall key list`: ids and what stands where, never a key.

use crate::commands::table::table;
use crate::commands::{Beside, Failure, Opened, configuration, start_quiet_log, status};
use chrono::{DateTime, Utc};
use directory::keyring::{self, KeyUse};

/// List the keys: since when each encrypts, and what is encrypted with it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall key list\n\nAn id is the start of the key's SHA-256: \
                        `echo KEY | base64 -d | sha256sum`. `not given` keys are not in ROLLCALL_KEY of this process.")]
pub(super) struct List {}

impl List {
    #[expect(clippy::print_stdout, reason = "the list is the command's answer")]
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        status::check_there(&config.database)?;
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let keys = keyring::list(&opened.directory).await;
        opened.close().await;
        print!("{}", shown(&keys?));
        Ok(())
    }
}

fn shown(keys: &[KeyUse]) -> String {
    let mut rows = vec![["KEY", "STATE", "SINCE", "SECRETS", "ENCRYPTED WITH IT"].map(str::to_owned).to_vec()];
    rows.extend(keys.iter().map(|key| {
        let state = match (key.since, key.retired_at) {
            (Some(_), None) => "encrypts",
            (None, _) => "not used yet",
            (Some(_), Some(_)) if key.given => "former",
            (Some(_), Some(_)) => "former, not given",
        };
        let since = key.retired_at.or(key.since).map_or_else(|| "-".to_owned(), day);
        vec![key.id.clone(), state.to_owned(), since, key.count.to_string(), key.secrets.clone()]
    }));
    table(&rows, &[3])
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_a_line_and_what_it_is_good_for() {
        let at = DateTime::from_timestamp_millis(1_780_000_000_000);
        let key = |id: &str, since, retired_at, given, count, secrets: &str| KeyUse {
            id: id.to_owned(),
            since,
            retired_at,
            given,
            count,
            secrets: secrets.to_owned(),
        };
        let text = shown(&[
            key("1a", at, None, true, 1, "the audit log's key"),
            key("2b", None, None, true, 0, ""),
            key("3c", at, at, false, 0, ""),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "KEY  STATE              SINCE                   SECRETS  ENCRYPTED WITH IT");
        assert_eq!(lines[1], "1a   encrypts           28 May 2026, 20:26 UTC        1  the audit log's key");
        assert_eq!(lines[2], "2b   not used yet       -                             0");
        assert_eq!(lines[3], "3c   former, not given  28 May 2026, 20:26 UTC        0");
    }
}
