//! The results of an import: accounts with what is proposed for them, or with the person they are linked to.

use crate::error::from_json;
use crate::links::Known;
use crate::text::{cursor, like};
use crate::{Error, Result, Tx};
use model::import::{Account, AccountPerson, AccountsShown, ImportCounts};
use model::person::PersonState;
use model::sort::AccountsSort;
use model::{AccountId, ConnectionId, Cursor, Page, PersonId};
use serde_json::Value;
use uuid::Uuid;

/// Which accounts a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or the address.
    pub q: Option<String>,
    /// None: all that wait for somebody.
    pub shown: Option<AccountsShown>,
}

/// An account with what its comparison is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Without what is compared, and without differences.
    pub account: Account,
    /// By Zoom's attribute names.
    pub attributes: Value,
    pub subject: Option<Subject>,
}

/// What decides about the person's account.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub profile: Value,
    pub user_name: String,
    pub state: PersonState,
    pub gone: bool,
    pub assigned: bool,
    pub known: Known,
}

/// The accounts of a connection, in the order of the sort.
pub async fn list(
    tx: &mut Tx,
    connection: ConnectionId,
    filter: &Filter,
    sort: AccountsSort,
    at: &Cursor,
    size: usize,
) -> Result<Page<Listed>> {
    let cursor::Place { back, text: key, id, limit } = cursor::place(at, size)?;
    let rows = sqlx::query_as!(
        Row,
        "select a.id, a.zoom_id, a.user_name, a.display_name, a.active, a.user_type, a.attributes, a.proposal, a.why,
                a.ignored_by, a.gone_at is not null as \"gone!\", k.key as \"key!\",
                l.person_id is not null as \"linked!\", coalesce(l.held, false) as \"held!\", l.last_sent, l.zoom_active,
                p.id as \"person_id?\", p.display_name as \"person_name?\", p.user_name as \"person_user_name?\",
                p.profile as \"profile?\", p.state as \"person_state?\", p.gone as \"person_gone?\",
                exists (select from assignment s where s.connection_id = $1 and s.person_id = p.id) as \"assigned!\"
         from zoom_account a
         cross join lateral (select case when $8 then a.user_name_key else a.sort_key end as key) k
         left join link l on l.connection_id = a.connection_id and l.zoom_id = a.zoom_id
         left join person p on p.id = coalesce(l.person_id, a.person_id)
         where a.connection_id = $1 and ($2::text is null or a.search like $2)
           and case coalesce($3, 'open')
                when 'open' then l.person_id is null and a.ignored_at is null
                when 'ignored' then l.person_id is null and a.ignored_at is not null
                when 'linked' then l.person_id is not null and not l.held and a.gone_at is null
                when 'held' then l.held and a.gone_at is null
                when 'leaving' then l.held and a.gone_at is null
                    and exists (select from leaver g where g.connection_id = $1 and g.person_id = l.person_id)
                when 'gone' then l.person_id is not null and a.gone_at is not null
                else l.person_id is null and a.ignored_at is null and coalesce(a.proposal, 'unmatched') = $3 end
           and ($4::text is null or case when $6 then (k.key, a.id) < ($4, $5) else (k.key, a.id) > ($4, $5) end)
         order by case when $6 then k.key end desc, case when $6 then a.id end desc, k.key, a.id
         limit $7",
        connection.0,
        filter.q.as_deref().map(like),
        filter.shown.map(AccountsShown::as_str),
        key,
        id,
        back != sort.is_down(),
        limit,
        sort.is_by_user_name()
    )
    .fetch_all(tx.db())
    .await?;
    let page = Page::cut(rows, size, at, |row| cursor::text(&row.key, row.id));
    let rows = page.rows.into_iter().map(Listed::try_from).collect::<Result<Vec<Listed>>>()?;
    Ok(Page { rows, previous: page.previous, next: page.next })
}

/// An account as it comes from the database, with its link and the person it is or may be.
struct Row {
    id: Uuid,
    zoom_id: String,
    user_name: String,
    display_name: String,
    active: Option<bool>,
    user_type: Option<String>,
    attributes: Value,
    proposal: Option<String>,
    why: Option<Value>,
    ignored_by: Option<String>,
    gone: bool,
    key: String,
    linked: bool,
    held: bool,
    last_sent: Option<Value>,
    zoom_active: Option<bool>,
    person_id: Option<Uuid>,
    person_name: Option<String>,
    person_user_name: Option<String>,
    profile: Option<Value>,
    person_state: Option<String>,
    person_gone: Option<bool>,
    assigned: bool,
}

