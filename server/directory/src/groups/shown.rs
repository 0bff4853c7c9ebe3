//! What a client is shown of groups: their members, and the groups of users (RFC 7643, sections 4.1.2 and 4.2).

use crate::{Result, Tx};
use model::GroupId;
use std::collections::HashMap;
use uuid::Uuid;

/// The members of each group as a JSON list; none for a group without. `base` is the address that ends in `/scim/v2`.
pub async fn members_of(tx: &mut Tx, groups: &[Uuid], base: &str) -> Result<HashMap<Uuid, String>> {
    let rows = sqlx::query!(
        "select m.group_id, jsonb_agg(jsonb_build_object(
                'value', m.member_id,
                '$ref', $2::text || case when m.is_group then '/Groups/' else '/Users/' end || m.member_id,
                'type', case when m.is_group then 'Group' else 'User' end)
            order by m.member_id)::text as \"members!\"
         from grp_member m
         left join record r on r.id = m.member_id and r.deleted_at is null
         left join grp g on g.id = m.member_id and g.deleted_at is null
         where m.group_id = any($1) and (r.id is not null or g.id is not null)
         group by m.group_id",
        groups,
        base
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.group_id, row.members)).collect())
}

/// Whether a group has more rows of members than this, found without counting them all: in the order of the index, as
/// many members of one group make Postgres look for those of a small one in the whole table.
pub async fn has_more_members_than(tx: &mut Tx, group: GroupId, limit: i64) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        "select count(*) > $2 as \"more!\"
         from (select from grp_member where group_id = $1 order by member_id limit $2::bigint + 1) m",
        group.0,
        limit
    )
    .fetch_one(tx.db())
    .await?)
}

/// How many rows of members these groups have.
pub async fn count_members(tx: &mut Tx, groups: &[Uuid]) -> Result<i64> {
    Ok(sqlx::query_scalar!("select count(*) as \"n!\" from grp_member where group_id = any($1)", groups)
        .fetch_one(tx.db())
        .await?)
}

/// The groups of each user as a JSON list, those it is in by way of another group as well; none for a user in none.
pub async fn of_users(tx: &mut Tx, users: &[Uuid], base: &str) -> Result<HashMap<Uuid, String>> {
    let rows = sqlx::query!(
        "with recursive up(member_id, group_id, direct) as (
            select m.member_id, m.group_id, true
            from grp_member m join grp g on g.id = m.group_id and g.deleted_at is null
            where m.member_id = any($1)
            union
            select up.member_id, m.group_id, false
            from up join grp_member m on m.member_id = up.group_id
            join grp g on g.id = m.group_id and g.deleted_at is null),
         of_user as (select member_id, group_id, bool_or(direct) as direct from up group by member_id, group_id)
         select o.member_id as \"user_id!\", jsonb_agg(jsonb_build_object(
                'value', g.id,
                '$ref', $2::text || '/Groups/' || g.id,
                'display', g.display_name,
                'type', case when o.direct then 'direct' else 'indirect' end)
            order by g.id)::text as \"groups!\"
         from of_user o join grp g on g.id = o.group_id group by o.member_id",
        users,
        base
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.groups)).collect())
}
