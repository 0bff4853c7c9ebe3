//! Who somebody's manager is: sources give an id, and some give the one under which they have pushed the manager here.

use crate::{Result, Tx};
use model::person::Person;
use model::{PersonId, SourceId};
use scim::User;
use uuid::Uuid;

/// The manager and their name, when the id that holds is a living record of the source that gives it. Others are names
/// or numbers of the source's own, which say nothing here.
pub async fn manager(tx: &mut Tx, person: &Person) -> Result<Option<(PersonId, String)>> {
    let Some((source, record)) = given(person) else { return Ok(None) };
    let row = sqlx::query!(
        "select p.id, p.display_name from record r join person p on p.id = r.person_id
         where r.id = $1 and r.source_id = $2 and r.deleted_at is null",
        record,
        source.0
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|row| (PersonId(row.id), row.display_name)))
}

/// The enterprise extension's `manager.value` (RFC 7643, section 4.3) where it can be a record's id, with its source.
fn given(person: &Person) -> Option<(SourceId, Uuid)> {
    let user: User = serde_json::from_value(person.profile.clone()).ok()?;
    let id = model::read_id(user.manager()?)?;
    // One source alone gives everything.
    let held = person.held.iter().find(|held| held.schema.is_some() && held.name.eq_ignore_ascii_case("manager"));
    let mut living = person.records.iter().filter(|record| record.deleted_at.is_none());
    let record = living.find(|record| held.is_none_or(|held| held.source_name == record.source_name))?;
    Some((record.source_id, id))
}
