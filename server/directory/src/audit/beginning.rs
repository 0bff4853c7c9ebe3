//! Where the chain begins. Its key is made once, for a database in which nothing of a log is found, and never again: a
//! key that is gone is not replaced, as a new one would vouch for whatever somebody left there.

use super::key::BELONGS_TO;
use super::{AuditKey, Entry, outside, rows};
use crate::keyring::{self, KeyError};
use crate::{Actor, Directory, Error, Result, Tx};
use model::SecretId;
use model::audit::{Fault, Finding};
use serde_json::json;
use std::fmt;

/// Begins the log of a database that has none. When something of a log is there and its key is not, that is told of, and
/// the server goes on: entries are written without a hash, and nothing is sealed.
pub async fn begin(directory: &Directory) -> Result<()> {
    if directory.audit_key.get().is_some() {
        return Ok(());
    }
    let mut tx = directory.begin(Actor::System).await?;
    // One start after the other: the second finds the key of the first.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall audit key'))").execute(tx.db()).await?;
    find_key(&mut tx).await?;
    if directory.audit_key.get().is_some() {
        return Ok(());
    }
    match left_over(&mut tx).await? {
        None => make_key(tx).await,
        Some(left) if left.is_in_file_only() && !is_in_use(&mut tx).await? => Err(Error::Refused(format!(
            "{left} If the database is a new one, keep that file under another name and start again. Nothing was changed."
        ))),
        Some(left) => {
            tracing::error!("{left}");
            Ok(())
        }
    }
}

async fn make_key(mut tx: Tx) -> Result<()> {
    let key = AuditKey::random()?;
    let secret = keyring::store_hidden(&mut tx, BELONGS_TO, &key.text()).await?;
    rows::begin_chain(&mut tx, secret, &key).await?;
    let (directory, in_use) = (tx.directory().clone(), is_in_use(&mut tx).await?);
    tx.commit().await?;
    let id = directory.audit_key.get_or_init(|| key).id();
    if in_use {
        tracing::warn!(key = id, "a new audit log begins in a database that is in use: the former one is not there");
        let mut tx = directory.begin(Actor::System).await?;
        tx.audit(Entry::new("audit.begun", "audit", None, "Audit log").after(json!({ "key": id })));
        tx.commit().await?;
    }
    Ok(())
}

/// Takes the key from the database when this process has none yet, and it is there.
pub(crate) async fn find_key(tx: &mut Tx) -> Result<()> {
    if tx.directory().audit_key.get().is_none()
        && let Some((_, key)) = stored(tx).await?
    {
        tx.directory().audit_key.get_or_init(|| key);
    }
    Ok(())
}

/// The key as it is stored, and in which secret: also when the row of `audit_chain` is gone, as what is left can be
/// checked then. None when there is none that opens.
pub(super) async fn stored(tx: &mut Tx) -> Result<Option<(SecretId, AuditKey)>> {
    let secrets = sqlx::query_scalar!(
        "select s.id from secret s left join audit_chain c on c.key_id = s.id where s.belongs_to = $1
         order by c.key_id nulls last, s.created_at",
        BELONGS_TO
    )
    .fetch_all(tx.db())
    .await?;
    for id in secrets.into_iter().map(SecretId) {
        match keyring::reveal(tx, BELONGS_TO, id).await.and_then(|text| AuditKey::read(&text)) {
            Ok(key) => return Ok(Some((id, key))),
            Err(Error::Key(KeyError::Sealed)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// What is there of a log that has no key.
pub(super) struct LeftOver {
    /// A secret that does not open.
    altered: bool,
    entries: i64,
    /// Rows of `audit_chain` and `audit_checkpoint`.
    rows: i64,
    in_file: bool,
}

/// What is there of a log when its key is not; none in a database that never had one.
pub(super) async fn left_over(tx: &mut Tx) -> Result<Option<LeftOver>> {
    let found = sqlx::query!(
        "select exists (select from secret where belongs_to = $1) as \"altered!\",
                (select count(*) from audit_entry) as \"entries!\",
                (select count(*) from audit_chain) + (select count(*) from audit_checkpoint) as \"rows!\"",
        BELONGS_TO
    )
    .fetch_one(tx.db())
    .await?;
    let in_file = outside::has_lines(&tx.directory().keeping).await?;
    let left = LeftOver { altered: found.altered, entries: found.entries, rows: found.rows, in_file };
    Ok(left.is_something().then_some(left))
}

/// Whether anybody was let in or anything set up here: such a database had a log.
async fn is_in_use(tx: &mut Tx) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select exists (select from admin) or exists (select from source) or exists (select from connection) as \"found!\""
    );
    Ok(found.fetch_one(tx.db()).await?)
}

impl LeftOver {
    const fn is_something(&self) -> bool {
        self.is_in_database() || self.in_file
    }

    const fn is_in_database(&self) -> bool {
        self.altered || self.entries > 0 || self.rows > 0
    }

    const fn is_in_file_only(&self) -> bool {
        self.in_file && !self.is_in_database()
    }

    pub(super) fn finding(&self) -> Finding {
        Finding { fault: Fault::Key, sequence: 0, text: self.to_string() }
    }
}

impl fmt::Display for LeftOver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.altered {
            "The audit log's key was altered in the table secret"
        } else {
            "The audit log's key is gone from the table secret"
        };
        let mut left = Vec::new();
        if self.entries > 0 {
            left.push(format!("{} entries", self.entries));
        }
        if self.rows > 0 {
            left.push("what the database says of the chain".to_owned());
        }
        if self.in_file {
            left.push("lines in the file of checkpoints".to_owned());
        }
        let left = if left.is_empty() { "nothing else of the log".to_owned() } else { left.join(", ") };
        write!(
            out,
            "{key}; there are {left}. Without the key no entry can be checked and none is sealed, and no new one is made: \
             somebody changed the database past Rollcall. Keep a copy of it, and restore the tables secret and audit_chain \
             from a backup; docs/audit.md says more."
        )
    }
}
