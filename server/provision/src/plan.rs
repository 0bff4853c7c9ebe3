//! Desired against known: the list of changes. Pure; the screen that shows a plan and the engine use the same one.
//!
//! The order is Zoom's: an inactive account takes no update, so it is enabled first; disabling drops the licence, so
//! enabling sends it again. Without a Zoom id the account is looked for before anything else.

use crate::attributes::Attributes;
use crate::causes;
use crate::desired::Desired;
use directory::links::Known;
use model::connection::{Actions, RemoveAction};
use model::link::Cause;
use model::log::Action;
use model::person::PersonState;

/// One change of an account, in the order in which it is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Ask Zoom who has this address. What is found decides how it goes on, so the plan is made again after it.
    Look {
        user_name: String,
    },
    Create(Attributes),
    Enable,
    /// Only what differs; an empty text clears.
    Update(Attributes),
    Disable,
    Delete,
}

/// How a link ends when all changes went well.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// In sync; with a note when something was left out on purpose.
    InSync(Option<Cause>),
    Skipped(Cause),
    Blocked(Cause),
}

/// What is to be done for one link.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub ending: Ending,
}

impl Plan {
    fn nothing(ending: Ending) -> Self {
        Self { changes: Vec::new(), ending }
    }

    fn skip(action: Action) -> Self {
        Self::nothing(Ending::Skipped(causes::action_off(action)))
    }
}

/// Compares what an account should be with what is known of it.
pub fn plan(desired: &Desired, known: &Known, actions: &Actions) -> Plan {
    let sent = known.last_sent.as_ref().map(Attributes::from_json).unwrap_or_default();
    if known.zoom_id.is_none() {
        return unlinked(desired, known, actions, &sent);
    }
    // Unknown after a lost answer: then it is said again, whichever way.
    let inactive = known.active == Some(false);
    match desired {
        Desired::Present(wanted) => present(wanted, &sent, known.active == Some(true), actions),
        Desired::Missing(cause) => Plan::nothing(Ending::Blocked(cause.clone())),
        // Not active yet is not to be disabled: the account that was there stays as it is.
        Desired::Disabled(PersonState::Staged) => Plan::nothing(Ending::Skipped(causes::not_active_yet())),
        Desired::Disabled(_) if inactive => Plan::nothing(Ending::InSync(None)),
        Desired::Disabled(_) if !actions.disable => Plan::skip(Action::Disable),
        Desired::Disabled(_) => Plan { changes: vec![Change::Disable], ending: Ending::InSync(None) },
        Desired::Removed(RemoveAction::Disable) if inactive => Plan::nothing(Ending::InSync(None)),
        Desired::Removed(_) if !actions.deprovision => Plan::skip(Action::Delete),
        Desired::Removed(RemoveAction::Disable) => {
            Plan { changes: vec![Change::Disable], ending: Ending::InSync(None) }
        }
        Desired::Removed(RemoveAction::Delete) => {
            Plan { changes: vec![Change::Delete], ending: Ending::Skipped(causes::out_of_scope()) }
        }
    }
}

/// The account is not known. After a create whose answer was lost it may be there all the same, under the address that
/// the create said: that is looked for first, also for somebody who is to lose the account.
fn unlinked(desired: &Desired, known: &Known, actions: &Actions, sent: &Attributes) -> Plan {
    let lost = sent.get(crate::attributes::USER_NAME).filter(|_| known.creating);
    let look = |name: &str| Change::Look { user_name: name.to_owned() };
    let (mut changes, ending) = match desired {
        Desired::Present(_) if !actions.create => (vec![], Ending::Skipped(causes::action_off(Action::Create))),
        Desired::Present(wanted) => {
            let name = wanted.get(crate::attributes::USER_NAME).unwrap_or_default();
            (vec![look(name), Change::Create(wanted.clone())], Ending::InSync(None))
        }
        Desired::Missing(cause) => (vec![], Ending::Blocked(cause.clone())),
        Desired::Disabled(state) => (vec![], Ending::Skipped(causes::not_active(*state))),
        Desired::Removed(_) => (vec![], Ending::Skipped(causes::out_of_scope())),
    };
    if let Some(name) = lost.filter(|name| changes.first() != Some(&look(name))) {
        changes.insert(0, look(name));
    }
    Plan { changes, ending }
}

