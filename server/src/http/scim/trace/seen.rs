//! A request as it was seen, and what is kept of it.

use super::note::Note;
use super::{BODY, about, secrets};
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use directory::trace::Observed;
use model::trace::{Body, is_error};
use model::{RequestId, SourceId, TokenId};
use scim::client::{self, Shape};
use serde_json::Value;
use uuid::Uuid;

/// How long a path and a query may be.
const ADDRESS: usize = 4_096;
/// In place of a body that may hold secrets still.
const UNKEPT: &str = "[removed: it has more secrets than are looked for]";
/// How long an error's sentence may be.
const SENTENCE: usize = 1_000;
/// How long the path, and the sentence, of an operation of a bulk request may be: there may be a thousand.
const LINE: usize = 300;

/// A request of a source, secrets and all. It never leaves the memory.
pub struct Seen {
    pub source: SourceId,
    pub token: TokenId,
    pub note: Note,
    pub at: DateTime<Utc>,
    pub duration_ms: i32,
    pub method: String,
    pub path: String,
    pub query: String,
    pub address: String,
    pub headers: Vec<(String, String)>,
    pub sent: Vec<Bytes>,
    /// Status and body; none when the client hung up before.
    pub answer: Option<(u16, Bytes)>,
}

impl Seen {
    /// The bytes of its bodies.
    pub fn size(&self) -> usize {
        self.sent.iter().map(Bytes::len).sum::<usize>() + self.answer.as_ref().map_or(0, |(_, body)| body.len())
    }

    pub fn is_error(&self) -> bool {
        let failed = self.note.bulk().map_or(0, |bulk| bulk.failed);
        is_error(&self.method, &self.path, self.status(), failed)
    }

    fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|(status, _)| *status)
    }

    /// What is kept of it: secrets removed, bodies cut.
    pub fn observed(&self) -> Observed {
        let sent = self.sent.concat();
        let parsed: Option<Value> = scim::json::parse(&sent).ok();
        let user_agent = self.headers.iter().find(|(name, _)| name == "user-agent").map_or("", |(_, value)| value);
        let client = client::recognise(Shape { user_agent, query: &self.query, body: parsed.as_ref() });
        let mut removed = secrets::Removed::default();
        let about = about::of(&self.method, &self.path, &self.query, parsed.as_ref());
        let request = (!sent.is_empty()).then(|| kept(&sent, parsed, &mut removed));
        let (scim_type, detail) = self.error(&removed);
        let answer = self.answer.as_ref().filter(|(_, body)| !body.is_empty() && self.method != "HEAD");
        let answer = answer.map(|(_, body)| kept_answer(body, &mut removed));
        let mut changes = self.note.changes();
        for change in &mut changes {
            change.target_name = removed.clean(&change.target_name);
        }
        let mut operations = self.note.all_operations();
        for operation in &mut operations {
            operation.request = cut_text(&removed.clean(&secrets::clean_text(&operation.request)), LINE).0;
            operation.detail = operation.detail.take().map(|detail| cut_text(&removed.clean(&detail), LINE).0);
        }
        Observed {
            id: RequestId(Uuid::now_v7()),
            source: self.source,
            token: self.token,
            at: self.at,
            method: self.method.clone(),
            path: cut_text(&secrets::clean_text(&self.path), ADDRESS).0,
            query: cut_text(&removed.clean(&secrets::clean_query(&self.query)), ADDRESS).0,
            status: self.status(),
            error: self.is_error(),
            about,
            bulk: self.note.bulk(),
            operations,
            duration_ms: self.duration_ms,
            client: client.map(|client| client.name().to_owned()),
            address: self.address.clone(),
            changes,
            scim_type,
            detail,
            headers: self.headers.iter().map(|(name, value)| (name.clone(), secrets::clean_text(value))).collect(),
            request,
            answer,
        }
    }

    /// Keyword and sentence of the error that it was answered with.
    fn error(&self, removed: &secrets::Removed) -> (Option<String>, Option<String>) {
        let body = self.answer.as_ref().filter(|(status, _)| *status >= 400).map(|(_, body)| body);
        let Some(Ok(error)) = body.map(|body| serde_json::from_slice::<Value>(body)) else { return (None, None) };
        let text = |name: &str| Some(error.get(name)?.as_str()?.to_owned());
        (text("scimType"), text("detail").map(|detail| cut_text(&removed.clean(&detail), SENTENCE).0))
    }

    #[cfg(test)]
    pub fn example(bytes: usize) -> Self {
        Self {
            source: SourceId(Uuid::nil()),
            token: TokenId(Uuid::nil()),
            note: Note::default(),
            at: DateTime::UNIX_EPOCH,
            duration_ms: 1,
            method: "POST".into(),
            path: "/Users".into(),
            query: String::new(),
            address: "192.0.2.1".into(),
            headers: Vec::new(),
            sent: vec![Bytes::from(vec![b'x'; bytes])],
            answer: Some((200, Bytes::new())),
        }
    }
}

