//! From claims to an [`Identity`].

use crate::identity::{ADDRESS_LENGTH, NAME_LENGTH};
use crate::{Email, Identity};
use serde_json::Value;

/// Claims by name, as they came.
pub(super) type Claims = serde_json::Map<String, Value>;

/// Who this is: the id token's word first, then what userinfo adds.
pub(super) fn identity(issuer: &str, subject: String, id_token: Claims, userinfo: Claims) -> Identity {
    let text = |claims: &Claims, name| text(claims, name).filter(|text| text.chars().count() <= NAME_LENGTH);
    let name = |claims: &Claims| text(claims, "name").or_else(|| text(claims, "preferred_username"));
    // An address and its `email_verified` come from one document, or the one could vouch for the address of the other.
    let email = if id_token.contains_key("email") { email(&id_token) } else { email(&userinfo) };
    let name = name(&id_token).or_else(|| name(&userinfo));
    let mut claims = userinfo;
    claims.extend(id_token);
    let claims = claims.iter().map(|(name, value)| (name.clone(), texts(value))).collect();
    Identity { issuer: issuer.to_owned(), subject, email, name, claims }
}

/// A claim's texts: those of a list, or the one of anything else; what is not text is its JSON.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().map(one).collect(),
        value => vec![one(value)],
    }
}

fn text(claims: &Claims, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?.trim();
    let fit = !text.is_empty() && !text.chars().any(char::is_control);
    fit.then(|| text.to_owned())
}

/// `email_verified`, or Entra's `xms_edov` (the domain of the address is the tenant's own): Entra never sends the first.
fn email(claims: &Claims) -> Option<Email> {
    let address = text(claims, "email").filter(|address| {
        address.len() <= ADDRESS_LENGTH && address.contains('@') && !address.contains(char::is_whitespace)
    })?;
    let says = |name: &str| match claims.get(name) {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(yes)) => yes == "true" || yes == "1",
        Some(Value::Number(yes)) => yes.as_u64() == Some(1),
        _ => false,
    };
    // A provider that says no to the first is not overruled by the second.
    let verified = if claims.contains_key("email_verified") { says("email_verified") } else { says("xms_edov") };
    Some(Email { address, verified })
}
