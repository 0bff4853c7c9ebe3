//! What is hashed and how: pure, with no database and no clock.
//!
//! All hashes are HMAC-SHA-256 (RFC 2104) under the audit key, each kind with a label of its own in front, so that no
//! value of one kind passes for another. What is hashed is written as fields with their lengths before them, so no two
//! different entries have the same bytes.

use super::AuditKey;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// An HMAC-SHA-256. Compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct Hash(pub(crate) [u8; 32]);

impl Hash {
    /// What stands before the first entry.
    pub(crate) const START: Self = Self([0; 32]);

    /// As stored; none when it has another length, which no hash of ours has.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl PartialEq for Hash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl Eq for Hash {}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Hash {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(());
        }
        for (n, byte) in bytes.iter_mut().enumerate() {
            *byte = text.get(2 * n..2 * n + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or(())?;
        }
        Ok(Self(bytes))
    }
}

/// What an entry says: everything of it but its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub target_name: String,
    /// The JSON text as it was written.
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Content {
    /// The canonical bytes: each field with its length before it, one that may be absent with a byte that says so.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        field(&mut bytes, self.id.as_bytes());
        field(&mut bytes, &self.at.timestamp_micros().to_be_bytes());
        field(&mut bytes, self.actor_kind.as_bytes());
        optional(&mut bytes, self.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(&mut bytes, self.actor_name.as_bytes());
        field(&mut bytes, self.action.as_bytes());
        field(&mut bytes, self.target_kind.as_bytes());
        optional(&mut bytes, self.target_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(&mut bytes, self.target_name.as_bytes());
        optional(&mut bytes, self.before.as_deref().map(str::as_bytes));
        optional(&mut bytes, self.after.as_deref().map(str::as_bytes));
        bytes
    }
}

fn field(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend((value.len() as u64).to_be_bytes());
    bytes.extend(value);
}

fn optional(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
    bytes.push(u8::from(value.is_some()));
    if let Some(value) = value {
        field(bytes, value);
    }
}

/// Why a checkpoint was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reason {
    /// The chain reached this.
    Seal,
    /// Everything up to this was removed by the retention.
    Prune,
}

impl Reason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Prune => "prune",
        }
    }
}

impl AuditKey {
    /// Which key it is: not secret, and the same when another key-encryption key wraps it.
    pub(super) fn id(&self) -> String {
        let Hash(bytes) = self.hash("rollcall audit key 1", &[]);
        bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The hash that whoever writes an entry gives it.
    pub(crate) fn mac(&self, content: &Content) -> Hash {
        self.hash("rollcall audit entry 1", &content.bytes())
    }

    /// The hash of an entry at its place. What the writer's hash says is a part of it, whether it fits or not.
    pub(crate) fn link(&self, sequence: i64, previous: Hash, content: &Content, mac: Option<&[u8]>) -> Hash {
        self.link_digest(sequence, previous, self.mac(content), mac)
    }

    /// The same, of an entry whose content was hashed already: `digest` is its [`AuditKey::mac`].
    pub(crate) fn link_digest(&self, sequence: i64, previous: Hash, digest: Hash, mac: Option<&[u8]>) -> Hash {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend(sequence.to_be_bytes());
        bytes.extend(previous.0);
        bytes.extend(digest.0);
        optional(&mut bytes, mac);
        self.hash("rollcall audit link 1", &bytes)
    }

    /// The signature of how far the chain goes.
    pub(crate) fn sign_head(&self, sequence: i64, hash: Hash) -> Hash {
        let mut bytes = sequence.to_be_bytes().to_vec();
        bytes.extend(hash.0);
        self.hash("rollcall audit head 1", &bytes)
    }

    pub(crate) fn sign_checkpoint(&self, reason: Reason, sequence: i64, hash: Hash, at: DateTime<Utc>) -> Hash {
        let mut bytes = sequence.to_be_bytes().to_vec();
        bytes.extend(hash.0);
        bytes.extend(at.timestamp_micros().to_be_bytes());
        field(&mut bytes, reason.as_str().as_bytes());
        self.hash("rollcall audit checkpoint 1", &bytes)
    }

    /// The signature of what a check found.
    pub(crate) fn sign_report(&self, at: DateTime<Utc>, report: &str) -> Hash {
        let mut bytes = at.timestamp_micros().to_be_bytes().to_vec();
        field(&mut bytes, report.as_bytes());
        self.hash("rollcall audit report 1", &bytes)
    }

    /// Begins the signature of an export, which is made while it is written.
    pub(crate) fn begin_export(&self) -> Signing {
        self.begin("rollcall audit export 1")
    }

    fn hash(&self, label: &str, bytes: &[u8]) -> Hash {
        let Signing(mut mac) = self.begin(label);
        mac.update(bytes);
        Hash(mac.finalize().into_bytes().into())
    }

    fn begin(&self, label: &str) -> Signing {
        let mut signing = Signing(self.keyed().clone());
        signing.field(label.as_bytes());
        signing
    }
}

/// A signature under way.
#[derive(Clone)]
pub(crate) struct Signing(Hmac<Sha256>);

impl Signing {
    pub(crate) fn field(&mut self, value: &[u8]) {
        self.0.update(&(value.len() as u64).to_be_bytes());
        self.0.update(value);
    }

