//! The audit log's entries: written inside the transaction of the change they tell of.

use crate::{Actor, Result, Tx};
use uuid::Uuid;

/// What was done to what. The names are stored as they were then.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Noun and verb, such as `source.created`.
    pub action: &'static str,
    pub target_kind: &'static str,
    pub target_id: Option<Uuid>,
    pub target_name: String,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
}

impl Entry {
    /// An entry about a target, without before and after.
    pub fn new(action: &'static str, target_kind: &'static str, id: impl Into<Option<Uuid>>, name: &str) -> Self {
        let target_name = name.to_owned();
        Self { action, target_kind, target_id: id.into(), target_name, before: None, after: None }
    }

    /// What stood there before. Never a secret.
    #[must_use]
    pub fn before(mut self, value: serde_json::Value) -> Self {
        self.before = Some(value);
        self
    }

    /// What stands there now. Never a secret.
    #[must_use]
    pub fn after(mut self, value: serde_json::Value) -> Self {
        self.after = Some(value);
        self
    }
}

/// Writes the entries of a unit of work in one statement.
pub(crate) async fn write(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (kind, actor_id) = match tx.actor() {
        Actor::Admin { id, .. } => ("admin", Some(id.0)),
        Actor::Token { id, .. } => ("token", Some(id.0)),
        Actor::System => ("system", None),
        Actor::Command => ("command", None),
    };
    let (actor_name, now) = (tx.actor().name().to_owned(), tx.now());
    let ids: Vec<Uuid> = entries.iter().map(|_| Uuid::now_v7()).collect();
    let actions: Vec<String> = entries.iter().map(|e| e.action.to_owned()).collect();
    let kinds: Vec<String> = entries.iter().map(|e| e.target_kind.to_owned()).collect();
    let targets: Vec<Option<Uuid>> = entries.iter().map(|e| e.target_id).collect();
    let names: Vec<String> = entries.iter().map(|e| e.target_name.clone()).collect();
    let before: Vec<Option<serde_json::Value>> = entries.iter().map(|e| e.before.clone()).collect();
    let after: Vec<Option<serde_json::Value>> = entries.iter().map(|e| e.after.clone()).collect();
    sqlx::query!(
        "insert into audit_entry (id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, before, after)
         select e.id, $1, $2, $3, $4, e.action, e.kind, e.target, e.name, e.before, e.after
         from unnest($5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::jsonb[], $11::jsonb[])
              as e(id, action, kind, target, name, before, after)",
        now,
        kind,
        actor_id,
        actor_name,
        &ids,
        &actions,
        &kinds,
        &targets as &[Option<Uuid>],
        &names,
        &before as &[Option<serde_json::Value>],
        &after as &[Option<serde_json::Value>],
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
