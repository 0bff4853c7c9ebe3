//! The request that a browser carries to the provider, by the HTTP-Redirect binding (SAML 2.0 Bindings, section 3.4).
//! The POST binding would need a page with a script in it, and adds nothing.

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, SecondsFormat, Utc};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use url::Url;

use super::metadata::IdentityProvider;
use super::name::{ASSERTION, HTTP_POST, PROTOCOL};
use super::service_provider::ServiceProvider;

/// The name of one request, which the response must repeat. Nobody can guess it: 160 random bits, more than the 128 that
/// SAML 2.0 Core, section 1.3.4, asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A new one.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 20];
        getrandom::fill(&mut bytes)?;
        // An ID may not begin with a digit.
        let mut id = String::from("_");
        for byte in bytes {
            // Writing to a String does not fail.
            let _ = write!(id, "{byte:02x}");
        }
        Ok(Self(id))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the provider may answer from a session that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    SessionAllowed,
    /// Whoever sits there has to prove it now (ForceAuthn): the fresh sign-in before an owner's action.
    SignInAgain,
}

/// The address to send the browser to. `relay_state` comes back with the response; providers promise 80 bytes of it
/// (SAML 2.0 Bindings, section 3.4.3).
pub fn sign_on_address(
    portal: &ServiceProvider,
    provider: &IdentityProvider,
    id: &RequestId,
    relay_state: &str,
    freshness: Freshness,
    now: DateTime<Utc>,
) -> std::io::Result<Url> {
    let request = authn_request(portal, provider, id, freshness, now)?;
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(&request)?;
    let mut address = provider.sign_on_url.clone();
    address.set_fragment(None);
    // Some providers' addresses have a query of their own, which stays.
    address
        .query_pairs_mut()
        .append_pair("SAMLRequest", &BASE64.encode(deflated.finish()?))
        .append_pair("RelayState", relay_state);
    Ok(address)
}

/// SAML 2.0 Core, section 3.4.1. It asks for no format of the NameID and no way of signing in: some providers refuse what
/// they are not set to, and what is sent is the owner's decision there.
fn authn_request(
    portal: &ServiceProvider,
    provider: &IdentityProvider,
    id: &RequestId,
    freshness: Freshness,
    now: DateTime<Utc>,
) -> std::io::Result<Vec<u8>> {
    let instant = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut attributes = vec![
        ("xmlns:samlp", PROTOCOL),
        ("xmlns:saml", ASSERTION),
        ("ID", id.as_str()),
        ("Version", "2.0"),
        ("IssueInstant", &instant),
        ("Destination", provider.sign_on_url.as_str()),
        ("AssertionConsumerServiceURL", &portal.acs_url),
        ("ProtocolBinding", HTTP_POST),
    ];
    if freshness == Freshness::SignInAgain {
        attributes.push(("ForceAuthn", "true"));
    }
    let mut writer = Writer::new(Vec::new());
    writer.create_element("samlp:AuthnRequest").with_attributes(attributes).write_inner_content(|writer| {
        writer.create_element("saml:Issuer").write_text_content(BytesText::new(&portal.entity_id))?;
        writer.create_element("samlp:NameIDPolicy").with_attribute(("AllowCreate", "true")).write_empty()?;
        Ok(())
    })?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;
    use crate::saml::xml::{self, Comments, Element, Limits};

    fn provider(sign_on_url: &str) -> IdentityProvider {
        IdentityProvider {
            entity_id: "https://idp.example.com".into(),
            sign_on_url: sign_on_url.parse().unwrap(),
            certificates: Vec::new(),
        }
    }

    fn ask(sign_on_url: &str, freshness: Freshness) -> (Url, RequestId, Element) {
        let portal = ServiceProvider {
            entity_id: "https://rollcall.example.com/?a=1&b=2".into(),
            acs_url: "https://rollcall.example.com/auth/okta/acs".into(),
        };
        let id = RequestId::generate().unwrap();
        let now = "2026-11-22T08:00:00Z".parse().unwrap();
        let address = sign_on_address(&portal, &provider(sign_on_url), &id, "a b&c=\"d\"", freshness, now).unwrap();
        let (_, message) = address.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap();
        let mut text = String::new();
        DeflateDecoder::new(&*BASE64.decode(&*message).unwrap()).read_to_string(&mut text).unwrap();
        let limits = Limits { bytes: 9_999, elements: 10, depth: 5, attributes: 20, comments: Comments::Refused };
        (address, id, xml::read(&text, &limits).unwrap())
    }

    #[test]
    fn the_address_carries_the_request_and_the_relay_state_behind_the_providers_own_query() {
        let (address, id, request) = ask("https://idp.example.com/sso?idpid=C01&x=%26#top", Freshness::SessionAllowed);
        assert!(address.as_str().starts_with("https://idp.example.com/sso?idpid=C01&x=%26&SAMLRequest="), "{address}");
        assert!(address.query_pairs().any(|(name, value)| name == "RelayState" && value == "a b&c=\"d\""));
        assert_eq!(address.fragment(), None);
        assert!(request.is(PROTOCOL, "AuthnRequest"));
        assert_eq!(request.attribute("ID"), Some(id.as_str()));
        assert_eq!(request.attribute("IssueInstant"), Some("2026-11-22T08:00:00Z"));
        assert_eq!(request.attribute("ProtocolBinding"), Some(HTTP_POST));
        assert_eq!(request.attribute("ForceAuthn"), None);
        assert_eq!(request.children[0].text, "https://rollcall.example.com/?a=1&b=2");
    }

    #[test]
    fn a_fresh_sign_in_is_asked_for() {
        let (_, _, request) = ask("https://idp.example.com/sso", Freshness::SignInAgain);
        assert_eq!(request.attribute("ForceAuthn"), Some("true"));
    }

    #[test]
    fn ids_are_names_of_160_bits() {
        let (one, other) = (RequestId::generate().unwrap(), RequestId::generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 41);
        assert!(one.as_str().starts_with('_'));
    }
}
