//! The order of sources, which decides between them. When it changes, everybody whom several sources know is merged
//! anew: behind the change, in batches of one transaction each, so that no source waits long for a person. Where that
//! has come to stands in a row, so an end in the middle loses nothing.

use super::current;
use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::{Actor, Directory, Error, Result, Tx};
use model::{PersonId, SourceId};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

const BATCH: i64 = 500;
/// How long what another process changed may go unseen.
const POLL: Duration = Duration::from_secs(3);

/// Brings the sources that are named here into this order, in the places they have among all. False when they are.
pub async fn set(tx: &mut Tx, order: &[SourceId]) -> Result<bool> {
    hold(tx).await?;
    let stored = sqlx::query!("select id, name from source order by position, id").fetch_all(tx.db()).await?;
    let before: Vec<Uuid> = stored.iter().map(|row| row.id).collect();
    if order.iter().any(|source| !before.contains(&source.0)) {
        return Err(Error::NotFound("the source"));
    }
    let mut named = order.iter().map(|source| source.0);
    let is_named = |id: &Uuid| order.iter().any(|source| source.0 == *id);
    let after: Vec<Uuid> =
        before.iter().map(|id| if is_named(id) { named.next().unwrap_or(*id) } else { *id }).collect();
    if after == before {
        return Ok(false);
    }
    sqlx::query!(
        "update source s set position = n.position::integer
         from unnest($1::uuid[]) with ordinality as n(id, position) where s.id = n.id",
        &after
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "insert into people_merge (up_to) values ('00000000-0000-0000-0000-000000000000')
         on conflict (one) do update set up_to = excluded.up_to"
    )
    .execute(tx.db())
    .await?;
    let name = |id: &Uuid| stored.iter().find(|row| row.id == *id).map(|row| row.name.clone());
    let names = |order: &[Uuid]| order.iter().filter_map(name).collect::<Vec<String>>();
    let entry = Entry::new("source.order_changed", "source", None, "Order of sources");
    tx.audit(entry.before(json!(names(&before))).after(json!(names(&after))));
    tx.ring_for_people();
    Ok(true)
}

/// Moves a source one place up or down; false when it is at the end already.
pub async fn step(tx: &mut Tx, source: SourceId, up: bool) -> Result<bool> {
    hold(tx).await?;
    let all = sqlx::query_scalar!("select id from source order by position, id").fetch_all(tx.db()).await?;
    let mut order: Vec<SourceId> = all.into_iter().map(SourceId).collect();
    let at = order.iter().position(|id| *id == source).ok_or(Error::NotFound("the source"))?;
    let other = if up { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < order.len()) };
    let Some(other) = other else { return Ok(false) };
    order.swap(at, other);
    set(tx, &order).await
}

/// One change of the order at a time, and nobody is merged meanwhile.
async fn hold(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall order of sources')) as lock")
        .fetch_one(tx.db())
        .await?;
    Ok(())
}

/// Whether people are still being merged anew.
pub async fn is_under_way(tx: &mut Tx) -> Result<bool> {
    Ok(sqlx::query_scalar!("select exists (select from people_merge) as \"it!\"").fetch_one(tx.db()).await?)
}

/// Merges people anew whenever the order has changed, until `stopped`. Every server runs one; the row lets one of them
/// work at a time. Errors, also a database that is away, are told of, and it goes on afterwards.
pub async fn run(directory: Directory, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    loop {
        let work = async {
            while batch(&directory).await? {}
            Result::<()>::Ok(())
        };
        tokio::select! {
            ended = work => if let Err(error) = ended {
                tracing::warn!(%error, "people could not be merged anew; it is tried again");
            },
            () = &mut stopped => return,
        }
        tokio::select! {
            () = directory.merge_asked.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            () = &mut stopped => return,
        }
    }
}

/// The next people in the order of their ids; false when there is nothing to do, or another process does it.
async fn batch(directory: &Directory) -> Result<bool> {
    let mut tx = directory.begin(Actor::System).await?;
    let up_to = sqlx::query_scalar!("select up_to from people_merge for update skip locked");
    let Some(up_to) = up_to.fetch_optional(tx.db()).await? else { return Ok(false) };
    let people =
        sqlx::query_scalar!("select id from person where several and id > $1 order by id limit $2", up_to, BATCH)
            .fetch_all(tx.db())
            .await?;
    match people.last() {
        None => sqlx::query!("delete from people_merge").execute(tx.db()).await?,
        Some(last) => sqlx::query!("update people_merge set up_to = $1", last).execute(tx.db()).await?,
    };
    let people: Vec<PersonId> = people.into_iter().map(PersonId).collect();
    let changed = current::bring_all(&mut tx, &people).await?;
    due::all_of(&mut tx, &changed, Priority::Bulk).await?;
    tx.commit().await?;
    Ok(!people.is_empty())
}
