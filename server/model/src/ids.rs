//! Ids: one type a noun, so that a person's id never stands where a connection's belongs. All are UUIDs of version 7
//! (RFC 9562), made in Rust, so they sort by the time they were made.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
    )+};
}

ids! {
    /// An administrator of Rollcall.
    AdminId
    /// An identity source.
    SourceId
    /// A SCIM token of a source.
    TokenId
    /// A request of a source's SCIM client.
    RequestId
    /// What one source says of one user; the `id` a SCIM client sees (RFC 7643, section 3.1).
    RecordId
    /// A group, as SCIM clients see it.
    GroupId
    /// A human of the directory.
    PersonId
    /// One Zoom account.
    ConnectionId
    /// A person given a connection.
    AssignmentId
    /// One row of the provisioning log.
    LogId
    /// One entry of the audit log.
    AuditId
    /// An identity provider that administrators sign in with.
    ProviderId
    /// A mail to be sent, or one that was.
    MailId
    /// One encrypted secret.
    SecretId
    /// One import from Zoom.
    ImportId
    /// A Zoom account that an import found.
    AccountId
    /// A group of Zoom that an import found.
    ZoomGroupId
}

/// An id in the one spelling in which it is shown: SCIM's are case exact (RFC 7643, section 3.1), and a client that spells
/// one in another way has another one.
pub fn read_id(text: &str) -> Option<Uuid> {
    text.parse().ok().filter(|id: &Uuid| id.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = "0197a0c1-3b6e-7a52-9c44-d6f1f0a3be07";
        assert_eq!(read_id(id).map(|id| id.to_string()).as_deref(), Some(id));
        for other in [&id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}"), &format!("urn:uuid:{id}"), ""] {
            assert_eq!(read_id(other), None, "{other}");
        }
    }
}
