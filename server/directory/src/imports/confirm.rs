//! Confirming what was proposed: accounts are linked to people, and people made whom nobody in the directory knew. Nothing
//! is due by it: the links are held until [`begin`] starts them.

use super::accounts::Found;
use super::list::Filter;
use crate::audit::Entry;
use crate::due::Priority;
use crate::error::to_json;
use crate::text::like;
use crate::{Error, Result, Tx, connections, records, sources};
use model::connection::{Connection, ScopeMode};
use model::import::{AccountsShown, Confirmation, Proposal};
use model::link::Cause;
use model::source::SourceKind;
use model::{AccountId, ConnectionId, SourceId};
use scim::User;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use uuid::Uuid;

/// How many accounts one step takes: so many are in memory, and so long is the connection held.
const STEP: i64 = 1_000;

/// Which accounts: those named, or all that a list shows.
#[derive(Debug, Clone)]
pub enum Which {
    These(Vec<AccountId>),
    All(Filter),
}

impl Which {
    fn parts(&self) -> (Option<Vec<Uuid>>, Filter) {
        match self {
            Self::These(ids) => (Some(ids.iter().map(|id| id.0).collect()), Filter::default()),
            Self::All(filter) => (None, filter.clone()),
        }
    }
}

/// What a confirmation needs to be told, as only whoever knows Zoom can say it.
#[derive(Debug, Clone)]
pub struct Terms {
    /// New people are active at once, not Staged.
    pub activate: bool,
    /// Whoever is active at once is told by mail.
    pub mail: bool,
    /// An account as the SCIM user that a new person is made of.
    pub user_of: fn(&Found) -> Value,
    /// Why the links wait.
    pub held: Cause,
}

/// What a confirmation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confirmed {
    /// Linked to a person of the directory by an exact match.
    pub exact: usize,
    /// By a partial one.
    pub partial: usize,
    /// To whom somebody chose by hand.
    pub chosen: usize,
    /// People made.
    pub new: usize,
    /// Left as they are: nobody is decided on, no address, or something changed meanwhile.
    pub left: usize,
}

impl Confirmed {
    pub const fn linked(&self) -> usize {
        self.exact + self.partial + self.chosen + self.new
    }
}

impl std::ops::AddAssign for Confirmed {
    fn add_assign(&mut self, other: Self) {
        self.exact += other.exact;
        self.partial += other.partial;
        self.chosen += other.chosen;
        self.new += other.new;
        self.left += other.left;
    }
}

/// Behind which account the next step begins.
#[derive(Debug, Clone)]
pub struct Behind {
    sort_key: String,
    id: Uuid,
}

struct Chosen {
    id: Uuid,
    sort_key: String,
    zoom_id: String,
    user_name: String,
    display_name: String,
    active: Option<bool>,
    user_type: Option<String>,
    attributes: Value,
    proposal: Option<String>,
    person: Option<Uuid>,
}

/// How one account is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    By(Proposal, Uuid),
    Made,
    Left,
}

impl Chosen {
    fn taken(&self) -> Taken {
        match (self.proposal.as_deref(), self.person) {
            (Some("exact"), Some(person)) => Taken::By(Proposal::Exact, person),
            (Some("partial"), Some(person)) => Taken::By(Proposal::Partial, person),
            (Some("chosen"), Some(person)) => Taken::By(Proposal::Chosen, person),
            (Some("new"), None) if !self.user_name.is_empty() => Taken::Made,
            _ => Taken::Left,
        }
    }

    fn found(&self) -> Found {
        Found {
            zoom_id: self.zoom_id.clone(),
            user_name: self.user_name.clone(),
            display_name: self.display_name.clone(),
            active: self.active,
            user_type: self.user_type.clone(),
            attributes: self.attributes.clone(),
            groups: Vec::new(),
        }
    }
}

