//! The load tool: what a server costs and how fast it is, each figure beside a floor measured in the same run.
//!
//! A floor is the least program that could do the same thing on the same Postgres (`floor`). Absolute times change with
//! the machine and its neighbours; the ratio to the floor, the CPU, the statements and the commits of one operation
//! hardly do. It is a benchmark and no test: nothing here passes or fails. `scripts/bench` builds and starts it;
//! docs/development.md says what the columns mean. Start with [`inbound`] or [`leaver`].
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

mod client;
mod counters;
mod database;
mod floor;
mod group;
mod import;
mod inbound;
mod leaver;
mod load;
mod numbers;
mod people;
mod process;
mod product;
mod rounds;
mod stage;
mod table;
mod verify;

use anyhow::Context;
use clap::{Parser, ValueEnum};

/// Prints what Rollcall costs beside the least that could do the same.
#[derive(Parser)]
struct Arguments {
    /// Which rows; all of them when none is named.
    rows: Vec<Row>,
    /// One short round of everything: to see that it works, not to compare with.
    #[arg(long)]
    quick: bool,
    /// Rounds of floor, Rollcall, floor for each row of inbound SCIM.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many clients speak to inbound SCIM at once.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// How many people the directory has when all is measured a second time; 0 leaves that out.
    #[arg(long, default_value_t = 100_000)]
    crowd: usize,
    /// Also prints which statements an operation makes.
    #[arg(long)]
    statements: bool,
    /// Be the floor's server at this address and nothing else: how this program starts it.
    #[arg(long, hide = true)]
    be_floor: Option<std::net::SocketAddr>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// From `active=false` in a PATCH until Zoom was told.
    Leaver,
    /// A user by id.
    Get,
    /// A user by `userName eq`.
    Filter,
    /// The first page of 100.
    First,
    /// The last page of 100.
    Last,
    /// `active` to the other value.
    Patch,
    /// A new user.
    Create,
    /// Members of a group of thousands.
    Group,
    /// Everybody of a Zoom account, read and matched.
    Import,
    /// The audit log: sealing and checking it.
    Verify,
}

impl Row {
    /// Those that are requests of a source.
    const fn is_inbound(self) -> bool {
        !matches!(self, Self::Leaver | Self::Group | Self::Import | Self::Verify)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(address) = arguments.be_floor {
        return floor::serve(address).await;
    }
    let admin = std::env::var("ROLLCALL_TEST_DATABASE_URL").context("run scripts/bench, which starts a Postgres")?;
    let wanted = |row: &Row| arguments.rows.is_empty() || arguments.rows.contains(row);
    if wanted(&Row::Leaver) {
        leaver::run(&admin, arguments.quick).await?;
    }
    if wanted(&Row::Group) {
        group::run(&admin, &arguments).await?;
    }
    if wanted(&Row::Import) {
        import::run(&admin, &arguments).await?;
    }
    if wanted(&Row::Verify) {
        verify::run(&admin, arguments.quick).await?;
    }
    let inbound = Row::value_variants().iter().copied().filter(|row| row.is_inbound() && wanted(row));
    inbound::run(&admin, &arguments, &inbound.collect::<Vec<_>>()).await
}
