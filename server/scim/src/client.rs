//! Which client is speaking, told by its User-Agent and by the shape of its request.
//!
//! It decides nothing: what is understood is the same for all. It is for people, who want to know that what arrives is
//! what they have set up. A name in a User-Agent counts more than a shape, as a shape may be somebody else's too.

use serde_json::Value;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A client that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Client {
    Okta,
    Entra,
    /// Entra with `?aadOptscim062020` in its Tenant URL.
    EntraCompliant,
    PingOne,
    PingFederate,
    OneLogin,
    JumpCloud,
    Google,
    Keycloak,
    Authentik,
    Scim2Tester,
    Curl,
    Postman,
}

impl Client {
    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Microsoft Entra ID",
            Self::EntraCompliant => "Microsoft Entra ID (aadOptscim062020)",
            Self::PingOne => "PingOne",
            Self::PingFederate => "PingFederate",
            Self::OneLogin => "OneLogin",
            Self::JumpCloud => "JumpCloud",
            Self::Google => "Google Workspace",
            Self::Keycloak => "Keycloak",
            Self::Authentik => "authentik",
            Self::Scim2Tester => "scim2-tester",
            Self::Curl => "curl",
            Self::Postman => "Postman",
        }
    }
}

/// What of a request tells its client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape<'a> {
    pub user_agent: &'a str,
    /// As it was sent, without the question mark.
    pub query: &'a str,
    pub body: Option<&'a Value>,
}

/// The client, when it is one that is known.
pub fn recognise(shape: Shape<'_>) -> Option<Client> {
    let named = by_name(&shape.user_agent.to_ascii_lowercase());
    let compliant = shape.query.contains("aadOptscim062020");
    match named {
        Some(Client::Entra) | None if compliant => Some(Client::EntraCompliant),
        None => by_shape(shape),
        named => named,
    }
}

/// Parts of User-Agents in lower case. "Okta SCIM Client 1.0.0" (developer.okta.com), "Microsoft Azure AD SCIM provisioning
/// 1.0.0", "Google-Auto-Provisioning" (pond/scimitar), "authentik@2025.2.1" and "goauthentik.io/2023.5" (its source),
/// the others by the names that their makers go by.
const NAMES: &[(&str, Client)] = &[
    ("okta", Client::Okta),
    ("azure ad scim", Client::Entra),
    ("microsoft entra", Client::Entra),
    ("google-auto-provisioning", Client::Google),
    ("authentik", Client::Authentik),
    ("onelogin", Client::OneLogin),
    ("jumpcloud", Client::JumpCloud),
    ("pingone", Client::PingOne),
    ("pingfederate", Client::PingFederate),
    ("keycloak", Client::Keycloak),
    ("scim-sdk", Client::Keycloak),
    ("scim2-tester", Client::Scim2Tester),
    ("scim2-client", Client::Scim2Tester),
    ("curl/", Client::Curl),
    ("postmanruntime", Client::Postman),
];

fn by_name(user_agent: &str) -> Option<Client> {
    NAMES.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, client)| *client)
}

fn by_shape(shape: Shape<'_>) -> Option<Client> {
    let body = shape.body.unwrap_or(&Value::Null);
    if schemas(body).any(|urn| urn.starts_with("http://schemas.microsoft.com/")) || has_entra_operations(body) {
        return Some(Client::Entra);
    }
    // OneLogin's and Google's templates still name the schema of SCIM 1.1; Google names that of 2.0 as well.
    if schemas(body).any(|urn| urn == "urn:scim:schemas:core:1.0") {
        let both = schemas(body).any(|urn| urn == USER);
        return Some(if both { Client::Google } else { Client::OneLogin });
    }
    // The SCIM connector of PingFederate brings the User-Agent of its HTTP library and nothing of its own; keycloak-scim
    // has the same library and a relative reference in its members.
    if shape.user_agent.starts_with("Apache-HttpClient") {
        let relative = references(body, 0).any(|reference| reference.starts_with("Users/"));
        return Some(if relative { Client::Keycloak } else { Client::PingFederate });
    }
    None
}

