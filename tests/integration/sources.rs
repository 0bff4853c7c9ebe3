//! A source's tokens and its trace: what a token may, when it ends, what its client sent.

mod page;
mod replay;
mod rotation;
mod tokens;
mod trace;
mod warnings;

use model::SourceId;
use model::trace::{RequestRow, TraceFilter};
use tests::TestApp;

/// The requests of a source, newest first, once there are so many of them.
async fn requests(app: &TestApp, source: SourceId, count: usize) -> Vec<RequestRow> {
    app.wait_requests(source, &TraceFilter::default(), count).await
}
