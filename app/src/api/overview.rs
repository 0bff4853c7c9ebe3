//! The overview: all connections, what is set up already, the newest of the log.

#[cfg(feature = "ssr")]
use super::connections::May;
use crate::error::AppError;
use crate::written::Html;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use model::{SourceId, connection::ConnectionSummary, log::LogRow, source::ScimToken};

#[cfg(feature = "ssr")]
pub(crate) struct Overview {
    pub may: May,
    pub connections: Vec<ConnectionSummary>,
    pub setup: Setup,
    /// Tokens that end soon, the first to end first.
    pub ending: Vec<ScimToken>,
    pub newest: Vec<LogRow>,
}

/// What of the way from an identity source to Zoom is set up.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    /// The first source, when there is one.
    pub source: Option<SourceId>,
    /// A token opens one of them.
    pub token: bool,
    /// People the directory has.
    pub people: i64,
}

/// What the overview shows.
#[server]
pub async fn get_overview() -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let sources = directory::sources::list(&mut tx).await?;
    let log = directory::logs::list(&mut tx, &model::log::LogFilter::default(), &model::Cursor::First, 8).await?;
    let overview = Overview {
        may: May::here()?,
        connections: directory::connections::list(&mut tx).await?,
        setup: Setup {
            source: sources.first().map(|summary| summary.source.id),
            token: sources.iter().any(|summary| summary.tokens > 0),
            people: directory::people::count(&mut tx).await?,
        },
        ending: directory::tokens::ending(&mut tx).await?,
        newest: log.rows,
    };
    Ok(Html::of(|| crate::pages::overview::body::body(overview)))
}
