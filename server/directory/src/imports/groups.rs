//! Zoom's groups, as imports find them, and which groups of the directory they are.

use super::{Lease, Run, hold};
use crate::audit::Entry;
use crate::text::contains;
use crate::{Error, Result, Tx, connections};
use model::import::{DirectoryGroup, ZoomGroup};
use model::{ConnectionId, GroupId, ZoomGroupId};
use scim::group_name_key;
use serde_json::json;
use uuid::Uuid;

/// The most groups that are kept and shown; Zoom itself allows fewer.
pub const MOST_GROUPS: i64 = 5_000;

/// A group as Zoom lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundGroup {
    pub zoom_id: String,
    pub display_name: String,
}

/// Keeps the groups that were found. When the list was `whole`, others are gone: those that are linked are marked, the
/// rest is forgotten. False when the run is not ours any more.
pub async fn keep_groups(tx: &mut Tx, lease: &Lease, run: &Run, found: &[FoundGroup], whole: bool) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    let ids: Vec<Uuid> = found.iter().map(|_| Uuid::now_v7()).collect();
    let zoom_ids: Vec<String> = found.iter().map(|group| group.zoom_id.clone()).collect();
    let names: Vec<String> = found.iter().map(|group| group.display_name.clone()).collect();
    let keys: Vec<String> = names.iter().map(|name| group_name_key(name)).collect();
    sqlx::query!(
        "insert into zoom_group (connection_id, zoom_id, id, display_name, name_key, last_run)
         select $1, n.zoom_id, n.id, n.name, n.key, $2
         from unnest($3::text[], $4::uuid[], $5::text[], $6::text[]) as n(zoom_id, id, name, key) order by n.zoom_id
         on conflict (connection_id, zoom_id) do update set
            display_name = excluded.display_name, name_key = excluded.name_key, last_run = excluded.last_run,
            gone_at = null",
        lease.connection.0,
        run.id.0,
        &zoom_ids,
        &ids,
        &names,
        &keys
    )
    .execute(tx.db())
    .await?;
    if whole {
        let now = tx.now();
        sqlx::query!(
            "delete from zoom_group where connection_id = $1 and last_run <> $2 and group_id is null",
            lease.connection.0,
            run.id.0
        )
        .execute(tx.db())
        .await?;
        sqlx::query!(
            "update zoom_group set gone_at = $3 where connection_id = $1 and last_run <> $2 and gone_at is null",
            lease.connection.0,
            run.id.0,
            now
        )
        .execute(tx.db())
        .await?;
    }
    Ok(true)
}

/// Zoom's groups by name, each with the directory's group that it is, or the only one that has its name.
pub async fn groups(tx: &mut Tx, connection: ConnectionId) -> Result<Vec<ZoomGroup>> {
    let rows = sqlx::query!(
        "with counted as (
            select n.key, count(distinct a.id) as accounts
            from zoom_account a, unnest(a.groups) as n(key)
            where a.connection_id = $1 and a.gone_at is null group by 1)
         select z.id, z.display_name, z.gone_at is not null as \"gone!\", coalesce(c.accounts, 0) as \"accounts!\",
                z.group_id, g.id as \"directory_id?\", g.display_name as \"directory_name?\", s.name as \"source?\"
         from zoom_group z
         left join counted c on c.key = z.name_key
         left join lateral (
            select g.id, g.display_name, g.source_id from grp g
            where g.deleted_at is null and case when z.group_id is null
                then g.display_name_key = z.name_key
                    and not exists (select from grp o where o.display_name_key = z.name_key and o.deleted_at is null and o.id <> g.id)
                    and not exists (select from zoom_group o where o.connection_id = $1 and o.group_id = g.id)
                else g.id = z.group_id end) g on true
         left join source s on s.id = g.source_id
         where z.connection_id = $1 order by z.name_key, z.zoom_id limit $2",
        connection.0,
        MOST_GROUPS
    )
    .fetch_all(tx.db())
    .await?;
    let groups = rows.into_iter().map(|row| {
        let parts = row.directory_id.zip(row.directory_name).zip(row.source);
        ZoomGroup {
            id: ZoomGroupId(row.id),
            display_name: row.display_name,
            accounts: row.accounts,
            gone: row.gone,
            linked: row.group_id.is_some(),
            group: parts.map(|((id, display_name), source)| DirectoryGroup { id: GroupId(id), display_name, source }),
        }
    });
    Ok(groups.collect())
}

/// How many accounts there are, and of how many it is known which groups they are in.
pub async fn group_knowledge(tx: &mut Tx, connection: ConnectionId) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        "select count(*) as \"all!\", count(groups) as \"known!\" from zoom_account
         where connection_id = $1 and gone_at is null",
        connection.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok((row.all, row.known))
}

/// Notes which group of the directory a group of Zoom is; none takes it back. Nothing changes in Zoom.
pub async fn link_group(tx: &mut Tx, connection: ConnectionId, id: ZoomGroupId, group: Option<GroupId>) -> Result<()> {
    let settings = connections::lock(tx, connection).await?;
    let name = sqlx::query_scalar!(
        "select display_name from zoom_group where connection_id = $1 and id = $2 for update",
        connection.0,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the Zoom group"))?;
    let mut told = None;
    if let Some(group) = group {
        let row = sqlx::query!(
            "select g.display_name, z.display_name as \"other?\" from grp g
             left join zoom_group z on z.connection_id = $2 and z.group_id = g.id and z.id <> $3
             where g.id = $1 and g.deleted_at is null",
            group.0,
            connection.0,
            id.0
        )
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the group"))?;
        if let Some(other) = row.other {
            return Err(Error::Refused(format!(
                "{} is linked to Zoom's group {other} already. Unlink that one first.",
                row.display_name
            )));
        }
        told = Some(row.display_name);
    }
    sqlx::query!("update zoom_group set group_id = $2 where id = $1", id.0, group.map(|group| group.0))
        .execute(tx.db())
        .await?;
    let action = if group.is_some() { "import.group_linked" } else { "import.group_unlinked" };
    let entry = Entry::new(action, "connection", connection.0, &settings.name);
    tx.audit(entry.after(json!({ "zoom_group": name, "group": told })));
    Ok(())
}

/// Groups of the directory that no group of this connection is linked to, found by a part of their name.
pub async fn free_groups(tx: &mut Tx, connection: ConnectionId, q: &str, most: i64) -> Result<Vec<DirectoryGroup>> {
    let rows = sqlx::query!(
        "select g.id, g.display_name, s.name as source from grp g join source s on s.id = g.source_id
         where g.deleted_at is null and ($2::text is null or g.display_name ilike $2)
           and not exists (select from zoom_group z where z.connection_id = $1 and z.group_id = g.id)
         order by g.display_name_key, g.id limit $3",
        connection.0,
        contains(q),
        most
    )
    .fetch_all(tx.db())
    .await?;
    let groups = rows.into_iter().map(|row| DirectoryGroup {
        id: GroupId(row.id),
        display_name: row.display_name,
        source: row.source,
    });
    Ok(groups.collect())
}
