use chrono::Duration;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;

use super::*;
use crate::saml::testing::{self, Algorithm, Signer};

const SIGN_ON: &str = "https://idp.example.com/sso";

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn signer(days: i64) -> Signer {
    Signer::new("https://idp.example.com", Algorithm::Ecdsa, now() + Duration::days(days)).unwrap()
}

fn good() -> String {
    signer(0).metadata(SIGN_ON).unwrap()
}

fn read(xml: &str) -> Result<IdentityProvider, MetadataError> {
    IdentityProvider::new(xml, Addresses::Https, now())
}

fn der(key: &PKey<Private>) -> String {
    let certificate = testing::certificate(key, now(), now() + Duration::days(1)).unwrap();
    BASE64.encode(certificate.to_der().unwrap())
}

fn with_certificates(certificates: &[&str]) -> Result<IdentityProvider, MetadataError> {
    read(&testing::metadata("https://idp.example.com", SIGN_ON, certificates))
}

#[test]
fn a_provider_is_read() {
    let provider = read(&format!("\u{FEFF}<?xml version=\"1.0\"?><!-- ours -->\n{}", good())).unwrap();
    assert_eq!(provider.entity_id, "https://idp.example.com");
    assert_eq!(provider.sign_on_url.as_str(), SIGN_ON);
    let [certificate] = &provider.certificates[..] else { panic!("{:?}", provider.certificates) };
    assert_eq!(certificate.subject, "CN=idp.example.com");
    assert_eq!(certificate.not_before, now() - Duration::days(1));
    assert_eq!(certificate.not_after, now() + Duration::days(364));
    assert_eq!(certificate.fingerprint.len(), 32 * 3 - 1);
    assert!(certificate.fingerprint.chars().all(|next| next == ':' || next.is_ascii_hexdigit()));
    assert_eq!(provider.last_expiry(), Some(certificate.not_after));
    assert!(certificate.is_expired(now() + Duration::days(365)) && !certificate.is_expired(now()));
}

#[test]
fn a_key_without_a_use_signs_and_one_for_encryption_does_not() {
    assert!(read(&good().replace(" use=\"signing\"", "")).is_ok());
    assert_eq!(read(&good().replace("\"signing\"", "\"encryption\"")), Err(MetadataError::NoCertificate));
}

#[test]
fn all_certificates_of_a_roll_over_are_read_and_the_same_one_once() {
    let (old, new) = (signer(-300).certificate().unwrap(), signer(0).certificate().unwrap());
    let provider = with_certificates(&[&old, &new, &old]).unwrap();
    assert_eq!(provider.certificates.len(), 2);
    assert_eq!(provider.last_expiry(), Some(now() + Duration::days(364)));
    // The issuer of a certificate is no key of the provider's.
    let both = format!("{old}</ds:X509Certificate><ds:X509Certificate>{new}");
    assert_eq!(with_certificates(&[&both]).unwrap().certificates.len(), 1);
}

