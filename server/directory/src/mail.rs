//! Mail that waits to be sent. A row is written in the transaction of what it tells of, so neither exists without the
//! other; it carries ids, and what the mail says is read when it is sent ([`claim`]). Whoever sends claims one mail by
//! putting its time ahead by [`CLAIM`], with no transaction open while a mail server is spoken to; who dies meanwhile
//! leaves a mail that is due again then. What came of it goes through [`record`].

mod activation;
mod expiry;
mod record;

pub use record::{failed, not_now, sent};

pub(crate) use activation::queue_activation;
pub(crate) use expiry::{forget_ended, queue_expiry};

use crate::audit::Entry;
use crate::{Actor, Directory, Error, Result, Tx};
use chrono::{DateTime, Duration, Utc};
use model::mail::Mail;
use model::source::ScimToken;
use model::{AdminId, Administrator, MailId, PersonId, TokenId};
use uuid::Uuid;

/// For how long whoever took a mail up may send it before another one does.
pub const CLAIM: Duration = Duration::minutes(5);
/// A mail that is not sent by then is given up.
pub const LIFE: Duration = Duration::days(1);

/// A mail that was taken up: the right to send it until [`CLAIM`] is over.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: MailId,
    pub letter: Letter,
    queued_at: DateTime<Utc>,
    attempts: i32,
}

/// What a mail says, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// Tells somebody that they may sign in.
    Invitation {
        admin: Administrator,
        /// The administrator who asked for it; none when it was somebody at the command line.
        by: Option<String>,
    },
    /// Warns that a token ends.
    TokenExpiry { admin: Administrator, token: Box<ScimToken> },
    /// Tells a person that their account follows the directory from now on.
    Activation {
        person: PersonId,
        name: String,
        /// The address that Zoom knows the account by.
        address: String,
        /// The administrator who activated the person.
        by: Option<String>,
    },
}

/// Has the invitation mailed, once this transaction is committed; also one that was mailed before.
pub(crate) async fn queue_invitation(tx: &mut Tx, admin: AdminId) -> Result<()> {
    let by = match tx.actor() {
        Actor::Admin { email, .. } => Some(email.clone()),
        Actor::Token { .. } | Actor::System | Actor::Command => None,
    };
    let (id, now) = (Uuid::now_v7(), tx.now());
    sqlx::query!(
        "insert into mail (id, kind, admin_id, queued_at, queued_by, due_at) values ($1, 'invitation', $2, $3, $4, $3)
         on conflict (admin_id) where kind = 'invitation' do update set
            id = excluded.id, queued_at = excluded.queued_at, queued_by = excluded.queued_by, state = 'waiting',
            attempts = 0, due_at = excluded.due_at, ended_at = null, problem = null",
        id,
        admin.0,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    tx.ring_for_mail();
    Ok(())
}

/// Mails an invitation that is open once more.
pub async fn repeat_invitation(tx: &mut Tx, id: AdminId) -> Result<Administrator> {
    let admin = crate::admins::list(tx).await?.into_iter().find(|admin| admin.id == id);
    let admin = admin.ok_or(Error::NotFound("the administrator"))?;
    if !admin.invited {
        return Err(Error::Refused(format!("{} has signed in already, so no invitation is open.", admin.email)));
    }
    queue_invitation(tx, id).await?;
    tx.audit(Entry::new("admin.invitation_repeated", "admin", id.0, &admin.email));
    Ok(admin)
}

/// Nothing is known any more of an invitation's mail, and none is sent.
pub(crate) async fn forget_invitation(tx: &mut Tx, admin: AdminId) -> Result<()> {
    sqlx::query!("delete from mail where kind = 'invitation' and admin_id = $1", admin.0).execute(tx.db()).await?;
    Ok(())
}

/// How the mails of all invitations stand.
pub async fn invitations(tx: &mut Tx) -> Result<Vec<(AdminId, Mail)>> {
    let rows =
        sqlx::query!("select admin_id as \"admin_id!\", state, attempts, due_at, ended_at, problem from mail where kind = 'invitation'")
            .fetch_all(tx.db())
            .await?;
    rows.into_iter()
        .map(|row| {
            let state = row.state.parse()?;
            let (due_at, ended_at) = (row.due_at, row.ended_at);
            Ok((AdminId(row.admin_id), Mail { state, attempts: row.attempts, due_at, ended_at, problem: row.problem }))
        })
        .collect()
}

/// Returns when a mail was queued in this process. Mails of other processes are found by looking.
pub async fn queued(directory: &Directory) {
    directory.mailed.notified().await;
}

/// Takes up the mail that is due longest, if there is one. What a mail tells of must still be so.
pub async fn claim(directory: &Directory) -> Result<Option<Claimed>> {
    let mut tx = directory.begin(Actor::System).await?;
    let (now, end) = (tx.now(), tx.now() + CLAIM);
    let taken = sqlx::query!(
        "update mail set attempts = attempts + 1, due_at = $2
         where id = (
            select mail.id from mail left join admin on admin.id = mail.admin_id
                left join scim_token t on t.id = mail.token_id
            where mail.due_at <= $1 and case mail.kind when 'invitation' then admin.invited
                when 'activation' then mail.queued_at < $3 or exists (
                    select from person p join link l on l.person_id = p.id and l.connection_id = mail.connection_id
                    join zoom_account a on a.connection_id = l.connection_id and a.zoom_id = l.zoom_id
                    where p.id = mail.person_id and p.state = 'active' and not p.gone and a.user_name <> '')
                else t.revoked_at is null and t.expires_at > $1 and admin.role in ('owner', 'admin') end
            order by mail.due_at limit 1 for update of mail skip locked
         )
         returning id, admin_id, token_id, connection_id, person_id, queued_at, queued_by, attempts",
        now,
        end,
        now - LIFE
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = taken else { return Ok(None) };
    let letter = match (row.person_id.zip(row.connection_id), row.token_id) {
        (Some((person, connection)), _) => activation(&mut tx, person, connection, row.queued_by).await?,
        (None, None) => Letter::Invitation { admin: admin(&mut tx, row.admin_id).await?, by: row.queued_by },
        (None, Some(token)) => {
            let token = Box::new(crate::tokens::get(&mut tx, TokenId(token)).await?);
            Letter::TokenExpiry { admin: admin(&mut tx, row.admin_id).await?, token }
        }
    };
    tx.commit().await?;
    Ok(Some(Claimed { id: MailId(row.id), letter, queued_at: row.queued_at, attempts: row.attempts }))
}

async fn admin(tx: &mut Tx, id: Option<Uuid>) -> Result<Administrator> {
    let admin = crate::admins::list(tx).await?.into_iter().find(|admin| Some(admin.id.0) == id);
    admin.ok_or(Error::NotFound("the administrator"))
}

async fn activation(tx: &mut Tx, person: Uuid, connection: Uuid, by: Option<String>) -> Result<Letter> {
    let row = sqlx::query!(
        "select p.display_name, coalesce(a.user_name, '') as \"user_name!\" from person p
         left join link l on l.person_id = p.id and l.connection_id = $2
         left join zoom_account a on a.connection_id = l.connection_id and a.zoom_id = l.zoom_id
         where p.id = $1",
        person,
        connection
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Letter::Activation { person: PersonId(person), name: row.display_name, address: row.user_name, by })
}
