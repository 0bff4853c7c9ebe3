//! Confirming what was proposed: accounts are linked to people, and people made whom nobody in the directory knew. Nothing
//! is due by it: the links are held until [`begin`] starts them.

use super::list::Filter;
use crate::audit::Entry;
use crate::due::Priority;
use crate::error::to_json;
use crate::text::like;
use crate::{Error, Result, Tx, connections, records, sources};
use model::connection::ScopeMode;
use model::import::AccountsShown;
use model::link::{Cause, CauseKind};
use model::source::SourceKind;
use model::{AccountId, ConnectionId, PersonId, SourceId};
use scim::User;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// How many people one confirmation makes.
pub const MOST_NEW: usize = 2_000;

/// Which accounts: those named, or all that a list shows.
#[derive(Debug, Clone)]
pub enum Which {
    These(Vec<AccountId>),
    All(Filter),
}

/// What a confirmation did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confirmed {
    /// Linked to a person of the directory by an exact match.
    pub exact: usize,
    /// By a partial one.
    pub partial: usize,
    /// People made.
    pub new: usize,
    /// Left as they are: nobody is decided on, no address, or something changed meanwhile.
    pub left: usize,
}

struct Chosen {
    zoom_id: String,
    user_name: String,
    active: Option<bool>,
    attributes: Value,
    proposal: Option<String>,
    person: Option<Uuid>,
}

async fn chosen(tx: &mut Tx, connection: ConnectionId, which: &Which) -> Result<Vec<Chosen>> {
    let (ids, filter) = match which {
        Which::These(ids) => (Some(ids.iter().map(|id| id.0).collect::<Vec<Uuid>>()), Filter::default()),
        Which::All(filter) => (None, filter.clone()),
    };
    Ok(sqlx::query_as!(
        Chosen,
        "select a.zoom_id, a.user_name, a.active, a.attributes, a.proposal, a.person_id as person
         from zoom_account a
         where a.connection_id = $1 and ($2::uuid[] is null or a.id = any($2)) and ($3::text is null or a.search like $3)
           and ($4::text is null or a.proposal = $4) and a.ignored_at is null and a.gone_at is null
           and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)
         order by a.sort_key, a.id",
        connection.0,
        ids.as_deref(),
        filter.q.as_deref().map(like),
        filter.shown.map(AccountsShown::as_str)
    )
    .fetch_all(tx.db())
    .await?)
}

/// How many a confirmation would link and make.
pub async fn preview(tx: &mut Tx, connection: ConnectionId, which: &Which) -> Result<Confirmed> {
    let mut would = Confirmed::default();
    for account in chosen(tx, connection, which).await? {
        match (account.proposal.as_deref(), account.person) {
            (Some("exact"), Some(_)) => would.exact += 1,
            (Some("partial"), Some(_)) => would.partial += 1,
            (Some("new"), None) if !account.user_name.is_empty() => would.new += 1,
            _ => would.left += 1,
        }
    }
    Ok(would)
}

