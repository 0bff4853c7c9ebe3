//! Taking back that a source deleted a user: for 30 days, by an administrator. The source sees the record again under
//! the id it had.

use super::current;
use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::error::from_json;
use crate::{Error, Result, Tx, Unique};
use model::person::RESTORABLE_FOR;
use model::{PersonId, RecordId};
use scim::User;

/// Restores a record. Says whose it is. [`Error::Refused`] with a sentence when its names were given to another user
/// meanwhile, or the time is over.
pub async fn restore(tx: &mut Tx, record: RecordId) -> Result<PersonId> {
    let row = sqlx::query!(
        "select r.person_id, r.resource, r.deleted_at as \"deleted_at!\", r.pruned_at, s.name
         from record r join source s on s.id = r.source_id
         where r.id = $1 and r.deleted_at is not null for update of r",
        record.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the deleted record"))?;
    let now = tx.now();
    if row.pruned_at.is_some() || row.deleted_at + RESTORABLE_FOR <= now {
        return Err(Error::Refused(format!(
            "{} deleted this user more than {} days ago, and what it said is not kept for longer. Have {} send the user \
             again: with the same user name it is the same person.",
            row.name,
            RESTORABLE_FOR.num_days(),
            row.name
        )));
    }
    let user: User = from_json("record", row.resource.clone())?;
    let restored = sqlx::query!(
        "update record set deleted_at = null, version = version + 1, updated_at = $2 where id = $1",
        record.0,
        now
    )
    .execute(tx.db())
    .await;
    if let Err(error) = restored {
        return Err(match Error::from(error) {
            Error::Taken(Unique::UserName) => taken(&row.name, "user name", user.user_name()),
            Error::Taken(Unique::ExternalId) => taken(&row.name, "externalId", user.external_id().unwrap_or_default()),
            error => error,
        });
    }
    let person = PersonId(row.person_id);
    current::bring(tx, person).await?;
    let entry = Entry::new("person.restored", "person", person.0, &super::row::display_name(&user));
    let before = serde_json::json!({ "source": row.name, "record": record, "deleted_at": row.deleted_at });
    tx.audit(entry.before(before).after(row.resource));
    due::person(tx, person, Priority::Change).await?;
    // They are members again of what they were members of.
    crate::groups::touch_groups_of(tx, record.0).await?;
    Ok(person)
}

fn taken(source: &str, what: &str, value: &str) -> Error {
    Error::Refused(format!(
        "{source} has given the {what} {value} to another user meanwhile. Delete that user in {source}, or have it get \
         another {what}, then restore this one."
    ))
}
