//! Identity sources: list, look at one, make one.

use crate::error::AppError;
use leptos::prelude::*;
use model::SourceId;
use model::source::SourceSummary;
use serde::{Deserialize, Serialize};

/// All sources, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceList {
    pub sources: Vec<SourceSummary>,
    /// Whether whoever looks may make a source.
    pub may_manage: bool,
}

/// All sources, by name.
#[server]
pub async fn list_sources() -> Result<SourceList, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(SourceList {
        sources: directory::sources::list(&mut tx).await?,
        may_manage: crate::session::signed_in()?.role.allows(model::Permission::ManageSources),
    })
}

/// A source, with what its identity provider has to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDetails {
    pub summary: SourceSummary,
    /// What the client was recognised as.
    pub client: Option<String>,
    /// The guide that is open at first.
    pub guide: Option<String>,
    /// Where the provider's form takes the token.
    pub token_field: Option<String>,
    /// Whether whoever looks may generate and revoke tokens.
    pub may_manage_tokens: bool,
}

/// One source.
#[server]
pub async fn get_source(id: SourceId) -> Result<SourceDetails, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let found = directory::sources::list(&mut tx).await?.into_iter().find(|summary| summary.source.id == id);
    let summary = found.ok_or_else(|| AppError::NotFound { what: "source".to_owned() })?;
    let client = directory::trace::traffic(&mut tx, id).await?.client;
    let guide = crate::api::guides::guide_for(client.as_deref(), &summary.source.name);
    Ok(SourceDetails {
        summary,
        guide: guide.map(str::to_owned),
        token_field: guide.and_then(crate::api::guides::token_field),
        client,
        may_manage_tokens: crate::session::signed_in()?.role.allows(model::Permission::ManageTokens),
    })
}

/// Makes a SCIM source and goes to its page.
#[server]
pub async fn make_source(name: String) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageSources).await?;
    let mut problems = crate::error::Problems::default();
    let name = problems.text("name", "Name", &name, 60);
    problems.check()?;
    let taken = |name: &str| {
        let message = format!(
            "There is a source called {name} already (upper and lower case count as one). Choose another name."
        );
        crate::error::wrong_field("name", message)
    };
    if let Some(there) = directory::sources::by_name(&mut tx, &name).await? {
        return Err(taken(&there.name));
    }
    let made = directory::sources::create(&mut tx, &name, model::source::SourceKind::Scim).await;
    let id = match made {
        Ok(id) => id,
        // Somebody else made it this moment.
        Err(directory::Error::Taken(_)) => return Err(taken(&name)),
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    let next = "Generate a token next, then paste it with the SCIM URL into your identity provider.";
    crate::flash::say(format!("Source {name} made"), next).await?;
    crate::session::go_to(&format!("/sources/{id}"));
    Ok(())
}
