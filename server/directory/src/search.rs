//! What SCIM clients look for among the users or groups of their source: filter, order and page as one statement.
//!
//! Its shape follows the client's filter, so the compiler cannot check it against the schema, as it does all others.
//! Into its text go only fragments of ours and names from the tables of `scim::schema`; everything a client sent is
//! bound. What a filter means is `scim::Filter::matches`; a test holds the two against each other.

mod condition;
mod cursor;
mod element;
mod lead;
mod order;

use crate::{Error, Result, Tx, sources};
use chrono::{DateTime, Utc};
use condition::Condition;
use futures::TryStreamExt;
use model::SourceId;
use scim::schema::{GROUP_TYPE, ResourceType, USER_TYPE};
use scim::{Filter, Sort};
use sqlx::{Postgres, QueryBuilder};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use uuid::Uuid;

/// Among what is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Users,
    Groups,
}

impl Of {
    pub fn kind(self) -> &'static ResourceType {
        match self {
            Self::Users => &USER_TYPE,
            Self::Groups => &GROUP_TYPE,
        }
    }

    const fn table(self) -> &'static str {
        match self {
            Self::Users => "record",
            Self::Groups => "grp",
        }
    }
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// Behind so many results (RFC 7644, section 3.4.2.4).
    Offset(u64),
    /// At a cursor (RFC 9865); without one, at the first result.
    Cursor(Option<String>),
}

/// What a client asks for.
#[derive(Debug, Clone)]
pub struct Search<'q> {
    pub of: Of,
    pub filter: Option<&'q Filter>,
    pub sort: Option<&'q Sort>,
    pub at: At,
    pub count: u32,
    /// The address that ends in `/scim/v2`: `meta.location` and `$ref` begin with it.
    pub base: &'q str,
}

/// A resource as it is kept, with the server's part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: Uuid,
    /// The JSON object as text, without `id` and `meta`: most answers carry it as it is.
    pub resource: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Whether it is a member of any group.
    pub in_groups: bool,
}

/// A page, and how many results there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub total: u64,
    pub page: Vec<Stored>,
    /// The cursor of the next page, when the page was asked for by cursor and is not the last.
    pub next: Option<String>,
}

/// What the resources of a page may take in memory. One alone is a sixty-fourth of it at most.
pub const MOST_BYTES: usize = 64 * 1_048_576;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    resource: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    in_groups: bool,
    /// What the order is by; only where a cursor needs it.
    key: Option<String>,
}

/// A resource of this source by its id; none when it was deleted or is another source's.
pub async fn get(tx: &mut Tx, source: SourceId, of: Of, id: Uuid) -> Result<Option<Stored>> {
    let stored = match of {
        Of::Users => {
            sqlx::query_as!(
                Stored,
                "select id, resource::text as \"resource!\", version, created_at, updated_at,
                        exists (select from grp_member m where m.member_id = record.id) as \"in_groups!\"
                 from record where id = $1 and source_id = $2 and deleted_at is null",
                id,
                source.0
            )
            .fetch_optional(tx.db())
            .await?
        }
        Of::Groups => {
            sqlx::query_as!(
                Stored,
                "select id, resource::text as \"resource!\", version, created_at, updated_at, false as \"in_groups!\"
                 from grp where id = $1 and source_id = $2 and deleted_at is null",
                id,
                source.0
            )
            .fetch_optional(tx.db())
            .await?
        }
    };
    Ok(stored)
}

/// Filters that no index answers look at everybody: so many at once may do so, of all sources together, that the
/// connections of the others are not all taken.
static SCANS: Semaphore = Semaphore::const_new(4);

/// Waits for a turn to look. To be held until the search is done, and waited for before a transaction is begun.
pub async fn turn(filter: Option<&Filter>) -> Option<SemaphorePermit<'static>> {
    if filter.is_none_or(|filter| filter.equalities().is_some()) { None } else { SCANS.acquire().await.ok() }
}

/// Bulk requests hold what they change until their end, and wait for each other: so many at once, of all sources together.
static BULKS: Semaphore = Semaphore::const_new(4);

/// Waits for a turn of a bulk request, none when it does not come in time. To be held until it is done, and waited for
/// before a transaction is begun.
pub async fn bulk_turn() -> Option<SemaphorePermit<'static>> {
    timeout(Duration::from_secs(10), BULKS.acquire()).await.ok()?.ok()
}

/// Looks, within one source.
pub async fn search(tx: &mut Tx, source: SourceId, search: &Search<'_>) -> Result<Found> {
    if scans(search) {
        sqlx::query!("select set_config('statement_timeout', '8000', true) as timeout").fetch_one(tx.db()).await?;
    }
    if let Some(sort) = search.sort {
        order::check(search, sort)?;
    }
    let mut rows = page(tx, source, search).await?;
    let size = usize::try_from(search.count).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = match (&search.at, rows.last()) {
        (At::Cursor(_), Some(last)) if more => Some(cursor::write(search, last.key.as_deref(), last.id)),
        _ => None,
    };
    let total = match search.at {
        // A page that is not full says by itself how many there are.
        At::Offset(offset) if !more && (offset == 0 || !rows.is_empty()) => offset + rows.len() as u64,
        _ => count(tx, source, search).await?,
    };
    let page = rows
        .into_iter()
        .map(|row| Stored {
            id: row.id,
            resource: row.resource,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            in_groups: row.in_groups,
        })
        .collect();
    Ok(Found { total, page, next })
}

