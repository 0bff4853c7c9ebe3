//! Administrators, their roles, and what each role may do.

use crate::{AdminId, ProviderId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What an administrator is; what each may do is [`Role::allows`].
    Role {
        /// Everything.
        Owner = "owner", "Owner";
        /// Everything but owners, sign-in providers and keys.
        Admin = "admin", "Admin";
        /// The help desk: look, retry, provision on demand, assign and unassign.
        Operator = "operator", "Operator";
        /// Look and export, change nothing.
        Auditor = "auditor", "Auditor";
    }
}

/// What a server function needs of whoever calls it; each names exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// See people, sources, connections and logs.
    Look,
    /// Take a copy of the audit log away.
    Export,
    /// Assign and unassign people.
    Assign,
    /// Retry a link, provision on demand.
    Retry,
    /// Link people of different sources, separate them, restore those who were deleted.
    ManagePeople,
    /// Make and change sources, their order, and the rule that links people.
    ManageSources,
    /// Generate and revoke SCIM tokens.
    ManageTokens,
    /// Make and change connections, their credentials and their switches.
    ManageConnections,
    /// Make and change the providers that administrators sign in with.
    ManageProviders,
    /// Invite, change and remove administrators. Who is an owner, only an owner decides.
    ManageAdmins,
    /// See and end everybody's sessions.
    ManageSessions,
}

/// How long a sign-in counts as fresh.
pub const FRESH_FOR: chrono::Duration = chrono::Duration::hours(1);

impl Permission {
    pub const ALL: &'static [Self] = &[
        Self::Look,
        Self::Export,
        Self::Assign,
        Self::Retry,
        Self::ManagePeople,
        Self::ManageSources,
        Self::ManageTokens,
        Self::ManageConnections,
        Self::ManageProviders,
        Self::ManageAdmins,
        Self::ManageSessions,
    ];

    /// Whether it gives power over who gets in: that asks for a sign-in not older than [`FRESH_FOR`].
    pub const fn needs_fresh_sign_in(self) -> bool {
        matches!(self, Self::ManageTokens | Self::ManageProviders | Self::ManageAdmins)
    }
}

impl Role {
    /// Whether this role may do that.
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission::{
            Assign, Export, Look, ManageAdmins, ManageConnections, ManagePeople, ManageProviders, ManageSessions,
            ManageSources, ManageTokens, Retry,
        };
        match permission {
            Look => true,
            Export => matches!(self, Self::Owner | Self::Admin | Self::Auditor),
            Assign | Retry => matches!(self, Self::Owner | Self::Admin | Self::Operator),
            ManagePeople | ManageSources | ManageTokens | ManageConnections | ManageAdmins => {
                matches!(self, Self::Owner | Self::Admin)
            }
            ManageProviders | ManageSessions => matches!(self, Self::Owner),
        }
    }
}

/// An administrator, as the pages show one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrator {
    pub id: AdminId,
    pub email: String,
    pub name: Option<String>,
    pub role: Role,
    /// The provider whose groups give the role at each sign-in; none when it was given here.
    pub role_from: Option<ProviderId>,
    /// Invited, and not yet signed in: whoever brings the e-mail, verified by a provider, becomes this administrator.
    pub invited: bool,
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_looks_and_exports() {
        let allowed: Vec<_> = Permission::ALL.iter().filter(|p| Role::Auditor.allows(**p)).collect();
        assert_eq!(allowed, [&Permission::Look, &Permission::Export]);
    }

    #[test]
    fn the_help_desk_assigns_and_retries_but_changes_no_connection() {
        assert!(Role::Operator.allows(Permission::Assign) && Role::Operator.allows(Permission::Retry));
        assert!(!Role::Operator.allows(Permission::ManageConnections));
        assert!(!Role::Operator.allows(Permission::ManageTokens));
    }

    #[test]
    fn words_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>().as_ref(), Ok(role));
        }
        assert!("Owner ".parse::<Role>().is_err());
    }
}
