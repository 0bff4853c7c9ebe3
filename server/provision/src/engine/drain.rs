//! Draining one connection: under its lease, the due links in their order, a few at a time, until none is left.

use super::account::Account;
use super::hold::Hold;
use super::work::{Handled, Work};
use super::{AGAIN, Ended, Shared};
use chrono::{DateTime, Utc};
use directory::connections::{self, ConnectionSettings};
use directory::leases;
use directory::links::{self, DueLink};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use model::connection::Connection;
use model::{ConnectionId, PersonId};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Links read at a time: small, so that a leaver does not wait behind what was read before.
const BATCH: i64 = 32;
/// How long an idle drain keeps its lease: the next change then need not take it again.
const LINGER: Duration = Duration::from_secs(2);

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
    /// The connection waits.
    Paused(DateTime<Utc>),
}

/// Drains until nothing is due; says when to come back.
pub(super) async fn drain(shared: &Arc<Shared>, id: ConnectionId, nudge: &Notify) -> Ended {
    loop {
        let Some((settings, account)) = prepare(shared, id).await? else { return Ok(None) };
        let connection = settings.connection;
        let now = shared.directory.now();
        if let Some(until) = connection.paused_until.filter(|until| *until > now) {
            return Ok(Some(until));
        }
        account.go_on();
        let asked = Instant::now();
        let mut tx = shared.begin().await?;
        let Some(lease) = leases::take(&mut tx, id, shared.owner).await? else { return Ok(Some(now + AGAIN)) };
        if connection.paused_until.is_some() {
            leases::pause(&mut tx, &lease, None).await?;
        }
        tx.commit().await?;
        let hold = Hold::start(shared.clone(), lease, asked);
        let drain = Drain { shared, connection: &connection, account: &account, hold: &hold, nudge };
        let halted = drain.run().await;
        hold.release(shared).await?;
        match halted? {
            Halt::Paused(until) => return Ok(Some(until)),
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

/// The connection's settings and its account; none when it cannot run.
async fn prepare(shared: &Shared, id: ConnectionId) -> directory::Result<Option<(ConnectionSettings, Arc<Account>)>> {
    let mut tx = shared.begin().await?;
    let settings = match connections::settings(&mut tx, id).await {
        Err(directory::Error::NotFound(_)) => return Ok(None),
        settings => settings?,
    };
    drop(tx);
    if !settings.connection.enabled || !settings.connection.is_valid() {
        return Ok(None);
    }
    let Some(secret) = settings.client_secret.clone() else { return Ok(None) };
    match shared.accounts.get(shared, &settings, &secret) {
        Ok(account) => Ok(Some((settings, account))),
        Err(bad) => {
            tracing::warn!(connection = %id, field = bad.field, why = %bad.why, "a connection's address cannot be used");
            Ok(None)
        }
    }
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
        // A ring means that what was read may be out of date, or no longer first in line.
        let mut rung = true;
        loop {
            if halted.is_none() && self.shared.stopping() {
                halted = Some(Ok(Halt::Stopped));
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
            if in_work.is_empty() {
                match halted {
                    Some(halted) => return halted,
                    None if !self.more(&mut stop).await => return Ok(Halt::Empty),
                    None => rung = true,
                }
                continue;
            }
            tokio::select! {
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
        let due = links::due(&mut tx, self.connection.id, BATCH, &in_work).await?;
        let now = connections::get(&mut tx, self.connection.id).await?;
        Ok((now.enabled && now.version == self.connection.version).then_some(due))
    }

    async fn work(&self, link: DueLink) -> (PersonId, directory::Result<Handled>) {
        let person = link.person_id;
        let work = Work::new(self.shared, self.connection, self.account, self.hold, link);
        (person, work.run().await)
    }
}