/// The page's rows, and one more when there are more.
async fn page(tx: &mut Tx, source: SourceId, search: &Search<'_>) -> Result<Vec<Row>> {
    let way = match search.at {
        At::Offset(offset) if offset >= FAR && is_everybody(search) && search.sort.is_none() => {
            let half = sources::people(tx, source).await?.unsigned_abs() / 2;
            if offset > half { Way::FromTheEnd(offset) } else { Way::FromTheStart }
        }
        _ => Way::FromTheStart,
    };
    let mut sql = statement("", source, search, &way)?;
    let query = sql.build_query_as::<Row>().persistent(!scans(search));
    let (mut rows, mut bytes) = (Vec::<Row>::new(), 0);
    let mut found = query.fetch(tx.db());
    while let Some(row) = found.try_next().await? {
        // One more than asked for says that there is more.
        if rows.len() < search.count as usize {
            bytes += row.resource.len();
        }
        if bytes > MOST_BYTES {
            return Err(Error::TooMuch(format!(
                "The resources of this page are more than {MOST_BYTES} bytes long. Ask for fewer by count; {} fit.",
                rows.len()
            )));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// How Postgres would go about it, with small tables taken for large ones.
pub async fn explain(tx: &mut Tx, source: SourceId, search: &Search<'_>) -> Result<String> {
    sqlx::query!("select set_config('enable_seqscan', 'off', true) as off").fetch_one(tx.db()).await?;
    let mut sql = statement("explain ", source, search, &Way::FromTheStart)?;
    let lines: Vec<String> = sql.build_query_scalar().persistent(false).fetch_all(tx.db()).await?;
    Ok(lines.join("\n"))
}

/// Who stands behind so many is looked for from the nearer end.
const FAR: u64 = 1_000;
/// More than there can be, and few enough to reckon with.
const MOST: i64 = 1 << 48;

enum Way {
    FromTheStart,
    /// To what stands behind so many, past those that stand behind the page.
    FromTheEnd(u64),
}

fn is_everybody(search: &Search<'_>) -> bool {
    search.filter.is_none() && search.of == Of::Users
}

fn statement(before: &str, source: SourceId, search: &Search<'_>, way: &Way) -> Result<QueryBuilder<Postgres>> {
    let by_cursor = matches!(search.at, At::Cursor(_));
    let mut sql = QueryBuilder::new(before);
    sql.push(
        "select r.id, r.resource::text as resource, r.version, r.created_at, r.updated_at,
                exists (select from grp_member m where m.member_id = r.id) as in_groups, ",
    );
    match search.sort.filter(|_| by_cursor) {
        Some(sort) => order::push_key(&mut sql, search, sort),
        None => {
            sql.push("null::text");
        }
    }
    sql.push(format!(
        " as key from {table} r where r.id = any(array(select r.id from {table} r",
        table = search.of.table()
    ));
    push_where(&mut sql, source, search)?;
    if let At::Cursor(Some(cursor)) = &search.at {
        sql.push(" and ");
        order::push_after(&mut sql, search, &cursor::read(search, cursor)?);
    }
    let limit = i64::from(search.count) + 1;
    match (way, &search.at) {
        (Way::FromTheEnd(offset), _) => push_from_the_end(&mut sql, source, *offset, limit),
        (Way::FromTheStart, At::Offset(offset)) => {
            order::push(&mut sql, search);
            sql.push(" offset ").push_bind(i64::try_from(*offset).unwrap_or(i64::MAX));
            sql.push(" limit ").push_bind(limit);
        }
        (Way::FromTheStart, At::Cursor(_)) => {
            order::push(&mut sql, search);
            sql.push(" limit ").push_bind(limit);
        }
    }
    sql.push("))");
    order::push(&mut sql, search);
    Ok(sql)
}

/// How many there are is asked in the same statement, and so of the same moment.
fn push_from_the_end(sql: &mut QueryBuilder<Postgres>, source: SourceId, offset: u64, limit: i64) {
    let offset = i64::try_from(offset).unwrap_or(i64::MAX).min(MOST);
    let push_behind = |sql: &mut QueryBuilder<Postgres>| {
        sql.push("(select coalesce(sum(c.people), 0)::bigint from record_count c where c.source_id = ");
        sql.push_bind(source.0).push(") - ").push_bind(offset);
    };
    sql.push(" order by r.id desc offset greatest(0, ");
    push_behind(sql);
    sql.push(" - ").push_bind(limit).push(") limit greatest(0, least(").push_bind(limit).push(", ");
    push_behind(sql);
    sql.push("))");
}

/// Whether its shape is the client's alone: such a statement is not kept prepared, as it hardly comes again.
fn scans(search: &Search<'_>) -> bool {
    search.filter.is_some_and(|filter| filter.equalities().is_none())
}

async fn count(tx: &mut Tx, source: SourceId, search: &Search<'_>) -> Result<u64> {
    if is_everybody(search) {
        return Ok(sources::people(tx, source).await?.unsigned_abs());
    }
    let mut sql = QueryBuilder::new(format!("select count(*) from {} r", search.of.table()));
    push_where(&mut sql, source, search)?;
    let total: i64 = sql.build_query_scalar().persistent(!scans(search)).fetch_one(tx.db()).await?;
    Ok(u64::try_from(total).unwrap_or_default())
}

fn push_where(sql: &mut QueryBuilder<Postgres>, source: SourceId, search: &Search<'_>) -> Result<()> {
    sql.push(" where r.deleted_at is null and r.source_id = ").push_bind(source.0);
    if let Some(filter) = search.filter {
        sql.push(" and ");
        Condition { sql, of: search.of, base: search.base }.push(filter);
    }
    Ok(())
}
