//! Who is let in, on a provider's word, by our own tables.

use crate::audit::Entry;
use crate::text::name_key;
use crate::{Error, Result, Tx, admins, providers};
use model::provider::Provider;
use model::{AdminId, Administrator, Role};

/// Whom a provider vouches for, in words that were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
    pub name: Option<String>,
    /// The values of the claim that gives roles.
    pub groups: Vec<String>,
}

/// What our tables make of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This administrator, with the role that holds from now on.
    Known {
        admin: Administrator,
        role: Role,
    },
    /// An invitation of that administrator, taken up, with the role that holds from now on.
    Invited {
        admin: Administrator,
        role: Role,
    },
    /// Nobody yet: made now, with the role that a group gives.
    New {
        email: String,
        role: Role,
    },
    Refused(Refusal),
}

/// Why somebody is not let in. The sentences are for owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "Nobody here is linked to this account, no open invitation has its e-mail, and none of its groups gives a role. \
         Invite the address under Settings, Administrators, or map one of the groups to a role."
    )]
    Unknown,
    #[error(
        "This administrator's role comes from groups, and none of the groups that came gives a role any more; all sessions \
         end with such an attempt. Map one of the groups to a role, or give a role under Settings, Administrators."
    )]
    NoRole,
    #[error(
        "This administrator's role comes from the groups of another provider, of which this one knows nothing. Sign in by \
         that one, or give a role under Settings, Administrators: from then on no group changes it."
    )]
    OtherProvider,
    #[error(
        "There is an invitation for this e-mail, but the provider does not say that the address is verified \
         (`email_verified`). Have the provider verify it and say so (Microsoft Entra ID: the optional claim `xms_edov`)."
    )]
    EmailNotVerified,
    #[error(
        "A group gives a role, but the provider does not say that the e-mail is verified (`email_verified`), so anybody in \
         the group could take somebody else's address. Have the provider verify it and say so (Microsoft Entra ID: the \
         optional claim `xms_edov`)."
    )]
    NewcomerNotVerified,
    #[error(
        "An administrator with this e-mail is linked to another account. If it is the same person, reset the sign-in of \
         that administrator under Settings, Administrators."
    )]
    EmailTaken,
    #[error("A group gives a role, but the provider sent no e-mail. Have it send one (scope or claim `email`).")]
    NoEmail,
}

/// What a proof comes to. Changes nothing: the test sign-in shows it, [`admit`] carries it out.
pub async fn decide(tx: &mut Tx, provider: &Provider, proof: &Proof) -> Result<Decision> {
    let given = provider.rule_for(&proof.groups).map(|rule| rule.role);
    let linked = sqlx::query_scalar!(
        "select admin_id from admin_identity where provider_id = $1 and issuer = $2 and subject = $3",
        provider.id.0,
        proof.issuer,
        proof.subject
    )
    .fetch_optional(tx.db())
    .await?;
    let all = admins::list(tx).await?;
    let email = proof.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let known = linked.and_then(|id| all.iter().find(|admin| admin.id.0 == id));
    let same = || email.and_then(|email| all.iter().find(|admin| name_key(&admin.email) == name_key(email)));
    let decided = if let Some(admin) = known {
        role_of(admin, provider, given).map(|role| Decision::Known { admin: admin.clone(), role })
    } else if let Some(admin) = same() {
        invited(admin, proof)
            .and_then(|()| role_of(admin, provider, given))
            .map(|role| Decision::Invited { admin: admin.clone(), role })
    } else {
        newcomer(email, given, proof)
    };
    Ok(decided.unwrap_or_else(Decision::Refused))
}

/// The role of somebody who comes by that provider, whose groups give this one: theirs, or what they were given here.
fn role_of(admin: &Administrator, provider: &Provider, given: Option<Role>) -> Result<Role, Refusal> {
    match admin.role_from {
        None => Ok(admin.role),
        Some(from) if from == provider.id => given.ok_or(Refusal::NoRole),
        Some(_) => Err(Refusal::OtherProvider),
    }
}

/// Whether an administrator of that e-mail waits for whoever proves it.
const fn invited(admin: &Administrator, proof: &Proof) -> Result<(), Refusal> {
    match (admin.invited, proof.email_verified) {
        (true, true) => Ok(()),
        (true, false) => Err(Refusal::EmailNotVerified),
        (false, _) => Err(Refusal::EmailTaken),
    }
}

