//! Records: what a source says of a user, as SCIM clients see it, and the person that follows from it.
//!
//! A person is made with its first record and follows it: every change of a record brings the person up to date and
//! marks its links due, in the same transaction. A record is seen through its source only.

use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::error::{from_json, to_json};
use crate::text::fold;
use crate::{Error, Result, Tx, groups};
use chrono::{DateTime, Utc};
use model::person::PersonState;
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

/// Makes a record and its person. A user whom this source deleted and makes again is the person from before: the Zoom
/// account that was linked is theirs. [`Error::Taken`] when the source has a user of this `userName` or `externalId`.
pub async fn create(tx: &mut Tx, source: SourceId, user: &User) -> Result<Record> {
    let id = RecordId(Uuid::now_v7());
    let (now, key, resource) = (tx.now(), key_of(user)?, to_json("record", user)?);
    let returning = who_left(tx, source, &key, user.external_id()).await?;
    let person = match returning {
        Some(person) => {
            update_person(tx, person, user).await?;
            person
        }
        None => insert_person(tx, user).await?,
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
    let action = if returning.is_some() { "person.returned" } else { "person.created" };
    let entry = Entry::new(action, "person", person.0, &display_name(user));
    tx.audit(entry.after(resource));
    due::person(tx, person, Priority::Change).await?;
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

/// The person of the record that this source deleted last under this user name, if no source knows them now. With
/// another `externalId` it is another human who was given a name that had become free.
async fn who_left(tx: &mut Tx, source: SourceId, key: &str, external_id: Option<&str>) -> Result<Option<PersonId>> {
    let person = sqlx::query_scalar!(
        "select p.id from record r join person p on p.id = r.person_id
         where r.source_id = $1 and r.user_name_key = $2 and r.deleted_at is not null and p.gone
           and (r.external_id is null or $3::text is null or r.external_id = $3)
         order by r.deleted_at desc, r.id desc limit 1 for update of p",
        source.0,
        key,
        external_id
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(person.map(PersonId))
}

/// A record of this source, held until the transaction ends; none when it was deleted or is another source's: two changes of one record come one after the other.
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
    let done = sqlx::query!(
        "update record set user_name = $3, user_name_key = $4, external_id = $5, active = $6, resource = $7,
                version = version + 1, updated_at = $8
         where id = $1 and version = $2 and deleted_at is null",
        record.id.0,
        record.version,
        user.user_name(),
        key,
        user.external_id(),
        user.active(),
        resource,
        now
    )
    .execute(tx.db())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale("the record"));
    }
    update_person(tx, record.person_id, &user).await?;
    let (before, after) = difference(record.user.attributes(), user.attributes());
    let entry = Entry::new("person.changed", "person", record.person_id.0, &display_name(&user));
    tx.audit(entry.before(before).after(after));
    let leaves = record.user.active() && !user.active();
    due::person(tx, record.person_id, if leaves { Priority::Leaver } else { Priority::Change }).await?;
    Ok(Record { user, version: record.version + 1, updated_at: now, ..record })
}

/// Deletes a record: its source sees it no more, and its person is gone. False when there is none.
pub async fn delete(tx: &mut Tx, source: SourceId, id: RecordId) -> Result<bool> {
    let Some(record) = lock(tx, source, id).await? else { return Ok(false) };
    let now = tx.now();
    sqlx::query!("update record set deleted_at = $2, updated_at = $2 where id = $1", id.0, now)
        .execute(tx.db())
        .await?;
    sqlx::query!(
        "update person set gone = true, state = $2, revision = revision + 1, updated_at = $3 where id = $1",
        record.person_id.0,
        PersonState::Deactivated.as_str(),
        now
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("person.deleted", "person", record.person_id.0, &display_name(&record.user));
    tx.audit(entry.before(to_json("record", &record.user)?));
    due::person(tx, record.person_id, Priority::Leaver).await?;
    groups::touch_groups_of(tx, id.0).await?;
    Ok(true)
}

async fn insert_person(tx: &mut Tx, user: &User) -> Result<PersonId> {
    let (id, now, name) = (PersonId(Uuid::now_v7()), tx.now(), display_name(user));
    sqlx::query!(
        "insert into person (id, state, user_name, display_name, email, department, title, profile, sort_key, search,
                             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.0,
        state(user).as_str(),
        user.user_name(),
        name,
        user.email(),
        user.department(),
        user.title(),
        profile(user),
        fold(&name),
        search_text(user, &name),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

async fn update_person(tx: &mut Tx, id: PersonId, user: &User) -> Result<()> {
    let (now, name) = (tx.now(), display_name(user));
    sqlx::query!(
        "update person set state = $2, user_name = $3, display_name = $4, email = $5, department = $6, title = $7,
                profile = $8, sort_key = $9, search = $10, revision = revision + 1, updated_at = $11, gone = false
         where id = $1",
        id.0,
        state(user).as_str(),
        user.user_name(),
        name,
        user.email(),
        user.department(),
        user.title(),
        profile(user),
        fold(&name),
        search_text(user, &name),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A user who was read by `scim` has a name that has a key.
fn key_of(user: &User) -> Result<String> {
    user_name_key(user.user_name()).map_err(|e| Error::Refused(e.detail))
}

fn state(user: &User) -> PersonState {
    if user.active() { PersonState::Active } else { PersonState::Deactivated }
}

/// What the person is called: what the source says, else what can be made of the parts.
fn display_name(user: &User) -> String {
    let parts: Vec<&str> = user.given_name().into_iter().chain(user.family_name()).collect();
    let joined = parts.join(" ");
    let made = Some(joined.trim()).filter(|name| !name.is_empty());
    user.display_name().or(user.formatted_name()).or(made).unwrap_or(user.user_name()).to_owned()
}

fn search_text(user: &User, name: &str) -> String {
    let parts = [Some(name), Some(user.user_name()), user.email(), user.department()];
    fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The attributes without `schemas`, which says nothing of a person.
fn profile(user: &User) -> Value {
    let attributes = user.attributes().iter().filter(|(name, _)| *name != "schemas");
    Value::Object(attributes.map(|(name, value)| (name.clone(), value.clone())).collect())
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
    fn a_name_is_found_for_everybody() {
        assert_eq!(display_name(&user(json!({}))), "Ada@Example.com");
        assert_eq!(display_name(&user(json!({"name": {"givenName": "Ada", "familyName": " "}}))), "Ada");
        let parts = json!({"givenName": "Ada", "familyName": "King", "formatted": "Ada K."});
        assert_eq!(display_name(&user(json!({"name": parts}))), "Ada K.");
        assert_eq!(display_name(&user(json!({"displayName": "A", "name": parts}))), "A");
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
