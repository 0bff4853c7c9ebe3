//! The lines of an export in JSON lines, as they are written and read back.

use super::AuditKey;
use super::chain::{Content, Hash, Signing};
use super::checkpoints::{self, Checkpoint};
use super::key::BELONGS_TO;
use crate::Keyring;
use crate::keyring::{Envelope, KeyError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use model::SecretId;
use model::audit::AuditFilter;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// What the first line calls this form of the file.
pub(super) const FORMAT: &str = "rollcall-audit-1";

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub kind: String,
    pub format: String,
    pub exported_at: DateTime<Utc>,
    /// Whether entries may be left out between two others.
    pub filtered: bool,
    pub filter: AuditFilter,
    pub key: Key,
}

/// The audit key in its envelope.
#[derive(Serialize, Deserialize)]
pub(super) struct Key {
    pub secret: Uuid,
    /// Of the key-encryption key.
    pub id: String,
    pub wrapped_key: String,
    pub ciphertext: String,
}

/// How far the chain goes.
#[derive(Serialize, Deserialize)]
pub(super) struct End {
    pub kind: String,
    pub sequence: i64,
    #[serde(with = "checkpoints::hex")]
    pub hash: Hash,
    #[serde(with = "checkpoints::hex")]
    pub signature: Hash,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CheckpointLine {
    pub kind: String,
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
}

/// The last line: that everything before it is as it was written.
#[derive(Serialize, Deserialize)]
pub(super) struct Whole {
    pub kind: String,
    pub entries: u64,
    /// Over header, end, how many entries, and the hash of each.
    #[serde(with = "checkpoints::hex")]
    pub mac: Hash,
}

/// What the last line is made from, while the others are written or read.
pub(super) struct Seal {
    entries: u64,
    mac: Signing,
}

impl Seal {
    /// With the first two lines, letter by letter.
    pub(super) fn new(key: &AuditKey, header: &str, end: &str) -> Self {
        let mut mac = key.begin_export();
        mac.field(header.trim_end().as_bytes());
        mac.field(end.trim_end().as_bytes());
        Self { entries: 0, mac }
    }

    pub(super) fn add(&mut self, hash: &str) {
        self.entries += 1;
        self.mac.field(hash.as_bytes());
    }

    pub(super) fn last_line(self) -> Whole {
        let Self { entries, mut mac } = self;
        mac.field(&entries.to_be_bytes());
        Whole { kind: "whole".to_owned(), entries, mac: mac.finish() }
    }
}

/// One entry. Before and after stand there letter by letter as they were hashed.
#[derive(Serialize, Deserialize)]
pub(super) struct Line {
    pub kind: String,
    pub sequence: i64,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub target_name: String,
    pub before: Option<Box<RawValue>>,
    pub after: Option<Box<RawValue>>,
    pub mac: Option<String>,
    pub previous: String,
    pub hash: String,
}

impl Line {
    /// What was hashed.
    pub(super) fn content(&self) -> Content {
        let text = |raw: &Option<Box<RawValue>>| raw.as_ref().map(|raw| raw.get().to_owned());
        Content {
            id: self.id,
            at: self.at,
            actor_kind: self.actor_kind.clone(),
            actor_id: self.actor_id,
            actor_name: self.actor_name.clone(),
            action: self.action.clone(),
            target_kind: self.target_kind.clone(),
            target_id: self.target_id,
            target_name: self.target_name.clone(),
            before: text(&self.before),
            after: text(&self.after),
        }
    }
}

impl Key {
    pub(super) fn of(secret: SecretId, envelope: Envelope) -> Self {
        Self {
            secret: secret.0,
            id: envelope.key_id,
            wrapped_key: BASE64.encode(envelope.wrapped_key),
            ciphertext: BASE64.encode(envelope.ciphertext),
        }
    }

    /// The audit key, when this keyring holds the key it was wrapped by.
    pub(super) fn open(&self, keyring: &Keyring) -> Result<AuditKey, KeyError> {
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| KeyError::Sealed);
        let envelope = Envelope {
            key_id: self.id.clone(),
            wrapped_key: bytes(&self.wrapped_key)?,
            ciphertext: bytes(&self.ciphertext)?,
        };
        let text = keyring.reveal(BELONGS_TO, SecretId(self.secret), &envelope)?;
        AuditKey::read(&text).map_err(|_| KeyError::Sealed)
    }
}
