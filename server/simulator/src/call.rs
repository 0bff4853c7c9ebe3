//! One request, read whole.

use http_body_util::{BodyExt, Limited};
use hyper::{Request, body::Incoming, header};
use serde_json::{Map, Value};

use crate::{operation::Operation, refusal::Refusal};

/// Far above anything Zoom takes; only keeps a runaway client from the memory.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: Option<Operation>,
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) accept: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the request's body could not be read")]
pub(crate) struct Unreadable;

impl Call {
    pub(crate) async fn read(request: Request<Incoming>) -> Result<Self, Unreadable> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|_| Unreadable)?.to_bytes();
        let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let method = parts.method.as_str().to_owned();
        let path = parts.uri.path().to_owned();
        let (operation, id) = Operation::of(&method, &path).unzip();
        Ok(Self {
            operation,
            id: id.unwrap_or_default(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            accept: header(header::ACCEPT),
            content_type: header(header::CONTENT_TYPE),
            authorization: header(header::AUTHORIZATION),
            body: String::from_utf8_lossy(&body).into_owned(),
            method,
            path,
        })
    }

    /// A value of the query string; `+` is a space there, as everywhere on the web.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&self.query).unwrap_or_default();
        pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn json_object(&self) -> Result<Map<String, Value>, Refusal> {
        if self.body.trim().is_empty() {
            return Err(Refusal::EmptyJson);
        }
        let body: Map<String, Value> = serde_json::from_str(&self.body).map_err(|_| Refusal::NotJson)?;
        if body.is_empty() { Err(Refusal::EmptyJson) } else { Ok(body) }
    }
}
