//! Good messages.

use super::*;
use crate::saml::testing::encode;

fn verified(signers: &[&Signer], response: &str) -> Verified {
    verify(&portal(), &provider(signers), response, REQUEST_ID, *NOW).unwrap()
}

#[test]
fn a_signature_of_response_assertion_or_both_by_either_kind_of_key_is_good() {
    for signer in [&*RSA, &*ECDSA] {
        for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
            let xml = signer.respond(&message(), signed).unwrap();
            let proof = verified(&[signer], &encode(&xml));
            assert_eq!(proof.identity.subject, "ada@example.com", "{signed:?}");
            assert_eq!(proof.assertion_id, message().assertion_id);
        }
    }
}

#[test]
fn the_proof_says_who_this_is() {
    let proof = verified(&[&RSA], &encode(&GOOD));
    assert_eq!(proof.identity.issuer, "https://idp.example.com/entity");
    assert_eq!(proof.identity.name.as_deref(), Some("Ada Lovelace"));
    let email = proof.identity.email.unwrap();
    assert_eq!((email.address.as_str(), email.verified), ("ada@example.com", true));
    assert_eq!(proof.identity.claims["groups"], ["Owners"]);
    assert_eq!(proof.identity.claims["NameID"], ["ada@example.com"]);
    assert_eq!(proof.authenticated_at, Some(*NOW));
    assert_eq!(proof.not_on_or_after, *NOW + chrono::Duration::minutes(5));
}

#[test]
fn the_address_comes_from_an_attribute_where_the_name_id_is_none() {
    let mut message = message();
    message.name_id = "00u1a2b3c4".into();
    message.name_id_format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".into();
    message.attributes = vec![("urn:oid:0.9.2342.19200300.100.1.3".into(), "ada&amp;co@example.com".into())];
    let proof = verified(&[&RSA], &encode(&RSA.respond(&message, Signed::Assertion).unwrap()));
    assert_eq!(proof.identity.subject, "00u1a2b3c4");
    assert_eq!(proof.identity.email.unwrap().address, "ada&co@example.com");

    message.attributes.clear();
    message.attributes.push(("email".into(), "not an address".into()));
    let proof = verified(&[&RSA], &encode(&RSA.respond(&message, Signed::Assertion).unwrap()));
    assert_eq!(proof.identity.email, None);
}

#[test]
fn while_keys_roll_over_both_are_good_also_when_they_are_of_different_kinds() {
    let (old, new) = (&*ECDSA, &*RSA);
    for signer in [old, new] {
        let xml = signer.respond(&message(), Signed::Both).unwrap();
        for order in [[old, new], [new, old]] {
            verified(&order, &encode(&xml));
        }
    }
}

#[test]
fn base64_may_have_line_breaks_and_xml_a_byte_order_mark_and_a_declaration() {
    let declared =
        GOOD.replacen("<samlp:Response", "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<samlp:Response", 1);
    let base64 = encode(&declared);
    let lines: Vec<&str> = base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    verified(&[&RSA], &lines.join("\r\n"));
}

#[test]
fn what_opensaml_and_others_write_is_read() {
    let cases = [
        // OpenSAML's prefixes.
        (
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces \
             xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/></ds:Transform>",
        ),
        // Types.
        (
            "<saml:AttributeValue>Owners",
            "<saml:AttributeValue xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">Owners",
        ),
        // Several values, and one without any.
        ("<saml:AttributeValue>Owners", "<saml:AttributeValue/><saml:AttributeValue>Owners"),
        ("<saml:Conditions ", "\n    <saml:Conditions "),
        (">ada@example.com<", ">\n      ada@example.com\n    <"),
        ("displayName\">", "displayName\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\">"),
        ("</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:OneTimeUse/>"),
        ("<saml:Audience>", "<saml:Audience>https://other.example.com</saml:Audience><saml:Audience>"),
        ("<saml:AuthnContext>", "<saml:SubjectLocality Address=\"192.0.2.1\"/><saml:AuthnContext>"),
        ("Ada Lovelace", "Ada &#76;ovelace, &lt;countess&gt;&#13;\r\nof K\u{F6}ln"),
    ];
    for (from, to) in cases {
        for signed in [Signed::Assertion, Signed::Response] {
            let xml = signed_with(from, to, signed);
            let proof = check(&xml).unwrap_or_else(|refusal| panic!("{refusal} for {to}"));
            assert_eq!(proof.identity.subject, "ada@example.com");
        }
    }
}

#[test]
fn clocks_may_be_three_minutes_apart() {
    let verify_at = |seconds| {
        let now = *NOW + chrono::Duration::seconds(seconds);
        verify(&portal(), &provider(&[&RSA]), &encode(&GOOD), REQUEST_ID, now).map(|_| ())
    };
    assert_eq!(verify_at(-180), Ok(()));
    assert_eq!(verify_at(479), Ok(()), "300 s on its way, and 180 s more");
    assert_eq!(name(&verify_at(-181).unwrap_err()), "IssuedInFuture");
    assert_eq!(name(&verify_at(480).unwrap_err()), "IssuedTooLongAgo");
}

/// As Entra writes it: no prefixes.
#[test]
fn prefixes_are_free() {
    let bare = |xml: &str| xml.replace("<saml:", "<").replace("</saml:", "</").replace("xmlns:saml=", "xmlns=");
    let template = RSA.template(&message().assertion_id).unwrap();
    let assertion = RSA.sign(&bare(&message().assertion(&template))).unwrap();
    assert!(assertion.starts_with("<Assertion "), "{assertion}");
    let xml = message().response("", &assertion);
    assert_eq!(check(&xml).unwrap().identity.claims["groups"], ["Owners"]);

    let short = xml.replace("<samlp:", "<p:").replace("</samlp:", "</p:").replace("xmlns:samlp=", "xmlns:p=");
    assert!(check(&short).is_ok(), "the response around it is not signed");
}

#[test]
fn good_and_bad_responses_are_told_apart_side_by_side() {
    let (good, bad) = (encode(&GOOD), encode(&changed("ada@example.com", "eve@example.com")));
    let (portal, provider) = (portal(), provider(&[&ECDSA, &RSA]));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    assert!(verify(&portal, &provider, &good, REQUEST_ID, *NOW).is_ok());
                    assert_eq!(verify(&portal, &provider, &bad, REQUEST_ID, *NOW), Err(Refusal::Signature));
                }
            });
        }
    });
}
