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
    /// The fields of the provider's form, with what goes into each.
    pub fields: Vec<(String, String)>,
    /// The provider's attributes, with the SCIM attribute that each goes to.
    pub mapping: Vec<(String, String)>,
    /// What is good to know.
    pub notes: Vec<String>,
    /// A template to paste.
    pub template: Option<String>,
}

/// The guide of a provider.
#[server]
pub async fn get_guide(slug: String) -> Result<Guide, AppError> {
    // Asked for before anything is awaited: a page is drawn several times, and what a former drawing still reads has no
    // context any more.
    let url = format!("{}/scim/v2", crate::session::backend().public_url);
    let _ = crate::session::begin(model::Permission::Look).await?;
    texts::guide(&slug, &url).ok_or_else(|| AppError::no("guide"))
}
