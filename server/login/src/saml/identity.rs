//! From a verified statement to an [`Identity`].

use std::collections::BTreeMap;

use super::name::EMAIL_FORMAT;
use super::statement::Statement;
use crate::identity::{ADDRESS_LENGTH, NAME_LENGTH};
use crate::{Email, Identity};

/// The claim that shows the NameID. An attribute of the same name does not come through.
pub const NAME_ID_CLAIM: &str = "NameID";

/// As LDAP, its OIDs, and Entra and AD FS name it.
const EMAIL: [&str; 5] = [
    "email",
    "mail",
    "emailAddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
];
const DISPLAY_NAME: [&str; 4] = [
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "name",
];
const GIVEN_NAME: [&str; 4] =
    ["firstName", "givenName", "urn:oid:2.5.4.42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"];
const FAMILY_NAME: [&str; 4] =
    ["lastName", "sn", "urn:oid:2.5.4.4", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"];

/// The e-mail address counts as verified: unlike one of OIDC's many issuers, the provider was set up by an owner, who
/// trusts it to say who everybody is.
pub(super) fn identity(statement: &Statement) -> Identity {
    let mut claims = BTreeMap::<String, Vec<String>>::new();
    for attribute in &statement.attributes {
        claims.entry(attribute.name.clone()).or_default().extend_from_slice(&attribute.values);
    }
    claims.insert(NAME_ID_CLAIM.to_owned(), vec![statement.name_id.clone()]);
    Identity {
        issuer: statement.issuer.clone(),
        subject: statement.name_id.clone(),
        email: email(statement, &claims).map(|address| Email { address, verified: true }),
        name: name(&claims),
        claims,
    }
}

fn email(statement: &Statement, claims: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let is_email = statement.name_id_format.as_deref() == Some(EMAIL_FORMAT);
    let from_name_id = Some(&statement.name_id).filter(|name| is_email || is_address(name));
    from_name_id.map(String::as_str).filter(|address| is_address(address)).map(str::to_owned).or_else(|| {
        let candidates = EMAIL.iter().filter_map(|name| first(claims, name));
        candidates.into_iter().find(|address| is_address(address)).map(str::to_owned)
    })
}

fn name(claims: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let any = |names: &[&str]| names.iter().find_map(|name| first(claims, name));
    let parts = || [any(&GIVEN_NAME), any(&FAMILY_NAME)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = any(&DISPLAY_NAME).map_or_else(parts, str::to_owned);
    (!name.is_empty() && name.chars().count() <= NAME_LENGTH).then_some(name)
}

fn first<'a>(claims: &'a BTreeMap<String, Vec<String>>, name: &str) -> Option<&'a str> {
    claims.get(name)?.iter().map(String::as_str).find(|value| !value.is_empty())
}

/// Enough to tell an address from a number or an account name. Whether it exists, the provider knows.
fn is_address(text: &str) -> bool {
    let plain = text.len() <= ADDRESS_LENGTH && !text.chars().any(|next| next.is_whitespace() || next.is_control());
    let parts = text.split_once('@');
    plain && parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
}
