//! One Zoom account as this process knows it: its client with the one token, its pace, and what troubles it. Kept from
//! drain to drain, and made anew when the credentials change.

use super::Shared;
use crate::pace::{self, Pace};
use crate::zoom::client::BadAddress;
use crate::zoom::{Credentials, Failure, Zoom};
use chrono::{DateTime, Utc};
use directory::connections::ConnectionSettings;
use model::ConnectionId;
use model::link::CauseKind;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Failures in a row that are no link's fault, after which the connection waits.
const TOO_MANY: u32 = 5;

pub(super) struct Account {
    pub(super) zoom: Zoom,
    pub(super) pace: Pace,
    credentials: Credentials,
    trouble: Mutex<Trouble>,
}

#[derive(Default)]
struct Trouble {
    paused_until: Option<DateTime<Utc>>,
    /// Pauses since the last call that went well.
    times: i32,
    /// Failing answers in a row.
    in_a_row: u32,
    /// What the log already says.
    logged: Option<CauseKind>,
}

/// A pause that begins.
pub(super) struct Pause {
    pub(super) until: DateTime<Utc>,
    /// The first of its kind: to be written to the log.
    pub(super) new: bool,
}

impl Account {
    fn trouble(&self) -> std::sync::MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when no call may go.
    pub(super) fn paused(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.trouble().paused_until.filter(|until| *until > now)
    }

    /// The connection goes on: its pause is over, or somebody who put things right has ended it.
    pub(super) fn go_on(&self) {
        self.trouble().paused_until = None;
    }

    /// Zoom did, or properly refused, what it was asked. A pause that runs is kept: the call was made before it.
    pub(super) fn went_well(&self, now: DateTime<Utc>) {
        let mut trouble = self.trouble();
        if trouble.paused_until.is_some_and(|until| until > now) {
            trouble.in_a_row = 0;
        } else {
            *trouble = Trouble::default();
        }
    }

    /// All of the connection waits. Calls that were in flight together pause it once, for the longest of their times.
    pub(super) fn pause(&self, failure: &Failure, now: DateTime<Utc>) -> Pause {
        let kind = failure.cause("").kind;
        let mut trouble = self.trouble();
        let running = trouble.paused_until.filter(|until| *until > now);
        if running.is_none() {
            trouble.times = trouble.times.saturating_add(1);
        }
        let until = pace::pause(failure, trouble.times - 1, now);
        let until = running.map_or(until, |running| running.max(until));
        trouble.paused_until = Some(until);
        // Being asked to wait is everyday; anything else is worth an entry.
        let new = kind != CauseKind::RateLimited && trouble.logged != Some(kind);
        if new {
            trouble.logged = Some(kind);
        }
        Pause { until, new }
    }

    /// Counts a failure that may be one link's bad luck; a pause when there were too many in a row.
    pub(super) fn passing(&self, failure: &Failure, now: DateTime<Utc>) -> Option<Pause> {
        let in_a_row = {
            let mut trouble = self.trouble();
            trouble.in_a_row = trouble.in_a_row.saturating_add(1);
            trouble.in_a_row
        };
        (in_a_row >= TOO_MANY).then(|| self.pause(failure, now))
    }
}

/// The accounts of this process.
#[derive(Default)]
pub(super) struct Accounts(Mutex<HashMap<ConnectionId, Arc<Account>>>);

impl Accounts {
    /// The account of a connection, the same as before when its credentials are.
    pub(super) fn get(
        &self,
        shared: &Shared,
        settings: &ConnectionSettings,
        secret: &SecretString,
    ) -> Result<Arc<Account>, BadAddress> {
        let connection = &settings.connection;
        let credentials = Credentials {
            scim_url: connection.scim_url.clone(),
            token_url: connection.auth.token_url.clone(),
            account_id: connection.auth.account_id.clone(),
            client_id: connection.auth.client_id.clone(),
            client_secret: secret.clone(),
        };
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get(&connection.id).filter(|account| same(&account.credentials, &credentials)) {
            return Ok(account.clone());
        }
        let zoom = Zoom::new(&shared.outbound, credentials.clone())?;
        let pace = Pace::new(shared.options.calls_per_second);
        let account = Arc::new(Account { zoom, pace, credentials, trouble: Mutex::default() });
        accounts.insert(connection.id, account.clone());
        Ok(account)
    }
}

fn same(one: &Credentials, other: &Credentials) -> bool {
    one.scim_url == other.scim_url
        && one.token_url == other.token_url
        && one.account_id == other.account_id
        && one.client_id == other.client_id
        && one.client_secret.expose_secret() == other.client_secret.expose_secret()
}
