//! What a matching reads, and what it proposes.

use super::{Run, hold};
use crate::error::to_json;
use crate::leases::Lease;
use crate::{Result, Tx};
use model::import::{Proposal, Why};
use model::{ConnectionId, PersonId};
use serde_json::Value;
use uuid::Uuid;

/// A person, as far as rules look.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonKeys {
    pub id: PersonId,
    pub user_name: String,
    /// The merged SCIM attributes.
    pub profile: Value,
}

/// What is proposed for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    pub zoom_id: String,
    pub proposal: Proposal,
    /// None when nobody is it, or several could be.
    pub person: Option<PersonId>,
    pub why: Option<Why>,
}

/// Accounts that wait for a proposal, by Zoom id: not linked, not ignored, and nobody chose for them.
pub async fn accounts(
    tx: &mut Tx,
    connection: ConnectionId,
    after: Option<&str>,
    most: i64,
) -> Result<Vec<(String, Value)>> {
    let rows = sqlx::query!(
        "select zoom_id, attributes from zoom_account a
         where connection_id = $1 and ($2::text is null or zoom_id > $2) and gone_at is null
           and ignored_at is null and chosen_at is null
           and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)
         order by zoom_id limit $3",
        connection.0,
        after,
        most
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.zoom_id, row.attributes)).collect())
}

/// People who have no account on the connection yet, by id; also those whom somebody has chosen for one, so that another
/// account of theirs is not taken for a stranger's.
pub async fn people(
    tx: &mut Tx,
    connection: ConnectionId,
    after: Option<PersonId>,
    most: i64,
) -> Result<Vec<PersonKeys>> {
    let rows = sqlx::query!(
        "select id, user_name, profile from person p
         where ($2::uuid is null or id > $2) and not gone
           and not exists (select from link l where l.connection_id = $1 and l.person_id = p.id and l.zoom_id is not null)
         order by id limit $3",
        connection.0,
        after.map(|id| id.0),
        most
    )
    .fetch_all(tx.db())
    .await?;
    let person = |id, user_name, profile| PersonKeys { id: PersonId(id), user_name, profile };
    Ok(rows.into_iter().map(|row| person(row.id, row.user_name, row.profile)).collect())
}

/// Keeps what is proposed. Whose person was chosen for another account is left undecided. False when the run is not ours any more.
pub async fn propose(tx: &mut Tx, lease: &Lease, run: &Run, proposed: &[Proposed]) -> Result<bool> {
    if !hold(tx, lease, run).await? {
        return Ok(false);
    }
    let ids: Vec<String> = proposed.iter().map(|one| one.zoom_id.clone()).collect();
    let kinds: Vec<String> = proposed.iter().map(|one| one.proposal.as_str().to_owned()).collect();
    let people: Vec<Option<Uuid>> = proposed.iter().map(|one| one.person.map(|person| person.0)).collect();
    let why = proposed.iter().map(|one| one.why.as_ref().map(|why| to_json("reason", why)).transpose());
    let why = why.collect::<Result<Vec<Option<Value>>>>()?;
    sqlx::query!(
        "update zoom_account a set proposal = n.proposal, person_id = p.id, why = n.why
         from (
            select m.zoom_id, case when c.taken then 'partial' else m.proposal end as proposal,
                   case when not c.taken then m.person_id end as person_id,
                   case when c.taken then jsonb_set(m.why, '{elsewhere}', 'true') else m.why end as why
            from unnest($2::text[], $3::text[], $4::uuid[], $5::jsonb[]) as m(zoom_id, proposal, person_id, why),
                lateral (select exists (select from zoom_account o where o.connection_id = $1
                            and o.person_id = m.person_id and o.chosen_at is not null) as taken) c) n
         left join person p on p.id = n.person_id
         where a.connection_id = $1 and a.zoom_id = n.zoom_id and a.chosen_at is null
           and (a.proposal is distinct from n.proposal or a.person_id is distinct from p.id or a.why is distinct from n.why)",
        lease.connection.0,
        &ids,
        &kinds,
        &people as &[Option<Uuid>],
        &why as &[Option<Value>]
    )
    .execute(tx.db())
    .await?;
    Ok(true)
}
