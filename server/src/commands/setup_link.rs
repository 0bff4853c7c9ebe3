//! `rollcall setup-link`: a one-time way in for an owner.

use super::{Beside, Failure, Opened, configuration, start_log};
use crate::setup_link;
use directory::Actor;
use secrecy::ExposeSecret;

/// Print a sign-in link for an owner that works once, for 15 minutes.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rollcall setup-link")]
pub struct SetupLink;

impl SetupLink {
    #[expect(clippy::print_stdout, reason = "the link is the command's answer")]
    pub async fn run(self) -> Result<(), Failure> {
        let config = configuration()?;
        start_log(&config);
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let link =
            setup_link(&opened.directory, Actor::Command, &config.web.public_url).await.map_err(Failure::problem)?;
        println!("{}", link.expose_secret());
        opened.close().await;
        Ok(())
    }
}
