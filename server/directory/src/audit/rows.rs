//! The rows of the chain, as the sealer, the check and the export read them.

use super::AuditKey;
use super::chain::{Content, Hash};
use crate::{Result, Tx};
use chrono::{DateTime, Utc};
use futures::{Stream, TryStreamExt};
use model::SecretId;
use sqlx::PgConnection;
use uuid::Uuid;

/// An entry with whatever stands in its row, whether it fits or not.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub sequence: Option<i64>,
    pub hash: Option<Vec<u8>>,
    pub mac: Option<Vec<u8>>,
    pub content: Content,
}

impl Link {
    /// The hash it has; none when there is none or it is no hash at all.
    pub(crate) fn hash(&self) -> Option<Hash> {
        self.hash.as_deref().and_then(Hash::read)
    }

    /// Whether it was written by Rollcall as it stands there.
    pub(crate) fn is_genuine(&self, key: &AuditKey) -> bool {
        self.mac.as_deref().and_then(Hash::read) == Some(key.mac(&self.content))
    }
}

/// A row as it comes from the database.
struct Row {
    id: Uuid,
    /// Cut to what can be read: whoever alters the table may write times that nothing here can count with, and no hash fits
    /// what is cut.
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    action: String,
    target_kind: String,
    target_id: Option<Uuid>,
    target_name: String,
    before: Option<String>,
    after: Option<String>,
    mac: Option<Vec<u8>>,
    sequence: Option<i64>,
    hash: Option<Vec<u8>>,
}

impl From<Row> for Link {
    fn from(row: Row) -> Self {
        Self {
            sequence: row.sequence,
            hash: row.hash,
            mac: row.mac,
            content: Content {
                id: row.id,
                at: row.at,
                actor_kind: row.actor_kind,
                actor_id: row.actor_id,
                actor_name: row.actor_name,
                action: row.action,
                target_kind: row.target_kind,
                target_id: row.target_id,
                target_name: row.target_name,
                before: row.before,
                after: row.after,
            },
        }
    }
}

/// Committed entries that are not sealed, by id. Not above a mark and not up to a transaction: an entry that commits
/// late has an old id, and is found here like any other.
pub(super) async fn unsealed(db: &mut PgConnection, limit: i64) -> Result<Vec<Link>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, readable(at) as \"at!\", actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name,
                before::text as before, after::text as after, mac, sequence, hash
         from audit_entry where sequence is null order by id limit $1",
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Link::from).collect())
}

/// Sealed entries after a number, in order, read one by one.
pub(super) fn sealed(db: &mut PgConnection, after: i64, limit: i64) -> impl Stream<Item = Result<Link>> + Send + '_ {
    sqlx::query_as!(
        Row,
        "select id, readable(at) as \"at!\", actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name,
                before::text as before, after::text as after, mac, sequence, hash
         from audit_entry where sequence > $1 order by sequence, id limit $2",
        after,
        limit
    )
    .fetch(db)
    .map_ok(Link::from)
    .map_err(Into::into)
}

/// All entries, sealed or not, by id, read one by one.
pub(super) fn all(db: &mut PgConnection, after: Uuid, limit: i64) -> impl Stream<Item = Result<Link>> + Send + '_ {
    sqlx::query_as!(
        Row,
        "select id, readable(at) as \"at!\", actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name,
                before::text as before, after::text as after, mac, sequence, hash
         from audit_entry where id > $1 order by id limit $2",
        after,
        limit
    )
    .fetch(db)
    .map_ok(Link::from)
    .map_err(Into::into)
}

/// How far the chain goes, as the database says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub sequence: i64,
    pub hash: Hash,
    pub signature: Hash,
}

impl Head {
    pub(crate) fn sign(key: &AuditKey, sequence: i64, hash: Hash) -> Self {
        Self { sequence, hash, signature: key.sign_head(sequence, hash) }
    }

    pub(crate) fn is_genuine(&self, key: &AuditKey) -> bool {
        self.signature == key.sign_head(self.sequence, self.hash)
    }
}

struct HeadRow {
    sequence: i64,
    hash: Vec<u8>,
    signature: Vec<u8>,
}

impl From<HeadRow> for Head {
    /// What is no hash at all becomes one that fits nothing.
    fn from(row: HeadRow) -> Self {
        let read = |bytes: &[u8]| Hash::read(bytes).unwrap_or(Hash::START);
        Self { sequence: row.sequence, hash: read(&row.hash), signature: read(&row.signature) }
    }
}

/// The head; none when somebody removed it.
pub(super) async fn head(db: &mut PgConnection) -> Result<Option<Head>> {
    let row = sqlx::query_as!(HeadRow, "select sequence, hash, signature from audit_chain").fetch_optional(db).await?;
    Ok(row.map(Head::from))
}

/// The head, held until the transaction ends: who seals next waits.
pub(super) async fn lock_head(db: &mut PgConnection) -> Result<Option<Head>> {
    let row = sqlx::query_as!(HeadRow, "select sequence, hash, signature from audit_chain for update")
        .fetch_optional(db)
        .await?;
    Ok(row.map(Head::from))
}

pub(super) async fn set_head(db: &mut PgConnection, head: Head) -> Result<()> {
    let (hash, signature) = (head.hash.to_vec(), head.signature.to_vec());
    sqlx::query!("update audit_chain set sequence = $1, hash = $2, signature = $3", head.sequence, hash, signature)
        .execute(db)
        .await?;
    Ok(())
}

/// The first of the entries from before that moment that wait to be sealed.
pub(super) async fn overdue(db: &mut PgConnection, before: DateTime<Utc>) -> Result<Option<Uuid>> {
    let first = sqlx::query_scalar!(
        "select id from audit_entry where sequence is null and at < $1 order by id limit 1",
        before
    );
    Ok(first.fetch_optional(db).await?)
}

/// How many entries wait to be sealed.
pub(super) async fn waiting(db: &mut PgConnection) -> Result<i64> {
    let count = sqlx::query_scalar!("select count(*) as \"count!\" from audit_entry where sequence is null");
    Ok(count.fetch_one(db).await?)
}

pub(super) async fn begin_chain(tx: &mut Tx, key_id: SecretId, key: &AuditKey) -> Result<()> {
    let head = Head::sign(key, 0, Hash::START);
    sqlx::query!(
        "insert into audit_chain (key_id, sequence, hash, signature) values ($1, 0, $2, $3)",
        key_id.0,
        head.hash.to_vec(),
        head.signature.to_vec()
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
