//! What an administrator decides for one account, before it is confirmed. The next matching leaves it so.

use crate::audit::Entry;
use crate::text::like;
use crate::{Error, Result, Tx};
use model::import::AccountPerson;
use model::{AccountId, ConnectionId, PersonId};
use serde_json::json;

/// What an account is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This person's.
    Person(PersonId),
    /// A new person's.
    New,
    /// Nothing, until somebody changes their mind.
    Ignore,
    /// What the next matching says: ignoring and choosing are taken back.
    Undo,
}

/// Decides for accounts that are not linked. Says for how many.
pub async fn choose(tx: &mut Tx, connection: ConnectionId, accounts: &[AccountId], choice: Choice) -> Result<usize> {
    // One after the other with whoever confirms: what they decide is what is linked.
    let name = crate::connections::lock(tx, connection).await?.name;
    let ids: Vec<uuid::Uuid> = accounts.iter().map(|id| id.0).collect();
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let (word, person) = match choice {
        Choice::Person(person) => {
            check_free(tx, connection, person).await?;
            check_not_chosen(tx, connection, person, &ids).await?;
            ("person", Some(person.0))
        }
        Choice::New => ("new", None),
        Choice::Ignore => ("ignore", None),
        Choice::Undo => ("undo", None),
    };
    let chosen = sqlx::query!(
        "update zoom_account a set
            proposal = case $4 when 'person' then 'chosen' when 'new' then 'new' when 'undo' then case when chosen_at is null then proposal end
                               else proposal end,
            person_id = case when $4 = 'person' then $5::uuid
                             when $4 = 'new' or ($4 = 'undo' and chosen_at is not null) then null else person_id end,
            why = case when $4 in ('person', 'new') then null else why end,
            chosen_at = case when $4 in ('person', 'new') then $3 when $4 = 'undo' then null else chosen_at end,
            chosen_by = case when $4 in ('person', 'new') then $6 when $4 = 'undo' then null else chosen_by end,
            ignored_at = case when $4 = 'ignore' then $3 end,
            ignored_by = case when $4 = 'ignore' then $6 end
         where connection_id = $1 and id = any($2)
           and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)
         returning zoom_id, user_name",
        connection.0,
        &ids,
        now,
        word,
        person,
        by
    )
    .fetch_all(tx.db())
    .await?;
    if chosen.is_empty() {
        return Ok(0);
    }
    if let Choice::Person(person) = choice {
        // Another account that could be this person's is left undecided.
        sqlx::query!(
            "update zoom_account set person_id = null, proposal = 'partial', why = jsonb_set(why, '{elsewhere}', 'true')
             where connection_id = $1 and person_id = $2 and not (id = any($3))",
            connection.0,
            person.0,
            &ids
        )
        .execute(tx.db())
        .await?;
    }
    let accounts: Vec<&str> = chosen.iter().map(|row| row.user_name.as_str()).collect();
    let entry = Entry::new("import.chosen", "connection", connection.0, &name);
    tx.audit(entry.after(json!({ "accounts": accounts, "choice": word, "person": person })));
    Ok(chosen.len())
}

/// What somebody decided for another account is not taken away from it in silence.
async fn check_not_chosen(tx: &mut Tx, connection: ConnectionId, person: PersonId, ids: &[uuid::Uuid]) -> Result<()> {
    let other = sqlx::query!(
        "select a.user_name, p.display_name from zoom_account a join person p on p.id = a.person_id
         where a.connection_id = $1 and a.person_id = $2 and a.chosen_at is not null and not (a.id = any($3))",
        connection.0,
        person.0,
        ids
    )
    .fetch_optional(tx.db())
    .await?;
    match other {
        Some(other) => Err(Error::Refused(format!(
            "{} was chosen for the account {} before, and a person has one account. Choose somebody else there first.",
            other.display_name, other.user_name
        ))),
        None => Ok(()),
    }
}

/// A person has one account on a connection.
async fn check_free(tx: &mut Tx, connection: ConnectionId, person: PersonId) -> Result<()> {
    let row = sqlx::query!(
        "select p.display_name, l.zoom_id from person p
         left join link l on l.connection_id = $1 and l.person_id = p.id where p.id = $2 and not p.gone",
        connection.0,
        person.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the person"))?;
    match row.zoom_id {
        Some(_) => Err(Error::Refused(format!("{} has a Zoom account on this connection already.", row.display_name))),
        None => Ok(()),
    }
}

/// What an account is called, and its address.
pub async fn named(tx: &mut Tx, connection: ConnectionId, account: AccountId) -> Result<(String, String)> {
    let row = sqlx::query!(
        "select display_name, user_name from zoom_account where connection_id = $1 and id = $2",
        connection.0,
        account.0
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| (row.display_name, row.user_name)).ok_or(Error::NotFound("the Zoom account"))
}

/// People whom `q` finds and who have no account on the connection, nor were chosen for another one than this: the first
/// by name.
pub async fn candidates(
    tx: &mut Tx,
    connection: ConnectionId,
    account: AccountId,
    q: &str,
    most: i64,
) -> Result<Vec<AccountPerson>> {
    let rows = sqlx::query!(
        "select id, display_name, user_name, state from person p
         where not gone and search like $2
           and not exists (select from link l where l.connection_id = $1 and l.person_id = p.id and l.zoom_id is not null)
           and not exists (select from zoom_account a where a.connection_id = $1 and a.person_id = p.id
                             and a.chosen_at is not null and a.id <> $4)
         order by sort_key, id limit $3",
        connection.0,
        like(q),
        most,
        account.0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            let (display_name, user_name) = (row.display_name, row.user_name);
            Ok(AccountPerson { id: PersonId(row.id), display_name, user_name, state: row.state.parse()? })
        })
        .collect()
}
