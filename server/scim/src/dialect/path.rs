//! Attribute paths.

/// What stands behind a schema's URN: after a colon, as the RFC has it, or after a dot, as very old
/// provisioning jobs of Entra send it (`urn:...:enterprise:2.0:User.department`).
/// (Microsoft Learn, "SCIM 2.0 protocol compliance".)
pub(crate) fn behind_urn(text: &str) -> Option<&str> {
    text.strip_prefix([':', '.'])
}
