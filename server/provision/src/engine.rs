//! The engine: watches for due links and drains each connection that has some.
//!
//! The road of a change: a commit rings the bell, [`Worker`] starts a drain of the connection (or nudges the one that
//! runs), `drain` takes the lease and reads due links, `work` plans one link, calls Zoom and records. The due links are
//! the truth: a poll every few seconds and one at the start pick up what no bell told of. A database error ends a drain,
//! never the worker.

mod account;
mod drain;
mod hold;
mod importing;
mod report;
mod work;

use crate::outbound::{Outbound, OutboundError};
use account::Accounts;
use chrono::{DateTime, Utc};
use directory::{
    Actor, Directory, Signal, Tx, groups, imports, links, logs, people, sessions, sign_in, sources, tokens, trace,
};
use futures::FutureExt;
use model::ConnectionId;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How the worker goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Plain http and private addresses are allowed: the demo, tests, internal services.
    pub allow_private_urls: bool,
    /// Calls a second, for each connection; cautious, as Zoom's limit is shared with every other app of the account.
    pub calls_per_second: f64,
    /// Links of a connection in work at the same time.
    pub concurrency: usize,
    /// How often due links are looked for that no bell told of.
    pub poll: Duration,
    /// Whether links are worked on; an import alone changes nothing in Zoom.
    pub provision: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow_private_urls: false,
            calls_per_second: 10.0,
            concurrency: 4,
            poll: Duration::from_secs(3),
            provision: true,
        }
    }
}

/// How long the drains have to finish their calls in flight.
const GRACE: Duration = Duration::from_secs(18);
/// After a database error, or when another process has the lease.
const AGAIN: chrono::Duration = chrono::Duration::seconds(3);
const HOUSEKEEPING: Duration = Duration::from_secs(3600);
/// How often the traces are tidied, and tokens that end are looked for.
const TIDYING: Duration = Duration::from_secs(60);

/// What every drain of this process shares.
struct Shared {
    directory: Directory,
    options: Options,
    outbound: Outbound,
    /// This process, as the owner of leases.
    owner: Uuid,
    accounts: Accounts,
    stop: watch::Receiver<bool>,
}

impl Shared {
    fn new(directory: Directory, options: Options, stop: watch::Receiver<bool>) -> Result<Self, OutboundError> {
        let outbound = Outbound::new(options.allow_private_urls)?;
        Ok(Self { directory, options, outbound, owner: Uuid::new_v4(), accounts: Accounts::default(), stop })
    }

    async fn begin(&self) -> directory::Result<Tx> {
        self.directory.begin(Actor::System).await
    }

    fn stopping(&self) -> bool {
        *self.stop.borrow()
    }
}

/// How a drain ended: when to start the next one, if that is known.
type Ended = directory::Result<Option<DateTime<Utc>>>;

/// The part of the process that brings accounts in line.
#[derive(Debug)]
pub struct Worker;

impl Worker {
    /// Works until `shutdown`; then finishes the calls in flight and gives the leases up. Other replicas are only heard
    /// while [`directory::wake::relay`] runs.
    pub async fn run(
        directory: Directory,
        options: Options,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), OutboundError> {
        let (stop, stopped) = watch::channel(false);
        let bell = directory.listen();
        let (housekeeper, tidier) = (directory.clone(), directory.clone());
        let shared = Arc::new(Shared::new(directory, options, stopped)?);
        let mut supervisor =
            Supervisor { shared, drains: JoinSet::new(), running: HashMap::new(), resume: HashMap::new() };
        // The log's partitions have to be there before the first entry.
        let mut kept = housekeep(&housekeeper).await;
        let housekeeping = async {
            loop {
                tokio::time::sleep(if kept { HOUSEKEEPING } else { Duration::from_secs(5) }).await;
                kept = housekeep(&housekeeper).await;
            }
        };
        let tidying = async {
            loop {
                tidy(&tidier).await;
                tokio::time::sleep(TIDYING).await;
            }
        };
        tokio::select! {
            () = shutdown => {}
            () = housekeeping => {}
            () = tidying => {}
            () = supervisor.watch(bell) => {}
        }
        stop.send_replace(true);
        supervisor.finish().await;
        Ok(())
    }
}

/// How often it is looked whether an import has ended that another process may be carrying out.
const LOOK: Duration = Duration::from_millis(250);

/// Carries the running import of one connection out, or waits while another process does; nothing is provisioned. Ends
/// when the import has ended or stopped.
pub async fn import(directory: Directory, options: Options, connection: ConnectionId) -> Result<(), ImportError> {
    let (_running, stopped) = watch::channel(false);
    let options = Options { provision: false, ..options };
    let shared = Arc::new(Shared::new(directory, options, stopped)?);
    let nudge = Notify::new();
    loop {
        let mut tx = shared.begin().await?;
        if imports::run(&mut tx, connection).await?.is_none() {
            return Ok(());
        }
        drop(tx);
        let again = drain::drain(&shared, connection, &nudge).await?;
        let wait = again.map_or(LOOK, |at| (at - shared.directory.now()).to_std().unwrap_or_default().max(LOOK));
        tokio::time::sleep(wait).await;
    }
}

/// Why an import could not be carried out here.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error(transparent)]
    Directory(#[from] directory::Error),
}

