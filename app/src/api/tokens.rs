//! The SCIM tokens of a source: list, generate, rotate, revoke.

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
    pub id: TokenId,
    pub source: SourceId,
    pub name: String,
    pub token: String,
    pub scim_url: String,
    /// The name of the token whose place it takes.
    pub replaces: Option<String>,
}

/// How long a token may be made to last, in days, with what a person reads.
pub const LIFETIMES: &[(&str, &str)] =
    &[("30", "In 30 days"), ("90", "In 90 days"), ("180", "In 180 days"), ("365", "In 1 year"), ("never", "Never")];

/// How long a token that is rotated goes on, in hours, with what a person reads.
pub const OVERLAPS: &[(&str, &str)] =
    &[("1", "1 hour"), ("24", "1 day"), ("168", "7 days"), ("336", "14 days"), ("720", "30 days")];

/// Generates a token; `expires_in` is one of [`LIFETIMES`], `ranges` are networks as a person writes them.
#[server]
pub async fn generate_token(
    source: SourceId,
    name: String,
    expires_in: String,
    #[server(default)] read_only: Option<bool>,
    #[server(default)] ranges: Option<String>,
) -> Result<NewToken, AppError> {
    use directory::tokens;
    let mut tx = crate::session::begin(model::Permission::ManageTokens).await?;
    let mut problems = crate::error::Problems::default();
    let name = problems.text("name", "Name", &name, 60);
    let expires_at = ends(&mut problems, tx.now(), &expires_in);
    let ranges = tokens::networks(&ranges.unwrap_or_default()).unwrap_or_else(|wrong| {
        problems.add("ranges", wrong);
        Vec::new()
    });
    problems.check()?;
    let restrictions = tokens::Restrictions { read_only: read_only.unwrap_or_default(), ranges };
    let new = tokens::New { name: &name, expires_at, restrictions, replaces: None };
    let generated = tokens::generate_with(&mut tx, source, new).await?;
    tx.commit().await?;
    Ok(shown_once(generated, source, name, None))
}

/// Generates a successor with the same restrictions; the old token ends after `overlap`, one of [`OVERLAPS`].
#[server]
pub async fn rotate_token(
    token: TokenId,
    name: String,
    expires_in: String,
    overlap: String,
) -> Result<NewToken, AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageTokens).await?;
    let mut problems = crate::error::Problems::default();
    let name = problems.text("name", "Name", &name, 60);
    let expires_at = ends(&mut problems, tx.now(), &expires_in);
    let hours = OVERLAPS.iter().find(|(value, _)| *value == overlap).and_then(|(value, _)| value.parse().ok());
    if hours.is_none() {
        problems.add("overlap", "Choose for how long the old token goes on.");
    }
    problems.check()?;
    let old = directory::tokens::get(&mut tx, token).await?;
    let overlap = hours.map_or(directory::tokens::OVERLAP, chrono::Duration::hours);
    let generated = directory::tokens::rotate(&mut tx, token, &name, expires_at, overlap).await?;
    tx.commit().await?;
    Ok(shown_once(generated, old.source_id, name, Some(old.name)))
}

#[cfg(feature = "ssr")]
fn ends(
    problems: &mut crate::error::Problems,
    now: chrono::DateTime<chrono::Utc>,
    expires_in: &str,
) -> Option<chrono::DateTime<chrono::Utc>> {
    if !LIFETIMES.iter().any(|(value, _)| *value == expires_in) {
        problems.add("expires_in", "Choose when the token expires.");
    }
    expires_in.parse().ok().map(|days| now + chrono::Duration::days(days))
}

#[cfg(feature = "ssr")]
fn shown_once(
    generated: directory::tokens::Generated,
    source: SourceId,
    name: String,
    replaces: Option<String>,
) -> NewToken {
    use secrecy::ExposeSecret;
    let scim_url = format!("{}/scim/v2", crate::session::backend().public_url);
    let token = generated.token.expose_secret().to_owned();
    NewToken { id: generated.id, source, name, token, scim_url, replaces }
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
