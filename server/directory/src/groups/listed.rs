//! Groups as administrators see them: of all sources, with those that were deleted and can be restored.

use crate::audit::Entry;
use crate::text::{contains, cursor};
use crate::{Error, Result, Tx};
use chrono::{DateTime, Utc};
use model::group::{GroupSummary, Member, MemberIs, OfPerson};
use model::person::RESTORABLE_FOR;
use model::{Cursor, GroupId, Page, PersonId, SourceId};
use uuid::Uuid;

struct Row {
    id: Uuid,
    display_name: String,
    display_name_key: String,
    external_id: Option<String>,
    source_id: Uuid,
    source_name: String,
    members: i64,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
}

impl From<Row> for GroupSummary {
    fn from(row: Row) -> Self {
        Self {
            id: GroupId(row.id),
            display_name: row.display_name,
            external_id: row.external_id,
            source_id: SourceId(row.source_id),
            source_name: row.source_name,
            members: row.members,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        }
    }
}

/// Groups by name: those that live, or those that were deleted.
pub async fn list(tx: &mut Tx, q: Option<&str>, deleted: bool, at: &Cursor, size: usize) -> Result<Page<GroupSummary>> {
    let cursor::Place { back, text: name, id, limit } = cursor::place(at, size)?;
    let rows = sqlx::query_as!(
        Row,
        "select g.id, g.display_name, g.display_name_key, g.external_id, g.source_id, s.name as source_name,
                (select count(*) from grp_member m
                  where m.group_id = g.id
                    and (exists (select from record r where r.id = m.member_id and r.deleted_at is null)
                      or exists (select from grp n where n.id = m.member_id and n.deleted_at is null))) as \"members!\", g.updated_at, g.deleted_at
         from grp g join source s on s.id = g.source_id
         where (g.deleted_at is not null) = $1 and ($2::text is null or g.display_name ilike $2)
           and ($3::text is null or case when $5 then (g.display_name_key, g.id) < ($3, $4)
                                         else (g.display_name_key, g.id) > ($3, $4) end)
         order by case when $5 then g.display_name_key end desc, case when $5 then g.id end desc, g.display_name_key, g.id
         limit $6",
        deleted,
        q.and_then(contains),
        name,
        id,
        back,
        limit
    )
    .fetch_all(tx.db())
    .await?;
    let page = Page::cut(rows, size, at, |row| cursor::text(&row.display_name_key, row.id));
    Ok(Page { rows: page.rows.into_iter().map(GroupSummary::from).collect(), previous: page.previous, next: page.next })
}

/// A group, also one that was deleted.
pub async fn get(tx: &mut Tx, id: GroupId) -> Result<GroupSummary> {
    let row = sqlx::query_as!(
        Row,
        "select g.id, g.display_name, g.display_name_key, g.external_id, g.source_id, s.name as source_name,
                (select count(*) from grp_member m
                  where m.group_id = g.id
                    and (exists (select from record r where r.id = m.member_id and r.deleted_at is null)
                      or exists (select from grp n where n.id = m.member_id and n.deleted_at is null))) as \"members!\", g.updated_at, g.deleted_at
         from grp g join source s on s.id = g.source_id where g.id = $1",
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(GroupSummary::from).ok_or(Error::NotFound("the group"))
}

/// Who is in a group, in the order of their ids. Who was deleted is left out.
pub async fn members(tx: &mut Tx, group: GroupId, at: &Cursor, size: usize) -> Result<Page<Member>> {
    let (back, id) = match at {
        Cursor::First => (false, None),
        Cursor::After(key) => (false, Some(member_id(key)?)),
        Cursor::Before(key) => (true, Some(member_id(key)?)),
    };
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let rows = sqlx::query!(
        "select m.member_id, r.person_id as \"person_id?\", r.user_name as \"user_name?\",
                p.display_name as \"person_name?\", g.display_name as \"group_name?\"
         from grp_member m
         left join record r on r.id = m.member_id and r.deleted_at is null
         left join person p on p.id = r.person_id
         left join grp g on g.id = m.member_id and g.deleted_at is null
         where m.group_id = $1 and (r.id is not null or g.id is not null)
           and ($2::uuid is null or case when $3 then m.member_id < $2 else m.member_id > $2 end)
         order by case when $3 then m.member_id end desc, m.member_id limit $4",
        group.0,
        id,
        back,
        limit
    )
    .fetch_all(tx.db())
    .await?;
    let rows = rows.into_iter().map(|row| {
        let is = match (row.person_id, row.user_name) {
            (Some(id), Some(user_name)) => MemberIs::Person { id: PersonId(id), user_name },
            _ => MemberIs::Group { id: GroupId(row.member_id) },
        };
        (row.member_id, Member { name: row.person_name.or(row.group_name).unwrap_or_default(), is })
    });
    let page = Page::cut(rows.collect(), size, at, |(id, _)| id.simple().to_string());
    let rows = page.rows.into_iter().map(|(_, member)| member).collect();
    Ok(Page { rows, previous: page.previous, next: page.next })
}

fn member_id(key: &str) -> Result<Uuid> {
    key.parse().map_err(|_| Error::BadCursor)
}

/// The groups that a person's records are in, those by way of another group as well, by name: `most` of them at the most.
pub async fn of_person(tx: &mut Tx, person: PersonId, most: usize) -> Result<Vec<OfPerson>> {
    let rows = sqlx::query!(
        "with recursive up(group_id, direct) as (
            select m.group_id, true
            from record r join grp_member m on m.member_id = r.id
            join grp g on g.id = m.group_id and g.deleted_at is null
            where r.person_id = $1 and r.deleted_at is null
            union
            select m.group_id, false
            from up join grp_member m on m.member_id = up.group_id
            join grp g on g.id = m.group_id and g.deleted_at is null)
         select g.id, g.display_name, s.name as source_name, bool_or(up.direct) as \"direct!\"
         from up join grp g on g.id = up.group_id join source s on s.id = g.source_id
         group by g.id, s.name order by g.display_name_key, g.id limit $2",
        person.0,
        i64::try_from(most).unwrap_or(i64::MAX)
    )
    .fetch_all(tx.db())
    .await?;
    let group = rows.into_iter().map(|row| OfPerson {
        id: GroupId(row.id),
        display_name: row.display_name,
        source_name: row.source_name,
        direct: row.direct,
    });
    Ok(group.collect())
}

/// Takes a deletion back: the source sees the group again, with the id and the members it had. [`Error::Refused`] when
/// the source has made another of its name or `externalId` meanwhile.
pub async fn restore(tx: &mut Tx, id: GroupId) -> Result<()> {
    let (now, end) = (tx.now(), tx.now() - RESTORABLE_FOR);
    let restored = sqlx::query!(
        "update grp set deleted_at = null, updated_at = $2, version = version + 1
         where id = $1 and deleted_at > $3 returning display_name",
        id.0,
        now,
        end
    )
    .fetch_optional(tx.db())
    .await
    .map_err(|error| match Error::from(error) {
        Error::Taken(what) => Error::Refused(format!(
            "The source has made another group meanwhile that has {what}. Delete or rename that one there first."
        )),
        other => other,
    })?;
    let restored = restored.ok_or(Error::NotFound("the deleted group"))?;
    super::touch_groups_of(tx, id.0).await?;
    tx.audit(Entry::new("group.restored", "group", id.0, &restored.display_name));
    Ok(())
}
