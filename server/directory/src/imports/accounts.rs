//! The accounts that an import finds.

use super::{Run, hold};
use crate::leases::Lease;
use crate::text::fold;
use crate::{Result, Tx};
use model::ConnectionId;
use scim::group_name_key;
use serde_json::Value;
use uuid::Uuid;

/// How much of a name the order looks at: an index holds no more.
const LONGEST_KEY: usize = 200;

/// An account as Zoom shows it; no text has a NUL.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub zoom_id: String,
    pub user_name: String,
    pub display_name: String,
    pub active: Option<bool>,
    pub user_type: Option<String>,
    /// By Zoom's attribute names.
    pub attributes: Value,
    /// The names of the groups it is in; only its own answer shows them.
    pub groups: Vec<String>,
}

/// What a page brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Not seen before in this run.
    pub new: i64,
    /// Never seen before.
    pub fresh: i64,
    /// Not as they were.
    pub changed: i64,
}

/// Keeps a page of the list; none when the run is not ours any more. `shows` are the attributes that a list shows: the
/// others stay as they were read before.
pub async fn keep_page(tx: &mut Tx, lease: &Lease, run: &Run, page: &[Found], shows: &[&str]) -> Result<Option<Kept>> {
    if !hold(tx, lease, run).await? {
        return Ok(None);
    }
    let text = |of: fn(&Found) -> &str| page.iter().map(|found| of(found).to_owned()).collect::<Vec<String>>();
    let ids: Vec<Uuid> = page.iter().map(|_| Uuid::now_v7()).collect();
    let active: Vec<Option<bool>> = page.iter().map(|found| found.active).collect();
    let types: Vec<Option<String>> = page.iter().map(|found| found.user_type.clone()).collect();
    let attributes: Vec<Value> = page.iter().map(|found| found.attributes.clone()).collect();
    let sort: Vec<String> = page.iter().map(sort_key).collect();
    let search: Vec<String> = page.iter().map(search_text).collect();
    let shows: Vec<String> = shows.iter().map(|name| (*name).to_owned()).collect();
    let row = sqlx::query!(
        "with page as (
            select * from unnest($3::text[], $4::uuid[], $5::text[], $6::text[], $7::bool[], $8::text[], $9::jsonb[],
                                 $10::text[], $11::text[])
                as n(zoom_id, id, user_name, display_name, active, user_type, attributes, sort_key, search)),
         before as (
            select a.zoom_id, a.last_run,
                   a.active is distinct from n.active or (a.attributes - $12::text[]) || n.attributes <> a.attributes
                       as differs
            from page n join zoom_account a on a.connection_id = $1 and a.zoom_id = n.zoom_id),
         kept as (
            insert into zoom_account as a (connection_id, zoom_id, id, user_name, display_name, active, user_type,
                                           attributes, first_run, last_run, sort_key, search)
            select $1, n.zoom_id, n.id, n.user_name, n.display_name, n.active, n.user_type, n.attributes, $2, $2,
                   n.sort_key, n.search
            from page n order by n.zoom_id
            on conflict (connection_id, zoom_id) do update set
                user_name = excluded.user_name, display_name = excluded.display_name, active = excluded.active,
                user_type = excluded.user_type, attributes = (a.attributes - $12::text[]) || excluded.attributes,
                detailed_at = case when (a.attributes - $12::text[]) || excluded.attributes = a.attributes
                                   then a.detailed_at end,
                last_run = excluded.last_run, gone_at = null, sort_key = excluded.sort_key, search = excluded.search
            where a.last_run <> excluded.last_run or a.gone_at is not null or a.active is distinct from excluded.active
                or (a.attributes - $12::text[]) || excluded.attributes <> a.attributes)
         select count(*) filter (where b.zoom_id is null or b.last_run <> $2) as \"new!\",
                count(*) filter (where b.zoom_id is null) as \"fresh!\",
                count(*) filter (where b.last_run <> $2 and b.differs) as \"changed!\"
         from page n left join before b on b.zoom_id = n.zoom_id",
        lease.connection.0,
        run.id.0,
        &text(|found| &found.zoom_id),
        &ids,
        &text(|found| &found.user_name),
        &text(|found| &found.display_name),
        &active as &[Option<bool>],
        &types as &[Option<String>],
        &attributes,
        &sort,
        &search,
        &shows
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Some(Kept { new: row.new, fresh: row.fresh, changed: row.changed }))
}