/// Somebody of whom nothing is known here. The e-mail becomes their name in the list and in the audit log.
fn newcomer(email: Option<&str>, given: Option<Role>, proof: &Proof) -> Result<Decision, Refusal> {
    let role = given.ok_or(Refusal::Unknown)?;
    let email = email.ok_or(Refusal::NoEmail)?;
    if proof.email_verified {
        Ok(Decision::New { email: email.to_owned(), role })
    } else {
        Err(Refusal::NewcomerNotVerified)
    }
}

/// Lets somebody in, or says why not; the sign-in is noted where the session is opened. A refusal ends the sessions of an administrator who has lost the role, so the
/// caller commits in both cases.
pub async fn admit(tx: &mut Tx, provider: &Provider, proof: &Proof) -> Result<Result<AdminId, Refusal>> {
    // Two first sign-ins of one person at the same moment: one after the other.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall sign-in'))").execute(tx.db()).await?;
    let id = match decide(tx, provider, proof).await? {
        Decision::Known { admin, role } => {
            if role != admin.role {
                follow(tx, provider, admin.id, role).await?;
            }
            admin.id
        }
        Decision::Invited { admin, role } => {
            // The owners before the administrator, as everybody holds them.
            admins::hold(tx, admin.id).await?;
            link(tx, provider, proof, admin.id).await?;
            if role != admin.role {
                follow(tx, provider, admin.id, role).await?;
            }
            admin.id
        }
        Decision::New { email, role } => {
            let id = admins::create(tx, &email, role).await?;
            sqlx::query!("update admin set role_from = $2 where id = $1", id.0, provider.id.0).execute(tx.db()).await?;
            link(tx, provider, proof, id).await?;
            id
        }
        Decision::Refused(refusal) => {
            if refusal == Refusal::NoRole {
                end_sessions(tx, provider, proof).await?;
            }
            return Ok(Err(refusal));
        }
    };
    let now = tx.now();
    // The administrator before the account, as whoever resets a sign-in takes them.
    sqlx::query!(
        "update admin set last_sign_in_at = $2, name = coalesce($3, name) where id = $1",
        id.0,
        now,
        proof.name
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update admin_identity set last_used_at = $4 where provider_id = $1 and issuer = $2 and subject = $3",
        provider.id.0,
        proof.issuer,
        proof.subject,
        now
    )
    .execute(tx.db())
    .await?;
    providers::used(tx, provider.id).await?;
    Ok(Ok(id))
}

/// The role that the provider's groups give now, unless an owner has given another one at this moment. The last owner
/// stays one: nobody could make another.
async fn follow(tx: &mut Tx, provider: &Provider, admin: AdminId, role: Role) -> Result<()> {
    if admins::hold(tx, admin).await?.role_from != Some(provider.id) {
        return Ok(());
    }
    match admins::set_role(tx, admin, role).await {
        Err(Error::Refused(_)) => Ok(()),
        done => done,
    }
}

/// Links the account, and closes the invitation.
async fn link(tx: &mut Tx, provider: &Provider, proof: &Proof, admin: AdminId) -> Result<()> {
    let now = tx.now();
    admins::close_invitation(tx, admin).await?;
    sqlx::query!(
        "insert into admin_identity (provider_id, issuer, subject, admin_id, linked_at, last_used_at)
         values ($1, $2, $3, $4, $5, $5)",
        provider.id.0,
        proof.issuer,
        proof.subject,
        admin.0,
        now
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("admin.linked", "admin", admin.0, proof.email.as_deref().unwrap_or(&proof.subject));
    tx.audit(
        entry.after(serde_json::json!({ "provider": provider.slug, "issuer": proof.issuer, "subject": proof.subject })),
    );
    Ok(())
}

/// Ends all sessions of whoever is linked to the account, the last owner's as well: `rollcall setup-link` lets an owner in.
async fn end_sessions(tx: &mut Tx, provider: &Provider, proof: &Proof) -> Result<()> {
    let ended = sqlx::query!(
        "delete from session s using admin_identity i join admin a on a.id = i.admin_id
         where i.provider_id = $1 and i.issuer = $2 and i.subject = $3 and s.admin_id = i.admin_id
         returning a.id, a.email",
        provider.id.0,
        proof.issuer,
        proof.subject
    )
    .fetch_all(tx.db())
    .await?;
    if let Some(admin) = ended.first() {
        let entry = Entry::new("session.revoked_all", "admin", admin.id, &admin.email);
        let why = format!("no group of {} gives a role any more", provider.label);
        tx.audit(entry.after(serde_json::json!({ "sessions": ended.len(), "why": why })));
    }
    Ok(())
}
