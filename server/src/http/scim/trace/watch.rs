//! Goes along with a request: takes down what is sent while it is read, and the answer before it leaves.

use super::note::Note;
use super::recorder::Recorder;
use super::seen::Seen;
use crate::AppState;
use crate::http::client;
use crate::http::scim::BASE_PATH;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use http::HeaderMap;
use scim::discovery::MAX_PAYLOAD_BYTES;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// The headers that are kept: those a client is known by, and those that change an answer.
const HEADERS: &[&str] = &["user-agent", "accept", "content-type", "if-match", "if-none-match"];
/// How long an answer may be for anything of it to be kept: its secrets are found in all of it.
const LONG: usize = 4 * 1024 * 1024;

/// What is kept of an answer.
pub fn kept(body: &Bytes) -> Bytes {
    match body.len() {
        ..=LONG => body.clone(),
        long => Bytes::from(format!("[an answer of {long} bytes, which is too long to be kept]")),
    }
}

/// How long a header's value may be.
const VALUE: usize = 300;

/// Dropped before [`Watch::end`], it records that the client hung up, or that a panic ended the request.
pub struct Watch {
    recorder: Recorder,
    pub note: Note,
    head: Option<Head>,
    sent: Arc<Mutex<Sent>>,
}

struct Head {
    at: DateTime<Utc>,
    start: Instant,
    method: String,
    path: String,
    query: String,
    address: String,
    headers: Vec<(String, String)>,
}

#[derive(Default)]
struct Sent {
    chunks: Vec<Bytes>,
    bytes: usize,
}

impl Watch {
    /// Begins to watch a request, which carries the note from then on.
    pub fn begin(state: &AppState, request: Request) -> (Self, Request) {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path();
        let head = Head {
            at: state.directory.now(),
            start: Instant::now(),
            method: parts.method.to_string(),
            path: path.strip_prefix(BASE_PATH).unwrap_or(path).to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            address: client::address(&parts.extensions, &parts.headers, state.proxy_hops).to_canonical().to_string(),
            headers: kept_headers(&parts.headers),
        };
        let note = Note::default();
        parts.extensions.insert(note.clone());
        let sent = Arc::<Mutex<Sent>>::default();
        let body = if body.is_end_stream() { body } else { listen(body, sent.clone()) };
        let watch = Self { recorder: state.trace.clone(), note, head: Some(head), sent };
        (watch, Request::from_parts(parts, body))
    }

    /// Takes the answer down, and gives it on.
    pub async fn end(mut self, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        // It is whole in memory already.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        self.record(Some((parts.status.as_u16(), kept(&body))));
        Response::from_parts(parts, Body::from(body))
    }

    fn record(&mut self, answer: Option<(u16, Bytes)>) {
        let Some(head) = self.head.take() else { return };
        let Some((source, token)) = self.note.speaker() else {
            // Without an answer nobody knows yet whether the token was wrong.
            if matches!(answer, Some((401 | 429, _))) {
                self.recorder.stranger(head.at);
            }
            return;
        };
        let sent = std::mem::take(&mut self.sent.lock().unwrap_or_else(PoisonError::into_inner).chunks);
        self.recorder.record(Seen {
            source,
            token,
            note: self.note.clone(),
            at: head.at,
            duration_ms: i32::try_from(head.start.elapsed().as_millis()).unwrap_or(i32::MAX),
            method: head.method,
            path: head.path,
            query: head.query,
            address: head.address,
            headers: head.headers,
            sent,
            answer,
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.record(std::thread::panicking().then(|| (500, Bytes::new())));
    }
}

/// The chunks are shared, not copied. More than a request may have is not taken down.
fn listen(body: Body, sent: Arc<Mutex<Sent>>) -> Body {
    Body::from_stream(body.into_data_stream().inspect_ok(move |chunk| {
        let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.bytes + chunk.len() <= MAX_PAYLOAD_BYTES {
            sent.bytes += chunk.len();
            sent.chunks.push(chunk.clone());
        }
    }))
}

fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &str| Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()).chars().take(VALUE).collect());
    HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?))).collect()
}