fn sort_key(found: &Found) -> String {
    let name = if found.display_name.is_empty() { &found.user_name } else { &found.display_name };
    fold(name).chars().take(LONGEST_KEY).collect()
}

fn search_text(found: &Found) -> String {
    fold(&format!("{} {}", found.display_name, found.user_name))
}

/// The accounts that this run has not read by themselves yet. First those that matched nobody and were never read, then
/// whoever waits to be started, of whom starting must show what Zoom has now, then the others; whom no run has read or
/// the oldest one before those of a later one. Whoever is started is what was sent.
pub async fn to_detail(tx: &mut Tx, connection: ConnectionId, run: &Run, most: i64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select a.zoom_id from zoom_account a join import_run r on r.id = $2
         left join link l on l.connection_id = $1 and l.zoom_id = a.zoom_id
         where a.connection_id = $1 and a.gone_at is null and (a.detailed_at is null or a.detailed_at < r.started_at)
           and case when l.person_id is null then a.ignored_at is null and a.chosen_at is null else l.held end
         order by case when l.held then 1 when a.detailed_at is null and a.proposal = 'new' then 0
                       when a.proposal = 'exact' then 3 else 2 end,
                  a.detailed_at nulls first, a.sort_key, a.id limit $3",
        connection.0,
        run.id.0,
        most
    )
    .fetch_all(tx.db())
    .await?)
}

/// Keeps what an account's own answer shows; none of it when the account has gone meanwhile. `shows` are the attributes
/// that a list shows; of the others, what the answer does not have the account has no more. False when the run is not
/// ours any more.
pub async fn keep_detail(
    tx: &mut Tx,
    lease: &Lease,
    run: &Run,
    zoom_id: &str,
    found: Option<&Found>,
    shows: &[&str],
) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    let now = tx.now();
    match found {
        Some(found) => {
            let groups: Vec<String> = found.groups.iter().map(|name| group_name_key(name)).collect();
            let shows: Vec<String> = shows.iter().map(|name| (*name).to_owned()).collect();
            sqlx::query!(
                "update zoom_account set attributes = (select coalesce(jsonb_object_agg(key, value), '{}')
                            from jsonb_each(attributes) where key = any($8)) || $3, active = coalesce($4, active),
                        user_type = coalesce($5, user_type), detailed_at = $6, groups = $7
                 where connection_id = $1 and zoom_id = $2",
                lease.connection.0,
                zoom_id,
                found.attributes,
                found.active,
                found.user_type,
                now,
                &groups,
                &shows
            )
            .execute(tx.db())
            .await?;
            show_held(tx, lease.connection, run, Some(zoom_id)).await?;
        }
        None => {
            sqlx::query!(
                "delete from zoom_account a where connection_id = $1 and zoom_id = $2
                    and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)",
                lease.connection.0,
                zoom_id
            )
            .execute(tx.db())
            .await?;
        }
    }
    sqlx::query!("update import_run set details_read = details_read + 1, cause = null where id = $1", run.id.0)
        .execute(tx.db())
        .await?;
    Ok(true)
}

/// What starting would change is seen against what Zoom has now: of one account, or of all that the run has seen.
pub(super) async fn show_held(tx: &mut Tx, connection: ConnectionId, run: &Run, zoom_id: Option<&str>) -> Result<()> {
    sqlx::query!(
        "update link l set last_sent = a.attributes, zoom_active = coalesce(a.active, l.zoom_active)
         from zoom_account a
         where l.connection_id = $1 and l.held and a.connection_id = $1 and a.zoom_id = l.zoom_id and a.last_run = $2
           and ($3::text is null or a.zoom_id = $3)
           and (l.last_sent is distinct from a.attributes or l.zoom_active is distinct from coalesce(a.active, l.zoom_active))",
        connection.0,
        run.id.0,
        zoom_id
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
