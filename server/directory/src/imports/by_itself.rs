//! What an import confirms at its end without anybody looking, as the connection's settings say.

use super::{Run, Terms, Which};
use crate::leases::{self, Lease};
use crate::{Result, Tx, connections};
use model::AccountId;
use model::import::ImportState;

/// How many accounts are confirmed at a time when an import confirms by itself.
const SOME: i64 = 500;

/// What confirming by itself came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It goes on after this account.
    After(String),
    /// All are confirmed, and the import has ended.
    Done,
    /// The run is not ours any more.
    Over,
}

/// Confirms some of what the connection's settings confirm by themselves, of the accounts after `after`: what this import
/// has seen and nobody has decided on by hand. Ends the import when there is no more.
pub async fn confirm_some(
    tx: &mut Tx,
    lease: &Lease,
    run: &Run,
    after: Option<&str>,
    terms: fn(bool) -> Terms,
) -> Result<Progress> {
    let connection = lease.connection;
    if !leases::hold(tx, lease).await? {
        return Ok(Progress::Over);
    }
    connections::lock(tx, connection).await?;
    if !super::hold(tx, lease, run).await? {
        return Ok(Progress::Over);
    }
    let confirm = super::settings(tx, connection).await?.confirm;
    let kinds = [(confirm.exact, "exact"), (confirm.partial, "partial"), (confirm.new, "new")];
    let kinds: Vec<String> = kinds.iter().filter(|(on, _)| *on).map(|(_, kind)| (*kind).to_owned()).collect();
    let rows = sqlx::query!(
        "select a.id, a.zoom_id from zoom_account a
         where a.connection_id = $1 and a.proposal = any($2) and a.last_run = $3 and ($4::text is null or a.zoom_id > $4)
           and a.ignored_at is null and a.chosen_at is null and a.gone_at is null
           and not exists (select from link l where l.connection_id = $1 and l.zoom_id = a.zoom_id)
         order by a.zoom_id limit $5",
        connection.0,
        &kinds,
        run.id.0,
        after,
        SOME
    )
    .fetch_all(tx.db())
    .await?;
    let Some(last) = rows.last().map(|row| row.zoom_id.clone()) else {
        super::end(tx, run.id, ImportState::Done).await?;
        return Ok(Progress::Done);
    };
    let accounts = Which::These(rows.into_iter().map(|row| AccountId(row.id)).collect());
    // They are fewer than one step takes.
    let (done, _) = super::confirm_step(tx, connection, &accounts, None, &terms(confirm.activate)).await?;
    let linked = i64::try_from(done.linked()).unwrap_or(i64::MAX);
    sqlx::query!("update import_run set confirmed = confirmed + $2 where id = $1", run.id.0, linked)
        .execute(tx.db())
        .await?;
    Ok(Progress::After(last))
}