async fn chosen(tx: &mut Tx, connection: ConnectionId, which: &Which, behind: Option<&Behind>) -> Result<Vec<Chosen>> {
    let (ids, filter) = which.parts();
    let (key, id) = behind.map(|behind| (behind.sort_key.clone(), behind.id)).unzip();
    Ok(sqlx::query_as!(
        Chosen,
        "select a.id, a.sort_key, a.zoom_id, a.user_name, a.display_name, a.active, a.user_type, a.attributes, a.proposal,
                a.person_id as person
         from zoom_account a
         where a.connection_id = $1 and ($2::uuid[] is null or a.id = any($2)) and ($3::text is null or a.search like $3)
           and ($4::text is null or coalesce(a.proposal, 'unmatched') = $4) and a.ignored_at is null and a.gone_at is null
           and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)
           and ($5::text is null or (a.sort_key, a.id) > ($5, $6))
         order by a.sort_key, a.id limit $7",
        connection.0,
        ids.as_deref(),
        filter.q.as_deref().map(like),
        filter.shown.map(AccountsShown::as_str),
        key,
        id,
        STEP
    )
    .fetch_all(tx.db())
    .await?)
}

/// What a confirmation would do.
pub async fn preview(tx: &mut Tx, connection: ConnectionId, which: &Which) -> Result<Confirmation> {
    let (ids, filter) = which.parts();
    let row = sqlx::query!(
        "select count(*) filter (where a.proposal = 'exact' and a.person_id is not null) as \"exact!\",
                count(*) filter (where a.proposal = 'partial' and a.person_id is not null) as \"partial!\",
                count(*) filter (where a.proposal = 'chosen' and a.person_id is not null) as \"chosen!\",
                count(*) filter (where a.proposal = 'new' and a.person_id is null and a.user_name <> '') as \"new!\",
                count(*) filter (where a.proposal = 'new' and a.person_id is null and a.user_name <> '' and exists (
                    select from person p where not p.gone and email_key(p.email) = email_key(a.user_name))) as \"known!\",
                count(*) filter (where a.proposal is null) as \"unmatched!\",
                count(*) as \"all!\"
         from zoom_account a
         where a.connection_id = $1 and ($2::uuid[] is null or a.id = any($2)) and ($3::text is null or a.search like $3)
           and ($4::text is null or coalesce(a.proposal, 'unmatched') = $4) and a.ignored_at is null and a.gone_at is null
           and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)",
        connection.0,
        ids.as_deref(),
        filter.q.as_deref().map(like),
        filter.shown.map(AccountsShown::as_str)
    )
    .fetch_one(tx.db())
    .await?;
    let undecided = row.all - row.exact - row.partial - row.chosen - row.new - row.unmatched;
    Ok(Confirmation {
        exact: row.exact,
        partial: row.partial,
        chosen: row.chosen,
        new: row.new,
        known: row.known,
        unmatched: row.unmatched,
        undecided,
    })
}

/// Links the accounts to the people proposed, and makes people of those that nobody knew: step by step, each in a unit of
/// work that `begin` opens. What is done stays, whatever becomes of the rest: says both.
pub async fn confirm_all<E, F>(
    begin: impl Fn() -> F,
    connection: ConnectionId,
    which: &Which,
    terms: &Terms,
) -> (Confirmed, std::result::Result<(), E>)
where
    E: From<Error>,
    F: Future<Output = std::result::Result<Tx, E>>,
{
    let (mut done, mut behind) = (Confirmed::default(), None);
    loop {
        let step = async {
            let mut tx = begin().await?;
            let step = confirm_step(&mut tx, connection, which, behind.as_ref(), terms).await?;
            tx.commit().await?;
            Ok(step)
        };
        match step.await {
            Ok((step, next)) => {
                done += step;
                behind = next;
            }
            Err(error) => return (done, Err(error)),
        }
        if behind.is_none() {
            return (done, Ok(()));
        }
    }
}

