//! Whether the process is alive, and whether it can work.

use crate::AppState;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;

pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

/// The migrations ran before the listener opened, so the database's answer is enough.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.directory.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
