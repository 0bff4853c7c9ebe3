//! How long the body of a request may take: all of it, so that nobody holds a request open by sending a byte now and then.

use axum::BoxError;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, TryStreamExt};
use http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A client that has not sent its body by then is cut off. A mebibyte takes 5 seconds on a slow line.
const WITHIN: Duration = Duration::from_secs(30);

/// What whoever reads the body is told.
#[derive(Debug, thiserror::Error)]
#[error("the body did not arrive within {} seconds", WITHIN.as_secs())]
struct Late;

/// 408 for a client that is cut off, whatever was made of half a body.
pub async fn in_time_or_408(request: Request, next: Next) -> Response {
    let late = Arc::new(AtomicBool::default());
    let response = next.run(limit(request, Arc::clone(&late))).await;
    if late.load(Ordering::Relaxed) {
        let text = format!(
            "The request did not arrive within {} seconds. Nothing was changed. Repeat it.\n",
            WITHIN.as_secs()
        );
        return (StatusCode::REQUEST_TIMEOUT, text).into_response();
    }
    response
}

/// For whoever answers a body that breaks off in words of their own.
pub async fn in_time(request: Request) -> Request {
    limit(request, Arc::default())
}

fn limit(request: Request, late: Arc<AtomicBool>) -> Request {
    let end = Instant::now() + WITHIN;
    request.map(|body| if body.is_end_stream() { body } else { until(body, end, late) })
}

/// The body, which breaks off with an error at that moment: an early end would pass for the whole.
fn until(body: Body, end: Instant, late: Arc<AtomicBool>) -> Body {
    let parts = stream::try_unfold((body.into_data_stream(), late), move |(mut parts, late)| async move {
        let Ok(next) = timeout_at(end, parts.try_next()).await else {
            late.store(true, Ordering::Relaxed);
            return Err(BoxError::from(Late));
        };
        Ok(next?.map(|part| (part, (parts, late))))
    });
    Body::from_stream(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use futures::StreamExt;

    /// A client that sends a byte every so often, for ever.
    fn dripping() -> Body {
        Body::from_stream(stream::repeat(()).then(|()| async {
            tokio::time::sleep(Duration::from_millis(15)).await;
            Ok::<_, BoxError>("x")
        }))
    }

    #[tokio::test]
    async fn a_byte_now_and_then_keeps_nothing_open() {
        let (late, begun) = (Arc::new(AtomicBool::default()), Instant::now());
        let body = until(dripping(), begun + Duration::from_millis(100), Arc::clone(&late));
        let error = to_bytes(body, usize::MAX).await.unwrap_err().to_string();
        assert!(error.contains("did not arrive within 30 seconds"), "{error}");
        assert!(late.load(Ordering::Relaxed) && begun.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn what_arrives_in_time_is_whole() {
        let late = Arc::new(AtomicBool::default());
        let sent = Body::from_stream(stream::iter(["a", "b", "c"].map(Ok::<_, BoxError>)));
        let body = until(sent, Instant::now() + WITHIN, Arc::clone(&late));
        assert_eq!(&to_bytes(body, usize::MAX).await.unwrap()[..], b"abc");
        assert!(!late.load(Ordering::Relaxed));
    }
}
