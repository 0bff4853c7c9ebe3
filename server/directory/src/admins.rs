//! Administrators and the one-time link that lets an owner in.

use crate::audit::Entry;
use crate::sessions::ABSOLUTE_LIFE;
use crate::text::name_key;
use crate::{Directory, Error, Result, Tx, mail};
use chrono::{DateTime, Duration, Utc};
use model::{AdminId, Administrator, ProviderId, Role};
use uuid::Uuid;

/// How long a one-time link works.
pub const SETUP_LINK_LIFE: Duration = Duration::minutes(15);
/// Who comes in by a one-time link while no owner has come.
pub const FIRST_OWNER: &str = "owner@localhost";
/// What to do where the last owner would go.
const ANOTHER_OWNER: &str =
    "Make somebody else an owner first, and let them sign in: an invitation that nobody has taken up does not count.";

struct Row {
    id: Uuid,
    email: String,
    name: Option<String>,
    role: String,
    role_from: Option<Uuid>,
    invited: bool,
    last_sign_in_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Administrator {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: AdminId(row.id),
            email: row.email,
            name: row.name,
            role: row.role.parse()?,
            role_from: row.role_from.map(ProviderId),
            invited: row.invited,
            last_sign_in_at: row.last_sign_in_at,
        })
    }
}

/// The administrator of that id; none when there is none, as after a removal.
pub async fn find(directory: &Directory, id: AdminId) -> Result<Option<Administrator>> {
    sqlx::query_as!(
        Row,
        "select id, email, name, role, role_from, invited, last_sign_in_at from admin where id = $1",
        id.0
    )
    .fetch_optional(&directory.pool)
    .await?
    .map(Administrator::try_from)
    .transpose()
}

/// The administrator as they stand in this unit of work, if the session that they began at that moment lives. It is known
/// by its start: another request may have given it a new id meanwhile.
pub async fn in_session(tx: &mut Tx, id: AdminId, started_at: DateTime<Utc>) -> Result<Option<Administrator>> {
    let (now, oldest) = (tx.now(), tx.now() - ABSOLUTE_LIFE);
    sqlx::query_as!(
        Row,
        "select id, email, name, role, role_from, invited, last_sign_in_at from admin
         where id = $1 and exists (
            select from session s
            where s.admin_id = $1 and s.created_at = $2 and s.created_at > $3 and s.expires_at > $4)",
        id.0,
        started_at,
        oldest,
        now
    )
    .fetch_optional(tx.db())
    .await?
    .map(Administrator::try_from)
    .transpose()
}

/// All administrators by e-mail.
pub async fn list(tx: &mut Tx) -> Result<Vec<Administrator>> {
    sqlx::query_as!(
        Row,
        "select id, email, name, role, role_from, invited, last_sign_in_at from admin order by email_key"
    )
    .fetch_all(tx.db())
    .await?
    .into_iter()
    .map(Administrator::try_from)
    .collect()
}

pub async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<Administrator>> {
    let key = name_key(email);
    sqlx::query_as!(
        Row,
        "select id, email, name, role, role_from, invited, last_sign_in_at from admin where email_key = $1",
        key
    )
    .fetch_optional(tx.db())
    .await?
    .map(Administrator::try_from)
    .transpose()
}

/// Whether anybody could administer everything. An open invitation is nobody yet.
pub async fn owner_exists(tx: &mut Tx) -> Result<bool> {
    let found =
        sqlx::query_scalar!("select exists (select from admin where role = 'owner' and not invited) as \"found!\"")
            .fetch_one(tx.db())
            .await?;
    Ok(found)
}