/// The same for the first of the accounts, or the next of them. Says what it did, and where to go on when there are more.
pub async fn confirm_step(
    tx: &mut Tx,
    connection: ConnectionId,
    which: &Which,
    behind: Option<&Behind>,
    terms: &Terms,
) -> Result<(Confirmed, Option<Behind>)> {
    let settings = connections::lock(tx, connection).await?;
    let accounts = chosen(tx, connection, which, behind).await?;
    let all = accounts.len();
    let last = accounts.last().map(|last| Behind { sort_key: last.sort_key.clone(), id: last.id });
    let next = last.filter(|_| i64::try_from(all).is_ok_and(|all| all == STEP));
    let (pairs, new_people) = whose(tx, &settings, accounts, terms).await?;
    let linked = link(tx, connection, settings.scope, &pairs, &terms.held).await?;
    let (mut done, mut made) = (Confirmed::default(), Vec::new());
    for (person, account) in &pairs {
        let Some(name) = linked.get(person) else { continue };
        match account.taken() {
            Taken::By(Proposal::Partial, _) => done.partial += 1,
            Taken::By(Proposal::Chosen, _) => done.chosen += 1,
            Taken::Made if new_people.contains(person) => {
                done.new += 1;
                made.push(*person);
            }
            // Also whom a rule of the sources has joined with a person of another one.
            Taken::By(..) | Taken::Made | Taken::Left => done.exact += 1,
        }
        let entry = Entry::new("link.imported", "person", *person, name);
        let told = json!({ "connection": settings.name, "account": account.user_name, "zoom_id": account.zoom_id });
        tx.audit(entry.after(told));
    }
    done.left = all - done.linked();
    if !terms.activate {
        sqlx::query!("update person set state = 'staged' where id = any($1) and state = 'active'", &made)
            .execute(tx.db())
            .await?;
    } else if terms.mail {
        crate::mail::queue_activation(tx, connection, &made).await?;
    }
    if all > 0 {
        let entry = Entry::new("import.confirmed", "connection", connection.0, &settings.name);
        let told = json!({ "exact": done.exact, "partial": done.partial, "chosen": done.chosen, "new": done.new, "activated": terms.activate });
        tx.audit(entry.after(told));
    }
    Ok((done, next))
}

/// The people these accounts go to, and who of them was made as nobody knew them. Nobody twice: an account that seemed
/// new may be somebody's who was here before.
async fn whose(
    tx: &mut Tx,
    connection: &Connection,
    accounts: Vec<Chosen>,
    terms: &Terms,
) -> Result<(Vec<(Uuid, Chosen)>, HashSet<Uuid>)> {
    let new = accounts.iter().filter(|account| account.taken() == Taken::Made).count();
    let source = if new > 0 { Some(source(tx, connection).await?) } else { None };
    let (mut pairs, mut seen, mut made) = (Vec::new(), HashSet::new(), HashSet::new());
    for account in accounts {
        let person = match (account.taken(), source) {
            (Taken::By(_, person), _) => Some(person),
            (Taken::Made, Some(source)) => {
                let found = make(tx, source, (terms.user_of)(&account.found())).await?;
                made.extend(found.filter(|(_, new)| *new).map(|(person, _)| person));
                found.map(|(person, _)| person)
            }
            _ => None,
        };
        if let Some(person) = person.filter(|person| seen.insert(*person)) {
            pairs.push((person, account));
        }
    }
    Ok((pairs, made))
}

/// The source that holds the people of this connection's imports.
async fn source(tx: &mut Tx, connection: &Connection) -> Result<SourceId> {
    let found = sqlx::query_scalar!("select id from source where connection_id = $1", connection.id.0)
        .fetch_optional(tx.db())
        .await?;
    if let Some(id) = found {
        return Ok(SourceId(id));
    }
    let name = format!("Zoom import: {}", connection.name);
    if sources::by_name(tx, &name).await?.is_some() {
        return Err(Error::Refused(format!(
            "The new people belong to a source of their own, and there is a source called “{name}” already. Rename the connection, then confirm again."
        )));
    }
    let id = sources::create(tx, &name, SourceKind::Import).await?;
    sqlx::query!("update source set connection_id = $2 where id = $1", id.0, connection.id.0).execute(tx.db()).await?;
    Ok(id)
}

