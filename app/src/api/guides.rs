//! How to set an identity provider up, in its own words. The texts stay on the server: a browser gets the one it shows.

#[cfg(feature = "ssr")]
mod texts;

use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The guides there are, by the word in the address, with the provider's name.
pub const GUIDES: &[(&str, &str)] = &[
    ("okta", "Okta"),
    ("entra", "Entra ID"),
    ("pingone", "PingOne"),
    ("onelogin", "OneLogin"),
    ("jumpcloud", "JumpCloud"),
    ("google", "Google"),
    ("keycloak", "Keycloak"),
    ("authentik", "authentik"),
    ("other", "Any other"),
];

/// How to set one provider up. In texts, what stands between two `**` is a name in the provider's console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    pub slug: String,
    pub name: String,
    pub steps: Vec<String>,
    /// What the provider calls the SCIM URL, and the URL as the provider needs it.
    pub address: (String, String),
    /// The other fields of the provider's form, with what goes into each.
    pub fields: Vec<(String, String)>,
    /// The provider's attributes, with the SCIM attribute that each goes to.
    pub mapping: Vec<(String, String)>,
    /// What is good to know.
    pub notes: Vec<String>,
    /// A template to paste.
    pub template: Option<String>,
    /// Why it cannot work yet.
    pub warning: Option<String>,
}

/// The guide for a source: of the client that was recognised, or else of the provider that the source is called as.
#[cfg(feature = "ssr")]
pub(crate) fn guide_for(client: Option<&str>, source: &str) -> Option<&'static str> {
    client.and_then(slug_of).or_else(|| slug_of(source))
}

#[cfg(feature = "ssr")]
fn slug_of(name: &str) -> Option<&'static str> {
    const STARTS: &[(&str, &str)] = &[
        ("okta", "okta"),
        ("microsoft entra", "entra"),
        ("entra", "entra"),
        ("ping", "pingone"),
        ("onelogin", "onelogin"),
        ("jumpcloud", "jumpcloud"),
        ("google", "google"),
        ("keycloak", "keycloak"),
        ("authentik", "authentik"),
    ];
    let name = name.to_lowercase();
    STARTS.iter().find(|(start, _)| name.starts_with(start)).map(|(_, slug)| *slug)
}

/// Where a provider's form takes the token: "Entra ID’s field “Secret token”".
#[cfg(feature = "ssr")]
pub(crate) fn token_field(slug: &str) -> Option<String> {
    let (_, name) = GUIDES.iter().find(|(word, _)| *word == slug)?;
    Some(format!("{name}’s field “{}”", texts::token_field(slug)?))
}

/// The guide of a provider.
#[server]
pub async fn get_guide(slug: String) -> Result<Guide, AppError> {
    // Asked for before anything is awaited: a page is drawn several times, and what a former drawing still reads has no
    // context any more.
    let url = format!("{}/scim/v2", crate::session::backend().public_url);
    drop(crate::session::begin(model::Permission::Look).await?);
    texts::guide(&slug, &url).ok_or_else(|| AppError::no("guide"))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_recognised_client_opens_its_guide() {
        assert_eq!(guide_for(Some("Microsoft Entra ID (aadOptscim062020)"), "Okta"), Some("entra"));
        assert_eq!(guide_for(Some("PingFederate"), ""), Some("pingone"));
        assert_eq!(guide_for(Some("curl"), "entra, Berlin"), Some("entra"));
        assert_eq!(guide_for(None, "HR"), None);
    }

    #[test]
    fn the_token_goes_where_each_provider_takes_it() {
        assert_eq!(token_field("entra").as_deref(), Some("Entra ID’s field “Secret token”"));
        for (slug, name) in GUIDES.iter().filter(|(slug, _)| *slug != "other") {
            assert!(token_field(slug).is_some_and(|field| field.starts_with(name)), "{slug}");
        }
        assert_eq!(token_field("nobody"), None);
    }
}
