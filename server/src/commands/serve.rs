//! `rollcall serve`: everything in one process, until it is told to stop.

use super::{Beside, Failure, Opened, configuration, start_log};
use crate::config::UNKNOWN_PROXY;
use crate::{Options, Server, StartError, setup_link};
use directory::{Actor, Directory};
use secrecy::ExposeSecret;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

/// Serve the portal, inbound SCIM and the worker in one process.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  ROLLCALL_PUBLIC_URL=https://rollcall.example.com rollcall serve")]
pub struct Serve;

impl Serve {
    pub async fn run(self) -> Result<(), Failure> {
        let config = configuration()?;
        start_log(&config);
        if config.web.has_unknown_proxy() {
            tracing::warn!(
                "the public URL is https, which a proxy has to speak, and we were told of none. {UNKNOWN_PROXY}"
            );
        }
        let opened = Opened::open(&config.database, &config.key, Beside::Nobody).await?;
        let opened = opened.with_retention(&config.database, config.audit.retention);
        greet(&opened.directory, &config.web.public_url).await?;
        let options = Options {
            listen: config.web.listen,
            public_url: Some(config.web.public_url),
            allow_private_urls: config.outbound.allow_private_urls,
            worker: config.worker.enabled,
            proxy_hops: config.web.trusted_proxy_hops,
            mail: config.mail,
        };
        let listen = options.listen;
        // Before it says that it serves: whoever reads that may stop it.
        let stopped = stopped().map_err(Failure::problem)?;
        let server = Server::start(opened.directory.clone(), options).await.map_err(|error| match error {
            StartError::Directory(error) => error.into(),
            StartError::Listen(error) => Failure::problem(format!(
                "could not listen on {listen}: {error}. Set ROLLCALL_LISTEN to a free address, such as 127.0.0.1:8081."
            )),
        })?;
        tracing::info!(address = %server.address, public_url = %server.public_url, "serving");
        stopped.await;
        tracing::info!("stopping");
        server.stop().await;
        opened.close().await;
        Ok(())
    }
}

/// Prints a one-time link while nobody could sign in.
async fn greet(directory: &Directory, public_url: &Url) -> Result<(), Failure> {
    let mut tx = directory.begin(Actor::System).await?;
    if directory::admins::owner_exists(&mut tx).await? {
        return Ok(());
    }
    drop(tx);
    let link = setup_link(directory, Actor::System, public_url).await.map_err(Failure::problem)?;
    eprintln!(
        "No owner has signed in yet. This link lets one in; it works once, for 15 minutes (another: rollcall setup-link):\n\n  {}\n",
        link.expose_secret()
    );
    Ok(())
}

/// Hears SIGINT and SIGTERM from now on, and waits for one when it is awaited.
pub(super) fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