fn schemas(body: &Value) -> impl Iterator<Item = &str> {
    body.get("schemas").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Entra begins the names of operations with a capital, and says what is true and false in words.
fn has_entra_operations(body: &Value) -> bool {
    let operations = body.get("Operations").and_then(Value::as_array).into_iter().flatten();
    let mut names = operations.filter_map(|operation| operation.get("op").and_then(Value::as_str));
    names.any(|name| ["Add", "Replace", "Remove"].contains(&name))
}

/// The texts under `$ref`: those of members stand three levels deep, also in a PATCH.
fn references(value: &Value, depth: usize) -> Box<dyn Iterator<Item = &str> + '_> {
    if depth > 8 {
        return Box::new(std::iter::empty());
    }
    match value {
        Value::Array(items) => Box::new(items.iter().flat_map(move |item| references(item, depth + 1))),
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str);
            Box::new(own.into_iter().chain(map.values().flat_map(move |value| references(value, depth + 1))))
        }
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn by(user_agent: &str, query: &str, body: Value) -> Option<Client> {
        recognise(Shape { user_agent, query, body: Some(&body) })
    }

    #[test]
    fn a_user_agent_that_has_a_name_is_believed() {
        for (user_agent, client) in [
            ("Okta SCIM Client 1.0.0", Client::Okta),
            ("Microsoft Azure AD SCIM provisioning 1.0.0", Client::Entra),
            ("Google-Auto-Provisioning", Client::Google),
            ("authentik@2025.2.1", Client::Authentik),
            ("goauthentik.io/2023.5.3", Client::Authentik),
            ("OneLogin", Client::OneLogin),
            ("JumpCloud", Client::JumpCloud),
            ("PingOne Provisioning", Client::PingOne),
            ("Keycloak (scim-for-keycloak)", Client::Keycloak),
            ("scim2-client/0.5", Client::Scim2Tester),
            ("curl/8.5.0", Client::Curl),
            ("PostmanRuntime/7.40", Client::Postman),
        ] {
            assert_eq!(by(user_agent, "", Value::Null), Some(client), "{user_agent}");
        }
    }

    #[test]
    fn entra_says_in_its_address_how_it_speaks() {
        let entra = "Microsoft Azure AD SCIM provisioning 1.0.0";
        assert_eq!(by(entra, "aadOptscim062020", Value::Null), Some(Client::EntraCompliant));
        assert_eq!(by("", "aadOptscim062020&filter=x", Value::Null), Some(Client::EntraCompliant));
        assert_eq!(
            by("Okta SCIM Client 1.0.0", "aadOptscim062020", Value::Null),
            Some(Client::Okta),
            "a name counts more"
        );
    }

    #[test]
    fn without_a_name_the_shape_tells() {
        let add = json!({ "Operations": [{ "op": "Add", "path": "members", "value": [{ "value": "x" }] }] });
        assert_eq!(by("", "", add), Some(Client::Entra));
        let group = json!({ "schemas": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"] });
        assert_eq!(by("", "", group), Some(Client::Entra));
        assert_eq!(by("", "", json!({ "schemas": ["urn:scim:schemas:core:1.0"] })), Some(Client::OneLogin));
        let both = json!({ "schemas": ["urn:scim:schemas:core:1.0", USER] });
        assert_eq!(by("", "", both), Some(Client::Google));
        assert_eq!(by("Apache-HttpClient/4.5.14 (Java/17)", "", Value::Null), Some(Client::PingFederate));
        let members = json!({ "members": [{ "value": "1", "$ref": "Users/1" }] });
        assert_eq!(by("Apache-HttpClient/4.5.14 (Java/17)", "", members), Some(Client::Keycloak));
    }

    #[test]
    fn whoever_has_neither_stays_unknown() {
        for body in [Value::Null, json!([]), json!({ "schemas": 1, "Operations": [{ "op": "add" }] })] {
            assert_eq!(by("python-requests/2.32", "", body), None);
        }
    }
}
