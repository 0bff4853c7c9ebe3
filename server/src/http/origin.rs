//! Refuses requests that another site made the browser send, and requests for another host.

use super::scim;
use crate::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use url::Url;

/// Which hosts and origins are ours, by the public URL.
#[derive(Debug, Clone)]
pub struct Ours {
    public_url: String,
    hosts: Vec<String>,
    scheme: String,
}

impl Ours {
    pub fn new(public_url: &Url) -> Self {
        let host = public_url.host_str().unwrap_or_default().to_owned();
        let port = public_url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let loopback = ["localhost", "127.0.0.1", "[::1]"];
        let names = if loopback.contains(&host.as_str()) { loopback.map(str::to_owned).to_vec() } else { vec![host] };
        Self {
            public_url: public_url.as_str().trim_end_matches('/').to_owned(),
            hosts: names.into_iter().map(|name| format!("{name}{port}")).collect(),
            scheme: public_url.scheme().to_owned(),
        }
    }

    fn is_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host))
    }

    fn is_origin(&self, origin: &str) -> bool {
        origin
            .strip_prefix(&self.scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .is_some_and(|host| self.is_host(host))
    }
}

fn text(headers: &HeaderMap, name: impl http::header::AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// 421 for a request whose host is not the public URL's: the page would set cookies for a name that is not ours. What a
/// whole address says counts before `Host` (RFC 9112, section 3.2.2), and several of these are 400 (section 3.2).
pub async fn check_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let several = request.headers().get_all(HOST).iter().count() > 1;
    let host = request.uri().authority().map(|a| a.as_str()).or_else(|| text(request.headers(), HOST));
    if !several && host.is_some_and(|host| state.ours.is_host(host)) {
        return next.run(request).await;
    }
    if several {
        let message = "The request has several Host headers. Send one.";
        if scim::is_here(request.uri().path()) {
            return scim::refused(400, request.headers(), message);
        }
        return (StatusCode::BAD_REQUEST, format!("{message}\n")).into_response();
    }
    let message = format!(
        "This server answers at {} only. Open that address, or change ROLLCALL_PUBLIC_URL.\n",
        state.ours.public_url
    );
    if scim::is_here(request.uri().path()) {
        return scim::refused(421, request.headers(), message.trim_end());
    }
    (StatusCode::MISDIRECTED_REQUEST, message).into_response()
}

/// 403 for an unsafe method unless the browser says that the request comes from our own pages (`Sec-Fetch-Site`), or
/// the `Origin` is ours.
pub async fn check_same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let site = text(request.headers(), "sec-fetch-site");
    let same = match site {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(request.headers(), ORIGIN).is_some_and(|origin| state.ours.is_origin(origin)),
    };
    if same || request.method().is_safe() {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), ?site, "a request from another site was refused");
    let message = "This request did not come from a page of this server, so nothing was done. Open the page again.\n";
    (StatusCode::FORBIDDEN, message).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_host_is_ours() {
        let ours = Ours::new(&"https://rollcall.example.com".parse().unwrap());
        assert!(ours.is_host("rollcall.example.com") && ours.is_host("ROLLCALL.example.com"));
        assert!(!ours.is_host("rollcall.example.com.evil.example") && !ours.is_host("rollcall.example.com:8080"));
        assert!(ours.is_origin("https://rollcall.example.com"));
        assert!(!ours.is_origin("http://rollcall.example.com") && !ours.is_origin("null"));
    }

    #[test]
    fn on_loopback_its_names_are_one() {
        let ours = Ours::new(&"http://localhost:8080".parse().unwrap());
        assert!(ours.is_host("127.0.0.1:8080") && ours.is_host("localhost:8080"));
        assert!(!ours.is_host("localhost") && !ours.is_host("10.0.0.1:8080"));
    }
}
