//! A SCIM client, as an identity provider has one: it speaks HTTP to `/scim/v2` with a bearer token and knows nothing
//! else of the server it shares a process with.

use crate::commands::local;
use reqwest::header::{CONTENT_TYPE, HOST};
use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::net::SocketAddr;
use url::Url;

/// What a page of a list holds.
const PAGE: usize = 100;

#[derive(Debug, Clone)]
pub(super) struct Source {
    client: Client,
    base: String,
    host: String,
    token: SecretString,
}

/// A request that did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the request did not get through: {0}")]
    Http(#[from] reqwest::Error),
    /// 409: somebody of that name is there.
    #[error("somebody of that name is there already")]
    Taken,
    #[error("{status}: {detail}")]
    Scim { status: StatusCode, detail: String },
}

impl Source {
    /// `address` is where the server listens; `public_url` gives the host it answers to.
    pub(super) fn new(address: SocketAddr, public_url: &Url, token: SecretString) -> reqwest::Result<Self> {
        let host = public_url.host_str().unwrap_or("localhost");
        Ok(Self {
            client: local::client()?,
            base: format!("http://{}/scim/v2", local::reached_at(address)),
            host: public_url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            token,
        })
    }

    /// `POST /Users`; the user as the server keeps it.
    pub(super) async fn create(&self, user: &Value) -> Result<Value, Refusal> {
        self.send(Method::POST, "/Users", Some(user)).await
    }

    /// `PATCH /Users/{id}`.
    pub(super) async fn patch(&self, id: &str, operations: Value) -> Result<Value, Refusal> {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.send(Method::PATCH, &format!("/Users/{id}"), Some(&body)).await
    }

    /// `DELETE /Users/{id}`.
    pub(super) async fn delete(&self, id: &str) -> Result<(), Refusal> {
        self.send(Method::DELETE, &format!("/Users/{id}"), None).await.map(drop)
    }

    /// Everybody the server has of this source, page by page (RFC 7644, section 3.4.2.4).
    pub(super) async fn everybody(&self) -> Result<Vec<Value>, Refusal> {
        let mut found = Vec::new();
        loop {
            let start = found.len() + 1;
            let page = self.send(Method::GET, &format!("/Users?startIndex={start}&count={PAGE}"), None).await?;
            let users = page["Resources"].as_array().cloned().unwrap_or_default();
            let total = page["totalResults"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
            let last = users.is_empty();
            found.extend(users);
            if last || found.len() >= total {
                return Ok(found);
            }
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header(HOST, &self.host)
            .bearer_auth(self.token.expose_secret());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/scim+json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        match status {
            status if status.is_success() => Ok(body),
            StatusCode::CONFLICT => Err(Refusal::Taken),
            status => Err(Refusal::Scim { status, detail: body["detail"].as_str().unwrap_or(&text).to_owned() }),
        }
    }
}
