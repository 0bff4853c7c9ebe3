//! The simulated account: everything in memory, behind one mutex.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    clock::Clock,
    fault::{Effect, Fault},
    group::Group,
    ids::Ids,
    journal::{Entry, Journal},
    oauth::Tokens,
    operation::Operation,
    options::Options,
    rates::{Meter, Verdict},
    seats::Seats,
    user::User,
};

/// What a condition of [`crate::Handle::wait_until`] sees.
#[derive(Debug)]
pub struct State {
    pub(crate) options: Options,
    pub(crate) base_url: String,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) tokens: Tokens,
    pub(crate) journal: Journal,
    pub(crate) groups: Vec<Group>,
    pub(crate) pending: HashSet<String>,
    pub(crate) foreign: HashSet<String>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) faults: Vec<Fault>,
    seats: Seats,
    meter: Meter,
    /// By order of creation, which is the order of a list.
    users: BTreeMap<u64, User>,
    by_id: HashMap<String, u64>,
    by_name: HashMap<String, u64>,
    created: u64,
}

/// Data that went to a `transferee` when its owner was deactivated or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub at: DateTime<Utc>,
    pub from: String,
    pub to: String,
}

/// How an address is compared; whether Zoom folds case is undocumented, its
/// sign-in does.
pub(crate) fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

impl State {
    pub(crate) fn new(options: Options, base_url: String) -> Self {
        Self {
            clock: Clock::new(options.now),
            ids: Ids::new(options.seed),
            journal: Journal::default(),
            options,
            base_url,
            tokens: Tokens::default(),
            groups: Vec::new(),
            pending: HashSet::new(),
            foreign: HashSet::new(),
            transfers: Vec::new(),
            faults: Vec::new(),
            seats: Seats::default(),
            meter: Meter::default(),
            users: BTreeMap::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            created: 0,
        }
    }

    /// All users in the order of their creation.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &User> {
        self.users.values()
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.by_id.get(id).and_then(|number| self.users.get(number))
    }

    /// By e-mail address, whatever its case.
    pub fn user_by_name(&self, user_name: &str) -> Option<&User> {
        self.by_name.get(&folded(user_name)).and_then(|number| self.users.get(number))
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn group_by_name(&self, display_name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.display_name == display_name)
    }

    /// Names of the groups a user is in.
    pub fn groups_of(&self, user_id: &str) -> Vec<&str> {
        let of_user = self.groups.iter().filter(|group| group.members.contains(user_id));
        of_user.map(|group| group.display_name.as_str()).collect()
    }

    pub fn transfers(&self) -> &[Transfer] {
        &self.transfers
    }

    /// The requests answered so far, oldest first.
    pub fn journal(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.journal.entries()
    }

    /// How often an operation was asked for, refused or not.
    pub fn count(&self, operation: Operation) -> usize {
        self.journal().filter(|entry| entry.operation == Some(operation)).count()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Adds a user, or replaces the one of the same id.
    pub(crate) fn put(&mut self, user: User) {
        let number = match self.by_id.get(&user.id) {
            Some(number) => *number,
            None => {
                self.created += 1;
                self.created
            }
        };
        if let Some(before) = self.users.get(&number) {
            self.seats.remove(before);
            self.by_name.remove(&folded(&before.user_name));
        }
        self.seats.add(&user);
        self.by_id.insert(user.id.clone(), number);
        self.by_name.insert(folded(&user.user_name), number);
        self.users.insert(number, user);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<User> {
        let user = self.by_id.remove(id).and_then(|number| self.users.remove(&number))?;
        self.seats.remove(&user);
        self.by_name.remove(&folded(&user.user_name));
        for group in &mut self.groups {
            group.members.remove(id);
        }
        Some(user)
    }

    /// Makes these the groups of a user; names that no group has are passed
    /// over (undocumented, like whether PUT replaces or adds).
    pub(crate) fn set_groups(&mut self, user_id: &str, names: &[String]) {
        for group in &mut self.groups {
            if names.contains(&group.display_name) {
                group.members.insert(user_id.to_owned());
            } else {
                group.members.remove(user_id);
            }
        }
    }

    /// Data moves to the transferee, if the account has such a user.
    pub(crate) fn transfer_from(&mut self, user: &User) {
        let Some(to) = user.transferee().filter(|to| self.user_by_name(to).is_some()) else {
            return;
        };
        let (at, to) = (self.now(), to.to_owned());
        self.transfers.push(Transfer { at, from: user.user_name.clone(), to });
    }

    /// Somebody invited who has not accepted, or a user of another account.
    pub(crate) fn is_elsewhere(&self, email: &str) -> bool {
        let email = folded(email);
        self.pending.contains(&email) || self.foreign.contains(&email)
    }

    pub(crate) fn is_domain_associated(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default();
        self.options
            .account
            .associated_domains
            .as_ref()
            .is_none_or(|domains| domains.iter().any(|known| known.eq_ignore_ascii_case(domain)))
    }

    pub(crate) fn check_seats(&self, before: Option<&User>, after: &User) -> Result<(), crate::refusal::Refusal> {
        self.seats.check(&self.options.account, before, after)
    }

    pub(crate) fn admit(&mut self, operation: Operation) -> Verdict {
        let (elapsed, now) = (self.clock.elapsed(), self.clock.now());
        self.meter.admit(&self.options.rates, operation, elapsed, now)
    }

    /// The effect of the first fault that waits for such a request, used up by it.
    pub(crate) fn take_fault(&mut self, call: &Call) -> Option<Effect> {
        let index = self.faults.iter().position(|fault| fault.matches(call))?;
        let fault = self.faults.get_mut(index)?;
        let effect = fault.effect.clone();
        if fault.is_used_up() {
            self.faults.remove(index);
        }
        Some(effect)
    }

    pub(crate) fn record(&mut self, call: Call, status: Option<u16>, answer: &str, delivered: bool) {
        let at = self.now();
        self.journal.push(call, at, status, answer, delivered, self.options.journal_limit);
    }
}
