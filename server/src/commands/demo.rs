//! `rollcall demo`: everything on one machine with nothing set up.
//!
//! A private Postgres in a folder of its own, a simulated Zoom, a connection to it, and an identity source that pushes
//! people over SCIM like any other. Nothing is a mock-up: the source speaks HTTP to the same endpoint that a real one
//! would, and the connection passes the same test. It never touches the data of `rollcall serve`. Start at
//! [`Demo::run`]; [`folder`] is what is kept between two starts.

mod company;
mod dice;
mod folder;
mod people;
mod setup;
mod source;
mod staff;
mod traffic;
mod zoom;

use super::serve::stopped;
use super::{Beside, Failure, Opened, start_quiet_log};
use crate::config::{Config, Database, Key};
use crate::{Options, Server, StartError, setup_link};
use directory::Actor;
use folder::{Folder, Kept};
use secrecy::ExposeSecret;
use source::Source;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use traffic::Traffic;
use url::Url;
use zoom::Zoom;

/// Run everything on this machine with nothing set up: a database, a simulated Zoom, and a directory whose people come,
/// move and leave.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  rollcall demo --people 200\n\nWhat the demo keeps is in the folder `demo` of the data \
                        folder (ROLLCALL_DATA_DIR); DATABASE_URL and ROLLCALL_KEY are not used. A second start goes on where the first \
                        stopped; --fresh begins again."
)]
pub struct Demo {
    /// How many people the directory has at first.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=50_000))]
    people: u64,
    /// Remove what an earlier demo left and begin again.
    #[arg(long)]
    fresh: bool,
}

impl Demo {
    pub async fn run(self) -> Result<(), Failure> {
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        check_free(config.web.listen)?;
        let folder = Folder::open(&config.database.data_dir, self.fresh)?;
        let mut kept = folder.load::<Kept>()?.map_or_else(Kept::new, Ok)?;
        let database = Database { url: None, data_dir: folder.path().to_owned() };
        let opened = Opened::open(&database, &Key::InFile(folder.path().join("key")), Beside::Nobody).await;
        let opened = opened
            .map_err(|failure| failure.and("If an older demo is in the way: rollcall demo --fresh begins again."))?;
        let zoom = Zoom::start(&folder, kept.seed).await?;
        setup::connection(&opened.directory, zoom.handle(), &mut kept).await?;
        let token = setup::token(&opened.directory, &mut kept).await?;
        folder.save(&kept)?;
        let options = Options {
            listen: config.web.listen,
            public_url: variable("ROLLCALL_PUBLIC_URL").map(|_| config.web.public_url),
            allow_private_urls: true,
            worker: true,
            proxy_hops: config.web.trusted_proxy_hops,
            mail: None,
        };
        let server = Server::start(opened.directory.clone(), options).await.map_err(|error| match error {
            StartError::Directory(error) => error.into(),
            StartError::Listen(error) => busy(config.web.listen, &error),
        })?;
        let link = setup_link(&opened.directory, Actor::Command, &server.public_url).await.map_err(Failure::problem)?;
        greet(&server.public_url, link.expose_secret(), &zoom, &folder);
        let source = Source::new(server.address, &server.public_url, token).map_err(Failure::problem)?;
        let traffic = Traffic { directory: opened.directory.clone(), source, folder: &folder, kept };
        let stopped = stopped().map_err(Failure::problem)?;
        tokio::select! {
            () = traffic.run(self.people) => {}
            () = zoom.keep(&folder) => {}
            () = stopped => {}
        }
        say("\nStopping.");
        server.stop().await;
        let saved = zoom.stop(&folder).await;
        opened.close().await;
        saved.map(|()| say("Stopped. `rollcall demo` goes on from here, `rollcall demo --fresh` begins again."))
    }
}

/// The environment without somebody else's database: the demo has its own. It has its own key as well; one that is set
/// is checked like every setting, and not used.
fn configuration() -> Result<Config, Failure> {
    const NOT_OURS: [&str; 2] = ["DATABASE_URL", "DATABASE_URL_FILE"];
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    let lookup = |name: &str| if NOT_OURS.contains(&name) { None } else { variable(name) };
    Config::read(&lookup, names).map_err(Failure::usage)
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.trim().is_empty())
}

/// Said before anything is made or removed.
fn check_free(listen: SocketAddr) -> Result<(), Failure> {
    TcpListener::bind(listen).map(drop).map_err(|error| busy(listen, &error))
}

fn busy(listen: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::problem(format!(
        "could not listen on {listen}: {error}. Stop what uses it, or choose another address, such as \
         ROLLCALL_LISTEN=127.0.0.1:8081 rollcall demo."
    ))
}

fn greet(public_url: &Url, link: &str, zoom: &Zoom, folder: &Folder) {
    let portal = public_url.as_str().trim_end_matches('/');
    let folder = folder.path().display();
    let (scim, token, account) = (zoom.handle().scim_url(), zoom.handle().token_url(), zoom.handle().credentials());
    let program = std::env::current_exe().map_or_else(|_| "rollcall".to_owned(), |path| path.display().to_string());
    say(&format!(
        "\nRollcall demo\n\n  Portal          {portal}\n  Sign in once    {link}\n  Data            {folder}\n\n  \
         Simulated Zoom, for another connection to it:\n    \
         SCIM URL        {scim}\n    Token URL       {token}\n    Account ID      {}\n    \
         Client ID       {}\n    Client secret   {}\n\n\
         The link works once, for 15 minutes. Another one:\n  \
         ROLLCALL_DATA_DIR={folder} ROLLCALL_PUBLIC_URL={portal} ROLLCALL_ALLOW_PRIVATE_URLS=1 \\\n    \
         {program} setup-link\n\nPress Ctrl-C to stop.\n",
        account.account_id, account.client_id, account.client_secret
    ));
}

/// A line on standard output. Whether somebody reads it is no concern of the demo's.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_says_what_to_do() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let said = check_free(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(said.contains("ROLLCALL_LISTEN="), "{said}");
        drop(taken);
        check_free("127.0.0.1:0".parse().unwrap()).unwrap();
    }
}
