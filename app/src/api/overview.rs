//! The overview: all connections, what is set up already, the newest of the log.

use super::connections::May;
use crate::error::AppError;
use leptos::prelude::*;
use model::SourceId;
use model::connection::ConnectionSummary;
use model::log::LogRow;
use model::source::ScimToken;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub may: May,
    pub connections: Vec<ConnectionSummary>,
    pub setup: Setup,
    /// Tokens that end soon, the first to end first.
    pub ending: Vec<ScimToken>,
    pub newest: Vec<LogRow>,
}

/// What of the way from an identity source to Zoom is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Setup {
    /// The first source, when there is one.
    pub source: Option<SourceId>,
    /// A token opens one of them.
    pub token: bool,
    /// People the directory has.
    pub people: i64,
}

/// What the overview shows.
#[server]
pub async fn get_overview() -> Result<Overview, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let sources = directory::sources::list(&mut tx).await?;
    let log = directory::logs::list(&mut tx, &model::log::LogFilter::default(), &model::Cursor::First, 8).await?;
    Ok(Overview {
        may: May::here()?,
        connections: directory::connections::list(&mut tx).await?,
        setup: Setup {
            source: sources.first().map(|summary| summary.source.id),
            token: sources.iter().any(|summary| summary.tokens > 0),
            people: directory::people::count(&mut tx).await?,
        },
        ending: directory::tokens::ending(&mut tx).await?,
        newest: log.rows,
    })
}
