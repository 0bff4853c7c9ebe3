//! The one form of signature that SAML 2.0 Core, section 5.4, describes: of the element it stands in, whole, by one
//! reference, with two transforms. XML Signature can do far more before anybody has looked at the key: read files and
//! addresses, and run XPath and XSLT.

use crate::saml::name::{ASSERTION, ENVELOPED, EXCLUSIVE_C14N, PROTOCOL, SIGNATURE, SIGNATURE_11};
use crate::saml::refusal::Refusal;
use crate::saml::xml::{Element, shown};

const METHODS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];

const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// Names that a provider writes beside its certificate; none is read.
const KEY_INFO: [&str; 16] = [
    "X509Data",
    "X509Certificate",
    "X509IssuerSerial",
    "X509IssuerName",
    "X509SerialNumber",
    "X509SubjectName",
    "X509SKI",
    "X509Digest",
    "KeyName",
    "KeyValue",
    "RSAKeyValue",
    "Modulus",
    "Exponent",
    "ECKeyValue",
    "NamedCurve",
    "PublicKey",
];

/// Every signature of a response.
pub(super) fn check(response: &Element) -> Result<(), Refusal> {
    let mut signed = 0;
    for parent in response.descendants() {
        let signatures: Vec<&Element> = parent.children(SIGNATURE, "Signature").collect();
        let name = || parent.name.local.clone();
        match signatures[..] {
            [] => {}
            _ if !parent.is(PROTOCOL, "Response") && !parent.is(ASSERTION, "Assertion") => {
                return Err(Refusal::SignaturePlace { parent: name() });
            }
            [signature] => {
                check_signature(signature, parent)?;
                signed += 1;
            }
            _ => return Err(Refusal::SignatureTwice { parent: name() }),
        }
    }
    if signed == 0 { Err(Refusal::Unsigned) } else { Ok(()) }
}

fn check_signature(signature: &Element, parent: &Element) -> Result<(), Refusal> {
    let (info, value, key_info) = match &signature.children[..] {
        [info, value] => (info, value, None),
        [info, value, key_info] => (info, value, Some(key_info)),
        _ => return Err(Refusal::SignatureParts),
    };
    let key_info_is_one = key_info.is_none_or(|key_info| key_info.is(SIGNATURE, "KeyInfo"));
    if !info.is(SIGNATURE, "SignedInfo") || !value.is(SIGNATURE, "SignatureValue") || !key_info_is_one {
        return Err(Refusal::SignatureParts);
    }
    check_plain(value)?;
    check_signed_info(info, parent)?;
    key_info.map_or(Ok(()), check_key_info)
}

fn check_signed_info(info: &Element, parent: &Element) -> Result<(), Refusal> {
    let references = info.children(SIGNATURE, "Reference").count();
    if references != 1 {
        return Err(Refusal::References { references });
    }
    let [canonicalization, method, reference] = &info.children[..] else {
        return Err(Refusal::SignedInfoParts);
    };
    if !canonicalization.is(SIGNATURE, "CanonicalizationMethod") || !method.is(SIGNATURE, "SignatureMethod") {
        return Err(Refusal::SignedInfoParts);
    }
    if algorithm(canonicalization) != EXCLUSIVE_C14N {
        return Err(Refusal::Canonicalization { algorithm: shown(algorithm(canonicalization)) });
    }
    check_inclusive_prefixes(canonicalization)?;
    if !METHODS.contains(&algorithm(method)) {
        return Err(Refusal::SignatureAlgorithm { algorithm: shown(algorithm(method)) });
    }
    check_plain(method)?;
    check_reference(reference, parent)
}

fn check_reference(reference: &Element, parent: &Element) -> Result<(), Refusal> {
    let uri = reference.attribute("URI").unwrap_or_default();
    if parent.attribute("ID").is_none_or(|id| uri.strip_prefix('#') != Some(id)) {
        return Err(Refusal::ReferenceUri { parent: parent.name.local.clone(), uri: shown(uri) });
    }
    let [transforms, method, value] = &reference.children[..] else {
        return Err(Refusal::ReferenceParts);
    };
    let named = transforms.is(SIGNATURE, "Transforms")
        && method.is(SIGNATURE, "DigestMethod")
        && value.is(SIGNATURE, "DigestValue");
    if !named {
        return Err(Refusal::ReferenceParts);
    }
    check_transforms(transforms)?;
    if !DIGESTS.contains(&algorithm(method)) {
        return Err(Refusal::DigestAlgorithm { algorithm: shown(algorithm(method)) });
    }
    check_plain(method)?;
    check_plain(value)
}

fn check_transforms(transforms: &Element) -> Result<(), Refusal> {
    let [enveloped, exclusive] = &transforms.children[..] else {
        return Err(Refusal::Transforms);
    };
    let transform = |element: &Element, name| element.is(SIGNATURE, "Transform") && algorithm(element) == name;
    if !transform(enveloped, ENVELOPED) || !transform(exclusive, EXCLUSIVE_C14N) {
        return Err(Refusal::Transforms);
    }
    check_plain(enveloped)?;
    check_inclusive_prefixes(exclusive)
}

/// Exclusive canonicalization takes a list of prefixes, and OpenSAML sends one. Nothing else may stand there.
fn check_inclusive_prefixes(method: &Element) -> Result<(), Refusal> {
    let prefixes = |element: &Element| {
        element.is(EXCLUSIVE_C14N, "InclusiveNamespaces")
            && element.children.is_empty()
            && element.attribute("PrefixList").is_some()
            && element.attributes.len() == 1
    };
    match &method.children[..] {
        [] => Ok(()),
        [only] if prefixes(only) => Ok(()),
        _ => Err(Refusal::AlgorithmParameters { element: method.name.local.clone() }),
    }
}

/// No parameters: HMACOutputLength, for one, would cut what has to agree.
fn check_plain(element: &Element) -> Result<(), Refusal> {
    if element.children.is_empty() {
        return Ok(());
    }
    Err(Refusal::AlgorithmParameters { element: element.name.local.clone() })
}

fn check_key_info(key_info: &Element) -> Result<(), Refusal> {
    for element in key_info.descendants().into_iter().skip(1) {
        let ours = [SIGNATURE, SIGNATURE_11].contains(&element.name.namespace.as_str());
        if !ours || !KEY_INFO.contains(&element.name.local.as_str()) {
            return Err(Refusal::KeyInfo { element: element.name.local.clone() });
        }
    }
    Ok(())
}

fn algorithm(element: &Element) -> &str {
    element.attribute("Algorithm").unwrap_or_default()
}
