//! Who may be the same human as a person, and what linking or separating them would do: what an administrator looks at
//! before deciding.

use super::{current, get, links_of, merge, row, rule, separated};
use crate::text::like;
use crate::{Error, Result, Tx};
use model::person::{JoinPreview, Likeness, PersonSummary, Remains, SeparatePreview, Similar};
use model::{PersonId, RecordId};

/// How many are shown.
const MOST: i64 = 10;

/// The living people who have the e-mail, a user name or the employee number of this one.
pub async fn to(tx: &mut Tx, id: PersonId) -> Result<Vec<Similar>> {
    let rows = sqlx::query!(
        "with me as (select id, email_key(email) as email, employee_number from person where id = $1),
              found as (
                select p.id, 'email' as because from me join person p on email_key(p.email) = me.email
                union
                select p.id, 'employee_number' from me join person p on p.employee_number = me.employee_number
                union
                select other.person_id, 'user_name' from record mine cross join source s
                join record other on other.source_id = s.id and other.user_name_key = mine.user_name_key
                    and other.deleted_at is null
                where mine.person_id = $1 and mine.deleted_at is null)
         select p.id, p.display_name, p.user_name, p.email, p.department, p.title, p.state, p.updated_at,
                array_agg(found.because order by found.because) as \"because!\",
                array(select distinct s.name from record r join source s on s.id = r.source_id
                      where r.person_id = p.id and r.deleted_at is null order by s.name) as \"sources!\"
         from found join person p on p.id = found.id
         where p.id <> $1 and not p.gone
         group by p.id order by count(*) desc, p.sort_key, p.id limit $2",
        id.0,
        MOST
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            let person = PersonSummary {
                id: PersonId(row.id),
                display_name: row.display_name,
                user_name: row.user_name,
                email: row.email,
                department: row.department,
                title: row.title,
                state: row.state.parse()?,
                gone: false,
                sources: row.sources,
                updated_at: row.updated_at,
            };
            let because = row.because.iter().map(|word| word.parse()).collect::<Result<Vec<Likeness>, _>>()?;
            Ok(Similar { person, because })
        })
        .collect()
}

/// Living people whom `q` finds, the first by name, without this one: for the search of whom to link.
pub async fn candidates(tx: &mut Tx, id: PersonId, q: &str) -> Result<Vec<PersonSummary>> {
    let rows = sqlx::query!(
        "select p.id, p.display_name, p.user_name, p.email, p.department, p.title, p.state, p.updated_at,
                array(select distinct s.name from record r join source s on s.id = r.source_id
                      where r.person_id = p.id and r.deleted_at is null order by s.name) as \"sources!\"
         from person p where not p.gone and p.id <> $1 and p.search like $2 order by p.sort_key, p.id limit $3",
        id.0,
        like(q),
        MOST
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PersonSummary {
                id: PersonId(row.id),
                display_name: row.display_name,
                user_name: row.user_name,
                email: row.email,
                department: row.department,
                title: row.title,
                state: row.state.parse()?,
                gone: false,
                sources: row.sources,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

/// What joining `goes` to `stays` would do.
pub async fn join_preview(tx: &mut Tx, stays: PersonId, goes: PersonId) -> Result<JoinPreview> {
    let (first, second) = (get(tx, stays).await?.summary, get(tx, goes).await?.summary);
    let said = current::said(tx, &[first.id, second.id]).await?;
    let all: Vec<merge::Said> = said.values().flatten().cloned().collect();
    let held = merge::held(&all);
    let changes =
        |person: &PersonSummary| said.get(&person.id).map(|its| merge::changed(its, &held)).unwrap_or_default();
    let (links, creating) = links_of::preview(tx, first.id, second.id).await?;
    let gone = [&first, &second].into_iter().find(|person| person.gone).map(|person| {
        format!("{} is deleted. Restore them on their own page first, then link the two.", person.display_name)
    });
    let same = (first.id == second.id).then(|| "The two are one person already.".to_owned());
    Ok(JoinPreview {
        becomes: merge::merge(&all).map_or_else(|| first.display_name.clone(), |user| row::display_name(&user)),
        changes_of_stays: changes(&first),
        changes_of_goes: changes(&second),
        stays: first,
        goes: second,
        held,
        links,
        refusal: same.or(gone).or(creating),
    })
}

/// What taking a record out would do.
pub async fn separate_preview(tx: &mut Tx, record: RecordId) -> Result<SeparatePreview> {
    let person = sqlx::query_scalar!("select person_id from record where id = $1 and deleted_at is null", record.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the record"))?;
    let person = get(tx, PersonId(person)).await?;
    let summary = person.records.into_iter().find(|it| it.id == record).ok_or(Error::NotFound("the record"))?;
    let said = current::said(tx, &[person.summary.id]).await?.remove(&person.summary.id).unwrap_or_default();
    let (own, others): (Vec<_>, Vec<_>) = said.into_iter().partition(|said| said.is_of(record));
    let mut sources: Vec<String> = others.iter().map(|said| said.source_name.clone()).collect();
    sources.dedup();
    let remains = merge::merge(&others);
    Ok(SeparatePreview {
        name: merge::merge(&own).map_or_else(|| summary.user_name.clone(), |user| row::display_name(&user)),
        remains: remains.map(|user| Remains {
            name: row::display_name(&user),
            user_name: user.user_name().to_owned(),
            sources,
        }),
        person: person.summary,
        record: summary,
        rule: rule::get(tx).await?,
        takes: separated::takes(tx, record).await?,
    })
}
