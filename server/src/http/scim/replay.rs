//! A request of the trace once more, in a dry run: what it would answer and change now. Nothing of it is done.

use super::request::Call;
use super::trace::{Note, kept, replayed};
use super::{BASE_PATH, answer, endpoint};
use app::session::Replay;
use axum::body::{Body, to_bytes};
use directory::tokens::Speaker;
use directory::{Actor, Directory};
use http::Request;
use model::trace::{Replayed, TracedRequest};
use std::sync::Arc;

/// How the pages replay a request: this room is not theirs to see. `portal` is the public URL without a slash at the end.
pub fn replay(directory: Directory, portal: &str) -> Replay {
    let base = format!("{portal}{BASE_PATH}");
    Arc::new(move |traced| Box::pin(rehearse(directory.clone(), base.clone(), traced)))
}

/// Neither the token nor the address is looked at: the question is what the request means. What cannot be asked comes as
/// a sentence.
async fn rehearse(directory: Directory, base: String, traced: TracedRequest) -> Result<Replayed, String> {
    let token = traced.token.ok_or("The token of this request is gone, so nobody can say who would send it.")?;
    if let Some(why) = traced.cannot_be_sent_again() {
        return Err(why.to_owned());
    }
    let note = Note::default();
    let request = request(&traced).map_err(|error| format!("This request cannot be made again: {error}."))?;
    let json_only = answer::wants_plain_json(request.headers());
    let actor = Actor::Token { id: token, source: traced.source_name.clone() };
    let speaker = Speaker { actor, source: traced.source, token, read_only: false };
    let outcome = match Call::rehearsal(directory, base, speaker, request, note.clone()) {
        Ok(call) => endpoint(call).await,
        Err(refusal) => Err(refusal),
    };
    let response = answer::render(outcome, json_only);
    let status = response.status().as_u16();
    // Its answer has no body (RFC 9110, section 9.3.2).
    let body = if traced.row.method == "HEAD" { Body::empty() } else { response.into_body() };
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    // Cleaning a long one takes its time.
    let cleaned = tokio::task::spawn_blocking(move || replayed(&traced, &kept(&body), note.changes()));
    let (answer, changes) = cleaned.await.map_err(|error| {
        tracing::error!(%error, "a replay could not be shown");
        "The answer of this replay cannot be shown.".to_owned()
    })?;
    Ok(Replayed { status, answer, changes })
}

fn request(traced: &TracedRequest) -> Result<Request<Body>, http::Error> {
    let mut request =
        Request::builder().method(traced.row.method.as_str()).uri(format!("{BASE_PATH}{}", traced.row.address_line()));
    for (name, value) in &traced.headers {
        request = request.header(name, value);
    }
    request.body(traced.request.as_ref().map_or_else(Body::empty, |body| Body::from(body.text.clone())))
}