#[test]
fn certificates_that_prove_nothing_are_refused() {
    assert_eq!(with_certificates(&[]), Err(MetadataError::NoCertificate));
    assert_eq!(with_certificates(&["AAAA"]), Err(CertificateError::Unreadable.into()));
    assert_eq!(with_certificates(&["%"]), Err(CertificateError::Unreadable.into()));
    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    assert_eq!(with_certificates(&[&der(&short)]), Err(CertificateError::ShortKey(1024).into()));
    let other = PKey::generate_ed25519().unwrap();
    assert_eq!(with_certificates(&[&der(&other)]), Err(CertificateError::KeyType.into()));
    // A good one beside it is enough.
    let good = signer(0).certificate().unwrap();
    assert_eq!(with_certificates(&["AAAA", &good]).unwrap().certificates.len(), 1);
    let many: Vec<String> = (0..11).map(|nth| signer(nth).certificate().unwrap()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(with_certificates(&many), Err(MetadataError::TooManyCertificates));
}

#[test]
fn what_ran_out_is_refused_when_saved_and_borne_afterwards() {
    let expired = signer(-400).metadata(SIGN_ON).unwrap();
    assert_eq!(read(&expired), Err(MetadataError::Expired(now() - Duration::days(36))));
    assert!(IdentityProvider::saved(&expired, Addresses::Https).is_ok());
    let early = signer(3);
    assert_eq!(read(&early.metadata(SIGN_ON).unwrap()), Err(MetadataError::NotYet(now() + Duration::days(2))));
    let with_early = |days| with_certificates(&[&signer(days).certificate().unwrap(), &early.certificate().unwrap()]);
    assert!(with_early(0).is_ok(), "one that is valid is enough");
    assert_eq!(with_early(-400), Err(MetadataError::NotYet(now() + Duration::days(2))));
    let outdated = good().replace(" entityID=", " validUntil=\"2026-11-22T08:00:00Z\" entityID=");
    assert_eq!(read(&outdated), Err(MetadataError::Outdated(now())));
    assert!(IdentityProvider::saved(&outdated, Addresses::Https).is_ok());
    assert!(read(&outdated.replace("08:00:00Z", "08:00:01Z")).is_ok());
    let old = signer(-400).certificate().unwrap();
    let one_good = with_certificates(&[&old, &signer(0).certificate().unwrap()]).unwrap();
    assert_eq!(one_good.certificates.len(), 2);
}

#[test]
fn a_document_that_is_no_providers_is_refused() {
    let not_metadata = |root: &str| Err(MetadataError::NotMetadata { root: root.into() });
    assert_eq!(read("<html/>"), not_metadata("html"));
    assert_eq!(read(&good().replace("SAML:2.0:metadata", "SAML:1.0:metadata")), not_metadata("EntityDescriptor"));
    assert_eq!(read(&good().replace("IDPSSODescriptor", "SPSSODescriptor")), Err(MetadataError::NoProvider));
    assert_eq!(read(&good().replace("SAML:2.0:protocol", "SAML:1.1:protocol")), Err(MetadataError::NoProvider));
    assert_eq!(
        read(&good().replace("entityID=\"https://idp.example.com\"", "entityID=\" \"")),
        Err(MetadataError::EntityId)
    );
    let doctype = format!("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>{}", good());
    assert_eq!(read(&doctype), Err(Violation::DocumentType.into()));
    assert_eq!(read(&" <x/>".repeat(400_000)), Err(Violation::TooLong(1_000_000).into()));
    assert!(matches!(read(""), Err(MetadataError::Xml(_))));
}

#[test]
fn addresses_are_whole_and_https() {
    assert_eq!(read(&good().replace("HTTP-Redirect", "HTTP-POST")), Err(MetadataError::NoSignOn));
    let at = |address: &str| good().replace(SIGN_ON, address);
    for wrong in
        ["/sso", "javascript:alert(1)", "http://idp.example.com/", "https://ada:pw@idp.example.com/", "https://"]
    {
        assert_eq!(read(&at(wrong)), Err(MetadataError::Address(wrong.into())));
    }
    let plain = at("http://localhost:8080/sso");
    assert!(IdentityProvider::new(&plain, Addresses::HttpToo, now()).is_ok());
    let script = at("javascript:alert(1)");
    assert!(IdentityProvider::new(&script, Addresses::HttpToo, now()).is_err());
}

#[test]
fn several_at_once_are_refused() {
    let other = good().replace("entityID=\"https://idp.example.com\"", "entityID=\"https://other.example.com\"");
    let all = format!("<m:EntitiesDescriptor xmlns:m=\"{METADATA}\">{}{other}</m:EntitiesDescriptor>", good());
    let ids = vec!["https://idp.example.com".to_owned(), "https://other.example.com".to_owned()];
    assert_eq!(read(&all), Err(MetadataError::Several { ids }));
    let alone = format!("<m:EntitiesDescriptor xmlns:m=\"{METADATA}\">{}</m:EntitiesDescriptor>", good());
    assert!(read(&alone).is_ok());
}
