//! What a response says: to whom, for which request, and when. Each message is signed well.

use super::*;

fn said(from: &str, to: &str) -> String {
    signed_with(from, to, Signed::Response)
}

#[test]
pub(super) fn every_rule_of_what_is_said_is_kept() {
    let end = "NotOnOrAfter=\"2026-11-22T08:05:00.000Z\"";
    let recipient = " Recipient=\"https://rollcall.example.com/auth/okta/acs\"";
    let data_end = format!("{recipient} {end}");
    let conditions_end = format!("<saml:Conditions NotBefore=\"2026-11-22T07:59:00.000Z\" {end}");
    let in_response_to = format!(" InResponseTo=\"{REQUEST_ID}\"");
    let in_data = format!("<saml:SubjectConfirmationData{in_response_to}");
    let issuer = "<saml:Issuer>https://idp.example.com/entity</saml:Issuer>";
    let restriction = "<saml:AudienceRestriction><saml:Audience>https://rollcall.example.com/auth/okta</saml:Audience></saml:AudienceRestriction>";
    let other = restriction.replace("rollcall", "other");
    let assertion_issuer = |text: &str| {
        let xml =
            message().response(&RSA.template("_response").unwrap(), &message().assertion("").replacen(issuer, text, 1));
        RSA.sign(&xml).unwrap()
    };
    let assertion_issued = |text: &str| {
        let assertion = message().assertion("").replacen(" IssueInstant=\"2026-11-22T08:00:00.000Z\"", text, 1);
        RSA.sign(&message().response(&RSA.template("_response").unwrap(), &assertion)).unwrap()
    };
    let name_id = |text: &str| said(">ada@example.com<", &format!(">{text}<"));
    assert_refused(&[
        ("Destination", said(" Destination=\"https://rollcall.example.com/auth/okta/acs\"", "")),
        (
            "Destination",
            said(
                "Destination=\"https://rollcall.example.com/auth/okta/acs\"",
                "Destination=\"https://rollcall.example.com/auth/okta/acs/\"",
            ),
        ),
        ("Unasked", said(&in_response_to, "")),
        ("InResponseTo", said(&in_response_to, " InResponseTo=\"_other\"")),
        ("Issuer", said(issuer, "<saml:Issuer>https://idp.example.com/other</saml:Issuer>")),
        ("Issuer", assertion_issuer("<saml:Issuer>https://idp.example.com/other</saml:Issuer>")),
        ("Issuer", assertion_issuer("<saml:Issuer/>")),
        ("Missing", said(" IssueInstant=\"2026-11-22T08:00:00.000Z\"", "")),
        ("Time", said("IssueInstant=\"2026-11-22T08:00:00.000Z\"", "IssueInstant=\"today\"")),
        ("Time", said("IssueInstant=\"2026-11-22T08:00:00.000Z\"", "IssueInstant=\"+262142-11-22T08:00:00Z\"")),
        ("Time", said("IssueInstant=\"2026-11-22T08:00:00.000Z\"", "IssueInstant=\"2026-11-22 08:00:00Z\"")),
        ("IssuedInFuture", said("IssueInstant=\"2026-11-22T08:00:00.000Z\"", "IssueInstant=\"2026-11-22T08:03:01Z\"")),
        (
            "IssuedTooLongAgo",
            said("IssueInstant=\"2026-11-22T08:00:00.000Z\"", "IssueInstant=\"2026-11-22T07:51:59Z\""),
        ),
        ("Missing", assertion_issued("")),
        ("IssuedInFuture", assertion_issued(" IssueInstant=\"2026-11-22T08:03:01Z\"")),
        ("IssuedTooLongAgo", assertion_issued(" IssueInstant=\"2026-11-22T07:51:59Z\"")),
        ("Confirmation", said("cm:bearer", "cm:sender-vouches")),
        ("Recipient", said(recipient, "")),
        ("Recipient", said(recipient, " Recipient=\"https://evil.example.com/acs\"")),
        ("Unasked", said(&in_data, "<saml:SubjectConfirmationData")),
        ("InResponseTo", said(&in_data, "<saml:SubjectConfirmationData InResponseTo=\"_other\"")),
        ("Missing", said(&data_end, recipient)),
        ("Expired", said(&data_end, &format!("{recipient} NotOnOrAfter=\"2026-11-22T07:57:00Z\""))),
        ("NotYetValid", said(&data_end, &format!("{data_end} NotBefore=\"2026-11-22T08:03:01Z\""))),
        ("Missing", said(&conditions_end, "<saml:Conditions")),
        ("Expired", said(&conditions_end, "<saml:Conditions NotOnOrAfter=\"2026-11-22T07:57:00Z\"")),
        ("NotYetValid", said(&conditions_end, &format!("<saml:Conditions NotBefore=\"2026-11-22T08:03:01Z\" {end}"))),
        ("Time", said(&conditions_end, "<saml:Conditions NotOnOrAfter=\"\"")),
        ("NoAudience", said(restriction, "")),
        ("Audience", said(restriction, &other)),
        ("Audience", said(restriction, &format!("{restriction}{other}"))),
        (
            "Expired",
            said("SessionNotOnOrAfter=\"2026-11-22T16:00:00.000Z\"", "SessionNotOnOrAfter=\"2026-11-22T07:57:00Z\""),
        ),
        ("IssuedInFuture", said("AuthnInstant=\"2026-11-22T08:00:00.000Z\"", "AuthnInstant=\"2026-11-22T08:03:01Z\"")),
        ("NameId", name_id(" ")),
        ("NameId", name_id(&"a".repeat(321))),
        ("NameId", name_id("ada&#9;b")),
        ("NameId", name_id("ada@example.com\u{A0}")),
        ("NameId", name_id("ada\u{202E}moc")),
        ("NameId", name_id("ada\u{200B}@example.com")),
        ("TransientNameId", said("SAML:1.1:nameid-format:emailAddress", "SAML:2.0:nameid-format:transient")),
        ("Missing", said("<saml:Attribute Name=\"groups\">", "<saml:Attribute>")),
    ]);
}