fn present(wanted: &Attributes, sent: &Attributes, active: bool, actions: &Actions) -> Plan {
    let update = sent.changes_to(wanted, !active);
    if !actions.update && !active {
        return Plan::skip(Action::Enable);
    }
    if !actions.update && !update.is_empty() {
        return Plan::skip(Action::Update);
    }
    let mut changes = Vec::new();
    if !active {
        changes.push(Change::Enable);
    }
    if !update.is_empty() {
        changes.push(Change::Update(update));
    }
    let note = sent.address_change(wanted).map(|(old, new)| causes::address_change(old, new));
    Plan { changes, ending: Ending::InSync(note) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{GIVEN_NAME, TITLE, USER_NAME, USER_TYPE};
    use model::link::CauseKind;
    use proptest::prelude::*;

    const ON: Actions =
        Actions { create: true, update: true, disable: true, deprovision: true, remove_action: RemoveAction::Disable };

    fn ada(title: &str) -> Attributes {
        [(USER_NAME, "ada@example.com"), (GIVEN_NAME, "Ada"), (TITLE, title), (USER_TYPE, "Licensed")].into()
    }

    fn linked(active: bool) -> Known {
        Known {
            zoom_id: Some("z1".into()),
            last_sent: Some(ada("Countess").to_json()),
            active: Some(active),
            creating: false,
        }
    }

    fn lost() -> Known {
        Known { last_sent: Some(ada("Countess").to_json()), creating: true, ..Known::default() }
    }

    fn look(name: &str) -> Change {
        Change::Look { user_name: name.into() }
    }

    #[test]
    fn a_new_person_is_looked_for_and_then_created() {
        let plan = plan(&Desired::Present(ada("Countess")), &Known::default(), &ON);
        assert_eq!(plan.changes, [look("ada@example.com"), Change::Create(ada("Countess"))]);
    }

    #[test]
    fn one_changed_attribute_is_one_update_of_it_alone() {
        let plan = plan(&Desired::Present(ada("Engineer")), &linked(true), &ON);
        assert_eq!(plan.changes, [Change::Update([(TITLE, "Engineer")].into())]);
        assert_eq!(plan.ending, Ending::InSync(None));
    }

    #[test]
    fn an_inactive_account_is_enabled_first_and_gets_its_licence_again() {
        let plan = plan(&Desired::Present(ada("Countess")), &linked(false), &ON);
        assert_eq!(plan.changes, [Change::Enable, Change::Update([(USER_TYPE, "Licensed")].into())]);
    }

    #[test]
    fn a_staged_person_keeps_the_account_that_was_there_as_it_is() {
        for active in [Some(true), Some(false), None] {
            let known = Known { active, ..linked(true) };
            assert_eq!(plan(&Desired::Disabled(PersonState::Staged), &known, &ON).changes, []);
        }
    }

    #[test]
    fn an_account_that_may_be_active_or_not_is_told_again() {
        let unknown = Known { active: None, ..linked(true) };
        let changes = |desired: &Desired| plan(desired, &unknown, &ON).changes;
        let update = Change::Update([(USER_TYPE, "Licensed")].into());
        assert_eq!(changes(&Desired::Present(ada("Countess"))), [Change::Enable, update]);
        assert_eq!(changes(&Desired::Disabled(PersonState::Deactivated)), [Change::Disable]);
        assert_eq!(changes(&Desired::Removed(RemoveAction::Disable)), [Change::Disable]);
        assert_eq!(changes(&Desired::Removed(RemoveAction::Delete)), [Change::Delete]);
    }

    #[test]
    fn a_lost_create_is_looked_for_by_the_address_it_said_even_when_the_person_left() {
        let mut wanted = ada("Countess");
        wanted.set(USER_NAME, "lovelace@example.com");
        let changes = plan(&Desired::Present(wanted.clone()), &lost(), &ON).changes;
        assert_eq!(changes, [look("ada@example.com"), look("lovelace@example.com"), Change::Create(wanted)]);
        let changes = plan(&Desired::Disabled(PersonState::Deactivated), &lost(), &ON).changes;
        assert_eq!(changes, [look("ada@example.com")]);
        let changes = plan(&Desired::Removed(RemoveAction::Delete), &lost(), &ON).changes;
        assert_eq!(changes, [look("ada@example.com")]);
        let changes = plan(&Desired::Present(ada("Countess")), &lost(), &ON).changes;
        assert_eq!(changes, [look("ada@example.com"), Change::Create(ada("Countess"))], "once is enough");
    }

    #[test]
    fn a_changed_address_is_noted_and_not_sent() {
        let mut wanted = ada("Engineer");
        wanted.set(USER_NAME, "lovelace@example.com");
        let plan = plan(&Desired::Present(wanted), &linked(true), &ON);
        assert_eq!(plan.changes, [Change::Update([(TITLE, "Engineer")].into())]);
        let Ending::InSync(Some(note)) = plan.ending else { panic!("{:?}", plan.ending) };
        assert!(note.happened.contains("ada@example.com to lovelace@example.com"), "{}", note.happened);
    }

    fn desired() -> impl Strategy<Value = Desired> {
        prop_oneof![
            "[a-b]".prop_map(|title| Desired::Present(ada(&title))),
            Just(Desired::Disabled(PersonState::Deactivated)),
            Just(Desired::Removed(RemoveAction::Disable)),
            Just(Desired::Removed(RemoveAction::Delete)),
        ]
    }

    fn known() -> impl Strategy<Value = Known> {
        let unknown = Known { active: None, ..linked(true) };
        prop_oneof![Just(Known::default()), Just(lost()), Just(linked(true)), Just(linked(false)), Just(unknown)]
    }

    fn actions() -> impl Strategy<Value = Actions> {
        any::<[bool; 4]>().prop_map(|[create, update, disable, deprovision]| Actions {
            create,
            update,
            disable,
            deprovision,
            remove_action: RemoveAction::Disable,
        })
    }

    proptest! {
        #[test]
        fn nothing_is_sent_to_an_inactive_account_before_it_is_enabled(desired in desired(), known in known(), on in actions()) {
            let changes = plan(&desired, &known, &on).changes;
            if let Some(update) = changes.iter().position(|c| matches!(c, Change::Update(_))) {
                prop_assert!(known.active == Some(true) || changes[..update].contains(&Change::Enable));
            }
        }

        #[test]
        fn what_is_not_linked_is_looked_for_before_it_is_created_and_never_changed(desired in desired(), on in actions()) {
            for known in [Known::default(), lost()] {
                let changes = plan(&desired, &known, &on).changes;
                let only_look_and_create = changes.iter().all(|c| matches!(c, Change::Look { .. } | Change::Create(_)));
                prop_assert!(only_look_and_create);
                if matches!(changes.last(), Some(Change::Create(_))) {
                    prop_assert!(changes.len() >= 2);
                }
            }
        }

        #[test]
        fn a_switch_that_is_off_forbids(desired in desired(), known in known(), on in actions()) {
            let plan = plan(&desired, &known, &on);
            for change in &plan.changes {
                let allowed = match change {
                    Change::Look { .. } => true,
                    Change::Create(_) => on.create,
                    Change::Enable | Change::Update(_) => on.update,
                    Change::Disable => if matches!(desired, Desired::Removed(_)) { on.deprovision } else { on.disable },
                    Change::Delete => on.deprovision && desired == Desired::Removed(RemoveAction::Delete),
                };
                prop_assert!(allowed, "{change:?}");
            }
            if let Ending::Skipped(cause) = &plan.ending && cause.kind == CauseKind::ActionOff {
                let only_looks = plan.changes.iter().all(|c| matches!(c, Change::Look { .. }));
                prop_assert!(only_looks);
            }
        }
    }
}
