//! Warnings that a SCIM token ends.

use crate::{Result, Tx};
use model::TokenId;
use uuid::Uuid;

/// Has every owner and admin who has signed in warned, once this transaction is committed. Whoever was warned of this
/// before is not warned again. Says how many are.
pub(crate) async fn queue_expiry(tx: &mut Tx, token: TokenId, days: i16) -> Result<u64> {
    let now = tx.now();
    let admins =
        sqlx::query_scalar!("select id from admin where role in ('owner', 'admin') and not invited order by id")
            .fetch_all(tx.db())
            .await?;
    let ids: Vec<Uuid> = admins.iter().map(|_| Uuid::now_v7()).collect();
    let queued = sqlx::query!(
        "insert into mail (id, kind, admin_id, token_id, days, queued_at, due_at)
         select m.id, 'token_expiry', m.admin, $3, $4, $5, $5 from unnest($1::uuid[], $2::uuid[]) as m(id, admin)
         on conflict (token_id, days, admin_id) where kind = 'token_expiry' do nothing",
        &ids,
        &admins,
        token.0,
        days,
        now
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    if queued > 0 {
        tx.ring_for_mail();
    }
    Ok(queued)
}

/// Nobody is warned any more of what has ended.
pub(crate) async fn forget_ended(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "delete from mail using scim_token t
         where mail.kind = 'token_expiry' and mail.state = 'waiting' and t.id = mail.token_id
           and (t.revoked_at is not null or t.expires_at <= $1)",
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
