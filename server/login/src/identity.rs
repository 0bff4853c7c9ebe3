//! What every proof of an identity provider comes to.

use std::collections::BTreeMap;

/// The longest address there is (RFC 5321, section 4.5.3.1.3, without the angle brackets).
pub(crate) const ADDRESS_LENGTH: usize = 254;
/// The longest name that is kept.
pub(crate) const NAME_LENGTH: usize = 200;

/// Who somebody is, on the checked word of an identity provider. It grants nothing: which administrator this is, and
/// with which role, the server decides from its own tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own name: the OIDC issuer, or the SAML entity id.
    pub issuer: String,
    /// What the provider calls this person, unique with the issuer and never given to another: OIDC `sub`, SAML NameID.
    pub subject: String,
    pub email: Option<Email>,
    /// A name to show.
    pub name: Option<String>,
    /// Everything the provider said, by claim or attribute name: a list gives its texts, anything else its one text, or
    /// its JSON. A role is looked up here by the configured name, and the test sign-in shows all of it.
    pub claims: BTreeMap<String, Vec<String>>,
}

/// An e-mail address, and whether the provider vouches for it. Only a verified one meets an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    pub address: String,
    pub verified: bool,
}
