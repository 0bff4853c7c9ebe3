//! One response with one assertion in it, and in both nothing but what a sign-in needs.

use crate::saml::name::{ASSERTION, PROTOCOL, SIGNATURE, SUCCESS};
use crate::saml::refusal::Refusal;
use crate::saml::xml::{Element, shown};

/// By local name, in whatever namespace: what is encrypted cannot be read, and the others are places to hide things.
const BANNED: [&str; 13] = [
    "EncryptedAssertion",
    "EncryptedID",
    "EncryptedAttribute",
    "EncryptedData",
    "EncryptedKey",
    "Advice",
    "Evidence",
    "Extensions",
    "Object",
    "Manifest",
    "RetrievalMethod",
    "SignatureProperties",
    "SignatureProperty",
];

/// Names that mean something here, and so mean it in one namespace only.
const OURS: [(&str, &str); 3] = [(PROTOCOL, "Response"), (ASSERTION, "Assertion"), (SIGNATURE, "Signature")];

/// Longer than any provider's.
const ID_LENGTH: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    AtMostOne,
    AtLeastOne,
    Any,
}

type Part = (&'static str, &'static str, Count);

const RESPONSE: [Part; 4] = [
    (ASSERTION, "Issuer", Count::AtMostOne),
    (SIGNATURE, "Signature", Count::Any),
    (PROTOCOL, "Status", Count::One),
    (ASSERTION, "Assertion", Count::One),
];
const ASSERTION_PARTS: [Part; 6] = [
    (ASSERTION, "Issuer", Count::One),
    (SIGNATURE, "Signature", Count::Any),
    (ASSERTION, "Subject", Count::One),
    (ASSERTION, "Conditions", Count::One),
    (ASSERTION, "AuthnStatement", Count::AtLeastOne),
    (ASSERTION, "AttributeStatement", Count::Any),
];
const SUBJECT: [Part; 2] = [(ASSERTION, "NameID", Count::One), (ASSERTION, "SubjectConfirmation", Count::One)];
const CONFIRMATION: [Part; 1] = [(ASSERTION, "SubjectConfirmationData", Count::One)];
/// A condition that is not understood makes the assertion invalid (SAML 2.0 Core, section 2.5.1.1).
const CONDITIONS: [Part; 3] = [
    (ASSERTION, "AudienceRestriction", Count::Any),
    (ASSERTION, "OneTimeUse", Count::AtMostOne),
    (ASSERTION, "ProxyRestriction", Count::AtMostOne),
];
const AUDIENCES: [Part; 1] = [(ASSERTION, "Audience", Count::AtLeastOne)];
const ATTRIBUTES: [Part; 1] = [(ASSERTION, "Attribute", Count::Any)];
const ATTRIBUTE: [Part; 1] = [(ASSERTION, "AttributeValue", Count::Any)];

/// The assertion of a response.
pub(super) fn check(root: &Element) -> Result<&Element, Refusal> {
    if !root.is(PROTOCOL, "Response") {
        return Err(Refusal::NotAResponse { root: root.name.local.clone() });
    }
    check_version(root, "The response")?;
    // First, because a provider that refuses sends no assertion.
    check_status(root)?;
    let all = root.descendants();
    all.iter().try_for_each(|element| check_name(element))?;
    if all.iter().filter(|element| element.is(PROTOCOL, "Response")).count() > 1 {
        return Err(Refusal::Repeated { parent: "The message", child: "Response" });
    }
    let assertions: Vec<&&Element> = all.iter().filter(|element| element.is(ASSERTION, "Assertion")).collect();
    let [_] = assertions[..] else {
        return Err(Refusal::Assertions { count: assertions.len() });
    };
    let assertion = root.children(ASSERTION, "Assertion").next().ok_or(Refusal::AssertionPlace)?;
    check_version(assertion, "The assertion")?;
    check_ids(root, assertion, &all)?;
    check_parts(root, "The response", &RESPONSE)?;
    root.children(ASSERTION, "Issuer").try_for_each(|issuer| check_parts(issuer, "Issuer", &[]))?;
    check_assertion(assertion)?;
    Ok(assertion)
}

fn check_version(element: &Element, name: &'static str) -> Result<(), Refusal> {
    match element.attribute("Version") {
        Some("2.0") => Ok(()),
        version => Err(Refusal::Version { element: name, version: shown(version.unwrap_or_default()) }),
    }
}

fn check_status(root: &Element) -> Result<(), Refusal> {
    let missing = Refusal::Missing { parent: "The response", child: "Status" };
    let status = root.children(PROTOCOL, "Status").next().ok_or(missing)?;
    let code = |element: &Element| {
        element.children(PROTOCOL, "StatusCode").next().and_then(|code| code.attribute("Value")).map(str::to_owned)
    };
    match code(status) {
        Some(value) if value == SUCCESS => Ok(()),
        value => {
            // The second one says more: RequestDenied, AuthnFailed, InvalidNameIDPolicy.
            let second = status.children(PROTOCOL, "StatusCode").next().and_then(code);
            let message = status.children(PROTOCOL, "StatusMessage").next().map(|message| shown(&message.text));
            let code = shown(&second.or(value).unwrap_or_default());
            let code = code.rsplit(':').next().unwrap_or_default().to_owned();
            Err(Refusal::Status { code, message: message.unwrap_or_default() })
        }
    }
}

