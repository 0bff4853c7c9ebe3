//! How a value looks: a tone, an icon and a word, always the three together.

use model::connection::CheckState;
use model::link::LinkState;
use model::log::{Action, Status};
use model::person::PersonState;
use model::source::TokenState;

/// The meaning of a colour: ok = in sync, success; info = pending, running; warn = soon a problem, a deactivation;
/// bad = failing, deletion; hold = somebody must act; idle = off, skipped, revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    Info,
    Hold,
    Idle,
}

impl Tone {
    /// The value of `data-tone`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Hold => "hold",
            Self::Idle => "idle",
        }
    }
}

/// A tone never stands alone: an icon and a word go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub tone: Tone,
    pub icon: &'static str,
    pub label: &'static str,
}

impl Look {
    pub const fn new(tone: Tone, icon: &'static str, label: &'static str) -> Self {
        Self { tone, icon, label }
    }
}

impl From<LinkState> for Look {
    fn from(state: LinkState) -> Self {
        let (tone, icon) = match state {
            LinkState::InSync => (Tone::Ok, "circle-check"),
            LinkState::Pending => (Tone::Info, "clock"),
            LinkState::Blocked => (Tone::Hold, "octagon-alert"),
            LinkState::Failing => (Tone::Bad, "circle-x"),
            LinkState::Skipped => (Tone::Idle, "skip-forward"),
        };
        Self::new(tone, icon, state.label())
    }
}

impl From<Status> for Look {
    fn from(status: Status) -> Self {
        let (tone, icon) = match status {
            Status::Success => (Tone::Ok, "circle-check"),
            Status::Failure => (Tone::Bad, "circle-x"),
            Status::Skipped => (Tone::Idle, "skip-forward"),
            Status::Warning => (Tone::Warn, "triangle-alert"),
        };
        Self::new(tone, icon, status.label())
    }
}

impl From<Action> for Look {
    fn from(action: Action) -> Self {
        let (tone, icon) = match action {
            Action::Create => (Tone::Ok, "user-plus"),
            Action::Update => (Tone::Info, "user-pen"),
            Action::Disable => (Tone::Warn, "user-x"),
            Action::Enable => (Tone::Ok, "user-check"),
            Action::Delete => (Tone::Bad, "trash-2"),
            Action::Other => (Tone::Idle, "info"),
        };
        Self::new(tone, icon, action.label())
    }
}

impl From<TokenState> for Look {
    fn from(state: TokenState) -> Self {
        let (tone, icon) = match state {
            TokenState::Waiting => (Tone::Info, "clock"),
            TokenState::Active => (Tone::Ok, "circle-check"),
            TokenState::ExpiresSoon => (Tone::Warn, "triangle-alert"),
            TokenState::Expired => (Tone::Bad, "hourglass"),
            TokenState::Revoked => (Tone::Idle, "ban"),
        };
        Self::new(tone, icon, state.label())
    }
}

impl From<PersonState> for Look {
    fn from(state: PersonState) -> Self {
        let (tone, icon) = match state {
            PersonState::Staged => (Tone::Info, "clock"),
            PersonState::Active => (Tone::Ok, "circle-check"),
            PersonState::Deactivated => (Tone::Idle, "user-x"),
        };
        Self::new(tone, icon, state.label())
    }
}

impl From<CheckState> for Look {
    fn from(state: CheckState) -> Self {
        let (tone, icon) = match state {
            CheckState::Passed => (Tone::Ok, "circle-check"),
            CheckState::Failed => (Tone::Bad, "circle-x"),
            CheckState::NotRun => (Tone::Idle, "circle-dashed"),
        };
        Self::new(tone, icon, state.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks() -> Vec<Look> {
        let mut all: Vec<Look> = LinkState::ALL.iter().map(|s| Look::from(*s)).collect();
        all.extend(Status::ALL.iter().map(|s| Look::from(*s)));
        all.extend(Action::ALL.iter().map(|s| Look::from(*s)));
        all.extend(TokenState::ALL.iter().map(|s| Look::from(*s)));
        all.extend(PersonState::ALL.iter().map(|s| Look::from(*s)));
        all.extend(CheckState::ALL.iter().map(|s| Look::from(*s)));
        all
    }

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = include_str!("../../../style/icons.svg");
        for look in looks() {
            assert!(sprite.contains(&format!("id=\"{}\"", look.icon)), "{} is not in the sprite", look.icon);
        }
    }

    #[test]
    fn states_of_a_link_are_told_apart_without_colour() {
        let mut icons: Vec<_> = LinkState::ALL.iter().map(|s| Look::from(*s).icon).collect();
        icons.sort_unstable();
        icons.dedup();
        assert_eq!(icons.len(), LinkState::ALL.len());
    }
}
