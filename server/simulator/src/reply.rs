//! An answer before it becomes HTTP.

use serde_json::{Value, json};

use crate::refusal::Refusal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Set where the answer's type does not follow from the request's Accept.
    pub(crate) content_type: Option<String>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string(), content_type: None }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new(), content_type: None }
    }

    /// What stands before SCIM at Zoom answers in its own form.
    pub(crate) fn gateway(status: u16, code: u32, message: &str) -> Self {
        let body = json!({ "code": code, "message": message });
        Self { content_type: Some("application/json".to_owned()), ..Self::json(status, &body) }
    }

    pub(crate) fn with_headers(mut self, headers: Vec<(&'static str, String)>) -> Self {
        self.headers.extend(headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status(), &refusal.body())
    }
}
