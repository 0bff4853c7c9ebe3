//! An identity provider for tests: throw-away keys, real signatures, and whatever XML one likes.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Name};
use samael::crypto::{Crypto, CryptoProvider};

use super::ServiceProvider;
use super::name::{ASSERTION, ENVELOPED, EXCLUSIVE_C14N, HTTP_REDIRECT, METADATA, PROTOCOL, SIGNATURE};

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// RSA and ECDSA, both with SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rsa,
    Ecdsa,
}

/// What of a response is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Nothing,
    Assertion,
    Response,
    Both,
}

/// A provider with its key.
pub struct Signer {
    pub entity_id: String,
    algorithm: Algorithm,
    key: PKey<Private>,
    certificate: X509,
}

/// The parts of a good message that a test may want to be otherwise.
#[derive(Debug, Clone)]
pub struct Message {
    pub issuer: String,
    pub audience: String,
    pub acs_url: String,
    pub request_id: String,
    pub assertion_id: String,
    pub now: DateTime<Utc>,
    /// How long ago the person signed in at the provider.
    pub signed_in_ago: Duration,
    /// Escaped already.
    pub name_id: String,
    pub name_id_format: String,
    /// Names and values, escaped already.
    pub attributes: Vec<(String, String)>,
}

impl Signer {
    /// With a new key and a certificate for it, valid for a year around `now`.
    pub fn new(entity_id: &str, algorithm: Algorithm, now: DateTime<Utc>) -> Result<Self> {
        let key = match algorithm {
            Algorithm::Rsa => PKey::from_rsa(Rsa::generate(2048)?)?,
            Algorithm::Ecdsa => {
                let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
                PKey::from_ec_key(EcKey::generate(&curve)?)?
            }
        };
        let certificate = certificate(&key, now - Duration::days(1), now + Duration::days(364))?;
        Ok(Self { entity_id: entity_id.to_owned(), algorithm, key, certificate })
    }

    /// The certificate as it stands in metadata.
    pub fn certificate(&self) -> Result<String> {
        Ok(BASE64.encode(self.certificate.to_der()?))
    }

    pub fn metadata(&self, sign_on_url: &str) -> Result<String> {
        Ok(metadata(&self.entity_id, sign_on_url, &[&self.certificate()?]))
    }

    /// A signature to be filled in by [`Self::sign`].
    pub fn template(&self, id: &str) -> Result<String> {
        let method = match self.algorithm {
            Algorithm::Rsa => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Algorithm::Ecdsa => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        };
        let certificate = self.certificate()?;
        Ok(format!(
            r##"<ds:Signature xmlns:ds="{SIGNATURE}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"/><ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE_C14N}"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"##
        ))
    }

    /// Fills in the first signature of a document, whatever it refers to.
    pub fn sign(&self, xml: &str) -> Result<String> {
        let signed = Crypto::sign_xml(xml, &self.key.private_key_to_der()?)?;
        let body = signed.split_once("?>").map_or(signed.as_str(), |(_, body)| body);
        Ok(body.trim().to_owned())
    }

    /// A whole response.
    pub fn respond(&self, message: &Message, signed: Signed) -> Result<String> {
        let mut assertion = message.assertion("");
        if matches!(signed, Signed::Assertion | Signed::Both) {
            assertion = self.sign(&message.assertion(&self.template(&message.assertion_id)?))?;
        }
        if matches!(signed, Signed::Response | Signed::Both) {
            return self.sign(&message.response(&self.template("_response")?, &assertion));
        }
        Ok(message.response("", &assertion))
    }
}

impl Message {
    /// What `signer` answers to a request of the portal's.
    pub fn new(signer: &Signer, portal: &ServiceProvider, request_id: &str, now: DateTime<Utc>) -> Self {
        Self {
            issuer: signer.entity_id.clone(),
            audience: portal.entity_id.clone(),
            acs_url: portal.acs_url.clone(),
            request_id: request_id.to_owned(),
            assertion_id: format!("_{}", now.timestamp_micros()),
            now,
            signed_in_ago: Duration::zero(),
            name_id: "ada@example.com".into(),
            name_id_format: super::name::EMAIL_FORMAT.into(),
            attributes: vec![("displayName".into(), "Ada Lovelace".into()), ("groups".into(), "Owners".into())],
        }
    }

    fn time(&self, seconds: i64) -> String {
        (self.now + Duration::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// With a signature, or nothing, where it belongs.
    pub fn response(&self, signature: &str, assertion: &str) -> String {
        let Self { issuer, acs_url, request_id, .. } = self;
        let issued = self.time(0);
        format!(
            r#"<samlp:Response xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="_response" Version="2.0" IssueInstant="{issued}" Destination="{acs_url}" InResponseTo="{request_id}"><saml:Issuer>{issuer}</saml:Issuer>{signature}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{assertion}</samlp:Response>"#
        )
    }

    pub fn assertion(&self, signature: &str) -> String {
        let Self { issuer, audience, acs_url, request_id, assertion_id, name_id, name_id_format, .. } = self;
        let (before, issued, end, session_end) = (self.time(-60), self.time(0), self.time(300), self.time(28_800));
        let signed_in = self.time(-self.signed_in_ago.num_seconds());
        let attributes: String = self
            .attributes
            .iter()
            .map(|(name, value)| {
                format!(r#"<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"#)
            })
            .collect();
        format!(
            r#"<saml:Assertion xmlns:saml="{ASSERTION}" ID="{assertion_id}" Version="2.0" IssueInstant="{issued}"><saml:Issuer>{issuer}</saml:Issuer>{signature}<saml:Subject><saml:NameID Format="{name_id_format}">{name_id}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="{request_id}" Recipient="{acs_url}" NotOnOrAfter="{end}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{before}" NotOnOrAfter="{end}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{signed_in}" SessionIndex="_session" SessionNotOnOrAfter="{session_end}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"#
        )
    }
}

/// The form field `SAMLResponse`.
pub fn encode(xml: &str) -> String {
    BASE64.encode(xml)
}

/// Of a provider with these certificates, in base64.
pub fn metadata(entity_id: &str, sign_on_url: &str, certificates: &[&str]) -> String {
    let keys: String = certificates
        .iter()
        .map(|certificate| {
            format!(
                r#"<KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{SIGNATURE}"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"#
            )
        })
        .collect();
    format!(
        r#"<EntityDescriptor xmlns="{METADATA}" entityID="{entity_id}"><IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{keys}<SingleSignOnService Binding="{HTTP_REDIRECT}" Location="{sign_on_url}"/></IDPSSODescriptor></EntityDescriptor>"#
    )
}

/// What the gate says to a document; for fuzzing.
pub fn gate(xml: &str) -> std::result::Result<(), super::Refusal> {
    super::gate::pass(xml).map(|_| ())
}

/// A self-signed one.
pub(super) fn certificate(
    key: &PKey<Private>,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
) -> std::result::Result<X509, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("CN", "idp.example.com")?;
    let name = name.build();
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let serial = BigNum::from_u32(1)?.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    let from = Asn1Time::from_unix(not_before.timestamp())?;
    let until = Asn1Time::from_unix(not_after.timestamp())?;
    builder.set_not_before(&from)?;
    builder.set_not_after(&until)?;
    builder.set_pubkey(key)?;
    let digest = if key.id() == Id::ED25519 { MessageDigest::null() } else { MessageDigest::sha256() };
    builder.sign(key, digest)?;
    Ok(builder.build())
}
