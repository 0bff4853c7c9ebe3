//! The identity providers that administrators sign in with, and which role their word gives.

use crate::{ProviderId, Role};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::words! {
    /// What a provider speaks.
    ProviderKind {
        /// OpenID Connect, by the issuer's discovery document.
        Oidc = "oidc", "OpenID Connect";
        /// SAML 2.0, by the identity provider's metadata.
        Saml = "saml", "SAML 2.0";
    }
}

/// A certificate is warned about this long before it ends.
pub const CERTIFICATE_WARNING: Duration = Duration::days(30);

/// The longest name in addresses.
pub const SLUG_LENGTH: usize = 40;
/// What stands below `/auth` and `/settings/sign-in` already.
const RESERVED: &[&str] = &["setup", "logout", "new"];

/// Whether a text may be a provider's name in addresses; the error says what to do.
pub fn check_slug(slug: &str) -> Result<(), &'static str> {
    let plain = slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if slug.is_empty() || slug.len() > SLUG_LENGTH || !plain || slug.starts_with('-') || slug.ends_with('-') {
        return Err("Use at most 40 small letters, digits and hyphens, such as corp or okta-2.");
    }
    if RESERVED.contains(&slug) {
        return Err("This name is taken by Rollcall itself. Choose another one.");
    }
    Ok(())
}

/// The scopes that a text names, with spaces or commas between them. `openid` is asked for anyway, so it is left out. The
/// error says what to do (RFC 6749, section 3.3, has the signs of a scope).
pub fn read_scopes(text: &str) -> Result<Vec<String>, String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split([' ', ',']).filter(|scope| !scope.is_empty() && *scope != "openid") {
        if let Some(sign) = scope.chars().find(|sign| !matches!(sign, '!' | '#'..='[' | ']'..='~')) {
            return Err(format!(
                "No scope has {sign:?} in it. Write scopes with spaces between them, such as email profile."
            ));
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

/// A provider, as the pages show one: never its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub id: ProviderId,
    /// Its name in addresses: `/auth/{slug}/start`.
    pub slug: String,
    /// The text of its button on the sign-in page.
    pub label: String,
    /// Whether the sign-in page offers it.
    pub enabled: bool,
    pub protocol: Protocol,
    /// The claim or attribute whose values give roles.
    pub groups_claim: String,
    /// Which value gives which role; of several that match, the most powerful.
    pub roles: Vec<RoleRule>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

/// What is particular to the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Protocol {
    Oidc(Oidc),
    Saml(Saml),
}

impl Protocol {
    pub const fn kind(&self) -> ProviderKind {
        match self {
            Self::Oidc(_) => ProviderKind::Oidc,
            Self::Saml(_) => ProviderKind::Saml,
        }
    }
}

/// An OpenID Connect client at an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    /// Asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The end of the stored secret, to recognise it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ends_in: Option<String>,
}

/// A SAML identity provider, as its metadata describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saml {
    /// Where the metadata was fetched; none when it was pasted.
    pub metadata_url: Option<String>,
    pub entity_id: String,
    pub sign_on_url: String,
    pub certificates: Vec<Certificate>,
}

/// A signing certificate of a SAML identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// SHA-256 of its DER form, in hex.
    pub fingerprint: String,
    pub subject: String,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
}

/// A value of the groups claim that gives a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRule {
    pub value: String,
    pub role: Role,
}

/// A provider that somebody typed, before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    Oidc {
        issuer: String,
        client_id: String,
        scopes: Vec<String>,
    },
    /// The metadata or its address, never both; neither leaves what is stored.
    Saml {
        metadata_url: Option<String>,
        metadata: Option<String>,
    },
}

/// A provider that was checked: its own description was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub protocol: Protocol,
    /// SAML: the metadata as it came.
    pub metadata: Option<String>,
}

/// What is wrong with a draft, at which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    pub message: String,
}

/// What a test sign-in brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOutcome {
    /// The provider's.
    pub label: String,
    pub at: DateTime<Utc>,
    /// What the provider vouches for and what we make of it, or why its answer is not taken.
    pub outcome: Result<(Claims, Verdict), String>,
}

/// What a provider said of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    /// Every claim or attribute with its values.
    pub all: BTreeMap<String, Vec<String>>,
}

/// What a sign-in would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    In {
        email: String,
        role: Role,
        /// The value of the groups claim that gives the role; none when it was given here.
        rule: Option<String>,
        how: String,
    },
    Refused(String),
}

