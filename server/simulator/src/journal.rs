//! What was asked and what was answered, in order.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{call::Call, operation::Operation};

/// One request. The authorization header is not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts from 1 and goes on when old entries fall off.
    pub number: u64,
    /// When it was carried out, by the simulator's clock.
    pub at: DateTime<Utc>,
    /// `None`: Zoom has no such operation.
    pub operation: Option<Operation>,
    pub method: String,
    /// As it came, percent-encoded.
    pub path: String,
    pub query: String,
    pub accept: Option<String>,
    pub content_type: Option<String>,
    pub body: String,
    /// `None`: a fault closed the connection before anything was done.
    pub status: Option<u16>,
    pub answer: String,
    /// False where a fault kept the answer from the client.
    pub delivered: bool,
}

impl Entry {
    /// The request's body; null where it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The answer's body; null where it is no JSON.
    pub fn answer_json(&self) -> Value {
        serde_json::from_str(&self.answer).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    written: u64,
}

impl Journal {
    pub(crate) fn push(
        &mut self,
        call: Call,
        at: DateTime<Utc>,
        status: Option<u16>,
        answer: &str,
        delivered: bool,
        limit: usize,
    ) {
        self.written += 1;
        self.entries.push_back(Entry {
            number: self.written,
            at,
            operation: call.operation,
            method: call.method,
            path: call.path,
            query: call.query,
            accept: call.accept,
            content_type: call.content_type,
            body: call.body,
            status,
            answer: answer.to_owned(),
            delivered,
        });
        while self.entries.len() > limit {
            self.entries.pop_front();
        }
    }

    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