/// Makes a person, and says whether nobody knew them: a rule of the sources may say that another source's person is the
/// same. None when this source has one of that name, or what Zoom says makes no user.
async fn make(tx: &mut Tx, source: SourceId, user: Value) -> Result<Option<(Uuid, bool)>> {
    let Ok(user) = User::from_json(user) else { return Ok(None) };
    let mark = tx.mark().await?;
    match records::create(tx, source, &user).await {
        Ok(record) => {
            tx.keep(mark).await?;
            let person = record.person_id.0;
            let known = sqlx::query_scalar!(
                "select exists (select from record where person_id = $1 and id <> $2 and deleted_at is null) as \"known!\"",
                person,
                record.id.0
            )
            .fetch_one(tx.db())
            .await?;
            Ok(Some((person, !known)))
        }
        Err(Error::Taken(_) | Error::Refused(_)) => {
            tx.back_to(mark).await?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Makes the links, held, and with them the assignments that keep these people in scope. Who has an account already, or
/// is being given one at this moment, is passed over. Says who was linked, with their names.
async fn link(
    tx: &mut Tx,
    connection: ConnectionId,
    scope: ScopeMode,
    pairs: &[(Uuid, Chosen)],
    held: &Cause,
) -> Result<HashMap<Uuid, String>> {
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let people: Vec<Uuid> = pairs.iter().map(|(person, _)| *person).collect();
    let zoom_ids: Vec<String> = pairs.iter().map(|(_, account)| account.zoom_id.clone()).collect();
    let active: Vec<Option<bool>> = pairs.iter().map(|(_, account)| account.active).collect();
    let sent: Vec<Value> = pairs.iter().map(|(_, account)| account.attributes.clone()).collect();
    let cause = to_json("cause", held)?;
    sqlx::query!("select id from person where id = any($1) order by id for share", &people).fetch_all(tx.db()).await?;
    let linked = sqlx::query!(
        "with made as (
            insert into link (connection_id, person_id, zoom_id, last_sent, zoom_active, held, state, cause, reached,
                              changed_at, updated_at)
            select $1, p.id, n.zoom_id, n.sent, n.active, true, 'skipped', $6, 1, $7, $7
            from unnest($2::uuid[], $3::text[], $4::bool[], $5::jsonb[]) as n(person_id, zoom_id, active, sent)
            join person p on p.id = n.person_id and not p.gone
            order by p.id
            on conflict (connection_id, person_id) do update set
                zoom_id = excluded.zoom_id, last_sent = excluded.last_sent, zoom_active = excluded.zoom_active, held = true,
                state = 'skipped', cause = excluded.cause, attempts = 0, due_at = null,
                wanted = link.wanted + 1, reached = link.wanted + 1, updated_at = excluded.updated_at
            where link.zoom_id is null and not link.creating
            returning person_id)
         select p.id, p.display_name from made join person p on p.id = made.person_id",
        connection.0,
        &people,
        &zoom_ids,
        &active as &[Option<bool>],
        &sent,
        cause,
        now
    )
    .fetch_all(tx.db())
    .await?;
    let linked: HashMap<Uuid, String> = linked.into_iter().map(|row| (row.id, row.display_name)).collect();
    if scope == ScopeMode::Assigned {
        let mut people: Vec<Uuid> = linked.keys().copied().collect();
        people.sort_unstable();
        let keys: Vec<Uuid> = people.iter().map(|_| Uuid::now_v7()).collect();
        sqlx::query!(
            "insert into assignment (id, connection_id, person_id, created_at, created_by)
             select n.id, $3, n.person, $4, $5 from unnest($1::uuid[], $2::uuid[]) as n(id, person)
             on conflict on constraint assignment_person do nothing",
            &keys,
            &people,
            connection.0,
            now,
            by
        )
        .execute(tx.db())
        .await?;
    }
    Ok(linked)
}

/// Starts the provisioning of everybody whom imports linked and whose account is there, with those first who are to lose
/// access. Says how many.
pub async fn begin(tx: &mut Tx, connection: ConnectionId) -> Result<u64> {
    let name = connections::lock(tx, connection).await?.name;
    let now = tx.now();
    let started = sqlx::query!(
        "update link l set held = false, state = 'pending', cause = null, wanted = wanted + 1, due_at = $2,
                priority = case when exists (select from leaver g where g.connection_id = $1 and g.person_id = l.person_id)
                                then $4::smallint else $3 end,
                attempts = 0, changed_at = $2, updated_at = $2
         where l.connection_id = $1 and l.held
           and not exists (select from zoom_account a where a.connection_id = $1 and a.zoom_id = l.zoom_id
                             and a.gone_at is not null)",
        connection.0,
        now,
        Priority::Bulk as i16,
        Priority::Leaver as i16
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    tx.audit(Entry::new("link.started", "connection", connection.0, &name).after(json!({ "people": started })));
    tx.ring(connection);
    Ok(started)
}
