//! The SCIM tokens of a source: list, generate, revoke.

use crate::error::AppError;
use leptos::prelude::*;
use model::source::ScimToken;
use model::{SourceId, TokenId};
use serde::{Deserialize, Serialize};

/// The tokens of a source, newest first.
#[server]
pub async fn list_tokens(source: SourceId) -> Result<Vec<ScimToken>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(directory::tokens::list(&mut tx, Some(source)).await?)
}

/// A token that was just generated: the only time its text leaves the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    pub source: SourceId,
    pub name: String,
    pub token: String,
    pub scim_url: String,
}

/// How long a token may be made to last, in days, with what a person reads.
pub const LIFETIMES: &[(&str, &str)] =
    &[("30", "In 30 days"), ("90", "In 90 days"), ("180", "In 180 days"), ("365", "In 1 year"), ("never", "Never")];

/// Generates a token; `expires_in` is one of [`LIFETIMES`].
#[server]
pub async fn generate_token(source: SourceId, name: String, expires_in: String) -> Result<NewToken, AppError> {
    use secrecy::ExposeSecret;
    let mut tx = crate::session::begin(model::Permission::ManageTokens).await?;
    let mut problems = crate::error::Problems::default();
    let name = problems.text("name", "Name", &name, 60);
    if !LIFETIMES.iter().any(|(value, _)| *value == expires_in) {
        problems.add("expires_in", "Choose when the token expires.");
    }
    problems.check()?;
    let expires_at = expires_in.parse().ok().map(|days| tx.now() + chrono::Duration::days(days));
    let generated = directory::tokens::generate(&mut tx, source, &name, expires_at).await?;
    tx.commit().await?;
    let scim_url = format!("{}/scim/v2", crate::session::backend().public_url);
    Ok(NewToken { source, name, token: generated.token.expose_secret().to_owned(), scim_url })
}

/// Revokes a token and goes back to its source.
#[server]
pub async fn revoke_token(token: TokenId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageTokens).await?;
    let revoked = directory::tokens::revoke(&mut tx, token).await?;
    tx.commit().await?;
    let text = format!("{} cannot use it any more. What it sent before stays.", revoked.source_name);
    crate::flash::say(format!("Token {} revoked", revoked.name), text).await?;
    crate::session::go_to(&format!("/sources/{}", revoked.source_id));
    Ok(())
}