/// Answers are our own writing, so most are seen to hold no secret without being read: pages of a list are long.
fn kept_answer(body: &[u8], removed: &mut secrets::Removed) -> Body {
    if removed.is_empty()
        && let Ok(text) = std::str::from_utf8(body)
    {
        let (text, cut) = cut_text(text, BODY);
        if secrets::holds_none(&text) {
            return Body { text, cut };
        }
    }
    kept(body, serde_json::from_slice(body).ok(), removed)
}

fn kept(body: &[u8], parsed: Option<Value>, removed: &mut secrets::Removed) -> Body {
    let text = match parsed {
        Some(mut value) => {
            removed.clean_json(&mut value);
            if removed.overflowed() { UNKEPT.to_owned() } else { value.to_string() }
        }
        None => secrets::clean_unreadable(&String::from_utf8_lossy(body)),
    };
    let (text, cut) = cut_text(&text, BODY);
    let is_text = std::str::from_utf8(body).is_ok_and(|text| !text.contains('\0'));
    Body { text, cut: cut || !is_text }
}

/// At most so many bytes, never in the middle of a character; whether something is missing.
fn cut_text(text: &str, most: usize) -> (String, bool) {
    if text.len() <= most {
        return (text.to_owned(), false);
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    (text[..end].to_owned(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(request: &str, status: u16, answer: &str) -> Observed {
        let answer = Some((status, Bytes::from(answer.to_owned())));
        Seen { sent: vec![Bytes::from(request.to_owned())], answer, ..Seen::example(0) }.observed()
    }

    #[test]
    fn a_password_is_kept_nowhere() {
        let told = observed(
            r#"{"userName":"ada","password":"hunter2!","x":["hunter2!"]}"#,
            400,
            r#"{"status":"400","scimType":"invalidValue","detail":"\"hunter2!\" is not right."}"#,
        );
        assert!(!format!("{told:?}").contains("hunter2!"), "{told:?}");
        assert_eq!(told.scim_type.as_deref(), Some("invalidValue"));
        assert!(told.request.unwrap().text.contains(r#""userName":"ada""#));
    }

    #[test]
    fn an_answer_loses_its_secrets_too() {
        let told = observed("", 200, r#"{"id":"1","urn:x":{"api_token":"tok-1234"}}"#).answer.unwrap();
        assert_eq!(told.text, r#"{"id":"1","urn:x":{"api_token":"[removed]"}}"#);
        assert_eq!(observed("", 200, r#"{"b":1,"a":2}"#).answer.unwrap().text, r#"{"b":1,"a":2}"#, "as it was");
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let body = observed(&format!(r#"{{"x":"{}"}}"#, "é".repeat(BODY)), 200, "").request.unwrap();
        assert!(body.cut && body.text.len() <= BODY && body.text.len() > BODY - 4);
        assert_eq!(observed("", 204, "").request, None);
    }

    #[test]
    fn what_is_no_text_is_not_taken_for_whole() {
        assert!(!observed(r#"{"userName":"é"}"#, 201, "").request.unwrap().cut);
        assert!(observed("{\"userName\":\"a\0b\"}", 400, "").request.unwrap().cut);
        let seen = Seen { sent: vec![Bytes::from_static(b"{\"userName\":\"\xff\"}")], ..Seen::example(0) };
        assert!(seen.observed().request.unwrap().cut);
    }

    #[test]
    fn what_went_well_has_no_error() {
        let told = observed("", 200, r#"{"detail":"x","scimType":"y"}"#);
        assert_eq!((told.detail, told.scim_type), (None, None));
    }
}