fn check_name(element: &Element) -> Result<(), Refusal> {
    let local = element.name.local.as_str();
    if BANNED.contains(&local) {
        return Err(Refusal::Banned { element: local.to_owned() });
    }
    if OURS.iter().any(|&(namespace, ours)| local == ours && element.name.namespace != namespace) {
        let namespace = shown(&element.name.namespace);
        return Err(Refusal::Impostor { element: local.to_owned(), namespace });
    }
    Ok(())
}

/// xmlsec finds what a signature refers to by ID: two elements with one ID, or an ID that one parser knows and another
/// does not, are how a signature of one element is passed off as that of another. (The `Id` of a signature itself, which
/// pysaml2 writes, is registered with nobody.)
fn check_ids(response: &Element, assertion: &Element, all: &[&Element]) -> Result<(), Refusal> {
    for element in all {
        for (name, _) in &element.attributes {
            let of_signature = element.name.namespace == SIGNATURE && name.local == "Id" && name.namespace.is_empty();
            let looks_like_one = name.local.eq_ignore_ascii_case("id") && !of_signature;
            if looks_like_one && (name.local != "ID" || !name.namespace.is_empty()) {
                let element = element.name.local.clone();
                return Err(Refusal::IdLookalike { element, attribute: name.local.clone() });
            }
            if looks_like_one && !std::ptr::eq(*element, response) && !std::ptr::eq(*element, assertion) {
                return Err(Refusal::StrayId { element: element.name.local.clone() });
            }
        }
    }
    let id = |element: &Element, name| {
        let id = element.attribute("ID").filter(|id| is_name(id)).ok_or(Refusal::Id { element: name })?;
        Ok::<_, Refusal>(id.to_owned())
    };
    if id(response, "The response")? == id(assertion, "The assertion")? {
        return Err(Refusal::SameId);
    }
    Ok(())
}

fn is_name(id: &str) -> bool {
    id.len() <= ID_LENGTH
        && id.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && id.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | '_'))
}

fn check_assertion(assertion: &Element) -> Result<(), Refusal> {
    check_parts(assertion, "The assertion", &ASSERTION_PARTS)?;
    for part in &assertion.children {
        match part.name.local.as_str() {
            "Issuer" => check_parts(part, "Issuer", &[])?,
            "Subject" => check_subject(part)?,
            "Conditions" => {
                check_parts(part, "Conditions", &CONDITIONS)?;
                for restriction in part.children(ASSERTION, "AudienceRestriction") {
                    check_parts(restriction, "AudienceRestriction", &AUDIENCES)?;
                    restriction.children.iter().try_for_each(|audience| check_parts(audience, "Audience", &[]))?;
                }
            }
            "AttributeStatement" => {
                check_parts(part, "AttributeStatement", &ATTRIBUTES)?;
                part.children.iter().try_for_each(check_attribute)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_subject(subject: &Element) -> Result<(), Refusal> {
    check_parts(subject, "Subject", &SUBJECT)?;
    for part in &subject.children {
        if part.name.local == "NameID" {
            check_parts(part, "NameID", &[])?;
        } else {
            check_parts(part, "SubjectConfirmation", &CONFIRMATION)?;
            part.children.iter().try_for_each(|data| check_parts(data, "SubjectConfirmationData", &[]))?;
        }
    }
    Ok(())
}

/// Some providers send a NameID inside of an attribute; samael cannot read it.
fn check_attribute(attribute: &Element) -> Result<(), Refusal> {
    check_parts(attribute, "Attribute", &ATTRIBUTE)?;
    if attribute.children.iter().all(|value| value.children.is_empty()) {
        return Ok(());
    }
    Err(Refusal::AttributeWithElements { name: shown(attribute.attribute("Name").unwrap_or_default()) })
}

fn check_parts(element: &Element, parent: &'static str, parts: &[Part]) -> Result<(), Refusal> {
    for child in &element.children {
        if !parts.iter().any(|(namespace, local, _)| child.is(namespace, local)) {
            return Err(Refusal::Unexpected { parent, child: child.name.local.clone() });
        }
    }
    for &(namespace, child, count) in parts {
        let found = element.children(namespace, child).count();
        if found == 0 && matches!(count, Count::One | Count::AtLeastOne) {
            return Err(Refusal::Missing { parent, child });
        }
        if found > 1 && matches!(count, Count::One | Count::AtMostOne) {
            return Err(Refusal::Repeated { parent, child });
        }
    }
    Ok(())
}
