//! Groups: what a source says of a group, and who is in it.
//!
//! Members are rows of their own, so that one more or one less costs the same in a group of ten and of fifty thousand.
//! A group is seen through its source only, and so are its members: users and groups of the same source.

mod listed;
mod members;
mod prune;
mod shown;

use crate::audit::Entry;
use crate::error::{from_json, to_json};
use crate::records::difference;
use crate::{Error, Result, Tx};
use chrono::{DateTime, Utc};
use members::Changed;
use model::{GroupId, SourceId};
use scim::group_name_key;
use scim::patch::MemberChange;
use serde_json::{Value, json};
use uuid::Uuid;

pub use listed::{get, list, members, of_person, restore};
pub(crate) use prune::forget_members;
pub use prune::prune;
pub use shown::{count_members, has_more_members_than, members_of, of_users};

/// A group without its members.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The `id` the source's clients see.
    pub id: GroupId,
    pub group: scim::Group,
    /// Grows with every change, also of the members; 1 at first.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Makes a group. [`Error::Taken`] when the source has one of this `externalId`, or one of the same name that no other
/// `externalId` tells apart; [`Error::Refused`] when a member is nobody of this source.
pub async fn create(tx: &mut Tx, source: SourceId, group: &scim::Group, members: &[String]) -> Result<Group> {
    let id = GroupId(Uuid::now_v7());
    let (now, resource) = (tx.now(), to_json("group", group)?);
    sqlx::query!(
        "insert into grp (id, source_id, display_name, display_name_key, external_id, resource, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        id.0,
        source.0,
        group.display_name(),
        group_name_key(group.display_name()),
        group.external_id(),
        resource,
        now
    )
    .execute(tx.db())
    .await?;
    let changed = members::change(tx, source, id, &[MemberChange::Add(members.to_vec())]).await?;
    let entry = Entry::new("group.created", "group", id.0, group.display_name());
    tx.audit(entry.after(with_members(resource, "members", &changed.added)));
    Ok(Group { id, group: group.clone(), version: 1, created_at: now, updated_at: now })
}

/// A group of this source, held until the transaction ends; none when it was deleted or is another source's.
pub async fn lock(tx: &mut Tx, source: SourceId, id: GroupId) -> Result<Option<Group>> {
    let row = sqlx::query!(
        "select resource, version, created_at, updated_at from grp
         where id = $1 and source_id = $2 and deleted_at is null for update",
        id.0,
        source.0
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        Ok(Group {
            id,
            group: from_json("group", row.resource)?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    })
    .transpose()
}

/// Replaces what a locked group says, and changes who is in it. What changes nothing is not written: the version stays.
pub async fn save(
    tx: &mut Tx,
    source: SourceId,
    held: Group,
    group: scim::Group,
    members: &[MemberChange],
) -> Result<Group> {
    let changed = members::change(tx, source, held.id, members).await?;
    if changed.is_nothing() && held.group == group {
        return Ok(held);
    }
    let (now, resource) = (tx.now(), to_json("group", &group)?);
    let done = sqlx::query!(
        "update grp set display_name = $3, display_name_key = $4, external_id = $5, resource = $6,
                name_twin = case when display_name = $3 then name_twin end,
                version = version + 1, updated_at = $7
         where id = $1 and version = $2 and deleted_at is null",
        held.id.0,
        held.version,
        group.display_name(),
        group_name_key(group.display_name()),
        group.external_id(),
        resource,
        now
    )
    .execute(tx.db())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale("the group"));
    }
    let (before, after) = difference(held.group.attributes(), group.attributes());
    let entry = Entry::new("group.changed", "group", held.id.0, group.display_name());
    tx.audit(entry.before(with_members(before, "membersRemoved", &changed.removed)).after(with_members(
        after,
        "membersAdded",
        &changed.added,
    )));
    Ok(Group { group, version: held.version + 1, updated_at: now, ..held })
}

/// Deletes a group: its source sees it no more. False when there is none.
pub async fn delete(tx: &mut Tx, source: SourceId, id: GroupId) -> Result<bool> {
    // With the groups it is in, in one order: two that are in each other may be deleted at once.
    sqlx::query!(
        "select id from grp where id = $1 or id in (select group_id from grp_member where member_id = $1)
         order by id for update",
        id.0
    )
    .fetch_all(tx.db())
    .await?;
    let Some(held) = lock(tx, source, id).await? else { return Ok(false) };
    let now = tx.now();
    sqlx::query!("update grp set deleted_at = $2, updated_at = $2 where id = $1", id.0, now).execute(tx.db()).await?;
    touch_groups_of(tx, id.0).await?;
    let entry = Entry::new("group.deleted", "group", id.0, held.group.display_name());
    tx.audit(entry.before(to_json("group", &held.group)?));
    Ok(true)
}

/// A member came or went: the groups it is in are no longer what a client has seen.
pub(crate) async fn touch_groups_of(tx: &mut Tx, member: Uuid) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "with held as materialized (
            select id from grp where id in (select group_id from grp_member where member_id = $1) and deleted_at is null
            order by id for update)
         update grp set version = version + 1, updated_at = $2 from held where grp.id = held.id",
        member,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The most ids of members in one audit entry; of more, it has the number.
const NAMED: usize = 100;

fn with_members(mut resource: Value, name: &str, ids: &[Uuid]) -> Value {
    if !ids.is_empty() {
        let named = &ids[..ids.len().min(NAMED)];
        resource[name] = if ids.len() > NAMED { json!({ "count": ids.len(), "first": named }) } else { json!(named) };
    }
    resource
}

impl Changed {
    fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}
