//! The one form of signature, each deviation by itself.

use super::*;

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";

fn transform(algorithm: &str, inside: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\">{inside}</ds:Transform>")
}

fn part(from: &str, to: &str) -> &'static str {
    let start = GOOD.find(from).unwrap();
    let end = start + GOOD[start..].find(to).unwrap() + to.len();
    &GOOD[start..end]
}

#[test]
pub(super) fn every_rule_of_the_signature_is_kept() {
    let signature = part("<ds:Signature ", "</ds:Signature>");
    let value = part("<ds:SignatureValue>", "</ds:SignatureValue>");
    let reference = part("<ds:Reference ", "</ds:Reference>");
    let digest_value = part("<ds:DigestValue>", "</ds:DigestValue>");
    let key_info = part("<ds:KeyInfo>", "</ds:KeyInfo>");
    let method = "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>";
    let digest = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
    let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>");
    let canonicalization = format!("<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>");
    let with_prefixes = |inside: &str| changed(&exclusive, &transform(EXCLUSIVE, inside));
    let inclusive = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"";
    let attribute_place = format!("<saml:AttributeValue>{signature}");
    assert_refused(&[
        ("Unsigned", RSA.respond(&message(), Signed::Nothing).unwrap()),
        ("SignaturePlace", changed("</samlp:Status>", &format!("{signature}</samlp:Status>"))),
        ("AttributeWithElements", changed("<saml:AttributeValue>", &attribute_place)),
        ("SignatureTwice", changed(signature, &format!("{signature}{signature}"))),
        ("SignatureParts", changed(value, "")),
        ("SignatureParts", changed(value, &value.replace("SignatureValue", "Value"))),
        ("SignatureParts", changed(value, &format!("{value}{value}"))),
        ("SignatureParts", changed(key_info, &format!("{key_info}{key_info}"))),
        ("SignatureParts", changed(&format!("{value}{key_info}"), &format!("{key_info}{value}"))),
        ("AlgorithmParameters", changed("<ds:SignatureValue>", "<ds:SignatureValue><x/>")),
        ("SignedInfoParts", changed(method, "")),
        ("SignedInfoParts", changed(&format!("{canonicalization}{method}"), &format!("{method}{canonicalization}"))),
        ("SignedInfoParts", changed(method, &format!("{method}{method}"))),
        (
            "Canonicalization",
            changed(
                &canonicalization,
                &canonicalization.replace(EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
            ),
        ),
        ("Canonicalization", changed(&canonicalization, &canonicalization.replace("n#\"", "n#WithComments\""))),
        (
            "AlgorithmParameters",
            changed(&canonicalization, &canonicalization.replace("/>", "><x/></ds:CanonicalizationMethod>")),
        ),
        ("SignatureAlgorithm", changed("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256")),
        (
            "SignatureAlgorithm",
            changed("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        ),
        (
            "SignatureAlgorithm",
            changed("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ),
        ("SignatureAlgorithm", changed("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5")),
        (
            "AlgorithmParameters",
            changed(
                method,
                &method.replace("/>", "><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"),
            ),
        ),
        ("References", changed(reference, "")),
        ("References", changed(reference, &format!("{reference}{reference}"))),
        ("References", changed(reference, &reference.repeat(100))),
        ("ReferenceUri", changed("URI=\"#_response\"", "URI=\"\"")),
        ("ReferenceUri", changed("URI=\"#_response\"", "")),
        ("ReferenceUri", changed("URI=\"#_response\"", "URI=\"http://127.0.0.1:9/\"")),
        ("ReferenceUri", changed("URI=\"#_response\"", "URI=\"file:///etc/passwd\"")),
        ("ReferenceUri", changed("URI=\"#_response\"", "URI=\"#xpointer(id('_response'))\"")),
        ("ReferenceUri", changed("URI=\"#_response\"", &format!("URI=\"#{}\"", message().assertion_id))),
        ("ReferenceParts", changed(digest_value, "")),
        ("ReferenceParts", changed(digest_value, &format!("{digest_value}{digest_value}"))),
        ("ReferenceParts", changed(&format!("{digest}{digest_value}"), &format!("{digest_value}{digest}"))),
        ("Transforms", changed(ENVELOPED, "")),
        ("Transforms", changed(&exclusive, "")),
        ("Transforms", changed(&format!("{ENVELOPED}{exclusive}"), &format!("{exclusive}{ENVELOPED}"))),
        ("Transforms", changed(&exclusive, &format!("{exclusive}{exclusive}"))),
        ("Transforms", changed(&exclusive, &exclusive.replace("n#\"", "n#WithComments\""))),
        (
            "Transforms",
            changed(&exclusive, &transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>//*</ds:XPath>")),
        ),
        ("Transforms", changed(&exclusive, &transform("http://www.w3.org/TR/1999/REC-xslt-19991116", "<x/>"))),
        ("Transforms", changed(ENVELOPED, &ENVELOPED.repeat(3_000).replacen(ENVELOPED, "", 2_500))),
        ("AlgorithmParameters", changed(ENVELOPED, &ENVELOPED.replace("/>", "><x/></ds:Transform>"))),
        ("AlgorithmParameters", with_prefixes("<x/>")),
        ("AlgorithmParameters", with_prefixes(&format!("{inclusive}/>{inclusive}/>"))),
        ("AlgorithmParameters", with_prefixes(&format!("{inclusive} href=\"x\"/>"))),
        ("AlgorithmParameters", with_prefixes(&format!("{inclusive}><x/></ec:InclusiveNamespaces>"))),
        ("AlgorithmParameters", with_prefixes(&format!("{}/>", inclusive.replace(" PrefixList=\"xs\"", "")))),
        (
            "DigestAlgorithm",
            changed("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ),
        (
            "DigestAlgorithm",
            changed("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ),
        ("AlgorithmParameters", changed(digest, &digest.replace("/>", "><x/></ds:DigestMethod>"))),
        ("AlgorithmParameters", changed("<ds:DigestValue>", "<ds:DigestValue><x/>")),
        ("KeyInfo", changed("<ds:KeyInfo>", "<ds:KeyInfo><x xmlns=\"urn:x\"/>")),
        ("KeyInfo", changed("<ds:X509Data>", "<ds:X509Data><X509Certificate xmlns=\"urn:x\"/>")),
        ("KeyInfo", changed("<ds:X509Data>", "<ds:X509Data><ds:Other/>")),
    ]);
}

/// The second signature obeys the same rules as the first.
#[test]
pub(super) fn the_assertions_own_signature_is_looked_at_too() {
    let xml = RSA.respond(&message(), Signed::Assertion).unwrap();
    assert!(check(&xml).is_ok());
    let assertion_id = message().assertion_id;
    crate::counted::one();
    let xml = xml.replacen(&format!("#{assertion_id}"), "#_response", 1);
    assert_eq!(name(&check(&xml).unwrap_err()), "ReferenceUri");
}

#[test]
pub(super) fn what_was_changed_after_signing_or_signed_by_another_is_refused() {
    let other = message().assertion_id.replace('_', "_9");
    for xml in [
        changed("ada@example.com", "eve@example.com"),
        changed("Ada Lovelace", "Eve"),
        changed("Owners", "owners"),
        GOOD.replace(&message().assertion_id, &other),
        STRANGER.respond(&message(), Signed::Both).unwrap(),
        ECDSA.respond(&message(), Signed::Both).unwrap(),
        // A good signature inside of one that is not.
        STRANGER
            .sign(&message().response(
                &STRANGER.template("_response").unwrap(),
                &RSA.sign(&message().assertion(&RSA.template(&message().assertion_id).unwrap())).unwrap(),
            ))
            .unwrap(),
    ] {
        crate::counted::one();
        assert_eq!(check(&xml).unwrap_err(), Refusal::Signature);
    }
}