impl Row {
    fn person(&self) -> Result<Option<AccountPerson>> {
        let (Some(id), Some(display_name), Some(user_name), Some(state)) =
            (self.person_id, self.person_name.clone(), self.person_user_name.clone(), &self.person_state)
        else {
            return Ok(None);
        };
        Ok(Some(AccountPerson { id: PersonId(id), display_name, user_name, state: state.parse()? }))
    }
}

impl TryFrom<Row> for Listed {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let person = row.person()?;
        let subject = row.profile.zip(person.clone()).map(|(profile, person)| Subject {
            profile,
            user_name: person.user_name,
            state: person.state,
            gone: row.person_gone == Some(true),
            assigned: row.assigned,
            known: Known {
                zoom_id: Some(row.zoom_id.clone()),
                last_sent: row.last_sent,
                active: row.zoom_active,
                creating: false,
            },
        });
        let account = Account {
            id: AccountId(row.id),
            zoom_id: row.zoom_id,
            user_name: row.user_name,
            display_name: row.display_name,
            active: row.active,
            user_type: row.user_type,
            proposal: row.proposal.filter(|_| !row.linked).map(|word| word.parse()).transpose()?,
            why: row.why.filter(|_| !row.linked).map(|why| from_json("reason", why)).transpose()?,
            ignored_by: row.ignored_by,
            gone: row.gone,
            person,
            linked: row.linked,
            held: row.held,
            compared: Vec::new(),
            differences: Vec::new(),
        };
        Ok(Self { account, attributes: row.attributes, subject })
    }
}

/// How many accounts stand where.
pub async fn counts(tx: &mut Tx, connection: ConnectionId) -> Result<ImportCounts> {
    let row = sqlx::query!(
        "select count(*) filter (where l.person_id is null and a.ignored_at is null and a.proposal = 'exact') as \"exact!\",
                count(*) filter (where l.person_id is null and a.ignored_at is null and a.proposal = 'partial') as \"partial!\",
                count(*) filter (where l.person_id is null and a.ignored_at is null and a.proposal = 'new') as \"new!\",
                count(*) filter (where l.person_id is null and a.ignored_at is null and a.proposal = 'chosen') as \"chosen!\",
                count(*) filter (where l.person_id is null and a.ignored_at is null and a.proposal is null) as \"unmatched!\",
                count(*) filter (where l.person_id is null and a.ignored_at is not null) as \"ignored!\",
                count(*) filter (where not l.held and a.gone_at is null) as \"linked!\",
                count(*) filter (where l.held and a.gone_at is null) as \"held!\",
                count(*) filter (where l.person_id is not null and a.gone_at is not null) as \"gone!\"
         from zoom_account a left join link l on l.connection_id = a.connection_id and l.zoom_id = a.zoom_id
         where a.connection_id = $1",
        connection.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok(ImportCounts {
        exact: row.exact,
        partial: row.partial,
        new: row.new,
        chosen: row.chosen,
        unmatched: row.unmatched,
        ignored: row.ignored,
        linked: row.linked,
        held: row.held,
        gone: row.gone,
    })
}

/// Those who are linked and wait to be started, by person: for counting what starting them would change.
pub async fn held(
    tx: &mut Tx,
    connection: ConnectionId,
    after: Option<PersonId>,
    most: i64,
) -> Result<Vec<(PersonId, Subject)>> {
    let rows = sqlx::query!(
        "select p.id, p.profile, p.user_name, p.state, p.gone, l.zoom_id, l.last_sent, l.zoom_active,
                exists (select from assignment s where s.connection_id = $1 and s.person_id = p.id) as \"assigned!\"
         from link l join person p on p.id = l.person_id
         where l.connection_id = $1 and l.held and ($2::uuid is null or l.person_id > $2)
           and not exists (select from zoom_account a where a.connection_id = $1 and a.zoom_id = l.zoom_id
                             and a.gone_at is not null)
         order by l.person_id limit $3",
        connection.0,
        after.map(|id| id.0),
        most
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            let known =
                Known { zoom_id: row.zoom_id, last_sent: row.last_sent, active: row.zoom_active, creating: false };
            let subject = Subject {
                profile: row.profile,
                user_name: row.user_name,
                state: row.state.parse()?,
                gone: row.gone,
                assigned: row.assigned,
                known,
            };
            Ok((PersonId(row.id), subject))
        })
        .collect()
}
