//! `GET /live`: an event stream that tells a page that something was committed, so that it reads anew. It carries no
//! data: what may be seen is decided where it is read.

use crate::AppState;
use app::session::SignedIn;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use axum::{Extension, Router};
use futures::stream::{self, Stream, StreamExt};
use http::StatusCode;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// At most one event in this time: a busy engine does not make busy pages.
const APART: Duration = Duration::from_millis(1000);

pub fn router() -> Router<AppState> {
    Router::new().route("/live", get(live))
}

async fn live(
    State(state): State<AppState>,
    admin: Option<Extension<SignedIn>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    if admin.is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let heard = state.directory.listen();
    let changes = stream::unfold(heard, |mut heard| async move {
        // Lagging behind is one change like any other.
        match heard.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
        tokio::time::sleep(APART).await;
        heard = heard.resubscribe();
        // A browser passes over an event without data.
        Some((Ok(Event::default().event("changed").data("-")), heard))
    });
    let mut stopping = state.stopping.clone();
    let stopped = async move {
        // An error means that the sender is gone, which is the end as well.
        drop(stopping.wait_for(|stop| *stop).await);
    };
    Ok(Sse::new(changes.take_until(stopped)).keep_alive(KeepAlive::default()))
}
