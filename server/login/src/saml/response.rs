//! From the response that a browser posted to who this is.

use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Duration, Utc};
use samael::crypto::{AllowedSignatureAlgorithm, ReduceMode};
use samael::key_info::{KeyInfo, X509Data};
use samael::metadata::{EntityDescriptor, IdpSsoDescriptor, KeyDescriptor};
use samael::schema::Assertion;
use samael::service_provider::{Error as SamaelError, ServiceProvider as Samael};

use super::certificate::Certificate;
use super::expected::{DELIVERY, Expected};
use super::gate;
use super::identity::identity;
use super::metadata::IdentityProvider;
use super::name::PROTOCOL;
use super::refusal::Refusal;
use super::service_provider::ServiceProvider;
use super::statement::Statement;
use super::xmlsec;
use crate::Identity;

/// What a form of at most 350 kB can carry is at most 256 kB of XML.
const BASE64_LENGTH: usize = 350_000;

/// The same as the gate's.
const ALGORITHMS: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
];

/// What a good response proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub identity: Identity,
    /// Unique for ever with the issuer. Remember it, and take no assertion twice.
    pub assertion_id: String,
    /// From then on, and [`CLOCK_SKEW`](super::CLOCK_SKEW) later, the assertion is refused anyhow and its id need not be
    /// remembered.
    pub not_on_or_after: DateTime<Utc>,
    /// When the person signed in at the provider; older than the request where a session of the provider's answered.
    pub authenticated_at: Option<DateTime<Utc>>,
}

/// Checks the form field `SAMLResponse` against the request it must answer.
///
/// It takes milliseconds of processor, in C for the most part: call it where blocking is allowed, a few at a time. The
/// caller has checked that the request was this browser's, has not been answered, and was for this provider; it consumes
/// the request and remembers the assertion's id in one transaction.
pub fn verify(
    portal: &ServiceProvider,
    provider: &IdentityProvider,
    response: &str,
    request_id: &str,
    now: DateTime<Utc>,
) -> Result<Verified, Refusal> {
    xmlsec::silence();
    let check = || verify_unguarded(portal, provider, response, request_id, now);
    catch_unwind(AssertUnwindSafe(check)).unwrap_or(Err(Refusal::BrokenOff))
}

fn verify_unguarded(
    portal: &ServiceProvider,
    provider: &IdentityProvider,
    response: &str,
    request_id: &str,
    now: DateTime<Utc>,
) -> Result<Verified, Refusal> {
    let expected = Expected {
        entity_id: &portal.entity_id,
        acs_url: &portal.acs_url,
        provider: &provider.entity_id,
        request_id,
        now,
    };
    // samael takes a message that names none for one that names the right one when none is set.
    if [expected.entity_id, expected.acs_url, expected.provider, request_id].iter().any(|text| text.is_empty()) {
        return Err(Refusal::NotConfigured);
    }
    // With no certificate, samael would not look for a signature.
    if provider.certificates.is_empty() {
        return Err(Refusal::NoCertificate);
    }
    let xml = decode(response)?;
    let seen = gate::pass(&xml)?;
    expected.check_response(&seen.response)?;
    expected.check_statement(&seen.statement)?;
    check_well_formed(&xml)?;
    let verified = verified_statement(portal, provider, &xml, request_id)?;
    // So all that was checked of the one is true of the other.
    if verified != seen.statement {
        return Err(Refusal::Disagreement);
    }
    Ok(proof(&verified))
}

/// Some providers break the lines of their base64.
fn decode(response: &str) -> Result<String, Refusal> {
    if response.len() > BASE64_LENGTH {
        return Err(Refusal::TooLarge);
    }
    let packed: Vec<u8> = response.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(packed).map_err(|_| Refusal::NotBase64)?;
    String::from_utf8(bytes).map_err(|_| Refusal::NotUtf8)
}

/// samael lets libxml2 mend what is not well-formed, so that it might verify another document than the gate has read.
fn check_well_formed(xml: &str) -> Result<(), Refusal> {
    let strict = libxml::parser::ParserOptions { recover: false, no_net: true, ..Default::default() };
    let parser = libxml::parser::Parser::default();
    parser.parse_string_with_options(xml, strict).map(|_| ()).map_err(|_| Refusal::NotWellFormed)
}

