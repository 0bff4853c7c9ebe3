//! Attribute paths.

/// The path behind a schema's URN, after a dot in place of the RFC's colon: very old provisioning
/// jobs of Entra send `urn:...:enterprise:2.0:User.department`.
/// (Microsoft Learn, "SCIM 2.0 protocol compliance".)
pub(crate) fn behind_dot(behind_urn: &str) -> Option<&str> {
    behind_urn.strip_prefix('.')
}
