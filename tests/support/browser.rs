//! A browser without JavaScript: cookies, links and plain forms.

use crate::{Html, TestApp, http};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, RequestBuilder, Response};

/// One browser: a cookie jar, and nobody signed in at first.
pub struct Browser {
    http: reqwest::Client,
    base: String,
}

/// What a browser was answered.
pub struct Shown {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    pub html: Html,
}

impl Browser {
    pub fn new(base: impl Into<String>) -> Self {
        Self { http: http(), base: base.into() }
    }

    /// A request as it stands, with this browser's cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Shown {
        Shown::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// A page that is there.
    pub async fn open(&self, path: &str) -> Shown {
        let shown = self.get(path).await;
        assert_eq!(shown.status, 200, "{path}: {} {}", shown.header(LOCATION.as_str()), shown.html.text());
        shown
    }

    /// A form sent from one of our pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin").form(fields);
        Shown::of(request.send().await.unwrap()).await
    }

    /// Fills the page's form of a server function and sends it. A field that the form has already is replaced; an empty
    /// list of fields sends it as it stands.
    pub async fn submit(&self, page: &Shown, function: &str, filled: &[(&str, &str)]) -> Shown {
        let form = page.html.form(function).unwrap_or_else(|| panic!("no form of {function} on: {}", page.html.text()));
        let kept = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut fields: Vec<_> = kept.filter(|(name, _)| filled.iter().all(|(other, _)| other != name)).collect();
        fields.extend(filled);
        self.post(&form.action, &fields).await
    }

    /// Goes where an answer leads.
    pub async fn follow(&self, shown: &Shown) -> Shown {
        self.open(shown.location()).await
    }

    /// Calls a server function as the app in the browser does.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        Shown::of(request.header("accept", "application/json").form(fields).send().await.unwrap()).await
    }
}

impl Shown {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap();
        Self { status, headers, html: Html::parse(&body), body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a 303 leads, as path and query.
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "a redirect, but: {}", self.html.text());
        self.header(LOCATION.as_str())
    }

    /// The message at a field.
    pub fn error_at(&self, field: &str) -> Option<String> {
        self.html.by_id(&format!("{field}-e")).map(|element| element.text())
    }
}

impl TestApp {
    pub fn browser(&self) -> Browser {
        Browser::new(self.base())
    }
}
