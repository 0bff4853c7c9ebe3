//! Checkpoints: what the chain once was, signed. A row stays in the database, a line goes to the log and one to a file,
//! so that an older copy of the database, or a tail that was cut, can be told from the whole.

use super::AuditKey;
use super::chain::{Hash, Reason};
use super::rows::Head;
use crate::Result;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// The chain at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub reason: Reason,
    pub sequence: i64,
    #[serde(with = "hex")]
    pub hash: Hash,
    pub at: DateTime<Utc>,
    #[serde(with = "hex")]
    pub signature: Hash,
}

impl Checkpoint {
    pub(super) fn sign(key: &AuditKey, reason: Reason, sequence: i64, hash: Hash, at: DateTime<Utc>) -> Self {
        Self { reason, sequence, hash, at, signature: key.sign_checkpoint(reason, sequence, hash, at) }
    }

    pub(super) fn is_genuine(&self, key: &AuditKey) -> bool {
        self.signature == key.sign_checkpoint(self.reason, self.sequence, self.hash, self.at)
    }
}

/// A hash as hexadecimal text.
pub(super) mod hex {
    use super::Hash;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::audit) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(hash)
    }

    pub(in crate::audit) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|()| serde::de::Error::custom("a hash is 64 hexadecimal digits"))
    }
}

struct Row {
    reason: String,
    sequence: i64,
    hash: Vec<u8>,
    at: DateTime<Utc>,
    signature: Vec<u8>,
}

impl From<Row> for Checkpoint {
    /// What is no hash at all becomes one that fits nothing.
    fn from(row: Row) -> Self {
        let read = |bytes: &[u8]| Hash::read(bytes).unwrap_or(Hash::START);
        let reason = if row.reason == "prune" { Reason::Prune } else { Reason::Seal };
        Self { reason, sequence: row.sequence, hash: read(&row.hash), at: row.at, signature: read(&row.signature) }
    }
}

/// All checkpoints of the database, in order. One for a hundred entries or ten minutes: few enough to hold.
pub(super) async fn all(db: &mut PgConnection) -> Result<Vec<Checkpoint>> {
    let rows = sqlx::query_as!(
        Row,
        "select reason, sequence, hash, readable(at) as \"at!\", signature from audit_checkpoint order by sequence, reason"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Checkpoint::from).collect())
}

/// The genuine one that is furthest on.
pub(super) fn newest(key: &AuditKey, checkpoints: impl IntoIterator<Item = Checkpoint>) -> Option<Checkpoint> {
    checkpoints.into_iter().filter(|c| c.is_genuine(key)).max_by_key(|c| (c.sequence, c.at))
}

pub(super) async fn keep(db: &mut PgConnection, checkpoint: &Checkpoint) -> Result<()> {
    let (hash, signature) = (checkpoint.hash.to_vec(), checkpoint.signature.to_vec());
    // One that stands there is what an older chain left: it stays, and the check tells of it.
    sqlx::query!(
        "insert into audit_checkpoint (reason, sequence, hash, at, signature) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        checkpoint.reason.as_str(),
        checkpoint.sequence,
        hash,
        checkpoint.at,
        signature
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Carries committed checkpoints into the log, which may be kept elsewhere.
pub(super) fn announce(key: &AuditKey, checkpoints: &[Checkpoint]) {
    for checkpoint in checkpoints {
        let Checkpoint { reason, sequence, hash, at, signature } = checkpoint;
        tracing::info!(
            target: "rollcall::audit::checkpoint",
            reason = reason.as_str(), sequence, %hash, at = %at.to_rfc3339(), key = key.id(), %signature,
            "the audit log reached this checkpoint"
        );
    }
}

/// The newest removal that was signed: where the chain begins. The start when nothing was ever removed.
pub(super) fn base(key: &AuditKey, checkpoints: &[Checkpoint]) -> (i64, Hash) {
    let pruned = checkpoints.iter().filter(|c| c.reason == Reason::Prune && c.is_genuine(key));
    pruned.max_by_key(|c| c.sequence).map_or((0, Hash::START), |c| (c.sequence, c.hash))
}

/// Whether it is time for one, `sealed` being the newest entry.
pub(super) fn is_due(last: Option<&Checkpoint>, sealed: &Head, now: DateTime<Utc>) -> bool {
    let (sequence, at) = last.map_or((0, None), |last| (last.sequence, Some(last.at)));
    let late = at.is_none_or(|at| now - at >= chrono::Duration::minutes(10));
    sealed.sequence - sequence >= 100 || (sealed.sequence > sequence && late)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn one_is_due_every_hundred_entries_or_ten_minutes() {
        let (now, key) = (DateTime::UNIX_EPOCH, AuditKey::new([1; 32]));
        let due = |last: Option<(i64, i64)>, sealed| {
            let last = last.map(|(sequence, minutes)| {
                Checkpoint::sign(&key, Reason::Seal, sequence, Hash::START, now - Duration::minutes(minutes))
            });
            is_due(last.as_ref(), &Head::sign(&key, sealed, Hash::START), now)
        };
        assert!(due(None, 1) && !due(None, 0));
        assert!(due(Some((100, 0)), 200) && !due(Some((100, 0)), 199));
        assert!(due(Some((100, 10)), 101) && !due(Some((100, 10)), 100));
    }

    #[test]
    fn a_forged_one_is_not_the_newest() {
        let (key, at) = (AuditKey::new([1; 32]), DateTime::UNIX_EPOCH);
        let made = |key: &AuditKey, sequence| Checkpoint::sign(key, Reason::Seal, sequence, Hash::START, at);
        let forged = made(&AuditKey::new([2; 32]), i64::MAX);
        assert_eq!(newest(&key, [made(&key, 7), forged, made(&key, 3)]), Some(made(&key, 7)));
        assert_eq!(newest(&key, [forged]), None);
    }

    #[test]
    fn a_line_is_read_back_and_an_altered_one_is_not_genuine() {
        let key = AuditKey::new([1; 32]);
        let made = Checkpoint::sign(&key, Reason::Seal, 7, Hash([9; 32]), DateTime::UNIX_EPOCH);
        let mut read: Checkpoint = serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
        assert_eq!(read, made);
        assert!(read.is_genuine(&key));
        read.reason = Reason::Prune;
        assert!(!read.is_genuine(&key));
    }
}
