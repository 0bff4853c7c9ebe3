//! A SCIM client that says exactly what it is told and hides nothing.

use crate::http;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

pub const MEDIA_TYPE: &str = "application/scim+json";

#[derive(Clone)]
pub struct Scim {
    http: reqwest::Client,
    base: String,
    token: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Null where the body is no JSON.
    pub body: Value,
}

impl Scim {
    /// For a server's address and a token of a source.
    pub fn new(base: &str, token: &str) -> Self {
        Self { http: http(), base: format!("{base}/scim/v2"), token: token.to_owned() }
    }

    /// The same server with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.http.request(method, address).bearer_auth(&self.token).header("accept", MEDIA_TYPE)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn find(&self, filter: &str) -> Answer {
        Answer::of(self.request(Method::GET, "/Users").query(&[("filter", filter)])).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.raw(method, path, body.to_string()).await
    }

    /// A body that may be anything.
    pub async fn raw(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        Answer::of(self.request(method, path).header("content-type", MEDIA_TYPE).body(body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    /// The operations of a PatchOp.
    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        self.send(Method::PATCH, path, &serde_json::json!({ "schemas": schemas, "Operations": operations })).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// Pushes a user that must be taken; its id.
    pub async fn create(&self, user: &Value) -> String {
        let answer = self.post("/Users", user).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.id()
    }
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, body }
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.text)).to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and `scimType` of a SCIM error (RFC 7644, section 3.12), which must be well-formed.
    pub fn error(&self) -> (u16, &str) {
        assert_eq!(
            self.body["schemas"],
            serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
            "{}",
            self.text
        );
        assert_eq!(self.body["status"], self.status.to_string(), "{}", self.text);
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", self.text);
        assert!(self.header("content-type").starts_with(MEDIA_TYPE), "{:?}", self.headers);
        (self.status, self.body["scimType"].as_str().unwrap_or_default())
    }
}
