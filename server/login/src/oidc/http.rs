//! The way out, as a parameter: the server hands in the client for addresses that somebody typed.

use ::http::header::{ACCEPT, CONTENT_TYPE};
use ::http::{HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// The most an answer may hold. The client stops reading there.
pub const MAX_BODY: usize = 1024 * 1024;
/// The longest that one exchange may take, from the name look-up to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// An answer on its way.
pub type Exchange = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, HttpError>> + Send>>;

type Call = dyn Fn(Request<Vec<u8>>) -> Exchange + Send + Sync;

/// An HTTP client. What only a client can keep to is its duty: it follows no redirect, connects to public addresses
/// only, and reads at most [`MAX_BODY`] bytes. Redirects, size and [`TIMEOUT`] are checked here once more.
#[derive(Clone)]
pub struct Http(Arc<Call>);

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// What the provider was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Discovery,
    Keys,
    Token,
    Userinfo,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Keys => "key set (jwks_uri)",
            Self::Token => "token endpoint",
            Self::Userinfo => "userinfo endpoint",
        })
    }
}

/// Why an answer was not to be had; reads on from "the provider's token endpoint ...".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// In the words of the client.
    #[error("could not be reached ({0}); check that this server may call it, and its certificate")]
    Unreachable(String),
    #[error("did not answer within 10 seconds; try again, then look at the provider's status page")]
    Timeout,
    #[error("sent more than 1 MiB; check that its address belongs to an identity provider")]
    TooLarge,
    #[error("answered with a redirect, which is not followed; enter the address it leads to")]
    Redirect,
    #[error("answered with status {0}; check its address")]
    Status(u16),
    #[error("answered with something that is not JSON; check that its address belongs to an identity provider")]
    NotJson,
    #[error("could not be asked: the request could not be put together; check the address and the client id")]
    Request,
}

/// What an endpoint said: JSON, whatever the status.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) json: Value,
}

impl Http {
    pub fn new(send: impl Fn(Request<Vec<u8>>) -> Exchange + Send + Sync + 'static) -> Self {
        Self(Arc::new(send))
    }

    /// A GET whose only good answer is 200 with JSON.
    pub(super) async fn get(&self, url: &url::Url, bearer: Option<HeaderValue>) -> Result<Value, HttpError> {
        let mut request = Request::get(url.as_str());
        if let Some(bearer) = bearer {
            request = request.header(::http::header::AUTHORIZATION, bearer);
        }
        let answer = self.send(request.body(Vec::new()).map_err(|_| HttpError::Request)?).await?;
        match answer.status {
            StatusCode::OK => Ok(answer.json),
            status => Err(HttpError::Status(status.as_u16())),
        }
    }

    /// Sends; an error status without JSON is [`HttpError::Status`], one with JSON is for the caller to read.
    pub(super) async fn send(&self, mut request: Request<Vec<u8>>) -> Result<Answer, HttpError> {
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let response = tokio::time::timeout(TIMEOUT, (self.0)(request)).await.map_err(|_| HttpError::Timeout)??;
        let status = response.status();
        if status.is_redirection() {
            return Err(HttpError::Redirect);
        }
        if response.body().len() > MAX_BODY {
            return Err(HttpError::TooLarge);
        }
        match serde_json::from_slice(response.body()) {
            Ok(json) if says_json(&response) => Ok(Answer { status, json }),
            _ if status.is_success() => Err(HttpError::NotJson),
            _ => Err(HttpError::Status(status.as_u16())),
        }
    }
}

/// `application/json` and its kin (`application/jwk-set+json`), or no word on it at all.
fn says_json(response: &Response<Vec<u8>>) -> bool {
    let Some(kind) = response.headers().get(CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}
