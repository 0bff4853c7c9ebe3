//! What was deleted more than 30 days ago cannot be restored any more: it goes, with the memberships that were kept for
//! that day.

use crate::audit::Entry;
use crate::{Actor, Directory, Result, Tx};
use model::person::RESTORABLE_FOR;
use serde_json::json;
use uuid::Uuid;

/// How many groups one transaction prunes.
const BATCH: i64 = 200;

/// Prunes until nothing is left to; says how many groups it were.
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
    let end = tx.now() - RESTORABLE_FOR;
    let groups = sqlx::query_scalar!(
        "delete from grp where id in (select id from grp where deleted_at <= $1 order by deleted_at, id limit $2
                                      for update skip locked)
         returning id",
        end,
        BATCH
    )
    .fetch_all(tx.db())
    .await?;
    if groups.is_empty() {
        return Ok(0);
    }
    forget_members(tx, &groups).await?;
    let entry = Entry::new("group.pruned", "groups", None, "Deleted groups");
    tx.audit(entry.after(json!({ "groups": groups, "deleted_before": end })));
    Ok(groups.len().try_into().unwrap_or_default())
}

/// Users and groups that are gone for good are members of nothing.
pub(crate) async fn forget_members(tx: &mut Tx, members: &[Uuid]) -> Result<()> {
    sqlx::query!("delete from grp_member where member_id = any($1)", members).execute(tx.db()).await?;
    Ok(())
}
