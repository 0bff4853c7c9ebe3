//! What real providers sent, accepted byte for byte. The files were made once, on 2026-11-22, with keys that were thrown
//! away:
//!
//! * `pysaml2-*.xml` by Python's pysaml2 7.5.5 (xmlsec1 signs): `Server.create_authn_response` with a persistent NameID
//!   and `entity_descriptor` for the metadata; the assertion by itself with SHA-512.
//! * `samlp-*.xml` by npm's samlp 8.0.0 (xml-crypto signs): `getSamlResponse` with `signResponse`, `signAssertion` and
//!   `signatureNamespacePrefix` as the names say, and `metadata`.

use super::*;

fn recorded(metadata: &str, response: &str) -> Verified {
    let now = "2026-11-22T08:24:00Z".parse().unwrap();
    let provider = IdentityProvider::new(metadata, Addresses::Https, now).unwrap();
    verify(&portal(), &provider, &encode(response), REQUEST_ID, now).unwrap_or_else(|refusal| panic!("{refusal}"))
}

#[test]
fn pysaml2_is_accepted() {
    let metadata = include_str!("recorded/pysaml2-metadata.xml");
    for response in [
        include_str!("recorded/pysaml2-assertion.xml"),
        include_str!("recorded/pysaml2-response.xml"),
        include_str!("recorded/pysaml2-both.xml"),
    ] {
        let identity = recorded(metadata, response).identity;
        assert_eq!(identity.issuer, "https://pysaml2.example.com/idp");
        assert_eq!(identity.subject, "b5f1c0de-ada");
        assert_eq!(identity.email.unwrap().address, "ada@example.com");
        assert_eq!(identity.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(identity.claims["urn:oid:1.3.6.1.4.1.5923.1.1.1.1"], ["staff", "member"]);
    }
}

#[test]
fn samlp_is_accepted() {
    let metadata = include_str!("recorded/samlp-metadata.xml");
    for response in [
        include_str!("recorded/samlp-assertion.xml"),
        include_str!("recorded/samlp-response.xml"),
        include_str!("recorded/samlp-both.xml"),
    ] {
        let proof = recorded(metadata, response);
        assert_eq!(proof.identity.issuer, "https://samlp.example.com/idp");
        assert_eq!(proof.identity.subject, "ada");
        assert_eq!(proof.identity.email.unwrap().address, "ada@example.com");
        assert_eq!(proof.identity.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(proof.identity.claims["groups"], ["Owners", "Staff"]);
    }
}
