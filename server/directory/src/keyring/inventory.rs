//! What is encrypted with which key, in words.

use super::Keyring;
use super::stored::current_in;
use crate::{Directory, Error, Result, audit};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use uuid::Uuid;

/// So many names of a kind are written out.
const NAMES: usize = 10;

/// A secret without what is secret of it.
pub(super) struct Item {
    pub id: Uuid,
    pub key_id: String,
    belongs_to: String,
    /// Of the connection or provider.
    name: Option<String>,
}

/// Every stored secret.
pub(super) async fn all(db: &mut PgConnection) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        "select s.id, s.key_id, s.belongs_to, coalesce(c.name, p.slug) as name
         from secret s left join connection c on c.client_secret_id = s.id
              left join provider p on p.client_secret_id = s.id
         order by s.belongs_to, name, s.id"
    )
    .fetch_all(db)
    .await?)
}

/// Kinds with their names, such as `the client secrets of 2 connections (Test, Zoom), the audit log's key`.
pub(super) fn describe<'a>(items: impl IntoIterator<Item = &'a Item>) -> String {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in items {
        kinds.entry(&item.belongs_to).or_default().push(item.name.as_deref().unwrap_or("nameless"));
    }
    let mut described: Vec<String> = kinds.iter().map(|(kind, names)| describe_kind(kind, names)).collect();
    // What there is one of comes last.
    described.sort_by_key(|text| !text.ends_with(')'));
    described.join(", ")
}

fn describe_kind(kind: &str, names: &[&str]) -> String {
    let noun = match kind {
        audit::BELONGS_TO => return "the audit log's key".to_owned(),
        "connection.client_secret" => "connection",
        "provider.client_secret" => "provider",
        other => other,
    };
    let (secrets, plural) = if names.len() == 1 { ("secret", "") } else { ("secrets", "s") };
    let mut listed = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMES {
        listed += &format!(" and {} more", names.len() - NAMES);
    }
    format!("the client {secrets} of {} {noun}{plural} ({listed})", names.len())
}

/// Keys that are needed and were not given, with what is encrypted with each.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing(Vec<(String, String)>);

impl Missing {
    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (id, secrets)) in self.0.iter().enumerate() {
            let and = if place == 0 { "" } else { " and " };
            let secrets = if secrets.is_empty() { "nothing yet, but all that comes" } else { secrets };
            write!(out, "{and}the key {id} (encrypted with it: {secrets})")?;
        }
        Ok(())
    }
}

/// What this ring does not open, now or as soon as a secret is stored.
pub(super) async fn missing(db: &mut PgConnection, ring: &Keyring) -> Result<Missing> {
    let items = all(db).await?;
    let mut needed: BTreeSet<String> = items.iter().map(|item| item.key_id.clone()).collect();
    needed.insert(current_in(db).await?);
    let lacking = needed.into_iter().filter(|id| !ring.holds(id));
    Ok(Missing(
        lacking
            .map(|id| {
                let secrets = describe(items.iter().filter(|item| item.key_id == id));
                (id, secrets)
            })
            .collect(),
    ))
}

/// A key as `rollcall key list` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    pub id: String,
    /// Since when it encrypts, or did; none for a key that never has.
    pub since: Option<DateTime<Utc>>,
    /// Since when another one encrypts.
    pub retired_at: Option<DateTime<Utc>>,
    /// Whether this process was given it.
    pub given: bool,
    pub count: usize,
    pub secrets: String,
}

/// All keys that were ever used and all that were given: the one that encrypts first, then those not used yet.
pub async fn list(directory: &Directory) -> Result<Vec<KeyUse>> {
    let mut db = directory.pool.acquire().await.map_err(Error::Database)?;
    let known = sqlx::query!("select id, created_at, retired_at from key order by retired_at desc nulls first")
        .fetch_all(&mut *db)
        .await?;
    let items = all(&mut db).await?;
    let entry = |id: &str, since, retired_at| {
        let wrapped: Vec<&Item> = items.iter().filter(|item| item.key_id == id).collect();
        let given = directory.keyring.holds(id);
        KeyUse {
            id: id.to_owned(),
            since,
            retired_at,
            given,
            count: wrapped.len(),
            secrets: describe(wrapped.iter().copied()),
        }
    };
    let unused = directory.keyring.ids().into_iter().filter(|id| !known.iter().any(|key| key.id == *id));
    let unused: Vec<KeyUse> = unused.map(|id| entry(&id, None, None)).collect();
    let mut keys: Vec<KeyUse> = known.iter().map(|key| entry(&key.id, Some(key.created_at), key.retired_at)).collect();
    let behind_current = keys.len().min(1);
    keys.splice(behind_current..behind_current, unused);
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(belongs_to: &str, name: Option<&str>) -> Item {
        let (belongs_to, name) = (belongs_to.to_owned(), name.map(str::to_owned));
        Item { id: Uuid::nil(), key_id: "k".to_owned(), belongs_to, name }
    }

    #[test]
    fn secrets_are_told_by_kind_and_name() {
        let items = [
            item(audit::BELONGS_TO, None),
            item("connection.client_secret", Some("Test")),
            item("connection.client_secret", Some("Zoom")),
            item("provider.client_secret", Some("corp")),
        ];
        assert_eq!(
            describe(&items),
            "the client secrets of 2 connections (Test, Zoom), the client secret of 1 provider (corp), the audit log's key"
        );
        let many: Vec<Item> = (0..12).map(|n| item("provider.client_secret", Some(&format!("p{n}")))).collect();
        assert!(describe(&many).ends_with("p9 and 2 more)"), "{}", describe(&many));
    }

    #[test]
    fn a_key_that_nothing_is_encrypted_with_is_missed_as_well() {
        let missing = Missing(vec![("1a".into(), "the audit log's key".into()), ("2b".into(), String::new())]);
        assert_eq!(
            missing.to_string(),
            "the key 1a (encrypted with it: the audit log's key) and the key 2b (encrypted with it: nothing yet, but all \
             that comes)"
        );
    }
}