/// With one certificate after the other: samael gives up at the first key of another kind, which is what a roll-over
/// from RSA to ECDSA brings.
fn verified_statement(
    portal: &ServiceProvider,
    provider: &IdentityProvider,
    xml: &str,
    request_id: &str,
) -> Result<Statement, Refusal> {
    for certificate in &provider.certificates {
        match verified_assertion(portal, provider, certificate, xml, request_id) {
            Ok(assertion) => return Statement::verified(&assertion).ok_or(Refusal::Disagreement),
            Err(SamaelError::FailedToValidateSignature) => {}
            Err(SamaelError::FailedToParseSamlResponse(_) | SamaelError::FailedToParseSamlAssertion(_)) => {
                return Err(Refusal::Unreadable);
            }
            // Everything else that it checks has been found good before.
            Err(_) => return Err(Refusal::Disagreement),
        }
    }
    Err(Refusal::Signature)
}

/// From the very bytes that were digested ([`ReduceMode::PreDigest`]), and not from a document in which they were marked.
fn verified_assertion(
    portal: &ServiceProvider,
    provider: &IdentityProvider,
    certificate: &Certificate,
    xml: &str,
    request_id: &str,
) -> Result<Assertion, SamaelError> {
    // samael looks at the machine's clock. Time is ours to check, against the `now` that was given; all this
    // must not do is get in the way.
    let any_time = Duration::days(365 * 100);
    let samael = Samael {
        entity_id: Some(portal.entity_id.clone()),
        key: None,
        certificate: None,
        intermediates: None,
        metadata_url: None,
        acs_url: Some(portal.acs_url.clone()),
        slo_url: None,
        idp_metadata: metadata(provider, certificate),
        authn_name_id_format: None,
        metadata_valid_duration: None,
        force_authn: false,
        allow_idp_initiated: false,
        contact_person: None,
        max_issue_delay: any_time,
        max_clock_skew: any_time,
        allowed_signature_algorithms: Some(ALGORITHMS.to_vec()),
    };
    samael.parse_xml_response_with_mode(xml, Some(&[request_id]), ReduceMode::PreDigest)
}

/// As much of the provider's metadata as samael reads.
fn metadata(provider: &IdentityProvider, certificate: &Certificate) -> EntityDescriptor {
    let certificates = vec![BASE64.encode(&certificate.der)];
    let key = KeyDescriptor {
        key_use: Some("signing".into()),
        key_info: KeyInfo { id: None, x509_data: Some(X509Data { certificates }) },
        encryption_methods: None,
    };
    let role = IdpSsoDescriptor {
        id: None,
        valid_until: None,
        cache_duration: None,
        protocol_support_enumeration: Some(PROTOCOL.into()),
        error_url: None,
        signature: None,
        key_descriptors: vec![key],
        organization: None,
        contact_people: Vec::new(),
        artifact_resolution_service: Vec::new(),
        single_logout_services: Vec::new(),
        manage_name_id_services: Vec::new(),
        name_id_formats: Vec::new(),
        want_authn_requests_signed: None,
        single_sign_on_services: Vec::new(),
        name_id_mapping_services: Vec::new(),
        assertion_id_request_services: Vec::new(),
        attribute_profiles: Vec::new(),
        attributes: Vec::new(),
    };
    EntityDescriptor {
        entity_id: Some(provider.entity_id.clone()),
        idp_sso_descriptors: Some(vec![role]),
        ..EntityDescriptor::default()
    }
}

fn proof(statement: &Statement) -> Verified {
    let ends = [statement.validity.not_on_or_after, statement.confirmation.validity.not_on_or_after];
    let delivered = statement.issue_instant + DELIVERY;
    Verified {
        identity: identity(statement),
        assertion_id: statement.assertion_id.clone(),
        not_on_or_after: ends.into_iter().flatten().fold(delivered, DateTime::min),
        authenticated_at: statement.sessions.iter().filter_map(|session| session.authn_instant).min(),
    }
}
