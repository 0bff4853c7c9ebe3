//! The simulated Zoom account, which is the same one at every start.

use super::dice::Dice;
use super::folder::{Folder, InFile};
use super::people::{DOMAIN, Identity};
use crate::commands::Failure;
use serde::{Deserialize, Serialize};
use simulator::{Credentials, Handle, Options, Running, Simulator, Snapshot, User};
use std::net::SocketAddr;
use std::time::Duration;

/// How old the kept account may be after a crash.
const EVERY: Duration = Duration::from_secs(2);

/// The account in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Account {
    address: SocketAddr,
    credentials: Credentials,
    snapshot: Snapshot,
}

impl InFile for Account {
    const NAME: &'static str = "zoom.json";
}

/// The account at work.
pub(super) struct Zoom {
    running: Running,
    address: SocketAddr,
}

impl Zoom {
    /// With the accounts, the credentials and, when it is still free, the port of the last time.
    pub(super) async fn start(folder: &Folder, seed: u64) -> Result<Self, Failure> {
        let kept = folder.load::<Account>()?;
        let mut options = Options { seed, latency: Duration::from_millis(25), ..Options::default() };
        if let Some(account) = &kept {
            options.credentials = account.credentials.clone();
            options.bind = account.address;
        }
        let anywhere = Options { bind: Options::default().bind, ..options.clone() };
        let running = match Simulator::start(options).await {
            Ok(running) => running,
            Err(_) => Simulator::start(anywhere).await.map_err(Failure::problem)?,
        };
        let address = running.base_url().trim_start_matches("http://").parse().map_err(Failure::problem)?;
        match kept {
            Some(account) => running.restore(account.snapshot),
            None => seed_account(&running, seed),
        }
        let zoom = Self { running, address };
        zoom.save(folder)?;
        Ok(zoom)
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.running
    }

    /// Keeps the account on disk while the demo runs; never returns.
    pub(super) async fn keep(&self, folder: &Folder) {
        let mut seen = self.calls();
        loop {
            tokio::time::sleep(EVERY).await;
            let now = self.calls();
            if now != seen {
                seen = now;
                if let Err(failure) = self.save(folder) {
                    tracing::warn!(%failure, "the simulated Zoom could not be kept; it is tried again");
                }
            }
        }
    }

    pub(super) async fn stop(self, folder: &Folder) -> Result<(), Failure> {
        let saved = self.save(folder);
        self.running.stop().await;
        saved
    }

    fn save(&self, folder: &Folder) -> Result<(), Failure> {
        let (credentials, snapshot) = (self.running.credentials(), self.running.snapshot());
        folder.save(&Account { address: self.address, credentials, snapshot })
    }

    /// The number of the newest request: nothing changes without one.
    fn calls(&self) -> Option<u64> {
        self.running.look(|state| state.journal().next_back().map(|entry| entry.number))
    }
}

/// An account that was in use before: its owner, a room, some people nobody provisioned, of whom a few are in the
/// directory as well, and two addresses that Zoom has not free.
fn seed_account(zoom: &Handle, seed: u64) {
    zoom.add_user(&format!("it@{DOMAIN}"), |user| {
        name(user, "IT", "Operations");
        user.roles = vec!["Owner".to_owned()];
        "Licensed".clone_into(&mut user.user_type);
    });
    zoom.add_user(&format!("room.aurora@{DOMAIN}"), |user| {
        name(user, "Aurora", "Room");
        user.kind = simulator::Kind::ZoomRoom;
    });
    for (given, family) in
        [("Milo", "Vance"), ("Petra", "Zander"), ("Oskar", "Lund"), ("Inés", "Roca"), ("Tom", "Abara")]
    {
        let address = format!("{}.{}@partner.example", given.to_lowercase().replace('é', "e"), family.to_lowercase());
        zoom.add_user(&address, |user| name(user, given, family));
    }
    let mut dice = Dice::new(seed, u64::MAX);
    let mut someone = |from: u64| Identity::nth(seed, from + u64::try_from(dice.below(8)).unwrap_or_default());
    for from in [3, 13, 23] {
        let known = someone(from);
        zoom.add_user(&known.user_name, |user| name(user, &known.given, &known.family));
    }
    zoom.set_pending(&someone(33).user_name);
    zoom.set_foreign(&someone(43).user_name);
}

fn name(user: &mut User, given: &str, family: &str) {
    user.given_name = Some(given.to_owned());
    user.family_name = Some(family.to_owned());
    user.display_name = Some(format!("{given} {family}"));
}
