//! Messages that are attacks: each is made of parts that are truly signed, and each must be refused, quickly.

use super::*;

fn refused(what: &str, xml: &str) -> Refusal {
    crate::counted::one();
    let refusal = check(xml).map(|proof| panic!("{what} is let in: {proof:?}")).unwrap_err();
    assert_ne!(refusal, Refusal::BrokenOff, "{what}");
    refusal
}

fn part<'a>(xml: &'a str, from: &str, to: &str) -> &'a str {
    let start = xml.find(from).unwrap();
    let end = start + xml[start..].rfind(to).unwrap() + to.len();
    &xml[start..end]
}

fn without_signature(xml: &str) -> String {
    let start = xml.find("<ds:Signature ").unwrap();
    let end = start + xml[start..].find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    format!("{}{}", &xml[..start], &xml[end..])
}

/// The same for another person, under another ID, and without the signature.
fn forged(xml: &str, id: &str) -> String {
    without_signature(xml).replace("ada@example.com", "eve@example.com").replacen(id, "_evil", 1)
}

fn with_object(xml: &str, object: &str) -> String {
    xml.replacen("</ds:Signature>", &format!("<ds:Object>{object}</ds:Object></ds:Signature>"), 1)
}

fn signature(xml: &str) -> &str {
    let start = xml.find("<ds:Signature ").unwrap();
    let end = start + xml[start..].find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    &xml[start..end]
}

/// "On Breaking SAML" (USENIX Security 2012), table 1: the signed original is put somewhere else, and a forged element
/// where it stood. XSW1 and 2 wrap the response, the others the assertion.
#[test]
pub(super) fn the_eight_kinds_of_signature_wrapping_are_refused() {
    let response = RSA.respond(&message(), Signed::Response).unwrap();
    let evil = forged(&response, "_response");
    let bare = without_signature(&response);
    let own = signature(&response);
    let after_issuer = |xml: &str, insert: &str| xml.replacen("</saml:Issuer>", &format!("</saml:Issuer>{insert}"), 1);
    // 1: the original inside of the signature of the forged one; 2: before the detached signature.
    refused("XSW1", &after_issuer(&evil, &with_object(own, &bare)));
    refused(
        "XSW1 without Object",
        &after_issuer(&evil, &own.replacen("</ds:Signature>", &format!("{bare}</ds:Signature>"), 1)),
    );
    refused("XSW2", &after_issuer(&evil, &format!("{bare}{own}")));

    let xml = RSA.respond(&message(), Signed::Assertion).unwrap();
    let good = part(&xml, "<saml:Assertion ", "</saml:Assertion>");
    let id = message().assertion_id;
    let evil = forged(good, &id);
    let put = |assertion: &str| xml.replacen(good, assertion, 1);
    let own = signature(good);
    let bare = without_signature(good);
    refused("XSW3", &put(&format!("{evil}{good}")));
    refused("XSW3 the other way round", &put(&format!("{good}{evil}")));
    refused("XSW4", &put(&evil.replacen("</saml:Assertion>", &format!("{good}</saml:Assertion>"), 1)));
    let evil_with_signature = after_issuer(&evil, own);
    refused("XSW5", &put(&format!("{evil_with_signature}{bare}")));
    refused("XSW6", &put(&after_issuer(&evil, &with_object(own, &bare))));
    let extension = format!("<samlp:Extensions>{good}</samlp:Extensions>");
    refused("XSW7", &put(&evil).replacen("<samlp:Status>", &format!("{extension}<samlp:Status>"), 1));
    refused(
        "XSW7 with one ID",
        &put(&evil.replace("_evil", &id)).replacen("<samlp:Status>", &format!("{extension}<samlp:Status>"), 1),
    );
    refused("XSW8", &put(&after_issuer(&evil, &with_object(own, &bare).replace("_evil", &id))));
}

