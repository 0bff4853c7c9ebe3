//! The eleven calls. Each answers with what it found or why not, and with the exchanges for the log, secrets removed.
//!
//! A token that Zoom refuses is replaced once and the call made once more: Zoom did nothing with the first. Nothing else
//! is retried here; the engine decides that.

use super::auth::{Credentials, Token, Tokens};
use super::error::{Failure, Kind, Unreachable};
use super::http::{self, Raw};
use super::wire::{self, Group, GroupChange, Listing, User};
use crate::attributes::Attributes;
use crate::outbound::Outbound;
use model::log::Exchange;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::time::{Duration, Instant};
use url::Url;

/// What may stand as it is in a path segment (RFC 3986, section 2.3). Zoom's ids have `&` and worse.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The longest that a call may take with its tokens: less than a lease lasts.
const CALL_LIMIT: Duration = Duration::from_secs(12);

/// A connection's way to Zoom: its address and its one token.
#[derive(Debug)]
pub struct Zoom {
    outbound: Outbound,
    /// Without a slash at the end.
    base: String,
    tokens: Tokens,
}

/// What came of a call, and everything that was said on the way.
#[derive(Debug)]
pub struct Answer<T> {
    pub result: Result<T, Failure>,
    pub exchanges: Vec<Exchange>,
}

impl<T> Answer<T> {
    fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, Failure>) -> Answer<U> {
        Answer { result: self.result.and_then(read), exchanges: self.exchanges }
    }

    /// How long the call took, waiting for the network.
    pub fn duration_ms(&self) -> i64 {
        http::total_ms(&self.exchanges)
    }
}

/// An address of the settings cannot be used; which one, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct BadAddress {
    /// The form's field: `scim_url` or `token_url`.
    pub field: &'static str,
    pub why: String,
}

