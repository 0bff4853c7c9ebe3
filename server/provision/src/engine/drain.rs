//! Draining one connection: under its lease, the due links in their order, a few at a time, until none is left; beside
//! them an import, when one runs.

use super::account::Account;
use super::hold::Hold;
use super::importing::Importing;
use super::work::{Handled, Work};
use super::{AGAIN, Ended, Shared, report};
use crate::causes;
use chrono::{DateTime, Utc};
use directory::connections::{self, ConnectionSettings};
use directory::imports;
use directory::leases;
use directory::links::{self, DueLink};
use directory::logs;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use model::connection::Connection;
use model::link::Cause;
use model::{ConnectionId, PersonId};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Links read at a time: small, so that a leaver does not wait behind what was read before.
const BATCH: i64 = 32;
/// How long an idle drain keeps its lease: the next change then need not take it again.
const LINGER: Duration = Duration::from_secs(2);

/// How long settings that cannot be used are left alone. Whoever puts them right on the screen ends the wait.
const UNUSABLE: chrono::Duration = chrono::Duration::minutes(1);

/// Why a drain goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// Nothing is due any more.
    Empty,
    /// The process ends.
    Stopped,
    /// The lease went on to somebody else.
    Lost,
    /// The connection was switched off, or its settings changed.
    Changed,
    /// The connection waits; until when, stands in its row.
    Paused,
}

/// Drains until nothing is due; says when to come back.
pub(super) async fn drain(shared: &Arc<Shared>, id: ConnectionId, nudge: &Notify) -> Ended {
    loop {
        let (connection, account) = match prepare(shared, id).await? {
            Prepared::Ready(connection, account) => (*connection, account),
            Prepared::Off => return Ok(None),
            Prepared::Wait(until) => return Ok(Some(until)),
        };
        let now = shared.directory.now();
        account.go_on();
        let asked = Instant::now();
        let mut tx = shared.begin().await?;
        let Some(lease) = leases::take(&mut tx, id, shared.owner).await? else { return Ok(Some(now + AGAIN)) };
        if connection.paused_until.is_some() {
            leases::pause(&mut tx, &lease, connection.version, None).await?;
        }
        tx.commit().await?;
        let hold = Hold::start(shared.clone(), lease, asked);
        let drain = Drain { shared, connection: &connection, account: &account, hold: &hold, nudge };
        let halted = drain.run().await;
        hold.release(shared).await?;
        match halted? {
            // Unless its settings were changed while the last calls ended: the look at the connection tells.
            Halt::Paused => continue,
            Halt::Stopped => return Ok(None),
            Halt::Lost => return Ok(Some(shared.directory.now() + AGAIN)),
            Halt::Empty | Halt::Changed => {}
        }
        // A change that came between the last empty look and the release has rung for nobody: look once more.
        let mut tx = shared.begin().await?;
        match links::next_due(&mut tx, id).await? {
            Some(at) if at <= tx.now() => {}
            later => return Ok(later),
        }
    }
}

/// Whether a connection can be drained.
enum Prepared {
    Ready(Box<Connection>, Arc<Account>),
    /// It is gone or switched off.
    Off,
    Wait(DateTime<Utc>),
}

/// The connection's settings and its account. Settings that cannot be used make the connection wait, and its page say so.
async fn prepare(shared: &Shared, id: ConnectionId) -> directory::Result<Prepared> {
    let mut tx = shared.begin().await?;
    let connection = match connections::get(&mut tx, id).await {
        Err(directory::Error::NotFound(_)) => return Ok(Prepared::Off),
        connection => connection?,
    };
    let provisions = shared.options.provision && connection.enabled && connection.is_valid();
    // Reading who is there does no harm: an import also runs while provisioning is off.
    if !provisions && imports::run(&mut tx, id).await?.is_none() {
        return Ok(Prepared::Off);
    }
    if let Some(until) = connection.paused_until.filter(|until| *until > tx.now()) {
        return Ok(Prepared::Wait(until));
    }
    let settings = connections::settings(&mut tx, id).await;
    drop(tx);
    let cause = match settings {
        Ok(settings) => match account(shared, &settings) {
            Ok(account) => return Ok(Prepared::Ready(Box::new(settings.connection), account)),
            Err(cause) => cause,
        },
        Err(directory::Error::Key(_)) => causes::closed_secret(),
        Err(error) => return Err(error),
    };
    wait(shared, &connection, cause).await
}

fn account(shared: &Shared, settings: &ConnectionSettings) -> Result<Arc<Account>, Cause> {
    let secret = settings.client_secret.as_ref().ok_or_else(causes::no_secret)?;
    shared.accounts.get(shared, settings, secret).map_err(|bad| causes::bad_address(bad.field, &bad.why))
}

