//! Identity sources and the SCIM tokens they use.

use crate::{SourceId, TokenId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// How people come from a source.
    SourceKind {
        /// A SCIM client pushes them to `/scim/v2` with a token.
        Scim = "scim", "SCIM";
        /// They are entered by hand.
        Manual = "manual", "Manual";
        /// They were found in Zoom by an import.
        Import = "import", "Import from Zoom";
    }
}

crate::words! {
    /// When people of different sources are linked without an administrator.
    LinkRule {
        Off = "off", "Never";
        UserName = "user_name", "Their user names are equal";
        Email = "email", "Their e-mail addresses are equal";
    }
}

/// Where people come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    pub kind: SourceKind,
    pub created_at: DateTime<Utc>,
    pub created_by: String,
}

/// A source in the list: with what has come from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSummary {
    pub source: Source,
    /// Live records.
    pub people: i64,
    /// Tokens that open the source now.
    pub tokens: i64,
    pub last_request_at: Option<DateTime<Utc>>,
}

/// From when on a token that ends is warned of.
pub const WARNED_BEFORE: chrono::Duration = chrono::Duration::days(14);

crate::words! {
    /// What a token is good for now.
    TokenState {
        /// Made, never used yet.
        Waiting = "waiting", "Waiting";
        Active = "active", "Active";
        /// Ends within [`WARNED_BEFORE`].
        ExpiresSoon = "expires-soon", "Expires soon";
        Expired = "expired", "Expired";
        Revoked = "revoked", "Revoked";
    }
}

crate::words! {
    /// Why the use of a right token was refused.
    RefusedWhy {
        Expired = "expired", "it had expired";
        Revoked = "revoked", "it was revoked";
        /// From an address outside of its networks.
        Elsewhere = "elsewhere", "it may not be used from there";
        /// It reads only, and was used to change something.
        ReadOnly = "read_only", "it only reads";
    }
}

/// The last time that the use of a token was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub at: DateTime<Utc>,
    /// The client's address.
    pub from: String,
    pub why: RefusedWhy,
}

/// A SCIM token, as the pages show one: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScimToken {
    pub id: TokenId,
    pub source_id: SourceId,
    pub source_name: String,
    pub name: String,
    /// The readable start, `rc_scim_` and the public id; enough to recognise a token, not enough to use it.
    pub prefix: String,
    pub created_at: DateTime<Utc>,
    pub created_by: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// The client's address at the last use.
    pub last_used_from: Option<String>,
    /// What the client was recognised as at the last use.
    pub last_client: Option<String>,
    /// Noted once a minute at most.
    pub last_refusal: Option<Refusal>,
    /// It reads and changes nothing.
    pub read_only: bool,
    /// The networks it may be used from; none: from everywhere.
    pub ranges: Vec<String>,
    /// The name of the token that takes its place and is in force.
    pub replaced_by: Option<String>,
}

impl ScimToken {
    /// What the token is good for at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> TokenState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => TokenState::Revoked,
            (None, Some(end)) if end <= now => TokenState::Expired,
            (None, Some(end)) if end <= now + WARNED_BEFORE => TokenState::ExpiresSoon,
            (None, _) if self.last_used_at.is_none() => TokenState::Waiting,
            (None, _) => TokenState::Active,
        }
    }
}

impl ScimToken {
    /// Why it cannot be rotated at `now`, as a sentence that says what to do instead.
    pub fn cannot_be_rotated(&self, now: DateTime<Utc>) -> Option<String> {
        let ended = match self.state(now) {
            TokenState::Revoked => "was revoked",
            TokenState::Expired => "has expired",
            TokenState::Waiting | TokenState::Active | TokenState::ExpiresSoon => {
                let successor = self.replaced_by.as_ref()?;
                return Some(format!(
                    "{} was rotated already: {successor} takes its place. Rotate that one, or revoke it first.",
                    self.name
                ));
            }
        };
        Some(format!("{} {ended}, so there is nothing to overlap with. Generate a token.", self.name))
    }
}

/// What a successor is called: the same name with the next number.
pub fn successor_name(name: &str) -> String {
    match name.rsplit_once(' ').and_then(|(start, number)| Some((start, number.parse::<u32>().ok()?))) {
        Some((start, number)) if !start.is_empty() => format!("{start} {}", number.saturating_add(1)),
        _ => format!("{name} 2"),
    }
}

#[cfg(test)]
mod tests {
    use super::successor_name;

    #[test]
    fn a_successor_has_the_next_number() {
        assert_eq!(successor_name("Okta"), "Okta 2");
        assert_eq!(successor_name("Okta 2"), "Okta 3");
        assert_eq!(successor_name("Okta EU 9"), "Okta EU 10");
        assert_eq!(successor_name("7"), "7 2");
    }
}