impl Zoom {
    pub fn new(outbound: &Outbound, credentials: Credentials) -> Result<Self, BadAddress> {
        let check = |field, text: &str| outbound.check_url(text).map_err(|why| BadAddress { field, why });
        let base = check("scim_url", &credentials.scim_url)?;
        let token_url = check("token_url", &credentials.token_url)?;
        let base = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self { outbound: outbound.clone(), base, tokens: Tokens::new(outbound.clone(), token_url, credentials) })
    }

    /// A token, for the connection test.
    pub async fn token(&self) -> Answer<Token> {
        let mut exchanges = Vec::new();
        let result = self.tokens.get(None, &mut exchanges).await;
        Answer { result, exchanges }
    }

    /// The user of that address; none when nobody has it.
    pub async fn find(&self, user_name: &str) -> Answer<Option<User>> {
        let filter = format!("userName eq \"{user_name}\"");
        let query = [("filter", filter.as_str()), ("startIndex", "1"), ("count", "2")];
        let answer = self.call(Method::GET, &["Users"], &query, None).await;
        answer.and_then(|raw| {
            let mut listing = Listing::read(&json(raw)?, User::read).ok_or_else(unreadable)?;
            match (listing.total, listing.resources.pop()) {
                (0, None) => Ok(None),
                // Somebody else's account must never be taken for this one, whatever the filter did.
                (1, Some(user)) if user.is(user_name) => Ok(Some(user)),
                _ => Err(unreadable()),
            }
        })
    }

    /// A page of users, from 1 on, at most 100. Zoom's list is thin: no roles, no title, no phone. An entry that cannot be
    /// read is counted and left out.
    pub async fn list(&self, start_index: u64, count: u64) -> Answer<Listing<User>> {
        let (start, count) = (start_index.to_string(), count.to_string());
        let query = [("startIndex", start.as_str()), ("count", count.as_str())];
        let answer = self.call(Method::GET, &["Users"], &query, None).await;
        answer.and_then(|raw| Listing::lenient(&json(raw)?, User::read).ok_or_else(unreadable))
    }

    pub async fn get(&self, id: &str) -> Answer<User> {
        self.call(Method::GET, &["Users", id], &[], None).await.and_then(user)
    }

    pub async fn create(&self, attributes: &Attributes) -> Answer<User> {
        self.call(Method::POST, &["Users"], &[], Some(wire::create_body(attributes))).await.and_then(user)
    }

    /// Sends only what changes. Zoom refuses it for an inactive user.
    pub async fn update(&self, id: &str, changes: &Attributes) -> Answer<()> {
        self.call(Method::PUT, &["Users", id], &[], Some(wire::update_body(changes))).await.and_then(done)
    }

    pub async fn set_active(&self, id: &str, active: bool) -> Answer<()> {
        self.call(Method::PATCH, &["Users", id], &[], Some(wire::active_body(active))).await.and_then(done)
    }

    pub async fn delete(&self, id: &str) -> Answer<()> {
        self.call(Method::DELETE, &["Users", id], &[], None).await.and_then(done)
    }

    /// A page of groups, from 1 on. Members are never shown. An entry that cannot be read is counted and left out.
    pub async fn list_groups(&self, start_index: u64, count: u64) -> Answer<Listing<Group>> {
        let (start, count) = (start_index.to_string(), count.to_string());
        let query = [("startIndex", start.as_str()), ("count", count.as_str())];
        let answer = self.call(Method::GET, &["Groups"], &query, None).await;
        answer.and_then(|raw| Listing::lenient(&json(raw)?, Group::read).ok_or_else(unreadable))
    }

    /// The group of that name; none when there is none.
    pub async fn find_group(&self, display_name: &str) -> Answer<Option<Group>> {
        let filter = format!("displayName eq \"{}\"", display_name.replace('\\', "\\\\").replace('"', "\\\""));
        let query = [("filter", filter.as_str()), ("startIndex", "1"), ("count", "2")];
        let answer = self.call(Method::GET, &["Groups"], &query, None).await;
        answer.and_then(|raw| {
            let listing = Listing::read(&json(raw)?, Group::read).ok_or_else(unreadable)?;
            let name = display_name.to_lowercase();
            Ok(listing.resources.into_iter().find(|group| group.display_name.to_lowercase() == name))
        })
    }

    pub async fn get_group(&self, id: &str) -> Answer<Group> {
        self.call(Method::GET, &["Groups", id], &[], None).await.and_then(group)
    }

    pub async fn create_group(&self, display_name: &str) -> Answer<Group> {
        self.call(Method::POST, &["Groups"], &[], Some(wire::group_body(display_name))).await.and_then(group)
    }

    pub async fn update_group(&self, id: &str, changes: &[GroupChange]) -> Answer<()> {
        self.call(Method::PATCH, &["Groups", id], &[], Some(wire::group_patch_body(changes))).await.and_then(done)
    }

    pub async fn delete_group(&self, id: &str) -> Answer<()> {
        self.call(Method::DELETE, &["Groups", id], &[], None).await.and_then(done)
    }

    async fn call(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: Option<Value>) -> Answer<Raw> {
        let mut exchanges = Vec::new();
        let call = self.try_call(&method, path, query, body.as_ref(), &mut exchanges);
        let result = tokio::time::timeout(CALL_LIMIT, call).await;
        let result = result.unwrap_or_else(|_| Err(Failure::new(Kind::Unreachable(Unreachable::Timeout))));
        Answer { result, exchanges }
    }

    async fn try_call(
        &self,
        method: &Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Raw, Failure> {
        let token = self.tokens.get(None, exchanges).await?;
        match self.once(method, path, query, body, &token, exchanges).await {
            Err(failure) if failure.kind == Kind::Unauthorized => {
                let token = self.tokens.get(Some(&token), exchanges).await?;
                self.once(method, path, query, body, &token, exchanges).await
            }
            other => other,
        }
    }

    async fn once(
        &self,
        method: &Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
        token: &Token,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Raw, Failure> {
        let url = self.url(path, query)?;
        let below = &url.as_str()[self.base.len().min(url.as_str().len())..];
        let mut exchange = Exchange {
            method: method.to_string(),
            path: below.to_owned(),
            request: body.cloned(),
            status: None,
            response: None,
            duration_ms: 0,
        };
        let mut request = self
            .outbound
            .request(method.clone(), url)
            .header("accept", "application/scim+json")
            .bearer_auth(token.secret.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        let started = Instant::now();
        let answer = http::send(request, http::ANSWER_LIMIT).await;
        exchange.duration_ms = http::millis(started);
        if let Ok(raw) = &answer {
            exchange.status = Some(raw.status);
            exchange.response = raw.shown(&[&token.secret, &self.tokens.credentials().client_secret]);
        }
        exchanges.push(exchange);
        let raw = answer?;
        match path {
            _ if (200..300).contains(&raw.status) => Ok(raw),
            ["Users", _] => Err(raw.failure().of_user()),
            _ => Err(raw.failure()),
        }
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        let mut text = self.base.clone();
        for segment in path {
            text.push('/');
            text.extend(utf8_percent_encode(segment, SEGMENT));
        }
        let mut separator = '?';
        for (name, value) in query {
            text.push(separator);
            text.push_str(name);
            text.push('=');
            text.extend(utf8_percent_encode(value, SEGMENT));
            separator = '&';
        }
        Url::parse(&text).map_err(|_| Failure::new(Kind::WrongAddress))
    }
}

const fn unreadable() -> Failure {
    Failure::new(Kind::Unreadable)
}

fn json(raw: Raw) -> Result<Value, Failure> {
    raw.json.ok_or_else(|| Failure { status: Some(raw.status), ..unreadable() })
}

fn user(raw: Raw) -> Result<User, Failure> {
    User::read(&json(raw)?).ok_or_else(unreadable)
}

fn group(raw: Raw) -> Result<Group, Failure> {
    Group::read(&json(raw)?).ok_or_else(unreadable)
}

/// A change that needs nothing of the answer: an empty body and JSON will do, a web page will not.
fn done(raw: Raw) -> Result<(), Failure> {
    if raw.json.is_some() || raw.empty { Ok(()) } else { Err(unreadable()) }
}
