//! The account as data, so that a demo can go on where it stopped.

use serde::{Deserialize, Serialize};

use crate::{
    group::Group,
    state::{State, Transfer},
    user::User,
};

/// Users, groups and addresses; no options, tokens or journal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub pending: Vec<String>,
    pub foreign: Vec<String>,
    pub transfers: Vec<Transfer>,
}

impl Snapshot {
    pub(crate) fn of(state: &State) -> Self {
        let sorted = |emails: &std::collections::HashSet<String>| {
            let mut emails: Vec<String> = emails.iter().cloned().collect();
            emails.sort();
            emails
        };
        Self {
            users: state.users().cloned().collect(),
            groups: state.groups.clone(),
            pending: sorted(&state.pending),
            foreign: sorted(&state.foreign),
            transfers: state.transfers.clone(),
        }
    }

    /// Puts everything in the place of what was there.
    pub(crate) fn restore(self, state: &mut State) {
        let ids: Vec<String> = state.users().map(|user| user.id.clone()).collect();
        for id in ids {
            state.remove(&id);
        }
        for user in self.users {
            state.put(user);
        }
        state.groups = self.groups;
        state.pending = self.pending.into_iter().collect();
        state.foreign = self.foreign.into_iter().collect();
        state.transfers = self.transfers;
    }
}