#[test]
fn the_sentences_say_what_to_change() {
    let destination = check(&said(
        "Destination=\"https://rollcall.example.com/auth/okta/acs\"",
        "Destination=\"https://old.example.com/acs\"",
    ));
    assert_eq!(
        destination.unwrap_err().to_string(),
        "The response was meant for \"https://old.example.com/acs\", not for \
         \"https://rollcall.example.com/auth/okta/acs\". Set the ACS URL at the provider to \
         https://rollcall.example.com/auth/okta/acs."
    );
}

/// samael reads attributes by their local names, whatever their namespace.
#[test]
pub(super) fn what_two_readings_find_differently_is_refused() {
    let foreign = said(" Format=", " xmlns:x=\"urn:x\" x:Format=");
    assert_refused(&[("Disagreement", foreign)]);
}

/// A good signature does not help what samael cannot read: here, statements in mixed order.
#[test]
pub(super) fn what_is_signed_and_cannot_be_read_is_refused() {
    let statement = "<saml:AuthnStatement AuthnInstant=\"2026-11-22T08:00:00Z\"/></saml:Assertion>";
    assert_refused(&[("Unreadable", said("</saml:Assertion>", statement))]);
}

#[test]
pub(super) fn nothing_is_checked_against_nothing() {
    let response = encode(&GOOD);
    let (good, provider) = (portal(), provider(&[&RSA]));
    let tried = |portal: &ServiceProvider, provider: &IdentityProvider, response: &str, request: &str| {
        crate::counted::one();
        soon(|| verify(portal, provider, response, request, *NOW))
    };
    for (portal, request) in [
        (ServiceProvider { entity_id: String::new(), ..good.clone() }, REQUEST_ID),
        (ServiceProvider { acs_url: String::new(), ..good.clone() }, REQUEST_ID),
        (good.clone(), ""),
    ] {
        assert_eq!(tried(&portal, &provider, &response, request), Err(Refusal::NotConfigured));
    }
    let nameless = IdentityProvider { entity_id: String::new(), ..provider.clone() };
    assert_eq!(tried(&good, &nameless, &response, REQUEST_ID), Err(Refusal::NotConfigured));
    let keyless = IdentityProvider { certificates: Vec::new(), ..provider };
    let unsigned = encode(&RSA.respond(&message(), Signed::Nothing).unwrap());
    assert_eq!(tried(&good, &keyless, &unsigned, REQUEST_ID), Err(Refusal::NoCertificate));
    assert_eq!(tried(&good, &keyless, &response, REQUEST_ID), Err(Refusal::NoCertificate));
}