#[test]
pub(super) fn a_forged_assertion_hides_nowhere() {
    let xml = RSA.respond(&message(), Signed::Assertion).unwrap();
    let good = part(&xml, "<saml:Assertion ", "</saml:Assertion>");
    let evil = forged(good, &message().assertion_id);
    let foreign = |namespace: &str| {
        evil.replace("saml:Assertion", "x:Assertion").replacen(
            "<x:Assertion ",
            &format!("<x:Assertion xmlns:x=\"{namespace}\" "),
            1,
        )
    };
    for (what, xml) in [
        ("in another namespace", xml.replacen(good, &format!("{}{good}", foreign("urn:x")), 1)),
        (
            "in a namespace that ends alike",
            xml.replacen(good, &format!("{}{good}", foreign("urn:oasis:names:tc:SAML:2.0:assertion ")), 1),
        ),
        ("in an attribute", xml.replacen("<saml:AttributeValue>", &format!("<saml:AttributeValue>{evil}"), 1)),
        (
            "in the status",
            xml.replacen(
                "</samlp:Status>",
                &format!("<samlp:StatusDetail>{evil}</samlp:StatusDetail></samlp:Status>"),
                1,
            ),
        ),
        (
            "in advice",
            xml.replacen("<saml:Conditions", &format!("<saml:Advice>{evil}</saml:Advice><saml:Conditions"), 1),
        ),
        ("in the key", xml.replacen("<ds:KeyInfo>", &format!("<ds:KeyInfo>{evil}"), 1)),
        ("in the context", xml.replacen("<saml:AuthnContext>", &format!("<saml:AuthnContext>{evil}"), 1)),
        ("behind the root", format!("{xml}{evil}")),
        ("as the root", evil.clone()),
        ("around the original", evil.replacen("<saml:Subject>", &format!("{xml}<saml:Subject>"), 1)),
    ] {
        refused(what, &xml);
    }
}

#[test]
pub(super) fn a_name_id_is_not_cut_in_two() {
    for (from, to) in [
        ("ada@example.com.evil.com", "ada@example.com<!-- -->.evil.com"),
        ("ada@example.com.evil.com", "<!-- -->ada@example.com<!---->.evil.com"),
        ("ada@example.com.evil.com", "ada@example.com<?x?>.evil.com"),
        ("ada@example.com.evil.com", "ada@example.com<![CDATA[.evil.com]]>"),
        ("ada@example.com.evil.com", "ada@example.com<x/>.evil.com"),
    ] {
        let mut message = message();
        message.name_id = from.to_owned();
        for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
            let xml = RSA.respond(&message, signed).unwrap();
            assert!(check(&xml).is_ok());
            refused(to, &xml.replacen(from, to, 1));
            // And signed that way.
            message.name_id = to.to_owned();
            if let Ok(xml) = RSA.respond(&message, signed) {
                refused(to, &xml);
            }
            message.name_id = from.to_owned();
        }
    }
}

/// Nobody listens and the files are there: what matters is that nothing is fetched, opened or run before the refusal.
#[test]
pub(super) fn references_and_transforms_are_never_followed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let here = format!("http://{}/", listener.local_addr().unwrap());
    let exclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let transform =
        |algorithm: &str, inside: &str| format!("<ds:Transform Algorithm=\"{algorithm}\">{inside}</ds:Transform>");
    let stylesheet = format!(
        "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\">\
         <xsl:copy-of select=\"document('{here}')\"/></xsl:template></xsl:stylesheet>"
    );
    let xpath = format!("<ds:XPath>{}1</ds:XPath>", "count(//*) + ".repeat(500));
    let start = GOOD.find("<ds:Reference ").unwrap();
    let end = start + GOOD[start..].find("</ds:Reference>").unwrap() + "</ds:Reference>".len();
    let reference = &GOOD[start..end];
    for uri in [here.as_str(), "file:///dev/zero", "file:///etc/hostname", "ftp://127.0.0.1/", "http://192.0.2.1/"] {
        let other = reference.replacen("#_response", uri, 1);
        refused(uri, &changed(reference, &other));
        refused(uri, &changed(reference, &format!("{other}{reference}")));
        refused(uri, &changed("<ds:KeyInfo>", &format!("<ds:KeyInfo><ds:RetrievalMethod URI=\"{uri}\"/>")));
    }
    refused("XSLT", &changed(exclusive, &transform("http://www.w3.org/TR/1999/REC-xslt-19991116", &stylesheet)));
    refused("XPath", &changed(exclusive, &transform("http://www.w3.org/TR/1999/REC-xpath-19991116", &xpath)));
    refused("XPath filter", &changed(exclusive, &transform("http://www.w3.org/2002/06/xmldsig-filter2", &xpath)));
    refused("many references", &changed(reference, &reference.repeat(400)));
    let short = "<ds:Reference URI=\"#_response\"/>".repeat(7_000);
    refused("thousands of references", &changed(reference, &short));
    refused("many transforms", &changed(exclusive, &exclusive.repeat(3_000)));
    assert!(listener.accept().is_err(), "somebody asked {here}");
}

