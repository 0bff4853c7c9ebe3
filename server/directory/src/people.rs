//! People: the directory's humans. They are made and changed by their records ([`crate::records`]), and by an
//! administrator or a rule who says that two of them are one ([`joined`], [`rule`]).
//!
//! A person is what their living records say, merged ([`merge`]) by the order of their sources ([`order`]). What a source
//! deleted can be restored for 30 days ([`restore()`]), then it is pruned ([`prune()`]).

pub(crate) mod arrival;
pub(crate) mod current;
mod joined;
mod links_of;
mod manager;
mod merge;
pub mod order;
mod prune;
mod restore;
pub(crate) mod row;
pub mod rule;
mod separated;
pub mod similar;

pub(crate) use joined::ids_of;
pub use joined::{Keep, join, stands_for};
pub use manager::manager;
pub use prune::prune;
pub use restore::restore;
pub use separated::separate;

use crate::text::{cursor, like, name_key};
use crate::{Error, Result, Tx};
use model::person::{PeopleShown, Person, PersonSummary, RecordSummary};
use model::{Cursor, Page, PersonId, RecordId, SourceId};

/// Whom the list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name, user name, e-mail or department.
    pub q: Option<String>,
    pub shown: Option<PeopleShown>,
}

/// People by name.
pub async fn list(tx: &mut Tx, filter: &Filter, at: &Cursor, size: usize) -> Result<Page<PersonSummary>> {
    let cursor::Place { back, text: sort, id, limit } = cursor::place(at, size)?;
    let rows = sqlx::query!(
        "select p.id, p.display_name, p.user_name, p.email, p.department, p.title, p.state, p.gone, p.updated_at,
                p.sort_key,
                array(select distinct s.name from record r join source s on s.id = r.source_id
                      where r.person_id = p.id and r.deleted_at is null order by s.name) as \"sources!\"
         from person p
         where ($1::text is null or p.search like $1)
           and ($2::text is null or (p.gone = ($2 = 'deleted') and (p.gone or p.state = $2)))
           and ($3::text is null or case when $5 then (p.sort_key, p.id) < ($3, $4) else (p.sort_key, p.id) > ($3, $4) end)
         order by case when $5 then p.sort_key end desc, case when $5 then p.id end desc, p.sort_key, p.id
         limit $6",
        filter.q.as_deref().map(like),
        filter.shown.map(PeopleShown::as_str),
        sort,
        id,
        back,
        limit
    )
    .fetch_all(tx.db())
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let person = PersonSummary {
                id: PersonId(row.id),
                display_name: row.display_name,
                user_name: row.user_name,
                email: row.email,
                department: row.department,
                title: row.title,
                state: row.state.parse()?,
                gone: row.gone,
                sources: row.sources,
                updated_at: row.updated_at,
            };
            Ok((row.sort_key, person))
        })
        .collect::<Result<Vec<(String, PersonSummary)>>>()?;
    let page = Page::cut(rows, size, at, |(sort, person)| cursor::text(sort, person.id.0));
    let rows = page.rows.into_iter().map(|(_, person)| person).collect();
    Ok(Page { rows, previous: page.previous, next: page.next })
}

/// A person whole, with what each source says. Whoever was joined to another person is that one.
pub async fn get(tx: &mut Tx, id: PersonId) -> Result<Person> {
    match find(tx, id).await {
        Err(Error::NotFound(what)) => match stands_for(tx, id).await? {
            Some(now) => find(tx, now).await,
            None => Err(Error::NotFound(what)),
        },
        found => found,
    }
}

async fn find(tx: &mut Tx, id: PersonId) -> Result<Person> {
    let row = sqlx::query!(
        "select id, display_name, user_name, email, department, title, state, gone, profile, created_at, updated_at
         from person where id = $1",
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the person"))?;
    let records = records(tx, id).await?;
    let held = match records.iter().filter(|record| record.deleted_at.is_none()).count() {
        0 | 1 => Vec::new(),
        _ => merge::held(&current::said(tx, &[id]).await?.remove(&id).unwrap_or_default()),
    };
    let live = records.iter().filter(|record| record.deleted_at.is_none());
    let mut sources: Vec<String> = live.map(|record| record.source_name.clone()).collect();
    sources.sort();
    sources.dedup();
    let summary = PersonSummary {
        id,
        display_name: row.display_name,
        user_name: row.user_name,
        email: row.email,
        department: row.department,
        title: row.title,
        state: row.state.parse()?,
        gone: row.gone,
        sources,
        updated_at: row.updated_at,
    };
    Ok(Person { summary, profile: row.profile, records, held, created_at: row.created_at })
}

async fn records(tx: &mut Tx, person: PersonId) -> Result<Vec<RecordSummary>> {
    let rows = sqlx::query!(
        "select r.id, r.source_id, s.name, r.user_name, r.external_id, r.active, r.updated_at, r.deleted_at,
                r.pruned_at is not null as \"pruned!\"
         from record r join source s on s.id = r.source_id where r.person_id = $1
         order by (r.deleted_at is not null), s.position, s.id, r.id",
        person.0
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RecordSummary {
            id: RecordId(row.id),
            source_id: SourceId(row.source_id),
            source_name: row.name,
            user_name: row.user_name,
            external_id: row.external_id,
            active: row.active,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
            pruned: row.pruned,
        })
        .collect())
}

/// The living person whose user name or e-mail this is; none when nobody or more than one is found.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<PersonId>> {
    let key = name_key(name);
    let found = sqlx::query_scalar!(
        "select id from person where not gone and (lower(user_name) = $1 or lower(email) = $1) limit 2",
        key
    )
    .fetch_all(tx.db())
    .await?;
    Ok(match found.as_slice() {
        [one] => Some(PersonId(*one)),
        _ => None,
    })
}

/// How many living people the directory has.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar!("select count(*) as \"n!\" from person where not gone").fetch_one(tx.db()).await?)
}
