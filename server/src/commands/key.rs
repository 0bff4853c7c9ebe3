//! `rollcall key`: the keys that stored secrets are encrypted with.

mod list;
mod rotate;

use super::Failure;
use clap::Subcommand;

/// List the keys that encrypt stored secrets, or go over to another. No key is ever printed, only its id.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall key list\n  rollcall key rotate")]
pub struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// List the keys: since when each encrypts, and what is encrypted with it.
    List(list::List),
    /// Go over to the first key of ROLLCALL_KEY while servers run.
    Rotate(rotate::Rotate),
}

impl Key {
    pub async fn run(self) -> Result<(), Failure> {
        match self.command {
            KeyCommand::List(command) => command.run().await,
            KeyCommand::Rotate(command) => command.run().await,
        }
    }
}
