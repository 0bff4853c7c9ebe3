//! Identity sources.

use crate::audit::Entry;
use crate::text::name_key;
use crate::{Directory, Error, Result, Tx};
use chrono::{DateTime, Utc};
use model::SourceId;
use model::source::{Source, SourceKind, SourceSummary};
use uuid::Uuid;

struct Row {
    id: Uuid,
    name: String,
    kind: String,
    created_at: DateTime<Utc>,
    created_by: String,
}

impl TryFrom<Row> for Source {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: SourceId(row.id),
            name: row.name,
            kind: row.kind.parse()?,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

/// Makes a source, the last in order. The name is free of spare white space; two names differ in more than case.
pub async fn create(tx: &mut Tx, name: &str, kind: SourceKind) -> Result<SourceId> {
    let id = SourceId(Uuid::now_v7());
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!(
        "insert into source (id, name, name_key, kind, created_at, created_by, position)
         values ($1, $2, $3, $4, $5, $6, (select coalesce(max(position), 0) + 1 from source))",
        id.0,
        name,
        name_key(name),
        kind.as_str(),
        now,
        by
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("source.created", "source", id.0, name);
    tx.audit(entry.after(serde_json::json!({ "name": name, "kind": kind })));
    Ok(id)
}

pub async fn get(tx: &mut Tx, id: SourceId) -> Result<Source> {
    sqlx::query_as!(Row, "select id, name, kind, created_at, created_by from source where id = $1", id.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the source"))?
        .try_into()
}

/// The source of that name, compared without case.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Source>> {
    let key = name_key(name);
    sqlx::query_as!(Row, "select id, name, kind, created_at, created_by from source where name_key = $1", key)
        .fetch_optional(tx.db())
        .await?
        .map(Source::try_from)
        .transpose()
}

/// How many people have come from it and are there.
pub async fn people(tx: &mut Tx, source: SourceId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        "select coalesce(sum(people), 0)::bigint as \"people!\" from record_count where source_id = $1",
        source.0
    )
    .fetch_one(tx.db())
    .await?)
}

/// Adds up who came and went, so that [`people`] has little to read. Several may do it at once.
pub async fn add_up(directory: &Directory) -> Result<()> {
    sqlx::query!(
        "with gone as (delete from record_count returning source_id, people)
         insert into record_count (source_id, people)
         select source_id, sum(people) from gone group by source_id"
    )
    .execute(&directory.pool)
    .await?;
    Ok(())
}

/// All sources in their order, with what has come from them.
pub async fn list(tx: &mut Tx) -> Result<Vec<SourceSummary>> {
    let now = tx.now();
    let rows = sqlx::query!(
        "select s.id, s.name, s.kind, s.created_at, s.created_by,
                (select coalesce(sum(c.people), 0)::bigint from record_count c where c.source_id = s.id) as \"people!\",
                (select count(*) from scim_token t where t.source_id = s.id and t.revoked_at is null
                    and (t.expires_at is null or t.expires_at > $1)) as \"tokens!\",
                (select max(t.last_used_at) from scim_token t where t.source_id = s.id) as last_request_at
         from source s order by s.position, s.id",
        now
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            let (people, tokens, last_request_at) = (row.people, row.tokens, row.last_request_at);
            let source = Row {
                id: row.id,
                name: row.name,
                kind: row.kind,
                created_at: row.created_at,
                created_by: row.created_by,
            };
            Ok(SourceSummary { source: source.try_into()?, people, tokens, last_request_at })
        })
        .collect()
}
