//! The entries, as they are written: inside the transaction of the change they tell of.

use super::beginning;
use super::chain::Content;
use crate::{Actor, Result, Tx};
use serde_json::Value;
use uuid::Uuid;

/// Every action that an entry can have, in the order of the alphabet.
pub const ACTIONS: &[&str] = &[
    "admin.created",
    "admin.invitation_mailed",
    "admin.invitation_not_mailed",
    "admin.invitation_repeated",
    "admin.invited",
    "admin.linked",
    "admin.removed",
    "admin.role_changed",
    "admin.sign_in_failed",
    "admin.sign_in_reset",
    "admin.signed_in",
    "admin.signed_out",
    "assignment.created",
    "assignment.removed",
    "audit.begun",
    "audit.exported",
    "audit.pruned",
    "audit.verified",
    "connection.created",
    "connection.rules_changed",
    "connection.switched_off",
    "connection.switched_on",
    "connection.tested",
    "connection.updated",
    "group.changed",
    "group.created",
    "group.deleted",
    "group.pruned",
    "group.restored",
    "import.cancelled",
    "import.chosen",
    "import.confirmed",
    "import.exported",
    "import.group_linked",
    "import.group_unlinked",
    "import.resumed",
    "import.settings_changed",
    "import.started",
    "key.changed",
    "key.rewrapped",
    "link.imported",
    "link.removed",
    "link.retried",
    "link.started",
    "people.rule_changed",
    "person.activated",
    "person.activation_mailed",
    "person.activation_not_mailed",
    "person.changed",
    "person.created",
    "person.deleted",
    "person.linked",
    "person.restored",
    "person.returned",
    "person.separated",
    "provider.changed",
    "provider.created",
    "provider.removed",
    "record.deleted",
    "record.pruned",
    "session.revoked",
    "session.revoked_all",
    "setup_link.created",
    "setup_link.refused",
    "source.created",
    "source.order_changed",
    "token.expiry_mailed",
    "token.expiry_not_mailed",
    "token.first_used",
    "token.generated",
    "token.revoked",
    "token.rotated",
];

/// What was done to what. The names are stored as they were then.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Noun and verb, such as `source.created`.
    pub action: &'static str,
    pub target_kind: &'static str,
    pub target_id: Option<Uuid>,
    pub target_name: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// Who acted, where it is somebody else than the unit of work's actor.
    by: Option<Actor>,
}

impl Entry {
    /// An entry about a target, without before and after.
    pub fn new(action: &'static str, target_kind: &'static str, id: impl Into<Option<Uuid>>, name: &str) -> Self {
        debug_assert!(ACTIONS.contains(&action), "{action} is missing in ACTIONS");
        let target_name = name.to_owned();
        Self { action, target_kind, target_id: id.into(), target_name, before: None, after: None, by: None }
    }

    /// Who acted, where only this unit of work finds out.
    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.by = Some(actor);
        self
    }

    /// What stood there before. Never a secret.
    #[must_use]
    pub fn before(mut self, value: Value) -> Self {
        self.before = Some(value);
        self
    }

    /// What stands there now. Never a secret.
    #[must_use]
    pub fn after(mut self, value: Value) -> Self {
        self.after = Some(value);
        self
    }

    /// As it is stored. Names may come from outside: what Postgres cannot hold (NUL) is taken out.
    fn content(&self, tx: &Tx) -> Content {
        let actor = self.by.as_ref().unwrap_or(tx.actor());
        let (kind, actor_id) = match actor {
            Actor::Admin { id, .. } => ("admin", Some(id.0)),
            Actor::Token { id, .. } => ("token", Some(id.0)),
            Actor::System => ("system", None),
            Actor::Command => ("command", None),
        };
        // In an export, a JSON null and no value at all would look the same.
        let text = |value: &Option<Value>| value.as_ref().filter(|value| !value.is_null()).map(readable);
        Content {
            id: Uuid::now_v7(),
            at: tx.now(),
            actor_kind: kind.to_owned(),
            actor_id,
            actor_name: actor.name().replace('\0', ""),
            action: self.action.to_owned(),
            target_kind: self.target_kind.to_owned(),
            target_id: self.target_id,
            target_name: self.target_name.replace('\0', ""),
            before: text(&self.before),
            after: text(&self.after),
        }
    }
}

/// JSON that Postgres can take apart: it stores a NUL as it was escaped, and fails whenever such a text is looked into.
fn readable(value: &Value) -> String {
    let text = value.to_string();
    if text.contains("\\u0000") { without_nul(value).to_string() } else { text }
}

fn without_nul(value: &Value) -> Value {
    let clean = |text: &str| text.replace('\0', "");
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(values) => values.iter().map(without_nul).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (clean(name), without_nul(value))).collect(),
        other => other.clone(),
    }
}

/// Writes the entries of a unit of work in one statement. When the audit log's key is gone they have no hash, and wait:
/// what is done is written down all the same.
pub(crate) async fn write(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let contents: Vec<Content> = entries.iter().map(|entry| entry.content(tx)).collect();
    beginning::find_key(tx).await?;
    let key = tx.directory().audit_key.get();
    let macs: Vec<Option<Vec<u8>>> = contents.iter().map(|content| Some(key?.mac(content).to_vec())).collect();
    let at = tx.now();
    let of = |text: fn(&Content) -> &String| contents.iter().map(|c| text(c).clone()).collect::<Vec<_>>();
    let ids: Vec<Uuid> = contents.iter().map(|c| c.id).collect();
    let actors: Vec<Option<Uuid>> = contents.iter().map(|c| c.actor_id).collect();
    let targets: Vec<Option<Uuid>> = contents.iter().map(|c| c.target_id).collect();
    let before: Vec<Option<String>> = contents.iter().map(|c| c.before.clone()).collect();
    let after: Vec<Option<String>> = contents.iter().map(|c| c.after.clone()).collect();
    sqlx::query!(
        "insert into audit_entry
            (id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, before, after, mac)
         select e.id, $1, e.actor_kind, e.actor, e.actor_name, e.action, e.kind, e.target, e.name, e.before::json,
                e.after::json, e.mac
         from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[],
                     $10::text[], $11::text[], $12::bytea[])
              as e(id, actor_kind, actor, actor_name, action, kind, target, name, before, after, mac)",
        at,
        &ids,
        &of(|c| &c.actor_kind),
        &actors as &[Option<Uuid>],
        &of(|c| &c.actor_name),
        &of(|c| &c.action),
        &of(|c| &c.target_kind),
        &targets as &[Option<Uuid>],
        &of(|c| &c.target_name),
        &before as &[Option<String>],
        &after as &[Option<String>],
        &macs as &[Option<Vec<u8>>]
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_nul_is_taken_out_wherever_it_stands_and_nothing_else() {
        let dirty = json!({ "a\0": ["x\0y", { "b": "\0" }], "n": 1.50, "kept": "\\u0000" });
        assert_eq!(readable(&dirty), json!({ "a": ["xy", { "b": "" }], "n": 1.50, "kept": "\\u0000" }).to_string());
    }
}
