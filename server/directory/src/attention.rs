//! What needs somebody's attention on a connection: links that are not in sync, grouped by cause, so that four hundred
//! failures with one cause are one thing to do.

use crate::error::from_json;
use crate::{Result, Tx, links};
use model::link::{Cause, CauseKind, LinkState};
use model::{ConnectionId, PersonId};

/// Links in one state for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub state: LinkState,
    pub people: i64,
    /// One of the group's causes: they share their kind, and differ in names at most.
    pub cause: Cause,
}

/// The groups of a connection, the largest first.
pub async fn groups(tx: &mut Tx, connection: ConnectionId) -> Result<Vec<Group>> {
    let rows = sqlx::query!(
        "select state, count(*) as \"people!\", min(cause::text)::jsonb as \"cause!\"
         from link where connection_id = $1 and state <> 'in_sync' and cause is not null
         group by state, cause ->> 'kind' order by count(*) desc, state",
        connection.0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| Ok(Group { state: row.state.parse()?, people: row.people, cause: from_json("cause", row.cause)? }))
        .collect()
}

/// Looks again at everybody of one group, now. Says how many they are.
pub async fn retry(tx: &mut Tx, connection: ConnectionId, state: LinkState, kind: CauseKind) -> Result<usize> {
    let people = sqlx::query_scalar!(
        "select person_id from link where connection_id = $1 and state = $2 and cause ->> 'kind' = $3 order by person_id",
        connection.0,
        state.as_str(),
        kind.as_str()
    )
    .fetch_all(tx.db())
    .await?;
    let people: Vec<PersonId> = people.into_iter().map(PersonId).collect();
    if !people.is_empty() {
        links::retry(tx, connection, &people).await?;
    }
    Ok(people.len())
}
