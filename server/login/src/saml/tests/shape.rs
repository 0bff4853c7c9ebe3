//! One response with one assertion, and nothing that a sign-in does not need.

use super::*;

#[test]
pub(super) fn every_rule_of_the_shape_is_kept() {
    let assertion = message().assertion("");
    let other = assertion.replacen(&message().assertion_id, "_other", 1);
    let template = RSA.template("_response").unwrap();
    let in_issuer = message().response(&template, &assertion.replacen("</saml:Issuer>", "<x/></saml:Issuer>", 1));
    let in_data = message().response(
        &template,
        &assertion.replacen(
            "/></saml:SubjectConfirmation>",
            "><x/></saml:SubjectConfirmationData></saml:SubjectConfirmation>",
            1,
        ),
    );
    let head = format!("ID=\"{}\" Version=\"2.0\"", message().assertion_id);
    let in_response = |what: &str| changed("<samlp:Status>", &format!("{what}<samlp:Status>"));
    let in_assertion = |what: &str| changed("<saml:Subject>", &format!("{what}<saml:Subject>"));
    let in_attribute = |what: &str| changed("Owners</saml:AttributeValue>", &format!("{what}</saml:AttributeValue>"));
    let moved = GOOD.replacen("<samlp:Status>", "<x><samlp:Status>", 1).replacen(
        "</samlp:Response>",
        "</x></samlp:Response>",
        1,
    );
    let success = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
    let refused = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode \
                   Value=\"urn:oasis:names:tc:SAML:2.0:status:RequestDenied\"/></samlp:StatusCode>";
    let status = format!("<samlp:Status>{success}</samlp:Status>");
    assert_refused(&[
        ("NotAResponse", assertion.clone()),
        ("NotAResponse", GOOD.replace("urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:1.0:protocol")),
        ("Version", changed("Version=\"2.0\"", "Version=\"1.1\"")),
        ("Version", changed("Version=\"2.0\"", "")),
        ("Version", changed(&head, &head.replace("Version=\"2.0\"", "Version=\"1.1\""))),
        ("Missing", changed(&status, "")),
        ("Missing", moved),
        ("Status", changed(success, refused)),
        ("Status", changed(success, "")),
        ("Status", changed("status:Success", "status:success")),
        ("Repeated", changed(&status, &format!("{status}{status}"))),
        ("Repeated", in_response("<samlp:Response/>")),
        ("Banned", in_response("<saml:EncryptedAssertion/>")),
        ("Banned", in_assertion("<saml:EncryptedID/>")),
        ("Banned", in_assertion("<x:EncryptedData xmlns:x=\"http://www.w3.org/2001/04/xmlenc#\"/>")),
        ("Banned", in_assertion("<saml:Advice/>")),
        ("Banned", in_response("<samlp:Extensions/>")),
        ("Banned", changed("</ds:Signature>", "<ds:Object/></ds:Signature>")),
        ("Banned", changed("<ds:KeyInfo>", "<ds:KeyInfo><ds:RetrievalMethod URI=\"http://127.0.0.1/\"/>")),
        ("Banned", in_attribute("<ds:Manifest xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>")),
        ("Impostor", in_assertion("<Assertion xmlns=\"urn:x\"/>")),
        ("Impostor", in_assertion("<samlp:Assertion/>")),
        ("Impostor", in_assertion("<Response/>")),
        ("Impostor", in_assertion("<saml:Signature/>")),
        ("Assertions", in_response(&other)),
        ("Assertions", in_attribute(&other)),
        ("Assertions", message().response(&RSA.template("_response").unwrap(), "")),
        ("AssertionPlace", message().response("", &format!("<x>{assertion}</x>"))),
        ("Id", changed("ID=\"_response\"", "")),
        ("Id", changed("ID=\"_response\"", "ID=\"1\"")),
        ("Id", changed("ID=\"_response\"", "ID=\"a b\"")),
        ("Id", changed("ID=\"_response\"", "ID=\"xpointer(/)\"")),
        ("Id", changed("ID=\"_response\"", &format!("ID=\"_{}\"", "x".repeat(256)))),
        ("SameId", changed("ID=\"_response\"", &format!("ID=\"{}\"", message().assertion_id))),
        ("StrayId", changed("<saml:Subject>", "<saml:Subject ID=\"_x\">")),
        ("StrayId", changed("<saml:Subject>", &format!("<saml:Subject ID=\"{}\">", message().assertion_id))),
        ("IdLookalike", changed("<saml:Subject>", "<saml:Subject Id=\"_x\">")),
        ("IdLookalike", changed("<saml:Subject>", "<saml:Subject id=\"_x\">")),
        ("IdLookalike", changed("<saml:Subject>", "<saml:Subject xml:id=\"_x\">")),
        ("IdLookalike", changed("<saml:Subject>", "<saml:Subject saml:ID=\"_x\">")),
        ("Unexpected", in_response("<x/>")),
        ("Unexpected", in_assertion("<x/>")),
        ("Unexpected", in_assertion("<Subject/>")),
        ("Unexpected", changed("<saml:NameID ", "<saml:BaseID/><saml:NameID ")),
        ("Unexpected", changed("ada@example.com", "ada@example.com<x/>.evil.com")),
        ("Unexpected", changed("</saml:Issuer>", "<x/></saml:Issuer>")),
        ("Unexpected", in_issuer),
        ("Unexpected", changed("</saml:SubjectConfirmation>", "<x/></saml:SubjectConfirmation>")),
        ("Unexpected", in_data),
        ("Unexpected", changed("</saml:Audience>", "<x/></saml:Audience>")),
        ("Unexpected", changed("</saml:Conditions>", "<saml:Condition/></saml:Conditions>")),
        ("Unexpected", changed("</saml:AudienceRestriction>", "<x/></saml:AudienceRestriction>")),
        ("Unexpected", changed("</saml:AttributeStatement>", "<x/></saml:AttributeStatement>")),
        ("Unexpected", changed("</saml:Attribute>", "<x/></saml:Attribute>")),
        ("Repeated", changed("</saml:Subject>", "</saml:Subject><saml:Subject/>")),
        ("Repeated", changed("<saml:NameID ", "<saml:NameID>eve@example.com</saml:NameID><saml:NameID ")),
        ("Repeated", changed("</saml:SubjectConfirmation>", "</saml:SubjectConfirmation><saml:SubjectConfirmation/>")),
        (
            "Repeated",
            changed("<saml:SubjectConfirmationData", "<saml:SubjectConfirmationData/><saml:SubjectConfirmationData"),
        ),
        ("Repeated", changed("</saml:Conditions>", "</saml:Conditions><saml:Conditions/>")),
        ("Repeated", in_response("<saml:Issuer>https://idp.example.com/entity</saml:Issuer>")),
        ("Missing", changed("<saml:Audience>https://rollcall.example.com/auth/okta</saml:Audience>", "")),
        ("AttributeWithElements", in_attribute("<saml:NameID>ada</saml:NameID>")),
    ]);
}

