//! The program: reads the command line, calls the command, says how it ended.
//!
//! Exit status: 0 done, 1 found a problem, 2 wrong use or bad input.

use clap::Parser;
use rollcall::commands::{Command, Failure};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "rollcall",
    version,
    about = "Keeps Zoom's user list equal to your directory's.",
    after_help = "Example:\n  rollcall demo\n\nThe configuration is read from the environment; see docs/configuration.md."
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    // Before anything opens a connection: with two providers in one process, rustls would panic at the first use.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return fail(&Failure::problem("another TLS provider is already installed"));
    }
    let command = CommandLine::parse().command;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Failure::problem(format!("the runtime could not be started: {error}"))),
    };
    match runtime.block_on(command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    if !matches!(failure, Failure::Told) {
        eprintln!("rollcall: {failure}");
    }
    failure.exit_code()
}
