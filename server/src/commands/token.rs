//! `rollcall token`: SCIM tokens from the command line.

use super::{Beside, Failure, Opened, configuration, start_log};
use chrono::Duration;
use clap::Subcommand;
use directory::{Actor, Directory};
use model::TokenId;
use secrecy::ExposeSecret;

/// Make, list and revoke SCIM tokens.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall token create --source okta --expires-in 90d")]
pub struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Generate a token and print it, alone, on standard output. It cannot be shown again.
    #[command(
        after_help = "Example:\n  rollcall token create --source okta --name \"Okta, from May\" --expires-in 90d"
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
            Self::Create { source, name, expires_in } => {
                let found = directory::sources::by_name(&mut tx, &source).await?.ok_or_else(|| {
                    Failure::usage(format!(
                        "there is no source `{source}`. Make it on the Sources page or with `rollcall apply`."
                    ))
                })?;
                let end = expires_in.map(|span| tx.now() + span);
                let made = directory::tokens::generate(&mut tx, found.id, name.trim(), end).await?;
                tx.commit().await?;
                println!("{}", made.token.expose_secret());
            }
            Self::List => {
                let now = tx.now();
                for token in directory::tokens::list(&mut tx, None).await? {
                    let state = token.state(now).label();
                    println!("{}  {}  {}  {}  {state}", token.id, token.prefix, token.source_name, token.name);
                }
            }
            Self::Revoke { id } => {
                let token = directory::tokens::revoke(&mut tx, id).await?;
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
