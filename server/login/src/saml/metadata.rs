//! What a provider says of itself (SAML 2.0 Metadata, section 2.4.3), as an owner pastes or loads it. Its signature is not
//! checked: an owner vouches for it, having got it from the provider by https.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use url::Url;

use super::certificate::{Certificate, CertificateError};
use super::name::{HTTP_REDIRECT, METADATA, PROTOCOL, SIGNATURE};
use super::statement::read_instant;
use super::xml::{self, Comments, Element, Limits, Violation, shown};

/// A provider's own document is some 10 to 100 kB; those of whole federations are loaded by other means.
const LIMITS: Limits =
    Limits { bytes: 1_000_000, elements: 20_000, depth: 30, attributes: 60, comments: Comments::Skipped };

/// More keys than anybody rolls over; each may be tried for a response.
const MOST_CERTIFICATES: usize = 10;

/// SAML 2.0 Core, section 8.3.6.
const ENTITY_ID_LENGTH: usize = 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    pub entity_id: String,
    /// Of the HTTP-Redirect binding.
    pub sign_on_url: Url,
    /// Those it may sign with, at least one. Several while it rolls over.
    pub certificates: Vec<Certificate>,
}

/// Which addresses a provider may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    Https,
    /// Plain http too: for tests and for providers inside of a company.
    HttpToo,
}

/// Why metadata cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    #[error("The metadata cannot be read: {0}. Get it from the provider again.")]
    Xml(#[from] Violation),
    #[error("This is {root}, not SAML metadata. Get the provider's metadata: XML that begins with EntityDescriptor.")]
    NotMetadata { root: String },
    #[error("The metadata describes no SAML 2.0 identity provider. Get the provider's own, not a service provider's.")]
    NoProvider,
    #[error("The metadata describes several identity providers: {}. Get the metadata of one.", ids.join(", "))]
    Several { ids: Vec<String> },
    #[error("The metadata has no entityID of at most 1024 characters. Get it from the provider again.")]
    EntityId,
    #[error("The metadata was valid until {0}. Get it from the provider again.")]
    Outdated(DateTime<Utc>),
    #[error("The metadata has no sign-on address for HTTP-Redirect. Turn that binding on at the provider.")]
    NoSignOn,
    #[error("The address {0:?} cannot be used. It must be a whole https address, without a user name.")]
    Address(String),
    #[error("The metadata has no signing certificate, so no response could be trusted. Set one up at the provider.")]
    NoCertificate,
    #[error("The metadata has more than 10 signing certificates. Take the old ones out at the provider.")]
    TooManyCertificates,
    #[error("The signing certificate {0}. Make a new one at the provider and get the metadata again.")]
    Certificate(#[from] CertificateError),
    #[error("The signing certificate expired on {0}. Make a new one at the provider and get the metadata again.")]
    Expired(DateTime<Utc>),
    #[error(
        "The signing certificate is not valid before {0}. Have the provider sign with one that is valid now and get the \
         metadata again, or correct the clock that is wrong."
    )]
    NotYet(DateTime<Utc>),
}

impl IdentityProvider {
    /// Reads metadata that is to be saved.
    pub fn new(xml: &str, addresses: Addresses, now: DateTime<Utc>) -> Result<Self, MetadataError> {
        let (provider, until) = parse(xml, addresses)?;
        if let Some(until) = until.filter(|&until| until <= now) {
            return Err(MetadataError::Outdated(until));
        }
        match provider.wrong_time(now) {
            Some(wrong) => Err(wrong),
            None => Ok(provider),
        }
    }

    /// Why none of its certificates is valid now.
    fn wrong_time(&self, now: DateTime<Utc>) -> Option<MetadataError> {
        let certificates = || self.certificates.iter();
        if certificates().any(|certificate| !certificate.is_expired(now) && !certificate.is_early(now)) {
            return None;
        }
        let early = certificates().filter(|certificate| certificate.is_early(now));
        let begins = early.map(|certificate| certificate.not_before).min();
        begins.map(MetadataError::NotYet).or_else(|| self.last_expiry().map(MetadataError::Expired))
    }

    /// Reads metadata that was saved. Dates are not looked at any more: that a provider goes on with a certificate that
    /// ran out is for a page to warn of ([`Self::last_expiry`]), and no reason to lock every administrator out.
    pub fn saved(xml: &str, addresses: Addresses) -> Result<Self, MetadataError> {
        Ok(parse(xml, addresses)?.0)
    }