/// Makes the log's partitions, removes old sessions and sign-ins, and prunes what was deleted long ago; false when it did
/// not work.
async fn housekeep(directory: &Directory) -> bool {
    let partitions = async {
        let mut tx = directory.begin(Actor::System).await?;
        logs::ensure_partitions(&mut tx).await?;
        sign_in::prune(&mut tx).await?;
        tx.commit().await
    };
    let done: directory::Result<()> = async {
        partitions.await?;
        sessions::prune(directory).await?;
        people::prune(directory).await?;
        groups::prune(directory).await.map(drop)
    }
    .await;
    if let Err(error) = &done {
        tracing::warn!(%error, "housekeeping did not work; it is tried again");
    }
    done.is_ok()
}

/// Begins the imports whose time has come, keeps the traces of the sources to their measure, adds up their people, and warns of tokens that end.
async fn tidy(directory: &Directory) {
    if let Err(error) = imports::start_due(directory).await {
        tracing::warn!(%error, "imports did not begin at their time; it is tried again");
    }
    if let Err(error) = sources::add_up(directory).await {
        tracing::warn!(%error, "the people of the sources were not added up; it is tried again");
    }
    if let Err(error) = trace::prune(directory, trace::MOST).await {
        tracing::warn!(%error, "the traces of the sources were not tidied; it is tried again");
    }
    if let Err(error) = tokens::warn(directory).await {
        tracing::warn!(%error, "nobody was warned of tokens that end; it is tried again");
    }
}

struct Supervisor {
    shared: Arc<Shared>,
    drains: JoinSet<Ended>,
    running: HashMap<ConnectionId, Running>,
    /// Connections that wait: when their next drain starts.
    resume: HashMap<ConnectionId, DateTime<Utc>>,
}

struct Running {
    task: tokio::task::Id,
    nudge: Arc<Notify>,
}

impl Supervisor {
    async fn watch(&mut self, mut bell: broadcast::Receiver<Signal>) {
        loop {
            self.look().await;
            let wait = self.wait();
            let deadline = tokio::time::Instant::now() + wait;
            // Signals come in crowds: only the deadline leads to another look at the database.
            loop {
                tokio::select! {
                    signal = bell.recv() => match signal {
                        Ok(Signal::Due(connection)) => self.start(connection),
                        Ok(Signal::Changed) => {}
                        Err(broadcast::error::RecvError::Lagged(_)) => break,
                        // Nobody rings any more; the poll goes on.
                        Err(broadcast::error::RecvError::Closed) => {
                            tokio::time::sleep_until(deadline).await;
                            break;
                        }
                    },
                    Some(ended) = self.drains.join_next_with_id() => {
                        if self.ended(ended) { break; }
                    }
                    () = tokio::time::sleep_until(deadline) => break,
                }
            }
        }
    }

    /// Until the next poll, or until a waiting connection goes on.
    fn wait(&self) -> Duration {
        let now = self.shared.directory.now();
        let first = self.resume.values().min().map(|at| (*at - now).to_std().unwrap_or_default());
        first.unwrap_or(Duration::MAX).clamp(Duration::from_millis(1), self.shared.options.poll)
    }

    /// Starts drains for what is due and does not wait.
    async fn look(&mut self) {
        let due = async {
            let mut tx = self.shared.begin().await?;
            let mut due = links::connections_due(&mut tx).await?;
            due.extend(imports::running(&mut tx).await?);
            Ok::<_, directory::Error>(due)
        };
        match due.await {
            Ok(connections) => {
                let now = self.shared.directory.now();
                self.resume.retain(|_, at| *at > now);
                for connection in connections {
                    if !self.resume.contains_key(&connection) && !self.running.contains_key(&connection) {
                        self.start(connection);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "due links could not be looked for; it is tried again"),
        }
    }

    /// Starts a drain, or tells the running one that there is more.
    fn start(&mut self, connection: ConnectionId) {
        if let Some(running) = self.running.get(&connection) {
            running.nudge.notify_one();
            return;
        }
        self.resume.remove(&connection);
        let nudge = Arc::new(Notify::new());
        let (shared, heard) = (self.shared.clone(), nudge.clone());
        let task = self.drains.spawn(async move { drain::drain(&shared, connection, &heard).await }).id();
        self.running.insert(connection, Running { task, nudge });
    }

    /// Notes how a drain ended; true when a look at the database is due now.
    fn ended(&mut self, ended: Result<(tokio::task::Id, Ended), tokio::task::JoinError>) -> bool {
        let task = match &ended {
            Ok((task, _)) => *task,
            Err(error) => error.id(),
        };
        let connection = self.running.iter().find(|(_, running)| running.task == task).map(|(id, _)| *id);
        let Some(connection) = connection else { return false };
        let nudge = self.running.remove(&connection).map(|running| running.nudge);
        // What it was told while it ended, it did not hear: that may be why it need not wait any more.
        let unheard = nudge.is_some_and(|nudge| nudge.notified().now_or_never().is_some());
        if unheard && matches!(ended, Ok((_, Ok(_)))) {
            self.start(connection);
            return false;
        }
        let now = self.shared.directory.now();
        let resume = match ended {
            Ok((_, Ok(resume))) => resume,
            Ok((_, Err(error))) => {
                tracing::warn!(%error, %connection, "a drain ended early; it is tried again");
                Some(now + AGAIN)
            }
            Err(error) => {
                tracing::error!(%error, %connection, "a drain broke; it is tried again");
                Some(now + AGAIN * 10)
            }
        };
        if let Some(at) = resume {
            self.resume.insert(connection, at);
        }
        // Wakes up in time for it.
        resume.is_some_and(|at| (at - now).to_std().unwrap_or_default() < self.shared.options.poll)
    }

    /// Lets the drains finish what is in flight.
    async fn finish(mut self) {
        let all = async { while self.drains.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("calls to Zoom did not end in time; they are looked at again at the next start");
            self.drains.abort_all();
        }
    }
}