#[test]
pub(super) fn documents_made_to_tire_a_parser_are_refused() {
    let entities: String =
        (1..12).map(|nth| format!("<!ENTITY x{nth} \"{}\">", format!("&x{};", nth - 1).repeat(10))).collect();
    let billion = format!("<!DOCTYPE x [<!ENTITY x0 \"x\">{entities}]>{}", changed("ada@", "&x11;ada@"));
    let external = format!("<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}", changed("ada@", "&x;ada@"));
    let attributes: String = (0..20_000).map(|nth| format!(" a{nth}=\"\"")).collect();
    let namespaces: String = (0..5_000).map(|nth| format!(" xmlns:a{nth}=\"urn:a\"")).collect();
    for (what, xml) in [
        ("a billion laughs", billion),
        ("an external entity", external),
        ("depth", format!("{}{}", "<x>".repeat(30_000), "</x>".repeat(30_000))),
        ("depth without an end", "<x>".repeat(80_000)),
        ("attributes", format!("<x{attributes}/>")),
        ("namespaces", format!("<x{namespaces}/>")),
        ("elements", format!("<x>{}</x>", "<x/>".repeat(60_000))),
        ("text", format!("<x>{}</x>", "x".repeat(260_000))),
        ("references", format!("<x>{}</x>", "&#65;".repeat(50_000))),
        ("ampersands", format!("<x y=\"{}\"/>", "&".repeat(250_000))),
        ("a long name", format!("<{}/>", "x".repeat(250_000))),
        ("a long comment", format!("<!--{}", "-".repeat(250_000))),
        ("no end", format!("<x y=\"{}", "x".repeat(250_000))),
    ] {
        refused(what, &xml);
    }
}

#[test]
pub(super) fn keys_and_algorithms_of_the_attackers_choice_are_refused() {
    // Its own certificate, in the message.
    refused("a stranger's key", &STRANGER.respond(&message(), Signed::Both).unwrap());
    // The certificate as the secret of an HMAC.
    let hmac = GOOD.replace(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    );
    assert_eq!(name(&refused("HMAC", &hmac)), "SignatureAlgorithm");
    let empty = without_signature(&without_signature(&GOOD));
    assert_eq!(refused("no signature", &empty), Refusal::Unsigned);
    // The signature of one response on another.
    let mut other = message();
    other.name_id = "eve@example.com".into();
    let eve = RSA.respond(&other, Signed::Response).unwrap();
    let ada = RSA.respond(&message(), Signed::Response).unwrap();
    assert_eq!(refused("a signature moved", &eve.replacen(signature(&eve), signature(&ada), 1)), Refusal::Signature);
}

#[test]
pub(super) fn an_encrypted_assertion_is_refused_with_advice() {
    let xml = message().response(
        "",
        "<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/></saml:EncryptedAssertion>",
    );
    let text = refused("encrypted", &xml).to_string();
    assert!(text.contains("Turn encryption off at the provider"), "{text}");
}

/// Both signatures must hold: one good signature does not excuse the other.
#[test]
pub(super) fn a_bad_signature_beside_a_good_one_is_refused() {
    let inner = RSA.sign(&message().assertion(&RSA.template(&message().assertion_id).unwrap())).unwrap();
    let stranger = STRANGER.sign(&message().response(&STRANGER.template("_response").unwrap(), &inner)).unwrap();
    assert_eq!(refused("a stranger around ours", &stranger), Refusal::Signature);
    let inner = STRANGER.sign(&message().assertion(&STRANGER.template(&message().assertion_id).unwrap())).unwrap();
    let ours = RSA.sign(&message().response(&RSA.template("_response").unwrap(), &inner)).unwrap();
    assert_eq!(refused("ours around a stranger", &ours), Refusal::Signature);
}
