//! The eleven operations of Zoom's SCIM, the token endpoint, and which request
//! is which of them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Token,
    ListUsers,
    CreateUser,
    GetUser,
    /// PUT: only the attributes it carries change.
    UpdateUser,
    /// PATCH: activate or deactivate, nothing else.
    ActivateUser,
    DeleteUser,
    ListGroups,
    CreateGroup,
    GetGroup,
    /// PATCH of a group's name or members.
    UpdateGroup,
    DeleteGroup,
}

/// Zoom's rate limit label of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    Light,
    Medium,
}

impl Label {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "Light",
            Self::Medium => "Medium",
        }
    }
}

impl Operation {
    /// As Zoom's SCIM2 reference labels it; the token endpoint has no label.
    pub fn label(self) -> Option<Label> {
        match self {
            Self::Token => None,
            Self::CreateUser
            | Self::GetUser
            | Self::UpdateUser
            | Self::ActivateUser
            | Self::DeleteUser
            | Self::GetGroup => Some(Label::Light),
            Self::ListUsers | Self::ListGroups | Self::CreateGroup | Self::UpdateGroup | Self::DeleteGroup => {
                Some(Label::Medium)
            }
        }
    }

    pub(crate) fn is_on_users(self) -> bool {
        matches!(
            self,
            Self::ListUsers
                | Self::CreateUser
                | Self::GetUser
                | Self::UpdateUser
                | Self::ActivateUser
                | Self::DeleteUser
        )
    }

    /// The operation of a request and the id in its path. `None` is everything
    /// Zoom has not: discovery documents, Bulk, PUT on a group.
    ///
    /// Both `/scim2` and `/scim` (Entra's tenant URL) lead here, and the
    /// resource's name may be in lower case, as a public script sends it.
    pub(crate) fn of(method: &str, path: &str) -> Option<(Self, String)> {
        if (method, path) == ("POST", "/oauth/token") {
            return Some((Self::Token, String::new()));
        }
        let mut segments = path.strip_prefix('/')?.split('/');
        let (base, resource, id) = (segments.next()?, segments.next()?, segments.next());
        if !matches!(base, "scim2" | "scim") || segments.next().is_some() {
            return None;
        }
        let id = match id {
            Some("") => return None,
            Some(id) => Some(percent_decode_str(id).decode_utf8_lossy()),
            None => None,
        };
        let operation = match (resource.to_ascii_lowercase().as_str(), id.is_some(), method) {
            ("users", false, "GET") => Self::ListUsers,
            ("users", false, "POST") => Self::CreateUser,
            ("users", true, "GET") => Self::GetUser,
            ("users", true, "PUT") => Self::UpdateUser,
            ("users", true, "PATCH") => Self::ActivateUser,
            ("users", true, "DELETE") => Self::DeleteUser,
            ("groups", false, "GET") => Self::ListGroups,
            ("groups", false, "POST") => Self::CreateGroup,
            ("groups", true, "GET") => Self::GetGroup,
            ("groups", true, "PATCH") => Self::UpdateGroup,
            ("groups", true, "DELETE") => Self::DeleteGroup,
            _ => return None,
        };
        Some((operation, id.map(Cow::into_owned).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::Operation;

    #[test]
    fn both_bases_and_any_case_of_the_resource_are_known() {
        for path in ["/scim2/Users/a", "/scim/Users/a", "/scim2/users/a"] {
            assert_eq!(Operation::of("PUT", path), Some((Operation::UpdateUser, "a".to_owned())));
        }
    }

    #[test]
    fn ids_are_percent_decoded() {
        let (_, id) = Operation::of("GET", "/scim2/Users/k%26K%2Fd").unwrap_or_else(|| unreachable!());
        assert_eq!(id, "k&K/d");
    }

    #[test]
    fn what_zoom_has_not_is_not_found() {
        for (method, path) in [
            ("GET", "/scim2/ServiceProviderConfig"),
            ("GET", "/scim2/Schemas"),
            ("POST", "/scim2/Bulk"),
            ("PUT", "/scim2/Groups/a"),
            ("GET", "/scim2/Users/a/b"),
            ("POST", "/scim2/Users/.search"),
            ("GET", "/scim2/Users/"),
            ("GET", "/v2/users"),
            ("GET", "/oauth/token"),
        ] {
            assert_eq!(Operation::of(method, path), None, "{method} {path}");
        }
    }
}
