//! What can be done with accounts that are linked: make their people active, take the link back, make the account anew.

use crate::audit::Entry;
use crate::due::{self, Priority};
use crate::mail::queue_activation;
use crate::{Error, Result, Tx, connections};
use model::connection::ScopeMode;
use model::{AccountId, ConnectionId, PersonId};
use serde_json::json;
use uuid::Uuid;

/// Makes people who were staged active, and mails them when `mail` names the connection whose account it is about. Says
/// how many.
pub async fn activate(tx: &mut Tx, people: &[PersonId], mail: Option<ConnectionId>) -> Result<usize> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let now = tx.now();
    let activated = sqlx::query!(
        "update person set state = 'active', revision = revision + 1, updated_at = $2
         where id = any($1) and state = 'staged' and not gone returning id, display_name",
        &ids,
        now
    )
    .fetch_all(tx.db())
    .await?;
    for person in &activated {
        tx.audit(Entry::new("person.activated", "person", person.id, &person.display_name));
    }
    if let Some(connection) = mail {
        let ids: Vec<Uuid> = activated.iter().map(|person| person.id).collect();
        queue_activation(tx, connection, &ids).await?;
    }
    let activated: Vec<PersonId> = activated.iter().map(|person| PersonId(person.id)).collect();
    due::all_of(tx, &activated, Priority::Change).await?;
    Ok(activated.len())
}

/// The people these accounts are linked to.
pub async fn people_of(tx: &mut Tx, connection: ConnectionId, accounts: &[AccountId]) -> Result<Vec<PersonId>> {
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let people = sqlx::query_scalar!(
        "select l.person_id from zoom_account a join link l on l.connection_id = $1 and l.zoom_id = a.zoom_id
         where a.connection_id = $1 and a.id = any($2) order by l.person_id",
        connection.0,
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

/// Takes links back that have not been started, or whose account is gone from Zoom; with them the assignments, so that
/// nobody is given another account because of it. Nothing is changed in Zoom. Says how many.
pub async fn unlink(tx: &mut Tx, connection: ConnectionId, accounts: &[AccountId]) -> Result<usize> {
    let settings = connections::lock(tx, connection).await?;
    if settings.scope == ScopeMode::Everyone {
        return Err(Error::Refused(
            "Everyone gets an account on this connection, so nobody can be left without one. Choose Assigned people under To Zoom first."
                .to_owned(),
        ));
    }
    let name = settings.name;
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let unlinked = sqlx::query!(
        "with taken as (
            delete from link l using zoom_account a
            where l.connection_id = $1 and a.connection_id = $1 and a.zoom_id = l.zoom_id and a.id = any($2)
              and (l.held or a.gone_at is not null)
            returning l.person_id, a.id, a.user_name, a.gone_at),
         unassigned as (
            delete from assignment s using taken t where s.connection_id = $1 and s.person_id = t.person_id),
         forgotten as (
            delete from zoom_account a using taken t where a.id = t.id and t.gone_at is not null),
         open as (
            update zoom_account a set proposal = null, chosen_at = null, chosen_by = null from taken t
            where a.id = t.id and t.gone_at is null and a.proposal = 'new')
         select t.person_id, t.user_name, p.display_name from taken t join person p on p.id = t.person_id",
        connection.0,
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    for row in &unlinked {
        let entry = Entry::new("link.removed", "person", row.person_id, &row.display_name);
        tx.audit(entry.before(json!({ "connection": name, "account": row.user_name })));
    }
    Ok(unlinked.len())
}

/// Gives people a new account whose old one is gone from Zoom. Says how many.
pub async fn create_again(tx: &mut Tx, connection: ConnectionId, accounts: &[AccountId]) -> Result<usize> {
    let name = connections::lock(tx, connection).await?.name;
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let forgotten = sqlx::query!(
        "with gone as (
            delete from zoom_account a where a.connection_id = $1 and a.id = any($2) and a.gone_at is not null
            returning a.zoom_id, a.user_name),
         freed as (
            update link l set zoom_id = null, last_sent = null, zoom_active = null, creating = false, held = false
            from gone where l.connection_id = $1 and l.zoom_id = gone.zoom_id
            returning l.person_id, gone.user_name)
         select f.person_id, f.user_name, p.display_name from freed f join person p on p.id = f.person_id",
        connection.0,
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    for row in &forgotten {
        let entry = Entry::new("link.removed", "person", row.person_id, &row.display_name);
        tx.audit(entry.before(json!({ "connection": name, "account": row.user_name, "created_again": true })));
    }
    let people: Vec<PersonId> = forgotten.iter().map(|row| PersonId(row.person_id)).collect();
    due::people(tx, connection, &people, Priority::Change).await?;
    Ok(people.len())
}
