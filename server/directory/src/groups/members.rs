//! Who is in a group: each change touches only the members that change.

use crate::{Error, Result, Tx};
use model::{GroupId, SourceId, read_id};
use scim::patch::MemberChange;
use std::collections::HashSet;
use uuid::Uuid;

/// Who came and who went, in the order in which the database found them.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub added: Vec<Uuid>,
    pub removed: Vec<Uuid>,
}

/// Makes the changes one after the other.
pub(super) async fn change(tx: &mut Tx, source: SourceId, group: GroupId, changes: &[MemberChange]) -> Result<Changed> {
    let mut changed = Changed::default();
    for change in changes {
        match change {
            MemberChange::Add(members) => changed.added.extend(add(tx, source, group, &ids(members)?).await?),
            // Whoever is removed and is no member already is not one now.
            MemberChange::Remove(members) => {
                let ids: Vec<Uuid> = members.iter().filter_map(|id| read_id(id)).collect();
                changed.removed.extend(remove(tx, group, &ids).await?);
            }
            MemberChange::Replace(members) => {
                let ids = ids(members)?;
                changed.removed.extend(keep(tx, group, &ids).await?);
                changed.added.extend(add(tx, source, group, &ids).await?);
            }
        }
    }
    Ok(changed)
}

fn ids(members: &[String]) -> Result<Vec<Uuid>> {
    members.iter().map(|id| read_id(id).ok_or_else(|| nobody(id))).collect()
}

async fn add(tx: &mut Tx, source: SourceId, group: GroupId, members: &[Uuid]) -> Result<Vec<Uuid>> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    if members.contains(&group.0) {
        return Err(Error::Refused("A group cannot be a member of itself.".to_owned()));
    }
    let row = sqlx::query!(
        "with found as materialized (
            select id, false as is_group from record where id = any($2) and source_id = $3 and deleted_at is null
            union all
            select id, true from grp where id = any($2) and source_id = $3 and deleted_at is null),
         added as (
            insert into grp_member (group_id, member_id, is_group) select $1, id, is_group from found
            on conflict do nothing returning member_id)
         select array(select id from found) as \"found!\", array(select member_id from added) as \"added!\"",
        group.0,
        members,
        source.0
    )
    .fetch_one(tx.db())
    .await?;
    if row.found.len() < members.len() {
        let found: HashSet<&Uuid> = row.found.iter().collect();
        if let Some(missing) = members.iter().find(|id| !found.contains(id)) {
            return Err(nobody(&missing.to_string()));
        }
    }
    Ok(row.added)
}

async fn remove(tx: &mut Tx, group: GroupId, members: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "delete from grp_member where group_id = $1 and member_id = any($2) returning member_id",
        group.0,
        members
    )
    .fetch_all(tx.db())
    .await?)
}

/// Removes everybody else.
async fn keep(tx: &mut Tx, group: GroupId, members: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "delete from grp_member m where m.group_id = $1
            and not exists (select from unnest($2::uuid[]) kept(id) where kept.id = m.member_id)
         returning m.member_id",
        group.0,
        members
    )
    .fetch_all(tx.db())
    .await?)
}

fn nobody(id: &str) -> Error {
    let shown: String = id.chars().filter(|c| !c.is_control()).take(60).collect();
    Error::Refused(format!("The member \"{shown}\" is no user or group of this source. Create it first, then add it."))
}
