//! What was deleted more than 30 days ago: its resource goes. A person whom nobody knows goes with it, unless an account
//! in Zoom is theirs still; then the names stay that the account is known by, and that a person who comes back is
//! recognised by.

use crate::audit::Entry;
use crate::{Actor, Directory, Result, Tx};
use model::person::RESTORABLE_FOR;
use serde_json::json;
use uuid::Uuid;

/// How many records one transaction prunes.
const BATCH: i64 = 200;

/// Prunes until nothing is left to; says how many records it were. Several replicas may do so at once, and whoever ends
/// in the middle has done whole batches.
pub async fn prune(directory: &Directory) -> Result<u64> {
    let mut pruned = 0;
    loop {
        let mut tx = directory.begin(Actor::System).await?;
        let batch = batch(&mut tx).await?;
        if batch == 0 {
            return Ok(pruned);
        }
        tx.commit().await?;
        pruned += batch;
    }
}

async fn batch(tx: &mut Tx) -> Result<u64> {
    let now = tx.now();
    let end = now - RESTORABLE_FOR;
    let records = sqlx::query!(
        "update record set resource = '{}', pruned_at = $1
         where id in (select id from record where deleted_at <= $2 and pruned_at is null
                      order by deleted_at, id limit $3 for update skip locked)
         returning id, person_id",
        now,
        end,
        BATCH
    )
    .fetch_all(tx.db())
    .await?;
    if records.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    crate::groups::forget_members(tx, &ids).await?;
    let mut people: Vec<Uuid> = records.iter().map(|record| record.person_id).collect();
    people.sort_unstable();
    people.dedup();
    let removed = forget(tx, &people).await?;
    let entry = Entry::new("record.pruned", "people", None, "Deleted people");
    let after = json!({ "records": records.len(), "deleted_before": end, "people_removed": removed });
    tx.audit(entry.after(after));
    Ok(records.len().try_into().unwrap_or_default())
}

/// Of these people, removes whom no record and no Zoom account needs any more; of the others who are gone, all but their
/// names. Says who was removed.
async fn forget(tx: &mut Tx, people: &[Uuid]) -> Result<Vec<Uuid>> {
    let gone = sqlx::query_scalar!("select id from person where id = any($1) and gone order by id for update", people)
        .fetch_all(tx.db())
        .await?;
    // With the rows locked, no record comes or is restored any more.
    let kept_whole = sqlx::query_scalar!(
        "select distinct person_id from record where person_id = any($1) and pruned_at is null",
        &gone
    )
    .fetch_all(tx.db())
    .await?;
    let gone: Vec<Uuid> = gone.into_iter().filter(|person| !kept_whole.contains(person)).collect();
    let linked = sqlx::query_scalar!(
        "select distinct person_id from link where person_id = any($1) and (zoom_id is not null or creating)",
        &gone
    )
    .fetch_all(tx.db())
    .await?;
    let removed: Vec<Uuid> = gone.iter().copied().filter(|person| !linked.contains(person)).collect();
    sqlx::query!("delete from record where person_id = any($1)", &removed).execute(tx.db()).await?;
    sqlx::query!("delete from person where id = any($1)", &removed).execute(tx.db()).await?;
    sqlx::query!(
        "update person set profile = '{}', title = null, department = null, employee_number = null,
                search = concat_ws(' ', sort_key, lower(user_name), lower(email)) where id = any($1)",
        &linked
    )
    .execute(tx.db())
    .await?;
    Ok(removed)
}