#[test]
fn a_provider_that_refuses_is_quoted() {
    let refused = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode \
                   Value=\"urn:oasis:names:tc:SAML:2.0:status:RequestDenied\"/></samlp:StatusCode>\
                   <samlp:StatusMessage>Ada is not assigned</samlp:StatusMessage>";
    let xml = message().response("", "").replacen(
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>",
        refused,
        1,
    );
    let refusal = check(&xml).unwrap_err();
    assert_eq!(refusal.to_string(), "The provider refused the sign-in: RequestDenied, Ada is not assigned");
    assert_eq!(refusal.kind(), "status");
}

#[test]
pub(super) fn parts_that_are_needed_are_missed() {
    let assertion = message().assertion("");
    let between = |from: &str, to: &str| {
        let (start, end) = (assertion.find(from).unwrap(), assertion.find(to).unwrap() + to.len());
        message().response(&RSA.template("_response").unwrap(), &assertion.replacen(&assertion[start..end], "", 1))
    };
    assert_refused(&[
        ("Missing", between("<saml:Issuer>", "</saml:Issuer>")),
        ("Missing", between("<saml:Subject>", "</saml:Subject>")),
        ("Missing", between("<saml:NameID ", "</saml:NameID>")),
        ("Missing", between("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")),
        ("Missing", between("<saml:Conditions", "</saml:Conditions>")),
        ("Missing", between("<saml:AuthnStatement", "</saml:AuthnStatement>")),
    ]);
}
