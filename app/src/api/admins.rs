//! Administrators: list, invite, change, remove.

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::settings::admin_table;
use crate::written::Html;
use leptos::prelude::*;
use model::mail::Mail;
use model::{AdminId, Administrator, Role};
use serde::{Deserialize, Serialize};

/// An administrator, with where the role comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRow {
    pub admin: Administrator,
    /// The label of the provider whose groups give the role.
    pub role_from: Option<String>,
    /// Whether whoever looks may change and remove this one.
    pub may_change: bool,
    /// How the mail of an open invitation stands; none when there is none.
    pub mail: Option<Mail>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminList {
    pub html: Html,
    /// Those whom whoever looks may change.
    pub admins: Vec<AdminRow>,
    /// The roles that whoever looks may give; none for somebody who may only look.
    pub may_give: Vec<Role>,
    /// Whether a mail server is set.
    pub sends_mail: bool,
    /// Where whoever was invited signs in.
    pub address: String,
}

/// The roles that somebody of this role may give and take.
#[cfg(feature = "ssr")]
fn may_give(mine: Role) -> Vec<Role> {
    if !mine.allows(model::Permission::ManageAdmins) {
        return Vec::new();
    }
    Role::ALL.iter().copied().filter(|role| *role != Role::Owner || mine == Role::Owner).collect()
}

/// Where whoever was invited signs in.
#[cfg(feature = "ssr")]
fn sign_in_address() -> String {
    format!("{}/login", crate::session::backend().public_url)
}

/// All administrators by e-mail.
#[server]
pub async fn list_admins() -> Result<AdminList, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let me = crate::session::caller(&mut tx).await?;
    let may_give = may_give(me.role);
    let providers = directory::providers::list(&mut tx).await?;
    let mails = directory::mail::invitations(&mut tx).await?;
    let admins = directory::admins::list(&mut tx).await?.into_iter().map(|admin| AdminRow {
        role_from: providers.iter().find(|p| Some(p.id) == admin.role_from).map(|p| p.label.clone()),
        may_change: may_give.contains(&admin.role),
        mail: mails.iter().find(|(id, _)| *id == admin.id).map(|(_, mail)| mail.clone()),
        admin,
    });
    let (sends_mail, address) = (crate::session::backend().sends_mail, sign_in_address());
    let admins: Vec<AdminRow> = admins.collect();
    let html = Html::of(|| admin_table::table(admins.clone(), me.id, sends_mail));
    let admins = admins.into_iter().filter(|row| row.may_change).collect();
    Ok(AdminList { html, admins, may_give, sends_mail, address })
}

/// Invites somebody.
#[server]
pub async fn invite_admin(email: String, role: Role) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageAdmins).await?;
    let mut problems = crate::error::Problems::default();
    let email = problems.text("email", "E-mail", &email, 254);
    let parts = email.split_once('@');
    if !email.is_empty()
        && !parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !email.contains(' '))
    {
        problems.add("email", "Enter a whole address, such as ada@example.com.");
    }
    problems.check()?;
    if !may_give(crate::session::caller(&mut tx).await?.role).contains(&role) {
        return Err(AppError::Forbidden);
    }
    match directory::admins::invite(&mut tx, &email, role).await {
        Err(directory::Error::Taken(_)) => {
            return Err(crate::error::wrong_field("email", format!("{email} is an administrator already.")));
        }
        done => done?,
    };
    tx.commit().await?;
    let how = if crate::session::backend().sends_mail { "A mail tells them" } else { "Tell them" };
    let text = format!(
        "{how} to sign in at {}. The first sign-in with this e-mail, verified by a provider, is theirs.",
        sign_in_address()
    );
    crate::flash::say(format!("{email} invited"), text).await?;
    crate::session::go_to("/settings/admins");
    Ok(())
}

/// The administrator, if whoever calls may change one of that role, and the roles that they may give. It is held, as an
/// owner may give another role meanwhile; and who calls is asked behind that, as this may have waited until the caller
/// had another role.
#[cfg(feature = "ssr")]
async fn changeable(tx: &mut directory::Tx, id: AdminId) -> Result<(Administrator, Vec<Role>), AppError> {
    let admin = directory::admins::hold(tx, id).await?;
    let may_give = may_give(crate::session::caller(tx).await?.role);
    if may_give.contains(&admin.role) { Ok((admin, may_give)) } else { Err(AppError::Forbidden) }
}

/// Gives an administrator another role; from then on no group changes it.
#[server]
pub async fn change_role(id: AdminId, role: Role) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageAdmins).await?;
    let (admin, may_give) = changeable(&mut tx, id).await?;
    if !may_give.contains(&role) {
        return Err(AppError::Forbidden);
    }
    directory::admins::give_role(&mut tx, id, role).await?;
    tx.commit().await?;
    crate::flash::say(format!("{} is {} now", admin.email, role.label()), "It holds from the next request on.").await?;
    crate::session::go_to("/settings/admins");
    Ok(())
}

/// Removes an administrator.
#[server]
pub async fn remove_admin(id: AdminId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageAdmins).await?;
    let (admin, _) = changeable(&mut tx, id).await?;
    directory::admins::remove(&mut tx, id).await?;
    tx.commit().await?;
    let text = "Whoever it was is signed out. What was done by that name stays in the audit log.";
    crate::flash::say(format!("{} removed", admin.email), text).await?;
    crate::session::go_to("/settings/admins");
    Ok(())
}

/// Forgets by which account an administrator signs in, and opens the invitation again.
#[server]
pub async fn reset_admin(id: AdminId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageAdmins).await?;
    changeable(&mut tx, id).await?;
    let admin = directory::admins::reset_sign_in(&mut tx, id).await?;
    tx.commit().await?;
    let text = "They are signed out. The next sign-in with this e-mail, verified by a provider, is theirs again.";
    crate::flash::say(format!("The sign-in of {} is reset", admin.email), text).await?;
    crate::session::go_to("/settings/admins");
    Ok(())
}

/// Mails an invitation that is open once more.
#[server]
pub async fn send_invitation(id: AdminId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageAdmins).await?;
    let (admin, _) = changeable(&mut tx, id).await?;
    if !crate::session::backend().sends_mail {
        let message = format!("No mail server is set, so no mail is sent. Tell {} the address.", admin.email);
        return Err(AppError::Conflict { message });
    }
    directory::mail::repeat_invitation(&mut tx, id).await?;
    tx.commit().await?;
    let text = "It is sent at once, or as soon as the mail server takes it. This page shows how it went.";
    crate::flash::say(format!("The invitation of {} is mailed again", admin.email), text).await?;
    crate::session::go_to("/settings/admins");
    Ok(())
}
