//! Waiting for what the server does by itself: looked at after every commit it tells of, never by the clock.

use crate::TestApp;
use directory::{Actor, Directory, Signal};
use model::link::{LinkState, PersonLink};
use model::log::{LogEntry, LogFilter, LogRow};
use model::mail::Mail;
use model::trace::{RequestRow, TraceFilter, Traffic};
use model::{ConnectionId, Cursor, PersonId, SourceId};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until every audit entry is sealed, and says which is the last.
pub async fn wait_sealed(directory: &Directory) -> i64 {
    let mut heard = directory.listen();
    loop {
        let mut tx = directory.begin(Actor::Command).await.unwrap();
        let state = directory::audit::state(&mut tx).await.unwrap();
        drop(tx);
        if state.waiting == 0 {
            return state.sealed;
        }
        let told = timeout(PATIENCE, heard.recv()).await;
        assert!(told.is_ok(), "nothing was sealed for {PATIENCE:?}: {state:?}");
    }
}

impl TestApp {
    /// The person's link as it stands.
    pub async fn link(&self, connection: ConnectionId, person: PersonId) -> PersonLink {
        let links = directory::links::of_person(&mut self.tx().await, person).await.unwrap();
        let link = links.into_iter().find(|link| link.connection_id == connection);
        link.unwrap_or_else(|| panic!("the person has no link on that connection"))
    }

    /// Waits until the link is in that state with nothing left to do at once.
    pub async fn wait_link(&self, connection: ConnectionId, person: PersonId, state: LinkState) -> PersonLink {
        self.wait_link_until(connection, person, |link| link.state == state).await
    }

    pub async fn wait_link_until(
        &self,
        connection: ConnectionId,
        person: PersonId,
        is_so: impl Fn(&PersonLink) -> bool,
    ) -> PersonLink {
        let mut heard = self.directory.listen();
        loop {
            let link = self.link(connection, person).await;
            if is_so(&link) {
                return link;
            }
            self.hear(&mut heard, || format!("the link is still {link:?}")).await;
        }
    }

    /// Waits until nothing of the connection is due or under way.
    pub async fn wait_idle(&self, connection: ConnectionId) {
        let mut heard = self.directory.listen();
        loop {
            let links = directory::links::counts(&mut self.tx().await, connection).await.unwrap();
            if links.pending == 0 && links.failing == 0 {
                return;
            }
            self.hear(&mut heard, || format!("the links are still {links:?}")).await;
        }
    }

    /// Waits for the newest entry that is so.
    pub async fn wait_log(&self, person: PersonId, is_so: impl Fn(&LogRow) -> bool) -> LogEntry {
        let mut heard = self.directory.listen();
        loop {
            let log = self.log(person).await;
            if let Some(row) = log.iter().find(|row| is_so(row)) {
                return directory::logs::get(&mut self.tx().await, row.id).await.unwrap().unwrap();
            }
            self.hear(&mut heard, || format!("the log is still {log:#?}")).await;
        }
    }

    /// What the log says of a person, newest first.
    pub async fn log(&self, person: PersonId) -> Vec<LogRow> {
        let filter = LogFilter { person_id: Some(person), ..LogFilter::default() };
        directory::logs::list(&mut self.tx().await, &filter, &Cursor::First, 100).await.unwrap().rows
    }

    /// Waits until every audit entry is sealed, and says which is the last.
    pub async fn wait_sealed(&self) -> i64 {
        crate::wait_sealed(&self.directory).await
    }

    /// Waits until somebody waits for a row that another transaction holds.
    pub async fn wait_for_lock(&self) {
        let waiting = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'";
        let come = async {
            while self.database.count(waiting).await == 0 {
                tokio::task::yield_now().await;
            }
        };
        assert!(timeout(PATIENCE, come).await.is_ok(), "nobody waits for a lock");
    }

    /// How the mail of an invitation stands; none when there is none.
    pub async fn invitation(&self, email: &str) -> Option<Mail> {
        let mut tx = self.tx().await;
        let admin = directory::admins::by_email(&mut tx, email).await.unwrap()?;
        let mails = directory::mail::invitations(&mut tx).await.unwrap();
        mails.into_iter().find(|(id, _)| *id == admin.id).map(|(_, mail)| mail)
    }

    /// Waits until the mail of an invitation is so.
    pub async fn wait_invitation(&self, email: &str, is_so: impl Fn(&Mail) -> bool) -> Mail {
        let mut heard = self.directory.listen();
        loop {
            let mail = self.invitation(email).await;
            match mail {
                Some(mail) if is_so(&mail) => return mail,
                mail => self.hear(&mut heard, || format!("the mail is still {mail:?}")).await,
            }
        }
    }

    /// Waits until so many requests of a source match, and says which: the newest 50 at most.
    pub async fn wait_requests(&self, source: SourceId, filter: &TraceFilter, count: usize) -> Vec<RequestRow> {
        let mut heard = self.directory.listen();
        loop {
            let mut tx = self.tx().await;
            let found = directory::trace::list(&mut tx, source, filter, &Cursor::First, 50).await.unwrap().rows;
            drop(tx);
            if found.len() >= count {
                assert_eq!(found.len(), count, "{found:?}");
                return found;
            }
            self.hear(&mut heard, || format!("{count} requests did not come: {found:?}")).await;
        }
    }

    /// Waits until the numbers of a source are so.
    pub async fn wait_traffic(&self, source: SourceId, is_so: impl Fn(&Traffic) -> bool) -> Traffic {
        let mut heard = self.directory.listen();
        loop {
            let traffic = directory::trace::traffic(&mut self.tx().await, source).await.unwrap();
            if is_so(&traffic) {
                return traffic;
            }
            self.hear(&mut heard, || format!("the numbers stay: {traffic:?}")).await;
        }
    }

    /// Waits until something was committed.
    async fn hear(&self, heard: &mut Receiver<Signal>, otherwise: impl FnOnce() -> String) {
        match timeout(PATIENCE, heard.recv()).await {
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
            Ok(Err(RecvError::Closed)) => panic!("the server is gone; {}", otherwise()),
            Err(_) => panic!("nothing happened for {PATIENCE:?}; {}\n{}", otherwise(), self.journal()),
        }
    }

    /// What Zoom was asked last, for a message.
    pub fn journal(&self) -> String {
        let entries = self.zoom.journal();
        let last = entries.iter().rev().take(20).rev();
        last.map(|entry| format!("{} {}?{} {:?}\n", entry.method, entry.path, entry.query, entry.status)).collect()
    }
}