/// Links the accounts to the people proposed, and makes people of those that nobody knew: Staged, or active at once.
pub async fn confirm(tx: &mut Tx, connection: ConnectionId, which: &Which, activate: bool) -> Result<Confirmed> {
    let settings = connections::lock(tx, connection).await?;
    let mut done = Confirmed::default();
    let (mut links, mut new) = (Vec::new(), Vec::new());
    for account in chosen(tx, connection, which).await? {
        match (account.proposal.as_deref(), account.person) {
            (Some("exact" | "partial"), Some(person)) => links.push((person, account)),
            (Some("new"), None) if !account.user_name.is_empty() => new.push(account),
            _ => done.left += 1,
        }
    }
    if new.len() > MOST_NEW {
        return Err(Error::Refused(format!(
            "That would make {} new people at once. Confirm at most {MOST_NEW} of them at a time: narrow the list by a search, or tick some.",
            new.len()
        )));
    }
    if !new.is_empty() {
        let source = source(tx, connection, &settings.name).await?;
        for account in new {
            let mark = tx.mark().await?;
            match make(tx, source, &account).await {
                Ok(person) => {
                    tx.keep(mark).await?;
                    links.push((person.0, account));
                }
                Err(Error::Taken(_) | Error::Refused(_)) => {
                    tx.back_to(mark).await?;
                    done.left += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
    // A new account may have turned out to be somebody's who was here before.
    let mut seen = std::collections::HashSet::new();
    let before = links.len();
    links.retain(|(person, _)| seen.insert(*person));
    done.left += before - links.len();
    let linked = link(tx, connection, settings.scope, &links).await?;
    let mut staged = Vec::new();
    for (person, account) in &links {
        let Some(name) = linked.get(person) else {
            done.left += 1;
            continue;
        };
        match account.proposal.as_deref() {
            Some("exact") => done.exact += 1,
            Some("partial") => done.partial += 1,
            _ => {
                done.new += 1;
                staged.push(*person);
            }
        }
        let entry = Entry::new("link.imported", "person", *person, name);
        tx.audit(
            entry.after(
                json!({ "connection": settings.name, "account": account.user_name, "zoom_id": account.zoom_id }),
            ),
        );
    }
    if !activate {
        sqlx::query!("update person set state = 'staged' where id = any($1) and state = 'active'", &staged)
            .execute(tx.db())
            .await?;
    }
    let entry = Entry::new("import.confirmed", "connection", connection.0, &settings.name);
    tx.audit(
        entry.after(json!({ "exact": done.exact, "partial": done.partial, "new": done.new, "activated": activate })),
    );
    Ok(done)
}

/// The source that holds the people of this connection's imports.
async fn source(tx: &mut Tx, connection: ConnectionId, name: &str) -> Result<SourceId> {
    let found = sqlx::query_scalar!("select id from source where connection_id = $1", connection.0)
        .fetch_optional(tx.db())
        .await?;
    if let Some(id) = found {
        return Ok(SourceId(id));
    }
    let name = format!("Zoom import: {name}");
    if sources::by_name(tx, &name).await?.is_some() {
        return Err(Error::Refused(format!(
            "The new people belong to a source of their own, and there is a source called “{name}” already. Rename the connection, then confirm again."
        )));
    }
    let id = sources::create(tx, &name, SourceKind::Import).await?;
    sqlx::query!("update source set connection_id = $2 where id = $1", id.0, connection.0).execute(tx.db()).await?;
    Ok(id)
}

/// A person with what Zoom says of the account.
async fn make(tx: &mut Tx, source: SourceId, account: &Chosen) -> Result<PersonId> {
    let user = User::from_json(resource(account)).map_err(|error| Error::Refused(error.detail))?;
    Ok(records::create(tx, source, &user).await?.person_id)
}

/// The account as a SCIM user (RFC 7643, section 4).
fn resource(account: &Chosen) -> Value {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let text = |name: &str| account.attributes.get(name).and_then(Value::as_str);
    let mut user = json!({
        "userName": account.user_name,
        "externalId": account.zoom_id,
        "active": account.active != Some(false),
    });
    let name: serde_json::Map<String, Value> = ["givenName", "familyName"]
        .into_iter()
        .filter_map(|part| Some((part.to_owned(), text(&format!("name.{part}"))?.into())))
        .collect();
    if !name.is_empty() {
        user["name"] = Value::Object(name);
    }
    for plain in ["displayName", "userType", "title", "locale"] {
        if let Some(value) = text(plain) {
            user[plain] = value.into();
        }
    }
    if let Some(mail) = text("emails").or_else(|| text("userName")) {
        user["emails"] = json!([{ "value": mail, "type": "work", "primary": true }]);
    }
    if let Some(phone) = text("phoneNumbers") {
        user["phoneNumbers"] = json!([{ "value": phone, "type": "work" }]);
    }
    if let Some(role) = text("roles") {
        user["roles"] = json!([{ "value": role, "primary": true }]);
    }
    let enterprise: serde_json::Map<String, Value> = ["department", "organization", "employeeNumber"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), text(name)?.into())))
        .collect();
    if !enterprise.is_empty() {
        user[ENTERPRISE] = Value::Object(enterprise);
    }
    user
}

/// Makes the links, held, and with them the assignments that keep these people in scope. Who has an account already, or
/// is being given one at this moment, is passed over. Says who was linked, with their names.
async fn link(
    tx: &mut Tx,
    connection: ConnectionId,
    scope: ScopeMode,
    pairs: &[(Uuid, Chosen)],
) -> Result<HashMap<Uuid, String>> {
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let people: Vec<Uuid> = pairs.iter().map(|(person, _)| *person).collect();
    let zoom_ids: Vec<String> = pairs.iter().map(|(_, account)| account.zoom_id.clone()).collect();
    let active: Vec<Option<bool>> = pairs.iter().map(|(_, account)| account.active).collect();
    let sent: Vec<Value> = pairs.iter().map(|(_, account)| account.attributes.clone()).collect();
    let cause = to_json("cause", &not_started())?;
    sqlx::query!("select id from person where id = any($1) order by id for share", &people).fetch_all(tx.db()).await?;
    let linked = sqlx::query!(
        "with made as (
            insert into link (connection_id, person_id, zoom_id, last_sent, zoom_active, held, state, cause, reached,
                              changed_at, updated_at)
            select $1, p.id, n.zoom_id, n.sent - 'employeeNumber', n.active, true, 'skipped', $6, 1, $7, $7
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

/// Why a link that an import made waits.
fn not_started() -> Cause {
    Cause {
        kind: CauseKind::NotStarted,
        happened: "Linked to the Zoom account that was there. Nothing has been changed in Zoom.".to_owned(),
        why: "An import linked it, and its provisioning has not been started.".to_owned(),
        advice: "Look at the differences on the Import tab, then start provisioning there.".to_owned(),
        zoom_said: None,
    }
}

/// Starts the provisioning of everybody whom imports linked. Says how many.
pub async fn begin(tx: &mut Tx, connection: ConnectionId) -> Result<u64> {
    let name = connections::lock(tx, connection).await?.name;
    let now = tx.now();
    let started = sqlx::query!(
        "update link set held = false, state = 'pending', cause = null, wanted = wanted + 1, due_at = $2, priority = $3,
                attempts = 0, changed_at = $2, updated_at = $2
         where connection_id = $1 and held",
        connection.0,
        now,
        Priority::Bulk as i16
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    tx.audit(Entry::new("link.started", "connection", connection.0, &name).after(json!({ "people": started })));
    tx.ring(connection);
    Ok(started)
}