    /// When the last of its certificates runs out.
    pub fn last_expiry(&self) -> Option<DateTime<Utc>> {
        self.certificates.iter().map(|certificate| certificate.not_after).max()
    }
}

/// The provider, and until when its metadata says to be valid.
fn parse(xml: &str, addresses: Addresses) -> Result<(IdentityProvider, Option<DateTime<Utc>>), MetadataError> {
    let root = xml::read(xml.trim_start_matches('\u{FEFF}').trim(), &LIMITS)?;
    if !root.is(METADATA, "EntityDescriptor") && !root.is(METADATA, "EntitiesDescriptor") {
        return Err(MetadataError::NotMetadata { root: shown(&root.name.local) });
    }
    let entity = only(&root)?;
    let entity_id = entity.attribute("entityID").unwrap_or_default().trim();
    if entity_id.is_empty() || entity_id.chars().count() > ENTITY_ID_LENGTH {
        return Err(MetadataError::EntityId);
    }
    let role = role(entity).ok_or(MetadataError::NoProvider)?;
    let sign_on = endpoint(role, "SingleSignOnService").ok_or(MetadataError::NoSignOn)?;
    let provider = IdentityProvider {
        entity_id: entity_id.to_owned(),
        sign_on_url: address(sign_on, addresses)?,
        certificates: certificates(role)?,
    };
    let ends = [&root, entity, role].into_iter().filter_map(|element| element.attribute("validUntil"));
    Ok((provider, ends.filter_map(|end| read_instant(end, "validUntil").ok()).min()))
}

fn only(root: &Element) -> Result<&Element, MetadataError> {
    let all = root.descendants();
    let is_provider = |entity: &&&Element| entity.is(METADATA, "EntityDescriptor") && role(entity).is_some();
    let providers: Vec<&Element> = all.iter().filter(is_provider).copied().collect();
    let id = |entity: &&Element| shown(entity.attribute("entityID").unwrap_or_default().trim());
    match &providers[..] {
        [] => Err(MetadataError::NoProvider),
        [one] => Ok(one),
        several => Err(MetadataError::Several { ids: several.iter().take(20).map(id).collect() }),
    }
}

fn role(entity: &Element) -> Option<&Element> {
    entity.children(METADATA, "IDPSSODescriptor").find(|role| {
        let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
        protocols.split_whitespace().any(|protocol| protocol == PROTOCOL)
    })
}

fn endpoint<'a>(role: &'a Element, service: &'a str) -> Option<&'a str> {
    let mut services = role.children(METADATA, service);
    let redirect = services.find(|service| service.attribute("Binding") == Some(HTTP_REDIRECT))?;
    redirect.attribute("Location").map(str::trim)
}

fn address(text: &str, addresses: Addresses) -> Result<Url, MetadataError> {
    let wrong = || MetadataError::Address(shown(text));
    let url: Url = text.parse().map_err(|_| wrong())?;
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && addresses == Addresses::HttpToo);
    let usable = scheme && url.has_host() && url.username().is_empty() && url.password().is_none();
    if usable { Ok(url) } else { Err(wrong()) }
}

/// Those of a key for signing, or for both uses. Only the first of an X509Data is the key's; what follows is the chain
/// of those who issued it, and must not become able to sign.
fn certificates(role: &Element) -> Result<Vec<Certificate>, MetadataError> {
    let signing = |key: &&Element| matches!(key.attribute("use"), None | Some("" | "signing"));
    let data = role
        .children(METADATA, "KeyDescriptor")
        .filter(signing)
        .flat_map(|key| key.children(SIGNATURE, "KeyInfo"))
        .flat_map(|info| info.children(SIGNATURE, "X509Data"));
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut trouble = None;
    for text in data.filter_map(|data| data.children(SIGNATURE, "X509Certificate").next()) {
        let packed: Vec<u8> = text.text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let der = BASE64.decode(packed).map_err(|_| CertificateError::Unreadable);
        match der.and_then(|der| Certificate::from_der(&der)) {
            Ok(certificate) if certificates.iter().any(|known| known.der == certificate.der) => {}
            Ok(certificate) => certificates.push(certificate),
            Err(error) => trouble = Some(error),
        }
    }
    match (certificates.len(), trouble) {
        (0, Some(error)) => Err(error.into()),
        (0, None) => Err(MetadataError::NoCertificate),
        (1..=MOST_CERTIFICATES, _) => Ok(certificates),
        _ => Err(MetadataError::TooManyCertificates),
    }
}

#[cfg(test)]
mod tests;
