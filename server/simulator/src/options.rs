//! What kind of Zoom account is simulated. All of it can be changed while the
//! simulator runs, by [`crate::Handle::configure`], except `bind`, `now` and
//! `seed`, which only the start reads.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{clock, rates::Rates};

#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// The simulated time at the start.
    pub now: DateTime<Utc>,
    /// Ids and tokens follow from it. Random at first, so that two simulators
    /// in one process never hand out the same id.
    pub seed: u64,
    pub credentials: Credentials,
    pub app: App,
    pub account: Account,
    pub rates: Rates,
    /// The way to Zoom: every request waits this long before it is looked at.
    pub latency: Duration,
    /// How many requests the journal remembers; the oldest go first.
    pub journal_limit: usize,
    /// How long [`crate::Handle::wait_until`] waits before it gives up.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            now: clock::machine_time(),
            seed: uuid::Uuid::new_v4().as_u64_pair().0,
            credentials: Credentials::random(),
            app: App::default(),
            account: Account::default(),
            rates: Rates::default(),
            latency: Duration::ZERO,
            journal_limit: 100_000,
            patience: Duration::from_secs(30),
        }
    }
}

/// What a Server-to-Server OAuth app of Zoom's Marketplace shows its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    pub account_id: String,
    pub client_id: String,
    pub client_secret: String,
}

impl Credentials {
    /// Made up afresh.
    pub fn random() -> Self {
        let text = || uuid::Uuid::new_v4().simple().to_string();
        Self { account_id: text()[..22].to_owned(), client_id: text()[..22].to_owned(), client_secret: text() }
    }
}

/// The Marketplace app whose token is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// A deactivated app gets no token, and its tokens stop working.
    pub active: bool,
    /// `scim2` (classic) or `scim2:admin` (granular) open the SCIM operations.
    pub scopes: Vec<String>,
    pub token_ttl: Duration,
    /// A new token kills the one before, as Zoom did from 2022 to 2024.
    pub single_token: bool,
}

impl Default for App {
    fn default() -> Self {
        Self {
            active: true,
            scopes: vec!["scim2:admin".to_owned()],
            token_ttl: Duration::from_secs(3600),
            single_token: false,
        }
    }
}

/// The Zoom account behind the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Single Sign-On; without it every operation on users is refused.
    pub sso: bool,
    /// Approved associated domains; `None` accepts every domain.
    pub associated_domains: Option<Vec<String>>,
    /// Seats for paid users (`Licensed`, `On-Prem`); `None` is no limit.
    pub paid_seats: Option<usize>,
    /// Zoom keeps at most 9,999 Basic users on an account.
    pub basic_cap: Option<usize>,
    /// Seats per plan, by its attribute (`zoomUnited`, `zoomOneBizPlus`...);
    /// a plan that is not named has no limit.
    pub plan_seats: BTreeMap<String, usize>,
    /// What a user becomes who is created without `userType` (undocumented).
    pub default_user_type: String,
    /// The rights of the role that owns the app.
    pub rights: Rights,
    /// What happens to the list of users between its pages.
    pub churn: Churn,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            sso: true,
            associated_domains: None,
            paid_seats: None,
            basic_cap: Some(9_999),
            plan_seats: BTreeMap::new(),
            default_user_type: "Basic".to_owned(),
            rights: Rights::default(),
            churn: Churn::default(),
        }
    }
}

/// What happens to the list of users before each page but the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Churn {
    /// So many go away from its start: all others move up.
    pub vanish: usize,
    /// So many come at its end.
    pub appear: usize,
    /// So many of the page before come once more.
    pub repeat: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    pub user_read: bool,
    pub user_edit: bool,
    pub group_read: bool,
    pub group_edit: bool,
}

impl Default for Rights {
    fn default() -> Self {
        Self { user_read: true, user_edit: true, group_read: true, group_edit: true }
    }
}
