//! `rollcall token`: SCIM tokens from the command line.

use super::{Beside, Failure, Opened, configuration, start_log};
use chrono::Duration;
use clap::Subcommand;
use directory::{Actor, Directory, tokens};
use model::TokenId;
use model::source::successor_name;
use secrecy::ExposeSecret;

/// Make, rotate, list and revoke SCIM tokens.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall token create --source okta --expires-in 90d --from 203.0.113.0/24")]
pub struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Generate a token and print it, alone, on standard output. It cannot be shown again.
    #[command(
        after_help = "Example:\n  rollcall token create --source okta --name \"Okta, from May\" --expires-in 90d --from 203.0.113.0/24"
    )]
    Create {
        /// The source's name.
        #[arg(long)]
        source: String,
        /// What the token is called in lists.
        #[arg(long, default_value = "Command line")]
        name: String,
        /// When it ends: a number with d, h or m, such as 90d. Without it, never.
        #[arg(long, value_parser = life)]
        expires_in: Option<Duration>,
        /// It reads, and whatever would change something is refused.
        #[arg(long)]
        read_only: bool,
        /// A network it may be used from, such as 203.0.113.0/24 or 2001:db8::/32, or a single address. Several are separated
        /// by commas, or --from is repeated. Without it, from everywhere.
        #[arg(long, value_name = "CIDR")]
        from: Vec<String>,
    },
    /// Generate a token that takes the place of another one, with the same restrictions, and print it, alone. Both work until
    /// the old one ends.
    #[command(
        after_help = "Example:\n  rollcall token rotate 019a2f6e-5d1c-7c3e-9b1a-6f0d2c4e8a71 --overlap 7d --expires-in 90d"
    )]
    Rotate {
        /// The old token's id, as `rollcall token list` prints it.
        id: TokenId,
        /// For how long the old token goes on: a number with d, h or m.
        #[arg(long, value_parser = life, default_value = "7d")]
        overlap: Duration,
        /// When the successor ends: a number with d, h or m, such as 90d. Without it, never.
        #[arg(long, value_parser = life)]
        expires_in: Option<Duration>,
    },
    /// List the tokens, never their secrets.
    #[command(after_help = "Example:\n  rollcall token list")]
    List,
    /// Revoke a token: it opens nothing from the next request on.
    #[command(after_help = "Example:\n  rollcall token revoke 019a2f6e-5d1c-7c3e-9b1a-6f0d2c4e8a71")]
    Revoke {
        /// The token's id, as `rollcall token list` prints it.
        id: TokenId,
    },
}

/// A span such as `90d`, `12h` or `30m`.
fn life(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a span of time. Write a number with d, h or m, such as 90d.");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let span = match unit {
        'd' => Duration::try_days(number),
        'h' => Duration::try_hours(number),
        'm' => Duration::try_minutes(number),
        _ => None,
    };
    span.filter(|span| *span > Duration::zero() && *span <= Duration::days(36_500)).ok_or_else(wrong)
}

impl Token {
    pub async fn run(self) -> Result<(), Failure> {
        let config = configuration()?;
        start_log(&config);
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let done = self.command.run(&opened.directory).await;
        opened.close().await;
        done
    }
}

impl TokenCommand {
    #[expect(clippy::print_stdout, reason = "tokens and lists are the command's answer")]
    async fn run(self, directory: &Directory) -> Result<(), Failure> {
        let mut tx = directory.begin(Actor::Command).await?;
        match self {
            Self::Create { source, name, expires_in, read_only, from } => {
                let ranges = tokens::networks(&from.join(",")).map_err(Failure::usage)?;
                let found = directory::sources::by_name(&mut tx, &source).await?.ok_or_else(|| {
                    Failure::usage(format!(
                        "there is no source `{source}`. Make it on the Sources page or with `rollcall apply`."
                    ))
                })?;
                let expires_at = expires_in.map(|span| tx.now() + span);
                let restrictions = tokens::Restrictions { read_only, ranges };
                let new = tokens::New { name: name.trim(), expires_at, restrictions, replaces: None };
                let made = tokens::generate_with(&mut tx, found.id, new).await?;
                tx.commit().await?;
                println!("{}", made.token.expose_secret());
            }
            Self::Rotate { id, overlap, expires_in } => {
                let old = tokens::get(&mut tx, id).await?;
                let end = expires_in.map(|span| tx.now() + span);
                let made = tokens::rotate(&mut tx, id, &successor_name(&old.name), end, overlap).await?;
                tx.commit().await?;
                println!("{}", made.token.expose_secret());
            }
            Self::List => {
                let now = tx.now();
                for token in tokens::list(&mut tx, None).await? {
                    let state = token.state(now).label();
                    let does = if token.read_only { "read-only" } else { "read and write" };
                    let from = if token.ranges.is_empty() { "everywhere".to_owned() } else { token.ranges.join(",") };
                    let (id, prefix, source, name) = (token.id, token.prefix, token.source_name, token.name);
                    println!("{id}  {prefix}  {source}  {name}  {state}  {does}  from {from}");
                }
            }
            Self::Revoke { id } => {
                let token = tokens::revoke(&mut tx, id).await?;
                tx.commit().await?;
                println!("revoked {} ({})", token.name, token.prefix);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit() {
        assert_eq!(life("90d"), Ok(Duration::days(90)));
        assert_eq!(life("12h"), Ok(Duration::hours(12)));
        for wrong in ["", "d", "90", "-1d", "0d", "1y", "99999999999d", "1é"] {
            assert!(life(wrong).is_err(), "{wrong}");
        }
    }
}
