//! `rollcall key rotate`: what is encrypted goes over to another key, while servers run.

use crate::commands::{Beside, Failure, Opened, configuration, start_quiet_log, status};
use crate::config::Key;
use directory::keyring::rotation::Rotation;
use directory::keyring::{current, list};
use directory::{Actor, Directory, servers};
use std::time::{Duration, Instant};

/// So long servers get to see a new key in the file: more than one that was killed counts as running.
const PATIENCE: Duration = Duration::from_secs(45);
const LOOK: Duration = Duration::from_millis(500);

/// Go over to the first key of ROLLCALL_KEY while servers run: it encrypts from now on, and what the others encrypted
/// is wrapped anew.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  ROLLCALL_KEY=NEW,OLD rollcall key rotate\n  rollcall key rotate --new     (with the private \
                  Postgres)\n\nFirst give every server both keys, the new one first, and start each anew; then run this; \
                  then take the old key away from every server. It may be stopped and run again at any time. \
                  docs/operations.md has the whole procedure."
)]
pub(super) struct Rotate {
    /// Make a new key in the data folder's file, before those in it, and go over to that. A running server takes it up
    /// by itself. Not for a key that is given as ROLLCALL_KEY.
    #[arg(long)]
    new: bool,
}

impl Rotate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut config = configuration()?;
        start_quiet_log(&mut config);
        status::check_there(&config.database)?;
        if let (true, Key::Given(_)) = (self.new, &config.key) {
            return Err(Failure::usage(
                "--new writes the file of the data folder, and the key is given as ROLLCALL_KEY here. Put a new key in \
                 front of the old one yourself, ROLLCALL_KEY=NEW,OLD, on every server; make it with `openssl rand -base64 \
                 32`. Then run `rollcall key rotate`.",
            ));
        }
        let opened = Opened::open(&config.database, &config.key, Beside::Server).await?;
        let done = self.rotate(&opened.directory, &config.key).await;
        opened.close().await;
        done
    }

    #[expect(clippy::print_stdout, reason = "what was done is the command's answer")]
    async fn rotate(self, directory: &Directory, key: &Key) -> Result<(), Failure> {
        let from = current(directory).await?;
        let held = match key.load().map_err(Failure::usage)?.unwrap_or_default().ids() {
            // One that was added and not gone over to is new enough.
            held if self.new && held.first() == Some(&from) => add_new(directory, key).await?,
            held => held,
        };
        let to = held.first().cloned().unwrap_or_default();
        let Some(mut rotation) = Rotation::begin(directory, Actor::Command, &to).await? else {
            println!("Nothing to do: everything is encrypted with the key {to}. {}", how_to_change(key, &held));
            return Ok(());
        };
        if from != to {
            println!("The key {to} encrypts from now on, in place of {from}.");
        }
        let mut rewrapped = 0;
        loop {
            let step = rotation.step().await.map_err(|error| cut_short(&error, rewrapped))?;
            rewrapped += step.rewrapped;
            if step.left == 0 {
                break;
            }
        }
        if let Some(broken) = rotation.broken().await? {
            return Err(Failure::problem(format!(
                "wrapped anew: {rewrapped}. Left: {broken}, which no key opens, as they were altered in the database. Type \
                 them in again or restore them from a backup, and run this again."
            )));
        }
        println!("Wrapped anew with it: {rewrapped}. Left: 0.");
        println!("{}", what_to_remove(directory, key).await?);
        Ok(())
    }
}

fn cut_short(error: &directory::Error, rewrapped: usize) -> Failure {
    Failure::problem(format!(
        "{error}. Wrapped anew before that: {rewrapped}. Everything opens as long as both keys are given; run this again."
    ))
}

/// Adds a key to the file and waits until the running server has seen it. One that does not is refused afterwards.
async fn add_new(directory: &Directory, key: &Key) -> Result<Vec<String>, Failure> {
    let ring = key.add_new().map_err(Failure::problem)?.unwrap_or_default();
    directory.learn(&ring);
    let (held, begun) = (ring.ids(), Instant::now());
    let new = held.first().cloned().unwrap_or_default();
    while begun.elapsed() < PATIENCE && !servers::lacking(directory, &new).await?.is_empty() {
        tokio::time::sleep(LOOK).await;
    }
    Ok(held)
}

fn how_to_change(key: &Key, held: &[String]) -> String {
    match (key, held) {
        (_, [_, behind, ..]) => format!(
            "Whatever stands behind it, such as {behind}, only opens; to go over to a key, put it first on every server."
        ),
        (Key::InFile(_), _) => "For another one: `rollcall key rotate --new`.".to_owned(),
        (Key::Given(_), _) => {
            "For another one, put a new key in front on every server, ROLLCALL_KEY=NEW,OLD, and run this again."
                .to_owned()
        }
    }
}

async fn what_to_remove(directory: &Directory, key: &Key) -> Result<String, Failure> {
    let keys = list(directory).await?;
    let former = keys.into_iter().filter(|key| key.given && key.retired_at.is_some() && key.count == 0);
    let former = former.map(|key| key.id).collect::<Vec<_>>().join(", ");
    let place = match key {
        Key::Given(_) => "ROLLCALL_KEY on every server".to_owned(),
        Key::InFile(path) => format!("{} (the first line stays)", path.display()),
    };
    Ok(format!(
        "Nothing stored needs {former} any more: remove it from {place} in ten minutes, when sign-ins under way have come \
         to their end. Backups from before now need it: keep a copy with them. And keep a copy of the new key."
    ))
}