    pub(crate) fn finish(self) -> Hash {
        Hash(self.0.finalize().into_bytes().into())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn content(target: &str) -> Content {
        Content {
            id: Uuid::nil(),
            at: DateTime::UNIX_EPOCH,
            actor_kind: "system".into(),
            actor_id: None,
            actor_name: "Rollcall".into(),
            action: "source.created".into(),
            target_kind: "source".into(),
            target_id: None,
            target_name: target.into(),
            before: None,
            after: None,
        }
    }

    fn any_content() -> impl Strategy<Value = Content> {
        // Few letters and short texts: chances are that two differ only in where one field ends.
        let text = || "[ab]{0,3}";
        let id = || prop::option::of((0_u128..3).prop_map(Uuid::from_u128));
        let json = || prop::option::of("[ab]{0,2}");
        let names = (text(), text(), text(), text(), text());
        ((0_u128..3), (-2_i64..2), names, id(), id(), json(), json()).prop_map(
            |(own, at, (kind, name, action, target, target_name), actor_id, target_id, before, after)| Content {
                id: Uuid::from_u128(own),
                at: DateTime::from_timestamp_micros(at).unwrap(),
                actor_kind: kind,
                actor_id,
                actor_name: name,
                action,
                target_kind: target,
                target_id,
                target_name,
                before,
                after,
            },
        )
    }

    proptest! {
        #[test]
        fn no_two_entries_have_the_same_bytes(one in any_content(), other in any_content()) {
            prop_assert_eq!(one == other, one.bytes() == other.bytes());
        }

        /// What ends one field and begins the next can be moved over the border, and the bytes differ.
        #[test]
        fn a_border_between_fields_counts(text in "[a-z]{2,8}", at in 1_usize..8) {
            let (left, right) = text.split_at(at.min(text.len() - 1));
            let (mut one, mut other) = (content("x"), content("x"));
            (one.action, one.target_kind) = (left.into(), right.into());
            (other.action, other.target_kind) = (text.clone(), String::new());
            prop_assert_ne!(one.bytes(), other.bytes());
        }
    }

    /// RFC 2104, section 2, spelled out.
    #[test]
    fn it_is_hmac_sha_256() {
        let mut bytes = Vec::new();
        field(&mut bytes, b"label");
        bytes.extend(b"data");
        let key = AuditKey::new([11; 32]);
        let slow: [u8; 32] = {
            use sha2::Digest;
            let pad = |with: u8| [[11 ^ with; 32], [with; 32]].concat();
            let inner = Sha256::digest([pad(0x36), bytes].concat());
            Sha256::digest([pad(0x5c), inner.to_vec()].concat()).into()
        };
        assert_eq!(key.hash("label", b"data"), Hash(slow));
    }

    #[test]
    fn a_hash_depends_on_place_and_past_and_key() {
        let key = AuditKey::new([1; 32]);
        let one = key.link(1, Hash::START, &content("a"), None);
        assert_eq!(one, key.link(1, Hash::START, &content("a"), None));
        for other in [
            key.link(2, Hash::START, &content("a"), None),
            key.link(1, one, &content("a"), None),
            key.link(1, Hash::START, &content("b"), None),
            key.link(1, Hash::START, &content("a"), Some(&[])),
            AuditKey::new([2; 32]).link(1, Hash::START, &content("a"), None),
            key.mac(&content("a")),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_ne!(
            key.sign_checkpoint(Reason::Seal, 1, one, DateTime::UNIX_EPOCH),
            key.sign_checkpoint(Reason::Prune, 1, one, DateTime::UNIX_EPOCH)
        );
    }
}
