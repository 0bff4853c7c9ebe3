//! Zoom's Server-to-Server OAuth (grant `account_credentials`): one cached token a connection. A new token may kill the
//! old one, so there is never more than one refresh at a time, it comes about five minutes early, and a token that Zoom
//! refuses is replaced once.

use super::error::{Failure, Kind};
use super::http;
use crate::outbound::Outbound;
use model::log::Exchange;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// What an administrator typed on the Integration tab.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub scim_url: String,
    pub token_url: String,
    pub account_id: String,
    pub client_id: String,
    pub client_secret: SecretString,
}

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub struct Token {
    pub(crate) secret: SecretString,
    /// The scopes it opens; empty when Zoom did not say.
    pub scopes: Vec<String>,
    pub lasts: Duration,
    refresh_at: Instant,
    ends_at: Instant,
}

/// How long before its end a token is replaced; a short-lived one after nine tenths of its life.
const EARLY: Duration = Duration::from_secs(300);
/// When an early refresh failed.
const TRY_AGAIN: Duration = Duration::from_secs(20);

/// The tokens of one connection.
#[derive(Debug)]
pub struct Tokens {
    outbound: Outbound,
    url: Url,
    credentials: Credentials,
    cached: Mutex<Option<Token>>,
}

impl Tokens {
    pub(crate) fn new(outbound: Outbound, url: Url, credentials: Credentials) -> Self {
        Self { outbound, url, credentials, cached: Mutex::new(None) }
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The token that is good now. `refused` is one that Zoom did not accept: unless it has been replaced meanwhile, a
    /// new one is fetched. Whoever comes during a refresh waits for it.
    pub(crate) async fn get(&self, refused: Option<&Token>, exchanges: &mut Vec<Exchange>) -> Result<Token, Failure> {
        let mut cached = self.cached.lock().await;
        let now = Instant::now();
        if let Some(token) = cached.as_ref() {
            let is_refused = refused.is_some_and(|refused| refused.is(token));
            if !is_refused && now < token.refresh_at {
                return Ok(token.clone());
            }
        }
        match self.fetch(exchanges).await {
            Ok(token) => Ok(cached.insert(token).clone()),
            Err(failure) => match cached.as_mut().filter(|token| refused.is_none() && now < token.ends_at) {
                // Too early to give up: the old one is still good for a while.
                Some(token) => {
                    token.refresh_at = now + TRY_AGAIN;
                    Ok(token.clone())
                }
                None => {
                    *cached = None;
                    Err(failure)
                }
            },
        }
    }

    async fn fetch(&self, exchanges: &mut Vec<Exchange>) -> Result<Token, Failure> {
        let Credentials { account_id, client_id, client_secret, .. } = &self.credentials;
        let request = self
            .outbound
            .request(reqwest::Method::POST, self.url.clone())
            .basic_auth(client_id, Some(client_secret.expose_secret()))
            .form(&[("grant_type", "account_credentials"), ("account_id", account_id.as_str())]);
        let started = Instant::now();
        let answer = http::send(request, http::TOKEN_LIMIT).await;
        let exchange = |status, response| Exchange {
            method: "POST".to_owned(),
            path: self.url.path().to_owned(),
            request: Some(json!({ "grant_type": "account_credentials", "account_id": account_id })),
            status,
            response,
            duration_ms: http::millis(started),
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                exchanges.push(exchange(None, None));
                return Err(failure.of_token());
            }
        };
        if answer.status != 200 {
            exchanges.push(exchange(Some(answer.status), answer.shown(&[client_secret])));
            return Err(answer.failure().of_token());
        }
        // The answer is the token: it is not shown.
        exchanges.push(exchange(Some(200), Some(json!("[removed]"))));
        Token::read(&answer.json.unwrap_or_default(), started).ok_or_else(|| Failure::new(Kind::Unreadable).of_token())
    }
}

impl Token {
    fn read(answer: &Value, asked: Instant) -> Option<Self> {
        let secret = answer.get("access_token")?.as_str().filter(|token| is_token(token))?;
        let seconds = answer.get("expires_in").and_then(super::wire::read_number).unwrap_or(3600);
        let lasts = Duration::from_secs(seconds.clamp(1, 86_400));
        let scope = answer.get("scope").and_then(Value::as_str).unwrap_or_default();
        Some(Self {
            secret: SecretString::from(secret.to_owned()),
            scopes: scope.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
            lasts,
            refresh_at: asked + lasts.saturating_sub(EARLY.min(lasts / 10)),
            ends_at: asked + lasts,
        })
    }

    fn is(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }

    /// Whether it opens SCIM, as far as Zoom said: the classic scope is `scim2`, the granular one `scim2:admin`.
    pub fn opens_scim(&self) -> Option<bool> {
        (!self.scopes.is_empty())
            .then(|| self.scopes.iter().any(|scope| scope == "scim2" || scope.starts_with("scim2:")))
    }
}

/// What may stand in a header.
fn is_token(token: &str) -> bool {
    !token.is_empty() && token.len() <= 16_384 && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_five_minutes_early_and_a_short_one_in_time() {
        let now = Instant::now();
        let token = |seconds: u64| Token::read(&json!({ "access_token": "t", "expires_in": seconds }), now).unwrap();
        assert_eq!(token(3600).refresh_at, now + Duration::from_secs(3300));
        assert_eq!(token(100).refresh_at, now + Duration::from_secs(90));
    }

    #[test]
    fn scopes_are_understood_in_both_forms() {
        let opens = |scope: &str| {
            Token::read(&json!({ "access_token": "t", "scope": scope }), Instant::now()).unwrap().opens_scim()
        };
        assert_eq!(opens("user:read:admin scim2"), Some(true));
        assert_eq!(opens("scim2:admin"), Some(true));
        assert_eq!(opens("user:read:admin"), Some(false));
        assert_eq!(opens(""), None);
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        assert!(Token::read(&json!({ "access_token": "a\r\nX: y" }), Instant::now()).is_none());
        assert!(Token::read(&json!({ "token": "a" }), Instant::now()).is_none());
    }

    #[test]
    fn credentials_never_show_the_secret() {
        let credentials = Credentials {
            scim_url: String::new(),
            token_url: String::new(),
            account_id: String::new(),
            client_id: String::new(),
            client_secret: SecretString::from("s3cret".to_owned()),
        };
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }
}
