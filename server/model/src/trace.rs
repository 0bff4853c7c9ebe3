//! The trace of a source: what its SCIM client sent, what it was answered, and what that changed.

use crate::{RequestId, SourceId, TokenId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request of a SCIM client, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    pub id: RequestId,
    pub at: DateTime<Utc>,
    pub method: String,
    /// Below the SCIM URL, as it was sent.
    pub path: String,
    pub query: String,
    /// None when the client hung up before the answer.
    pub status: Option<u16>,
    pub duration_ms: i32,
    /// What the client was recognised as.
    pub client: Option<String>,
    pub address: String,
    pub changes: Vec<Change>,
    /// The error's keyword (RFC 7644, section 3.12).
    pub scim_type: Option<String>,
    /// The error's sentence.
    pub detail: Option<String>,
    /// Of a bulk request.
    pub bulk: Option<Bulk>,
    /// It is an error, and the same has not gone well since.
    pub open: bool,
}

/// How the operations of a bulk request went. The request itself is answered with 200 all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulk {
    pub operations: u16,
    pub failed: u16,
}

/// An operation of a bulk request, and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Method and path, such as `POST /Users`.
    pub request: String,
    /// None when the request had ended before: `failOnErrors`.
    pub status: Option<u16>,
    pub scim_type: Option<String>,
    pub detail: Option<String>,
}

impl Operation {
    pub fn has_failed(&self) -> bool {
        self.status.is_some_and(|status| status >= 400)
    }
}

/// Whether a client looked for a resource by its id, and it is not there: they do so to find out, and go on.
pub fn found_nobody(method: &str, path: &str, status: Option<u16>) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let is_resource = matches!(segments.next(), Some("Users" | "Groups")) && segments.count() == 1;
    is_resource && status == Some(404) && matches!(method, "GET" | "HEAD")
}

/// Whether a request did not get what it asked for, so that somebody may have to look at it.
pub fn is_error(method: &str, path: &str, status: Option<u16>, failed: u16) -> bool {
    failed > 0 || (status.is_none_or(|status| status >= 400) && !found_nobody(method, path, status))
}

impl RequestRow {
    /// How many of its operations failed.
    pub fn failed(&self) -> u16 {
        self.bulk.map_or(0, |bulk| bulk.failed)
    }

    /// Whether it did not get what it asked for.
    pub fn is_error(&self) -> bool {
        is_error(&self.method, &self.path, self.status, self.failed())
    }

    pub fn found_nobody(&self) -> bool {
        found_nobody(&self.method, &self.path, self.status)
    }

    /// Path and query.
    pub fn address_line(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// What a request changed: an entry of the audit log, without its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Noun and verb, such as `person.updated`.
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub target_name: String,
}

/// A body with secrets removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub text: String,
    /// It was longer, or had bytes that are no text.
    pub cut: bool,
}

/// A request with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedRequest {
    pub row: RequestRow,
    pub source: SourceId,
    pub source_name: String,
    pub token: Option<TokenId>,
    pub token_name: Option<String>,
    pub headers: Vec<(String, String)>,
    /// Of a bulk request, in their order.
    pub operations: Vec<Operation>,
    pub request: Option<Body>,
    pub answer: Option<Body>,
}

impl TracedRequest {
    /// Why nobody can say what it would be answered now.
    pub fn cannot_be_sent_again(&self) -> Option<&'static str> {
        let has_body = matches!(self.row.method.as_str(), "POST" | "PUT" | "PATCH");
        match &self.request {
            Some(body) if body.cut => Some(
                "Its body was not kept whole, as it is longer than 64 KB, has bytes that are no text, or too many secrets: it cannot be sent again.",
            ),
            None if has_body => Some("It was answered before its body was read, or had none: it cannot be sent again."),
            _ => None,
        }
    }
}

/// What a request would be answered and change now. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    pub status: u16,
    pub answer: Option<String>,
    pub changes: Vec<Change>,
}

/// What to show of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TraceFilter {
    pub errors: bool,
    pub method: Option<String>,
    /// Part of the address, the error, the names of what was changed, or the client's address.
    pub q: Option<String>,
}

/// How a source's client gets on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Traffic {
    /// Who is there now.
    pub people: i64,
    pub groups: i64,
    /// Of the last 24 hours.
    pub requests: i64,
    pub errors: i64,
    /// Of these, those that came too fast to be kept.
    pub untraced: i64,
    pub last_at: Option<DateTime<Utc>>,
    /// What the client was recognised as when it was last recognised.
    pub client: Option<String>,
    /// The newest error of the last 24 hours after which the same has not gone well.
    pub last_error: Option<RequestRow>,
    /// Requests of the last 24 hours, of nobody knows which source, whose token opened nothing.
    pub strangers: i64,
    pub last_stranger_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::is_error;

    #[test]
    fn whoever_looks_for_somebody_and_finds_nobody_has_no_error() {
        for path in ["/Users/x", "/Groups/x/"] {
            assert!(!is_error("GET", path, Some(404), 0) && !is_error("HEAD", path, Some(404), 0), "{path}");
            assert!(is_error("PATCH", path, Some(404), 0) && is_error("GET", path, Some(500), 0), "{path}");
        }
        for path in ["/users/x", "/Users", "/Users/x/y", "/Schemas/x", "/"] {
            assert!(is_error("GET", path, Some(404), 0), "nothing is at {path}: the address is wrong");
        }
        assert!(is_error("GET", "/Users", None, 0) && !is_error("GET", "/Users", Some(304), 0));
        assert!(is_error("POST", "/Bulk", Some(200), 1) && !is_error("POST", "/Bulk", Some(200), 0));
    }
}
