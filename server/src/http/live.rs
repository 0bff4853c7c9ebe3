//! `GET /live`: an event stream that tells a page that something was committed, so that it reads anew. It carries no
//! data: what may be seen is decided where it is read.

use crate::AppState;
use app::session::ThisSession;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use axum::{Extension, Router};
use directory::{Directory, Signal};
use futures::stream::{self, Stream, StreamExt};
use http::StatusCode;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// At most one event in this time: a busy engine does not make busy pages.
const APART: Duration = Duration::from_millis(1000);
/// A session that ends by time alone is found out so soon.
const LOOKED_AFTER: Duration = Duration::from_secs(30);

pub fn router() -> Router<AppState> {
    Router::new().route("/live", get(live))
}

/// The stream ends with its session, after one more event: the page reads, is told that nobody is signed in, and says so.
async fn live(
    State(state): State<AppState>,
    session: Option<Extension<ThisSession>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    let Some(Extension(session)) = session else { return Err(StatusCode::UNAUTHORIZED) };
    let directory = state.directory.clone();
    let changes = stream::unfold(Some(directory.listen()), move |heard| {
        let (directory, hash) = (directory.clone(), session.hash.clone());
        async move { next(&directory, &hash, heard?).await }
    });
    let mut stopping = state.stopping.clone();
    let stopped = async move {
        // An error means that the sender is gone, which is the end as well.
        drop(stopping.wait_for(|stop| *stop).await);
    };
    Ok(Sse::new(changes.take_until(stopped)).keep_alive(KeepAlive::default()))
}

/// The next event, and what is listened to after it: nothing once the session has ended.
async fn next(
    directory: &Directory,
    session: &[u8],
    mut heard: Receiver<Signal>,
) -> Option<(Result<Event, Infallible>, Option<Receiver<Signal>>)> {
    loop {
        let changed = match tokio::time::timeout(LOOKED_AFTER, heard.recv()).await {
            // Lagging behind is one change like any other.
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => true,
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => false,
        };
        if changed {
            tokio::time::sleep(APART).await;
            heard = heard.resubscribe();
        }
        // What cannot be found out now, the next look finds out.
        let lives = directory::sessions::find(directory, session).await.map_or(true, |found| found.is_some());
        if changed || !lives {
            // A browser passes over an event without data.
            return Some((Ok(Event::default().event("changed").data("-")), lives.then_some(heard)));
        }
    }
}
