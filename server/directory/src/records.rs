//! Records: what a source says of a user, as SCIM clients see it, and the person that follows from it.
//!
//! A person is made with its first record and follows its records: every change of one brings the person up to date and
//! marks its links due, in the same transaction. A record is seen through its source only.

use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::error::{from_json, to_json};
use crate::people::arrival::{self, Arrival};
use crate::people::row::{self, display_name};
use crate::people::{current, rule};
use crate::{Error, Result, Tx, groups};
use chrono::{DateTime, Utc};
use model::source::LinkRule;
use model::{PersonId, RecordId, SourceId};
use scim::{User, user_name_key};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A record, with the resource whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The `id` the source's clients see.
    pub id: RecordId,
    pub person_id: PersonId,
    pub user: User,
    /// Grows with every change; 1 at first.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Whether it is a member of any group.
    pub in_groups: bool,
}

struct Row {
    id: Uuid,
    person_id: Uuid,
    resource: Value,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    in_groups: bool,
}

impl TryFrom<Row> for Record {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: RecordId(row.id),
            person_id: PersonId(row.person_id),
            user: from_json("record", row.resource)?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            in_groups: row.in_groups,
        })
    }
}

/// Makes a record, and its person, if nobody was here before whose it is. A user whom this source deleted and makes again
/// is the person from before: the Zoom account that was linked is theirs. [`Error::Taken`] when the source has a user of
/// this `userName` or `externalId`.
pub async fn create(tx: &mut Tx, source: SourceId, user: &User) -> Result<Record> {
    let id = RecordId(Uuid::now_v7());
    let (now, key, resource) = (tx.now(), key_of(user)?, to_json("record", user)?);
    let arrival = arrival::decide(tx, source, &key, user).await?;
    // Whom no other source knows is written at once; the others when the record is there to be merged.
    let (person, alone) = match arrival {
        Arrival::New => {
            let person = PersonId(Uuid::now_v7());
            row::insert(tx, person, user).await?;
            (person, true)
        }
        Arrival::Returns { person, gone } => (person, gone && row::update(tx, person, user).await?),
        Arrival::Links(person, _) => (person, false),
    };
    sqlx::query!(
        "insert into record (id, source_id, person_id, user_name, user_name_key, external_id, active, resource,
                             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        id.0,
        source.0,
        person.0,
        user.user_name(),
        key,
        user.external_id(),
        user.active(),
        resource,
        now
    )
    .execute(tx.db())
    .await?;
    let leaves = !alone && current::bring(tx, person).await?.leaves;
    let entry = |action| Entry::new(action, "person", person.0, &display_name(user));
    let entry = match arrival {
        Arrival::New => entry("person.created").after(resource),
        Arrival::Returns { .. } => entry("person.returned").after(resource),
        Arrival::Links(_, by) => {
            entry("person.linked").after(serde_json::json!({ "rule": by, "record": id, "resource": resource }))
        }
    };
    tx.audit(entry);
    due::person(tx, person, if leaves { Priority::Leaver } else { Priority::Change }).await?;
    Ok(Record {
        id,
        person_id: person,
        user: user.clone(),
        version: 1,
        created_at: now,
        updated_at: now,
        in_groups: false,
    })
}

/// A record of this source, held until the transaction ends, so that two changes of it come one after the other; none
/// when it was deleted or is another source's.
pub async fn lock(tx: &mut Tx, source: SourceId, id: RecordId) -> Result<Option<Record>> {
    sqlx::query_as!(
        Row,
        "select id, person_id, resource, version, created_at, updated_at,
                exists (select from grp_member m where m.member_id = record.id) as \"in_groups!\"
         from record where id = $1 and source_id = $2 and deleted_at is null for update",
        id.0,
        source.0
    )
    .fetch_optional(tx.db())
    .await?
    .map(Record::try_from)
    .transpose()
}

/// Replaces what a locked record says, and brings its person up to date.
pub async fn save(tx: &mut Tx, record: Record, user: User) -> Result<Record> {
    let (now, key, resource) = (tx.now(), key_of(&user)?, to_json("record", &user)?);
    let by = sqlx::query_scalar!(
        "update record set user_name = $3, user_name_key = $4, external_id = $5, active = $6, resource = $7,
                version = version + 1, updated_at = $8
         where id = $1 and version = $2 and deleted_at is null
         returning (select link_by from people_rule) as \"link_by!\"",
        record.id.0,
        record.version,
        user.user_name(),
        key,
        user.external_id(),
        user.active(),
        resource,
        now
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::Stale("the record"))?;
    let by: LinkRule = by.parse()?;
    let mut person = record.person_id;
    if rule::key_changed(by, &record.user, &user) {
        person = rule::follow(tx, by, person, &user).await?;
    }
    let leaves = if row::update(tx, person, &user).await? {
        record.user.active() && !user.active()
    } else {
        current::bring(tx, person).await?.leaves
    };
    let (before, after) = difference(record.user.attributes(), user.attributes());
    let entry = Entry::new("person.changed", "person", person.0, &display_name(&user));
    tx.audit(entry.before(before).after(after));
    due::person(tx, person, if leaves { Priority::Leaver } else { Priority::Change }).await?;
    Ok(Record { user, person_id: person, version: record.version + 1, updated_at: now, ..record })
}

/// Deletes a record: its source sees it no more, and its person is gone, unless another source knows them. False when
/// there is none.
pub async fn delete(tx: &mut Tx, source: SourceId, id: RecordId) -> Result<bool> {
    let Some(record) = lock(tx, source, id).await? else { return Ok(false) };
    let (now, person) = (tx.now(), record.person_id);
    sqlx::query!("update record set deleted_at = $2, updated_at = $2 where id = $1", id.0, now)
        .execute(tx.db())
        .await?;
    let (gone, leaves) = if row::leave(tx, person).await? {
        (true, true)
    } else {
        let became = current::bring(tx, person).await?;
        (became.gone, became.leaves)
    };
    let action = if gone { "person.deleted" } else { "record.deleted" };
    let entry = Entry::new(action, "person", person.0, &display_name(&record.user));
    tx.audit(entry.before(to_json("record", &record.user)?));
    due::person(tx, person, if leaves { Priority::Leaver } else { Priority::Change }).await?;
    groups::touch_groups_of(tx, id.0).await?;
    Ok(true)
}

/// A user who was read by `scim` has a name that has a key.
fn key_of(user: &User) -> Result<String> {
    user_name_key(user.user_name()).map_err(|e| Error::Refused(e.detail))
}

/// The top-level attributes that differ, as they were and as they are.
pub(crate) fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> (Value, Value) {
    let only = |these: &Map<String, Value>, others: &Map<String, Value>| {
        let changed = these.iter().filter(|(name, value)| others.get(*name) != Some(value));
        Value::Object(changed.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    (only(before, after), only(after, before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user(mut rest: Value) -> User {
        rest["userName"] = json!("Ada@Example.com");
        User::from_json(rest).unwrap()
    }

    #[test]
    fn the_difference_shows_what_came_and_what_went() {
        let (before, after) = difference(
            user(json!({"title": "a", "nickName": "n"})).attributes(),
            user(json!({"title": "b", "locale": "en"})).attributes(),
        );
        assert_eq!(before, json!({"title": "a", "nickName": "n"}));
        assert_eq!(after, json!({"title": "b", "locale": "en"}));
    }
}