crate::words! {
    /// How a provider stands.
    ProviderState {
        On = "on", "On";
        Off = "off", "Off";
        /// The last of its certificates ends within [`CERTIFICATE_WARNING`].
        CertificateEnds = "certificate-ends", "Certificate ends soon";
        /// No certificate of it is valid: nobody can sign in.
        CertificateEnded = "certificate-ended", "Certificate ended";
    }
}

impl Provider {
    /// When the last of its certificates ends; none without certificates.
    pub fn certificates_end(&self) -> Option<DateTime<Utc>> {
        match &self.protocol {
            Protocol::Oidc(_) => None,
            Protocol::Saml(saml) => saml.certificates.iter().map(|certificate| certificate.not_after).max(),
        }
    }

    /// When the first of its certificates begins that are not valid yet.
    pub fn certificate_begins(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.protocol {
            Protocol::Oidc(_) => None,
            Protocol::Saml(saml) => {
                saml.certificates.iter().map(|certificate| certificate.not_before).filter(|begin| *begin > now).min()
            }
        }
    }

    pub fn state(&self, now: DateTime<Utc>) -> ProviderState {
        match self.certificates_end() {
            _ if !self.enabled => ProviderState::Off,
            Some(end) if end <= now => ProviderState::CertificateEnded,
            Some(end) if end <= now + CERTIFICATE_WARNING => ProviderState::CertificateEnds,
            _ => ProviderState::On,
        }
    }

    /// The rule that decides for somebody with these values: the one that gives the most powerful role.
    pub fn rule_for(&self, values: &[String]) -> Option<&RoleRule> {
        let matching = self.roles.iter().filter(|rule| values.contains(&rule.value));
        matching.min_by_key(|rule| rule.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        let rule = |value: &str, role| RoleRule { value: value.to_owned(), role };
        Provider {
            id: ProviderId(uuid::Uuid::nil()),
            slug: "corp".into(),
            label: "Continue with Corp".into(),
            enabled: true,
            protocol: Protocol::Oidc(Oidc {
                issuer: "https://id.example.com".into(),
                client_id: "rollcall".into(),
                scopes: vec![],
                secret_ends_in: None,
            }),
            groups_claim: "groups".into(),
            roles: vec![rule("helpdesk", Role::Operator), rule("it", Role::Admin), rule("audit", Role::Auditor)],
            version: 1,
            updated_at: DateTime::UNIX_EPOCH,
            updated_by: "ada@example.com".into(),
            last_sign_in_at: None,
        }
    }

    #[test]
    fn scopes_are_words_of_printable_ascii() {
        assert_eq!(read_scopes(" email  profile,openid email"), Ok(vec!["email".to_owned(), "profile".to_owned()]));
        assert_eq!(read_scopes("openid"), Ok(Vec::new()));
        assert_eq!(read_scopes("https://graph.example/.default").unwrap().len(), 1);
        for wrong in ["e-m\u{e4}il", "a\"b", "a\\b", "a\tb", "a\u{7f}"] {
            assert!(read_scopes(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_most_powerful_role_wins_and_nothing_matches_by_half() {
        let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let role = |names| provider().rule_for(&groups(names)).map(|rule| rule.role);
        assert_eq!(role(&["audit", "it", "helpdesk"]), Some(Role::Admin));
        assert_eq!(role(&["IT", "it ", "i"]), None);
        assert_eq!(role(&[]), None);
    }

    #[test]
    fn a_certificate_that_ends_is_told_of_before() {
        let mut provider = provider();
        let certificate = |days| Certificate {
            fingerprint: String::new(),
            subject: String::new(),
            not_before: DateTime::UNIX_EPOCH,
            not_after: DateTime::UNIX_EPOCH + Duration::days(days),
        };
        provider.protocol = Protocol::Saml(Saml {
            metadata_url: None,
            entity_id: "https://id.example.com".into(),
            sign_on_url: "https://id.example.com/sso".into(),
            certificates: vec![certificate(10), certificate(100)],
        });
        let state = |day| provider.state(DateTime::UNIX_EPOCH + Duration::days(day));
        assert_eq!(state(5), ProviderState::On, "the other one goes on");
        assert_eq!(state(75), ProviderState::CertificateEnds);
        assert_eq!(state(100), ProviderState::CertificateEnded);
    }
}
