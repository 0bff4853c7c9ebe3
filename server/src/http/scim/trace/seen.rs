//! A request as it was seen, and what is kept of it.

use super::note::Note;
use super::secrets::Removed;
use super::{BODY, about, secrets};
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use directory::trace::Observed;
use model::trace::{Body, Change, TracedRequest, is_error};
use model::{RequestId, SourceId, TokenId};
use scim::client::{self, Shape};
use serde_json::Value;
use uuid::Uuid;

/// How long a path and a query may be.
const ADDRESS: usize = 4_096;
/// In place of a body that may hold secrets still.
const UNKEPT: &str = "[removed: it may hold secrets that were not found]";
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
        let about = about::of(&self.method, &self.path, &self.query, parsed.as_ref());
        let mut removed = self.secrets(parsed.as_ref());
        // What nobody could read is not looked for in what was said of it.
        let unread = (parsed.is_none() && secrets::may_hide(&String::from_utf8_lossy(&sent)))
            .then(|| kept(&sent, None, &removed));
        if unread.is_some() {
            removed.give_up();
        }
        let answer = self.answer.as_ref().map(|(_, body)| body);
        let answer =
            answer.filter(|body| !body.is_empty() && self.method != "HEAD").map(|body| Read::new(body, &mut removed));
        let answer = answer.map(|answer| answer.kept(&removed));
        let (scim_type, detail) = self.error(&removed, unread.is_some());
        let request = unread.or_else(|| (!sent.is_empty()).then(|| kept(&sent, parsed, &removed)));
        let changes = cleaned_changes(self.note.changes(), &removed);
        let mut operations = self.note.all_operations();
        for operation in &mut operations {
            operation.request = match operation.request.as_str() {
                _ if removed.overflowed() => UNKEPT.to_owned(),
                // No path of ours is; cut first, it might end in a part of a secret.
                long if long.len() > LINE => "[removed: the path is too long]".to_owned(),
                line => removed.clean_path(line),
            };
            operation.detail = operation.detail.take().map(|detail| cut_text(&sentence(&detail, &removed), LINE).0);
        }
        Observed {
            id: RequestId(Uuid::now_v7()),
            source: self.source,
            token: self.token,
            at: self.at,
            method: self.method.clone(),
            path: cut_text(&removed.clean_path(&self.path), ADDRESS).0,
            query: cut_text(&removed.clean_query(&self.query), ADDRESS).0,
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
            headers: self.headers.iter().map(|(name, value)| (name.clone(), removed.clean(value))).collect(),
            request,
            answer,
        }
    }

    /// The secrets in what was sent.
    fn secrets(&self, parsed: Option<&Value>) -> Removed {
        let mut removed = Removed::default();
        removed.find_path(&self.path);
        removed.find_query(&self.query);
        self.headers.iter().for_each(|(_, value)| removed.find(value));
        if let Some(body) = parsed {
            removed.find_json(body);
        }
        removed
    }

    /// Keyword and sentence of the error that it was answered with; of a body that nobody could read without its words.
    fn error(&self, removed: &Removed, unread: bool) -> (Option<String>, Option<String>) {
        let body = self.answer.as_ref().filter(|(status, _)| *status >= 400).map(|(_, body)| body);
        let Some(Ok(error)) = body.map(|body| serde_json::from_slice::<Value>(body)) else { return (None, None) };
        let text = |name: &str| Some(error.get(name)?.as_str()?.to_owned());
        let cleaned = |detail: String| match unread {
            true => Removed::default().clean(&secrets::unquoted(&detail)),
            false => sentence(&detail, removed),
        };
        (text("scimType"), text("detail").map(|detail| cut_text(&cleaned(detail), SENTENCE).0))
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

/// What a replay may show of its answer and changes: no more than the trace would keep.
pub fn replayed(traced: &TracedRequest, answer: &[u8], changes: Vec<Change>) -> (Option<String>, Vec<Change>) {
    let mut removed = Removed::default();
    removed.find_query(&traced.row.query);
    if let Some(body) = traced.request.as_ref().and_then(|body| scim::json::parse(body.text.as_bytes()).ok()) {
        removed.find_json(&body);
    }
    let read: Option<Value> = serde_json::from_slice(answer).ok();
    if let Some(answer) = &read {
        removed.find_json(answer);
    }
    let answer = (!answer.is_empty()).then(|| {
        let (text, cut) = cut_text(&cleaned(answer, read, &removed), BODY);
        if cut { text + "\n[The answer goes on; no more of it is shown.]" } else { text }
    });
    (answer, cleaned_changes(changes, &removed))
}

fn cleaned_changes(mut changes: Vec<Change>, removed: &Removed) -> Vec<Change> {
    for change in &mut changes {
        change.target_name = sentence(&change.target_name, removed);
    }
    changes
}

fn sentence(text: &str, removed: &Removed) -> String {
    if removed.overflowed() { UNKEPT.to_owned() } else { removed.clean(text) }
}

/// An answer whose secrets are found. Answers are our own writing, so most are seen to hold no secret without being
/// read: pages of a list are long.
enum Read<'b> {
    Harmless(Body),
    Any(&'b [u8], Option<Value>),
}

impl<'b> Read<'b> {
    fn new(body: &'b [u8], removed: &mut Removed) -> Self {
        if removed.is_empty()
            && !removed.overflowed()
            && let Ok(text) = std::str::from_utf8(body)
        {
            let (text, cut) = cut_text(text, BODY);
            if secrets::holds_none(&text) {
                return Self::Harmless(Body { text, cut });
            }
        }
        let parsed = serde_json::from_slice(body).ok();
        if let Some(answer) = &parsed {
            removed.find_json(answer);
        }
        Self::Any(body, parsed)
    }

    fn kept(self, removed: &Removed) -> Body {
        match self {
            Self::Harmless(body) => body,
            Self::Any(body, parsed) => kept(body, parsed, removed),
        }
    }
}

fn kept(body: &[u8], parsed: Option<Value>, removed: &Removed) -> Body {
    let (text, cut) = cut_text(&cleaned(body, parsed, removed), BODY);
    let is_text = std::str::from_utf8(body).is_ok_and(|text| !text.contains('\0'));
    Body { text, cut: cut || !is_text || removed.overflows_body() }
}

fn cleaned(body: &[u8], parsed: Option<Value>, removed: &Removed) -> String {
    match parsed {
        _ if removed.overflows_body() => UNKEPT.to_owned(),
        Some(mut value) => {
            removed.clean_json(&mut value);
            value.to_string()
        }
        None => removed.clean_unreadable(&String::from_utf8_lossy(body)),
    }
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

    #[test]
    fn what_is_secret_in_a_query_or_a_header_is_kept_nowhere() {
        let answer = r#"{"detail":"\"hunter!22\" and \"other!22\" are not right."}"#;
        let seen = Seen {
            query: "filter=password+eq+hunter!22".into(),
            path: "/Users/hunter!22/rc%5Fscim%5F0123456789ab".into(),
            headers: vec![("user-agent".into(), "Bearer other!22".into())],
            sent: vec![Bytes::from_static(br#"{"a":"hunter!22 other!22","b":"later!22","zToken":"later!22"}"#)],
            answer: Some((400, Bytes::from(answer))),
            ..Seen::example(0)
        };
        let told = format!("{:?}", seen.observed());
        assert!(!told.contains("!22") && !told.contains("0123456789ab"), "{told}");
    }

    #[test]
    fn what_hides_behind_nul_is_found() {
        let wide: Vec<u8> =
            "{\"title\":\"rc_scim_0123456789ab_abcdef\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for sent in [wide, b"{\"title\":\"rc_\0scim_0123456789ab_abcdef\"".to_vec()] {
            let seen = Seen { sent: vec![Bytes::from(sent)], ..Seen::example(0) };
            assert_eq!(seen.observed().request.unwrap().text, "{\"title\":\"[removed]\"");
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_quoted() {
        let sent = [
            r#"{"userName":"s","pin":0.29538596785524333820440147}"#,
            r#"{"userName":"s","password":{"Zq1010xK7wVb":1,"Zq1010xK7wVb":2}}"#,
        ];
        for body in sent {
            let error = scim::json::parse(body.as_bytes()).unwrap_err();
            let answer = error.to_json().to_string();
            assert!(answer.contains("29538596785524333820440147") || answer.contains("Zq1010xK7wVb"), "{answer}");
            let told = observed(body, 400, &answer);
            let all = format!("{told:?}");
            assert!(!all.contains("29538596785524333820440147") && !all.contains("Zq1010xK7wVb"), "{all}");
            let detail = told.detail.unwrap();
            assert!(detail.contains("[removed]") && detail.len() > 30, "it says what was wrong: {detail}");
        }
    }

    #[test]
    fn an_answer_tells_a_secret_of_itself_too() {
        let told = observed("", 200, r#"{"a":"tok-1234","api_token":"tok-1234"}"#).answer.unwrap();
        assert_eq!(told.text, r#"{"a":"[removed]","api_token":"[removed]"}"#);
    }
}
