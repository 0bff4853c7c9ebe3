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
}

impl RequestRow {
    /// Whether it did not get what it asked for.
    pub fn is_error(&self) -> bool {
        self.status.is_none_or(|status| status >= 400)
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
    pub request: Option<Body>,
    pub answer: Option<Body>,
}

impl TracedRequest {
    /// Why nobody can say what it would be answered now.
    pub fn cannot_be_sent_again(&self) -> Option<&'static str> {
        let has_body = matches!(self.row.method.as_str(), "POST" | "PUT" | "PATCH");
        match &self.request {
            Some(body) if body.cut => Some(
                "Its body was not kept whole, as it is longer than 64 KB or has bytes that are no text: it cannot be sent again.",
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
    /// The newest request that failed, of those that are kept.
    pub last_error: Option<RequestRow>,
    /// Requests of the last 24 hours, of nobody knows which source, whose token opened nothing.
    pub strangers: i64,
    pub last_stranger_at: Option<DateTime<Utc>>,
}
