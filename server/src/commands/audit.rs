//! `rollcall audit`: check the audit log, or take a copy of it away.

mod export;
mod verify;

use super::Failure;
use clap::Subcommand;

/// Check the audit log, or take a copy of it away.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall audit verify\n  rollcall audit export --from 2026-01-01 > audit.jsonl")]
pub struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Check the chain and its checkpoints; name the first entry that was touched.
    Verify(verify::Verify),
    /// Print sealed entries on standard output, oldest first.
    Export(export::Export),
}

impl Audit {
    pub async fn run(self) -> Result<(), Failure> {
        match self.command {
            AuditCommand::Verify(command) => command.run().await,
            AuditCommand::Export(command) => command.run().await,
        }
    }
}