/// Notes why the connection waits; in the log as well, when it is news.
async fn wait(shared: &Shared, connection: &Connection, cause: Cause) -> directory::Result<Prepared> {
    let mut tx = shared.begin().await?;
    let now = tx.now();
    let Some(lease) = leases::take(&mut tx, connection.id, shared.owner).await? else {
        return Ok(Prepared::Wait(now + AGAIN));
    };
    leases::pause(&mut tx, &lease, connection.version, Some((now + UNUSABLE, &cause))).await?;
    if let Some(run) = imports::run(&mut tx, connection.id).await? {
        imports::stop(&mut tx, &lease, &run, &cause).await?;
    }
    if connection.paused_cause.as_ref() != Some(&cause) {
        logs::write(&mut tx, &report::connection_entry(connection, cause, Vec::new())).await?;
    }
    leases::release(&mut tx, &lease).await?;
    tx.commit().await?;
    Ok(Prepared::Wait(now + UNUSABLE))
}

struct Drain<'a> {
    shared: &'a Arc<Shared>,
    connection: &'a Connection,
    account: &'a Account,
    hold: &'a Hold,
    nudge: &'a Notify,
}

impl Drain<'_> {
    async fn run(&self) -> directory::Result<Halt> {
        let mut stop = self.shared.stop.clone();
        let mut queue: VecDeque<DueLink> = VecDeque::new();
        let mut in_work = FuturesUnordered::new();
        let mut people: HashSet<PersonId> = HashSet::new();
        let mut halted: Option<directory::Result<Halt>> = None;
        let halting = AtomicBool::new(false);
        let mut import = None;
        // A ring means that what was read may be out of date, or no longer first in line.
        let mut rung = true;
        loop {
            if halted.is_none() && self.shared.stopping() {
                halted = Some(Ok(Halt::Stopped));
            }
            halting.store(halted.is_some(), Ordering::Relaxed);
            if rung && halted.is_none() && import.is_none() {
                import = Some(Box::pin(self.import(&halting)));
            }
            while halted.is_none() && in_work.len() < self.shared.options.concurrency.max(1) {
                if rung || queue.is_empty() {
                    match self.read(&people).await {
                        Ok(Some(due)) => queue = due.into(),
                        Ok(None) => halted = Some(Ok(Halt::Changed)),
                        Err(error) => halted = Some(Err(error)),
                    }
                    rung = false;
                }
                if halted.is_some() {
                    break;
                }
                let Some(link) = queue.pop_front() else { break };
                people.insert(link.person_id);
                in_work.push(self.work(link));
            }
            halting.store(halted.is_some(), Ordering::Relaxed);
            if in_work.is_empty() && import.is_none() {
                match halted {
                    Some(halted) => return halted,
                    None if !self.more(&mut stop).await => return Ok(Halt::Empty),
                    None => rung = true,
                }
                continue;
            }
            tokio::select! {
                imported = poll_it(&mut import), if import.is_some() => {
                    import = None;
                    match imported {
                        Ok(None) => {}
                        Ok(Some(halt)) => { halted.get_or_insert(Ok(halt)); }
                        Err(error) => halted = Some(Err(error)),
                    }
                }
                Some((person, handled)) = in_work.next() => {
                    people.remove(&person);
                    match handled {
                        Ok(Handled::Done) => {}
                        Ok(Handled::Halt(halt)) => { halted.get_or_insert(Ok(halt)); }
                        Err(error) => halted = Some(Err(error)),
                    }
                }
                () = self.nudge.notified() => rung = true,
                _ = stop.changed(), if halted.is_none() => {}
            }
        }
    }

    /// Waits a little for more; false when none came.
    async fn more(&self, stop: &mut tokio::sync::watch::Receiver<bool>) -> bool {
        if !self.provisions() {
            return false;
        }
        tokio::select! {
            () = self.nudge.notified() => true,
            _ = stop.changed() => true,
            () = tokio::time::sleep(LINGER) => false,
        }
    }

    /// The next due links; none when the connection is not what it was any more.
    async fn read(&self, in_work: &HashSet<PersonId>) -> directory::Result<Option<Vec<DueLink>>> {
        let mut tx = self.shared.begin().await?;
        let in_work: Vec<PersonId> = in_work.iter().copied().collect();
        // The links first: a change of the rules that these do not show yet is seen by the version.
        let due = match self.provisions() {
            true => links::due(&mut tx, self.connection.id, BATCH, &in_work).await?,
            false => Vec::new(),
        };
        let now = connections::get(&mut tx, self.connection.id).await?;
        let same = (now.enabled, now.version) == (self.connection.enabled, self.connection.version);
        Ok(same.then_some(due))
    }

    /// Whether links are worked on, or an import alone runs.
    fn provisions(&self) -> bool {
        self.shared.options.provision && self.connection.enabled && self.connection.is_valid()
    }

    async fn import(&self, halting: &AtomicBool) -> directory::Result<Option<Halt>> {
        Importing::new(self.shared, self.connection, self.account, self.hold, halting).run().await
    }

    async fn work(&self, link: DueLink) -> (PersonId, directory::Result<Handled>) {
        let person = link.person_id;
        let work = Work::new(self.shared, self.connection, self.account, self.hold, link);
        (person, work.run().await)
    }
}

/// Goes on with what there is; without it, waits for ever.
async fn poll_it<F: Future + Unpin>(future: &mut Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}
