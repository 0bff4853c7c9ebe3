//! Why Rollcall itself does nothing, or something else than asked: what happened, why, what to do. What Zoom's answers
//! mean is in `zoom::error`.

use model::link::{Cause, CauseKind};
use model::log::Action;
use model::person::PersonState;

fn cause(kind: CauseKind, happened: impl Into<String>, why: impl Into<String>, advice: impl Into<String>) -> Cause {
    Cause { kind, happened: happened.into(), why: why.into(), advice: advice.into(), zoom_said: None }
}

/// Neither the user name nor an e-mail is an address.
pub(crate) fn no_address(user_name: &str) -> Cause {
    cause(
        CauseKind::MissingAttribute,
        "No Zoom account was created or changed.",
        format!(
            "Zoom knows people by their e-mail address. The user name “{user_name}” is not one, and no e-mail is given."
        ),
        "Add a work e-mail in the identity source. The next change there is picked up by itself.",
    )
}

/// A switch of the To Zoom tab is off.
pub(crate) fn action_off(action: Action) -> Cause {
    let (switch, happened) = match action {
        Action::Create => ("Allow users to be created", "No Zoom account was created."),
        Action::Update => ("Allow users to be updated", "The Zoom account was not updated."),
        Action::Enable => ("Allow users to be updated", "The Zoom account was not enabled again."),
        Action::Disable => ("Allow users to be disabled", "The Zoom account stays active."),
        Action::Delete | Action::Other => ("Allow users to be deprovisioned", "The Zoom account stays as it is."),
    };
    cause(
        CauseKind::ActionOff,
        happened,
        format!("The switch “{switch}” is off on this connection."),
        "Switch it on in the To Zoom tab if Rollcall is to do this.",
    )
}

/// The address changed, and nothing may send that yet.
pub(crate) fn address_change(old: &str, new: &str) -> Cause {
    cause(
        CauseKind::ActionOff,
        format!("The e-mail change from {old} to {new} was not sent to Zoom."),
        "Changing an address changes how the person signs in to Zoom, so Rollcall does not send it by itself.",
        "Change the address in Zoom's user management if it is to change there as well. Everything else was kept in sync.",
    )
}

/// Linked by an import, and nobody has started it.
pub(crate) fn not_started() -> Cause {
    cause(
        CauseKind::NotStarted,
        "Linked to the Zoom account that was there. Nothing has been changed in Zoom.",
        "An import linked it, and its provisioning has not been started.",
        "Look at the differences on the Import tab, then start provisioning there.",
    )
}

/// Out of scope, without an account: never made, or deleted.
pub(crate) fn out_of_scope() -> Cause {
    cause(
        CauseKind::OutOfScope,
        "The person has no Zoom account from Rollcall.",
        "They are not in this connection's scope: not assigned, or no source knows them any more.",
        "If there is to be an account, a source must know the person, and they must be assigned where only assigned people get one.",
    )
}

/// In scope and not active yet, with an account that was there before.
pub(crate) fn not_active_yet() -> Cause {
    cause(
        CauseKind::OutOfScope,
        "The Zoom account stays as it is.",
        "The person is not active in the directory yet.",
        "Nothing to do: the account follows the directory as soon as the person is active.",
    )
}

/// In scope and not active, without an account.
pub(crate) fn not_active(state: PersonState) -> Cause {
    let why = match state {
        PersonState::Staged => "The person is not active in the directory yet.",
        PersonState::Active | PersonState::Deactivated => "The person is deactivated in the directory.",
    };
    cause(
        CauseKind::OutOfScope,
        "No Zoom account was created.",
        why,
        "Nothing to do: an account is created when the person becomes active.",
    )
}

/// Zoom has the account, and Rollcall did not make it.
pub(crate) fn not_linked(address: &str) -> Cause {
    cause(
        CauseKind::NotLinked,
        format!("Zoom already has an account for {address}, and it was left as it is."),
        "Rollcall never changes an account that it did not create or link.",
        "Link the account on the connection's Import tab: import, confirm the match, then start provisioning there. Or unassign the person and keep the account as it is.",
    )
}

/// An address of the connection's settings, by its field, that this server does not call.
pub(crate) fn bad_address(field: &str, why: &str) -> Cause {
    let name = if field == "token_url" { "token URL" } else { "SCIM URL" };
    cause(
        CauseKind::Rejected,
        format!("The connection's {name} cannot be used."),
        "This server does not make requests to an address of that form.",
        format!("{why} It stands on the Integration tab. Save and test the connection."),
    )
}

pub(crate) fn no_secret() -> Cause {
    cause(
        CauseKind::Unauthorized,
        "The connection has no client secret.",
        "Zoom issues no token without it.",
        "Enter the client secret on the Integration tab, save, and test the connection.",
    )
}

/// The stored secret is there and does not open.
pub(crate) fn closed_secret() -> Cause {
    cause(
        CauseKind::Unauthorized,
        "The stored client secret does not open.",
        "It was encrypted with another key than the one in ROLLCALL_KEY, or it was altered.",
        "Start Rollcall with the right key, or enter the client secret again on the Integration tab, save, and test.",
    )
}

/// Zoom has the account, and it is another person's.
pub(crate) fn already_linked(address: &str) -> Cause {
    cause(
        CauseKind::AlreadyLinked,
        format!("The Zoom account of {address} is linked to another person, and it was left as it is."),
        "Two people of the directory have the same address.",
        "If they are one human, link the two on the person’s page. Otherwise correct the address of one of them in the identity source, or unassign one.",
    )
}
