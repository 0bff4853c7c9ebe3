//! The bell that is rung after a commit. In this process at once; other replicas hear it by one debounced
//! `pg_notify` a connection. A ring is only a hint: the due links are the truth, and the engine also looks by itself.

use crate::{Directory, Error, Result};
use model::ConnectionId;
use sqlx::postgres::PgListener;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

const CHANNEL: &str = "rollcall";
/// Rings within this time become one notification.
const DEBOUNCE: Duration = Duration::from_millis(50);

/// What was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Links of this connection are due.
    Due(ConnectionId),
    /// Something that a page may show has changed.
    Changed,
}

#[derive(Clone)]
pub(crate) struct Bell(Arc<Inner>);

struct Inner {
    /// Tells our own notifications from those of other replicas.
    process: Uuid,
    heard: broadcast::Sender<Signal>,
    outgoing: Mutex<BTreeSet<Signal>>,
    waiting: Notify,
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            process: Uuid::new_v4(),
            heard: broadcast::channel(256).0,
            outgoing: Mutex::default(),
            waiting: Notify::new(),
        }))
    }

    pub(crate) fn ring(&self, signal: Signal) {
        self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner).insert(signal);
        self.0.waiting.notify_one();
        // Nobody listening is no fault: the due links stay due.
        drop(self.0.heard.send(signal));
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Signal> {
        self.0.heard.subscribe()
    }

    fn take(&self) -> Vec<String> {
        let mut outgoing = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *outgoing).into_iter().map(|signal| self.payload(signal)).collect()
    }

    fn payload(&self, signal: Signal) -> String {
        match signal {
            Signal::Due(id) => format!("{} {id}", self.0.process),
            Signal::Changed => format!("{} -", self.0.process),
        }
    }

    /// The signal of another replica; none for our own and for what we do not understand.
    fn read(&self, payload: &str) -> Option<Signal> {
        let (process, what) = payload.split_once(' ')?;
        if process.parse() == Ok(self.0.process) {
            return None;
        }
        if what == "-" { Some(Signal::Changed) } else { what.parse().ok().map(Signal::Due) }
    }
}

/// Carries rings to and from the other replicas, until the task is dropped. Ends with an error when the database is
/// lost; whoever started it starts it again.
pub async fn relay(directory: Directory) -> Result<()> {
    let mut listener = PgListener::connect_with(&directory.pool).await.map_err(Error::Database)?;
    listener.listen(CHANNEL).await.map_err(Error::Database)?;
    let bell = directory.bell.clone();
    let outgoing = async {
        loop {
            bell.0.waiting.notified().await;
            tokio::time::sleep(DEBOUNCE).await;
            let payloads = bell.take();
            sqlx::query!("select pg_notify($1, p) from unnest($2::text[]) as p", CHANNEL, &payloads)
                .execute(&directory.pool)
                .await?;
        }
    };
    let incoming = async {
        loop {
            let notification = listener.recv().await.map_err(Error::Database)?;
            if let Some(signal) = bell.read(notification.payload()) {
                drop(bell.0.heard.send(signal));
            }
        }
    };
    tokio::select! { end = outgoing => end, end = incoming => end }
}
