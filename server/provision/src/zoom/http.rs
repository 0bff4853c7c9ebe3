//! One request and its whole answer: bounded in size, with its error text made safe to keep and to show.

use super::error::{Failure, Kind, RetryAfter, Unreachable};
use crate::outbound::Refused;
use model::log::Exchange;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::error::Error as _;
use std::time::Instant;

/// The most that is read of an answer: a page of 100 users is far below it.
pub(crate) const ANSWER_LIMIT: usize = 4 << 20;
pub(crate) const TOKEN_LIMIT: usize = 64 << 10;
/// The most of an answer that is kept for the log.
const SHOWN: usize = 16 << 10;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Raw {
    pub status: u16,
    /// None when the body is empty or no JSON.
    pub json: Option<Value>,
    pub empty: bool,
    pub retry_after: Option<RetryAfter>,
}

impl Raw {
    pub(crate) fn failure(&self) -> Failure {
        Failure::of_answer(self.status, self.json.as_ref(), self.retry_after)
    }

    /// The body for the log, without the secrets, should Zoom repeat one.
    pub(crate) fn shown(&self, secrets: &[&SecretString]) -> Option<Value> {
        let mut shown = self.json.clone()?;
        if shown.to_string().len() > SHOWN {
            return Some(Value::from(format!("[{} bytes, too long to keep]", shown.to_string().len())));
        }
        redact(&mut shown, secrets);
        Some(shown)
    }
}

fn redact(value: &mut Value, secrets: &[&SecretString]) {
    match value {
        Value::String(text) => {
            for secret in secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| secret.len() > 3) {
                if text.contains(secret) {
                    *text = text.replace(secret, "[removed]");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, secrets)),
        Value::Object(map) => map.values_mut().for_each(|value| redact(value, secrets)),
        _ => {}
    }
}

/// Sends, and reads the answer up to `limit` bytes.
pub(crate) async fn send(request: reqwest::RequestBuilder, limit: usize) -> Result<Raw, Failure> {
    let mut response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = header("retry-after")
        .and_then(RetryAfter::read)
        .or(header("x-ratelimit-reset").and_then(RetryAfter::read_reset));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(Failure { status: Some(status), ..Failure::new(Kind::Unreadable) });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // The status has come, but not the whole answer. What it says of a failure stands without the body.
            Err(_) if status >= 500 => break,
            Err(error) => return Err(unreachable(&error)),
        }
    }
    let json = serde_json::from_slice(&body).ok();
    Ok(Raw { status, json, empty: body.is_empty(), retry_after })
}

fn unreachable(error: &reqwest::Error) -> Failure {
    let mut chain = std::iter::successors(error.source(), |error| (*error).source());
    let refused = chain.find_map(|error| error.downcast_ref::<Refused>());
    Failure::new(Kind::Unreachable(match refused {
        Some(Refused::Private) => Unreachable::Private,
        Some(Refused::Unknown) => Unreachable::UnknownName,
        None if error.is_connect() => Unreachable::Connect,
        None if error.is_timeout() => Unreachable::Timeout,
        None => Unreachable::Broken,
    }))
}

/// Milliseconds since then.
pub(crate) fn millis(started: Instant) -> i64 {
    i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// Sums up how long the exchanges took.
pub(crate) fn total_ms(exchanges: &[Exchange]) -> i64 {
    exchanges.iter().map(|exchange| exchange.duration_ms).sum()
}
