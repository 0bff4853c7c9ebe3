//! The trace of a source: its client's requests, and one of them again in a dry run.

use crate::error::AppError;
use leptos::prelude::*;
use model::trace::{Replayed, RequestRow, TracedRequest, Traffic};
use model::{Page, RequestId, SourceId};
use serde::{Deserialize, Serialize};

/// How a source's client gets on.
#[server]
pub async fn get_traffic(source: SourceId) -> Result<Traffic, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(directory::trace::traffic(&mut tx, source).await?)
}

/// A page of the requests of a source, newest first.
#[server]
pub async fn list_requests(
    source: SourceId,
    errors: Option<bool>,
    method: Option<String>,
    q: Option<String>,
    after: Option<String>,
    before: Option<String>,
) -> Result<Page<RequestRow>, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let filter = model::trace::TraceFilter { errors: errors.unwrap_or_default(), method, q };
    let at = model::Cursor::from_query(after, before);
    Ok(directory::trace::list(&mut tx, source, &filter, &at, 50).await?)
}

/// A request with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDetails {
    pub request: TracedRequest,
    /// Whether whoever looks may replay it.
    pub may_replay: bool,
}

/// One request.
#[server]
pub async fn get_request(source: SourceId, id: RequestId) -> Result<RequestDetails, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(RequestDetails {
        request: directory::trace::get(&mut tx, source, id).await?,
        may_replay: crate::session::signed_in()?.role.allows(model::Permission::ManageTokens),
    })
}

/// What a request would be answered and change now. Nothing of it is done.
#[server]
pub async fn replay_request(source: SourceId, id: RequestId) -> Result<Replayed, AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageTokens).await?;
    let request = directory::trace::get(&mut tx, source, id).await?;
    // The dry run has a transaction of its own.
    drop(tx);
    let replayed = (crate::session::backend().replay)(request).await;
    replayed.map_err(|message| AppError::Conflict { message })
}
