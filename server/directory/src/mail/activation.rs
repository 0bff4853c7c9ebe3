//! Mail to people whom an import made active.

use crate::{Actor, Result, Tx};
use model::ConnectionId;
use uuid::Uuid;

/// Tells people that they are active and what their account is, once this transaction is committed; also those who were
/// told before. Only those who have an account on the connection can be told. Says how many are.
pub(crate) async fn queue_activation(tx: &mut Tx, connection: ConnectionId, people: &[Uuid]) -> Result<u64> {
    let by = match tx.actor() {
        Actor::Admin { email, .. } => Some(email.clone()),
        Actor::Token { .. } | Actor::System | Actor::Command => None,
    };
    let (ids, now): (Vec<Uuid>, _) = (people.iter().map(|_| Uuid::now_v7()).collect(), tx.now());
    let queued = sqlx::query!(
        "insert into mail (id, kind, connection_id, person_id, queued_at, queued_by, due_at)
         select m.id, 'activation', $1, m.person, $4, $5, $4
         from unnest($2::uuid[], $3::uuid[]) as m(id, person)
         join link l on l.connection_id = $1 and l.person_id = m.person and l.zoom_id is not null
         on conflict (person_id, connection_id) where kind = 'activation' do update set
            id = excluded.id, queued_at = excluded.queued_at, queued_by = excluded.queued_by, state = 'waiting',
            attempts = 0, due_at = excluded.due_at, ended_at = null, problem = null",
        connection.0,
        &ids,
        people,
        now,
        by
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    if queued > 0 {
        tx.ring_for_mail();
    }
    Ok(queued)
}
