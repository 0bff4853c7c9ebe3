//! What an account should be: scope, then mapping, then the desired state. Pure; the plan's screen and the engine use
//! the same.

use crate::attributes::Attributes;
use crate::{causes, mapping};
use model::connection::{Actions, RemoveAction, ScopeMode};
use model::link::Cause;
use model::person::PersonState;
use serde_json::Value;

/// What decides about a person's account on one connection.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub profile: &'a Value,
    pub user_name: &'a str,
    pub state: PersonState,
    /// No source knows the person any more.
    pub gone: bool,
    pub assigned: bool,
}

/// What the account should be.
#[derive(Debug, Clone, PartialEq)]
pub enum Desired {
    /// There, active, with these attributes.
    Present(Attributes),
    /// In scope, and not active in the directory: inactive when it is there; not made when it is not.
    Disabled(PersonState),
    /// Out of scope: the remove action when it is there.
    Removed(RemoveAction),
    /// It should be there, and something needed is missing.
    Missing(Cause),
}

/// Whether the connection's scope takes the person in.
pub fn in_scope(subject: &Subject<'_>, scope: ScopeMode) -> bool {
    !subject.gone && (scope == ScopeMode::Everyone || subject.assigned)
}

/// The desired state of a person's account.
pub fn desired(subject: &Subject<'_>, scope: ScopeMode, actions: &Actions) -> Desired {
    if !in_scope(subject, scope) {
        return Desired::Removed(actions.remove_action);
    }
    if subject.state != PersonState::Active {
        return Desired::Disabled(subject.state);
    }
    match mapping::map(subject.profile, subject.user_name) {
        Ok(attributes) => Desired::Present(attributes),
        Err(mapping::NoAddress) => Desired::Missing(causes::no_address(subject.user_name)),
    }
}

/// Why the person is in scope or not, for the log's step.
pub fn scope_note(subject: &Subject<'_>, scope: ScopeMode) -> &'static str {
    match (subject.gone, scope, subject.assigned) {
        (true, ..) => "Not in scope: no source knows the person any more.",
        (false, ScopeMode::Everyone, _) => "In scope: the connection takes in everyone.",
        (false, ScopeMode::Assigned, true) => "In scope: assigned.",
        (false, ScopeMode::Assigned, false) => "Not in scope: not assigned.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn state(n: u8) -> PersonState {
        PersonState::ALL[usize::from(n) % PersonState::ALL.len()]
    }

    proptest! {
        #[test]
        fn only_active_people_in_scope_have_an_account(n: u8, gone: bool, assigned: bool, everyone: bool) {
            let profile = json!({});
            let subject = Subject { profile: &profile, user_name: "a@example.com", state: state(n), gone, assigned };
            let scope = if everyone { ScopeMode::Everyone } else { ScopeMode::Assigned };
            let should = !gone && (everyone || assigned) && state(n) == PersonState::Active;
            let is = matches!(desired(&subject, scope, &Actions::default()), Desired::Present(_));
            prop_assert_eq!(is, should);
        }
    }

    #[test]
    fn who_has_no_address_is_missing_one_only_when_it_is_needed() {
        let profile = json!({});
        let mut subject =
            Subject { profile: &profile, user_name: "ada", state: PersonState::Active, gone: false, assigned: true };
        let of = |subject: &Subject<'_>| desired(subject, ScopeMode::Assigned, &Actions::default());
        assert!(matches!(of(&subject), Desired::Missing(_)));
        subject.state = PersonState::Deactivated;
        assert_eq!(of(&subject), Desired::Disabled(PersonState::Deactivated));
    }
}
