//! The inside view: seed the account, change its rules, set faults, read the
//! journal, wait for something to be so.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use crate::{
    fault::Fault,
    group::Group,
    journal::Entry,
    oauth,
    operation::Operation,
    options::{Credentials, Options},
    serve::Shared,
    snapshot::Snapshot,
    state::{State, folded},
    user::User,
};

/// Cheap to clone; outlives the simulator it looks into.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
}

/// What was waited for did not come; says what Zoom was asked for instead.
#[derive(thiserror::Error)]
#[error("not within {after:?}; the last requests were:\n{last}")]
pub struct TimedOut {
    after: Duration,
    last: String,
}

/// The same words, since tests show errors by `Debug`.
impl fmt::Debug for TimedOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> String {
        self.look(|state| state.base_url.clone())
    }

    /// What an administrator types as SCIM URL.
    pub fn scim_url(&self) -> String {
        format!("{}/scim2", self.base_url())
    }

    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.base_url())
    }

    pub fn credentials(&self) -> Credentials {
        self.look(|state| state.options.credentials.clone())
    }

    /// A token without asking the token endpoint for it.
    pub fn issue_token(&self) -> String {
        self.shared.change(oauth::issue)
    }

    /// Every token stops working at once ("Invalid access token.").
    pub fn revoke_tokens(&self) {
        self.shared.change(|state| state.tokens.clear());
    }

    /// Changes the account's rules while it runs.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        self.shared.change(|state| change(&mut state.options));
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.look(State::now)
    }

    /// Lets simulated time pass; nobody waits.
    pub fn advance(&self, by: Duration) {
        self.shared.change(|state| state.clock.advance(by));
    }

    /// A Basic user with nothing but an address, then whatever `change` makes
    /// of it: a role, a kind, a name.
    pub fn add_user(&self, user_name: &str, change: impl FnOnce(&mut User)) -> User {
        self.shared.change(|state| {
            let mut user = User::new(state.ids.id(), user_name, "Basic", state.now());
            change(&mut user);
            state.put(user.clone());
            user
        })
    }

    /// Somebody edits a user in Zoom's own portal.
    pub fn change_user(&self, user_name: &str, change: impl FnOnce(&mut User)) -> Option<User> {
        self.shared.change(|state| {
            let mut user = state.user_by_name(user_name)?.clone();
            change(&mut user);
            user.last_modified = state.now();
            state.put(user.clone());
            Some(user)
        })
    }

    /// Somebody deletes a user in Zoom's own portal.
    pub fn remove_user(&self, user_name: &str) -> Option<User> {
        self.shared.change(|state| {
            let id = state.user_by_name(user_name)?.id.clone();
            state.remove(&id)
        })
    }

    /// An empty group, then whatever `change` makes of it.
    pub fn add_group(&self, display_name: &str, change: impl FnOnce(&mut Group)) -> Group {
        self.shared.change(|state| {
            let now = state.now();
            let mut group = Group {
                id: state.ids.id(),
                display_name: display_name.to_owned(),
                email_alias: None,
                members: BTreeSet::new(),
                is_default: false,
                created: now,
                last_modified: now,
            };
            change(&mut group);
            state.groups.push(group.clone());
            group
        })
    }

    /// Invited and has not accepted: a look-up answers 400.
    pub fn set_pending(&self, email: &str) {
        self.shared.change(|state| state.pending.insert(folded(email)));
    }

    /// A user of another Zoom account: a look-up answers 400.
    pub fn set_foreign(&self, email: &str) {
        self.shared.change(|state| state.foreign.insert(folded(email)));
    }

    /// Neither pending nor foreign any more.
    pub fn release_email(&self, email: &str) {
        self.shared.change(|state| {
            state.pending.remove(&folded(email));
            state.foreign.remove(&folded(email));
        });
    }

    pub fn inject(&self, fault: Fault) {
        self.shared.change(|state| state.faults.push(fault));
    }

    pub fn clear_faults(&self) {
        self.shared.change(|state| state.faults.clear());
    }

    pub fn users(&self) -> Vec<User> {
        self.look(|state| state.users().cloned().collect())
    }

    pub fn user_by_name(&self, user_name: &str) -> Option<User> {
        self.look(|state| state.user_by_name(user_name).cloned())
    }

    pub fn groups(&self) -> Vec<Group> {
        self.look(|state| state.groups.clone())
    }

    pub fn group_by_name(&self, display_name: &str) -> Option<Group> {
        self.look(|state| state.group_by_name(display_name).cloned())
    }

    pub fn journal(&self) -> Vec<Entry> {
        self.look(|state| state.journal().cloned().collect())
    }

    /// The journal's entries of one operation.
    pub fn requests(&self, operation: Operation) -> Vec<Entry> {
        let mut entries = self.journal();
        entries.retain(|entry| entry.operation == Some(operation));
        entries
    }

    pub fn clear_journal(&self) {
        self.shared.change(|state| state.journal.clear());
    }

    pub fn snapshot(&self) -> Snapshot {
        self.look(Snapshot::of)
    }

    pub fn restore(&self, snapshot: Snapshot) {
        self.shared.change(|state| snapshot.restore(state));
    }

    /// Sees users, groups and journal at one moment. The account stands still
    /// meanwhile, so `see` must not call the handle: it would wait for itself.
    /// The same holds for every closure given to a handle.
    pub fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        self.shared.look(see)
    }

    /// Waits until it is so; looks again after every change, never sleeps.
    pub async fn wait_until(&self, mut is_so: impl FnMut(&State) -> bool) -> Result<(), TimedOut> {
        self.wait_for(|state| is_so(state).then_some(())).await
    }

    /// Waits until there is something, and returns it.
    pub async fn wait_for<T>(&self, mut find: impl FnMut(&State) -> Option<T>) -> Result<T, TimedOut> {
        let mut changes = self.shared.changes.subscribe();
        let patience = self.look(|state| state.options.patience);
        let found = timeout(patience, async {
            loop {
                if let Some(found) = self.look(&mut find) {
                    return found;
                }
                // Fails only when the sender is gone, and `self` holds it.
                let _ = changes.changed().await;
            }
        });
        found.await.map_err(|_| self.timed_out(patience))
    }

    fn timed_out(&self, after: Duration) -> TimedOut {
        let last = self.look(|state| {
            let mut lines: Vec<String> = state.journal().rev().take(20).map(line).collect();
            lines.reverse();
            lines.join("\n")
        });
        TimedOut { after, last }
    }
}

fn line(entry: &Entry) -> String {
    let status = entry.status.map_or("dropped".to_owned(), |status| status.to_string());
    let Entry { number, method, path, query, body, .. } = entry;
    let body: String =
        if entry.operation == Some(Operation::Token) { String::new() } else { body.chars().take(200).collect() };
    format!("{number} {method} {path} {query} {status} {body}")
}