/// The administrator, who stays so until the transaction ends. The owners are held before: two who change each other
/// take turns, and neither waits for what the other holds.
pub async fn hold(tx: &mut Tx, id: AdminId) -> Result<Administrator> {
    hold_owners(tx).await?;
    sqlx::query_as!(
        Row,
        "select id, email, name, role, role_from, invited, last_sign_in_at from admin where id = $1 for update",
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the administrator"))?
    .try_into()
}

/// The owners who have come, held until the transaction ends.
async fn hold_owners(tx: &mut Tx) -> Result<Vec<Uuid>> {
    let owners =
        sqlx::query_scalar!("select id from admin where role = 'owner' and not invited order by id for update");
    Ok(owners.fetch_all(tx.db()).await?)
}

/// Whether without this one nobody could administer everything.
async fn is_last_owner(tx: &mut Tx, id: AdminId) -> Result<bool> {
    Ok(hold_owners(tx).await? == [id.0])
}

/// Adds an administrator.
pub async fn create(tx: &mut Tx, email: &str, role: Role) -> Result<AdminId> {
    let id = insert(tx, email, role, false).await?;
    tx.audit(Entry::new("admin.created", "admin", id.0, email).after(serde_json::json!({ "role": role })));
    Ok(id)
}

async fn insert(tx: &mut Tx, email: &str, role: Role, invited: bool) -> Result<AdminId> {
    let id = AdminId(Uuid::now_v7());
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!(
        "insert into admin (id, email, email_key, role, invited, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        email.trim(),
        name_key(email),
        role.as_str(),
        invited,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

/// Invites somebody: the first who signs in with that e-mail, verified by a provider, becomes this administrator. A mail
/// tells them.
pub async fn invite(tx: &mut Tx, email: &str, role: Role) -> Result<AdminId> {
    let id = insert(tx, email, role, true).await?;
    tx.audit(Entry::new("admin.invited", "admin", id.0, email).after(serde_json::json!({ "role": role })));
    mail::queue_invitation(tx, id).await?;
    Ok(id)
}

/// Gives an administrator a role here: no provider's groups change it any more.
pub async fn give_role(tx: &mut Tx, id: AdminId, role: Role) -> Result<()> {
    let old = hold(tx, id).await?;
    change_role(tx, &old, role, None).await
}

/// Forgets by which accounts an administrator signs in, and opens the invitation again. The sessions end.
pub async fn reset_sign_in(tx: &mut Tx, id: AdminId) -> Result<Administrator> {
    let admin = hold(tx, id).await?;
    sqlx::query!("delete from admin_identity where admin_id = $1", id.0).execute(tx.db()).await?;
    sqlx::query!("delete from session where admin_id = $1", id.0).execute(tx.db()).await?;
    sqlx::query!("update admin set invited = true where id = $1", id.0).execute(tx.db()).await?;
    mail::forget_invitation(tx, id).await?;
    tx.audit(Entry::new("admin.sign_in_reset", "admin", id.0, &admin.email));
    Ok(admin)
}

/// Removes an administrator; the sessions end at their next request. The last owner stays.
pub async fn remove(tx: &mut Tx, id: AdminId) -> Result<Administrator> {
    let admin = hold(tx, id).await?;
    if is_last_owner(tx, id).await? {
        return Err(Error::Refused(format!("The last owner cannot be removed. {ANOTHER_OWNER}")));
    }
    sqlx::query!("delete from admin where id = $1", id.0).execute(tx.db()).await?;
    let entry = Entry::new("admin.removed", "admin", id.0, &admin.email);
    tx.audit(entry.before(serde_json::json!({ "role": admin.role })));
    Ok(admin)
}

/// Gives an administrator another role, from where the present one comes. The last owner stays one.
pub async fn set_role(tx: &mut Tx, id: AdminId, role: Role) -> Result<()> {
    let old = hold(tx, id).await?;
    change_role(tx, &old, role, old.role_from).await
}

async fn change_role(tx: &mut Tx, old: &Administrator, role: Role, from: Option<ProviderId>) -> Result<()> {
    if role != Role::Owner && is_last_owner(tx, old.id).await? {
        return Err(Error::Refused(format!("The last owner keeps the role. {ANOTHER_OWNER}")));
    }
    set_role_from(tx, old, role, from).await
}

async fn set_role_from(tx: &mut Tx, old: &Administrator, role: Role, from: Option<ProviderId>) -> Result<()> {
    sqlx::query!(
        "update admin set role = $2, role_from = $3 where id = $1",
        old.id.0,
        role.as_str(),
        from.map(|provider| provider.0)
    )
    .execute(tx.db())
    .await?;
    let before = shown_role(tx, old.role, old.role_from).await?;
    let after = shown_role(tx, role, from).await?;
    tx.audit(Entry::new("admin.role_changed", "admin", old.id.0, &old.email).before(before).after(after));
    Ok(())
}

/// The roles that a provider's groups gave stay, from now on as if they were given here.
pub(crate) async fn keep_roles_of(tx: &mut Tx, provider: ProviderId) -> Result<()> {
    // In the order in which everybody holds administrators.
    hold_owners(tx).await?;
    let theirs = sqlx::query_as!(
        Row,
        "select id, email, name, role, role_from, invited, last_sign_in_at from admin where role_from = $1
         order by id for update",
        provider.0
    )
    .fetch_all(tx.db())
    .await?;
    for row in theirs {
        let admin = Administrator::try_from(row)?;
        set_role_from(tx, &admin, admin.role, None).await?;
    }
    Ok(())
}

/// A role for the audit log, with the provider whose groups give it, if they do.
async fn shown_role(tx: &mut Tx, role: Role, from: Option<ProviderId>) -> Result<serde_json::Value> {
    let Some(from) = from else { return Ok(serde_json::json!({ "role": role })) };
    let slug = sqlx::query_scalar!("select slug from provider where id = $1", from.0).fetch_optional(tx.db()).await?;
    Ok(serde_json::json!({ "role": role, "role_from": slug }))
}

/// Keeps the hash of a one-time link, which works for [`SETUP_LINK_LIFE`].
pub async fn keep_setup_link(tx: &mut Tx, hash: &[u8]) -> Result<()> {
    let (now, end) = (tx.now(), tx.now() + SETUP_LINK_LIFE);
    sqlx::query!("insert into setup_link (token_hash, created_at, expires_at) values ($1, $2, $3)", hash, now, end)
        .execute(tx.db())
        .await?;
    tx.audit(Entry::new("setup_link.created", "setup_link", None, "One-time sign-in link"));
    Ok(())
}

/// Uses a one-time link: the oldest owner in whom no provider ever had a say comes in, made when there is none. Nobody else
/// does: what is done after it would stand in the audit log under the name of somebody who has an account of their own.
/// None when the link is wrong, used or old.
pub async fn redeem_setup_link(tx: &mut Tx, hash: &[u8]) -> Result<Option<Administrator>> {
    let now = tx.now();
    let used = sqlx::query!(
        "update setup_link set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2",
        hash,
        now
    )
    .execute(tx.db())
    .await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    let id = match our_owner(tx).await? {
        Some(id) => id,
        None => restore_owner(tx).await?,
    };
    sqlx::query!("update admin set last_sign_in_at = $2 where id = $1", id.0, now).execute(tx.db()).await?;
    let admin = list(tx).await?.into_iter().find(|admin| admin.id == id);
    Ok(Some(admin.ok_or(Error::NotFound("the administrator"))?))
}

/// The oldest of the owners who have come in whom no provider ever had a say.
async fn our_owner(tx: &mut Tx) -> Result<Option<AdminId>> {
    let owners = hold_owners(tx).await?;
    let ours = sqlx::query_scalar!(
        "select id from admin a where id = any($1) and role_from is null
            and not exists (select from admin_identity i where i.admin_id = a.id)
         order by id limit 1",
        &owners
    );
    Ok(ours.fetch_optional(tx.db()).await?.map(AdminId))
}

/// No owner of ours has come: one is made, or made an owner again. An administrator of that name behind whom an account or
/// the groups of a provider stand is somebody else, and ours gets another name.
async fn restore_owner(tx: &mut Tx) -> Result<AdminId> {
    let mut name = FIRST_OWNER.to_owned();
    let mut number = 1;
    while let Some(admin) = by_email(tx, &name).await? {
        if is_ours(tx, &admin).await? {
            set_role(tx, admin.id, Role::Owner).await?;
            close_invitation(tx, admin.id).await?;
            return Ok(admin.id);
        }
        number += 1;
        name = format!("owner-{number}@localhost");
    }
    create(tx, &name, Role::Owner).await
}

/// Whether no provider ever had a say about an administrator.
async fn is_ours(tx: &mut Tx, admin: &Administrator) -> Result<bool> {
    let linked = sqlx::query_scalar!(
        "select exists (select from admin_identity where admin_id = $1) as \"linked!\"",
        admin.id.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok(!linked && admin.role_from.is_none())
}

/// Whoever was invited has come.
pub(crate) async fn close_invitation(tx: &mut Tx, id: AdminId) -> Result<()> {
    sqlx::query!("update admin set invited = false where id = $1", id.0).execute(tx.db()).await?;
    mail::forget_invitation(tx, id).await
}

/// Notes a sign-out.
pub fn signed_out(tx: &mut Tx, admin: &Administrator) {
    tx.audit(Entry::new("admin.signed_out", "admin", admin.id.0, &admin.email));
}
