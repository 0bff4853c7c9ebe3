//! Sign-ins over real HTTP, against a provider that misbehaves on demand. Every rule has a test that fails without it.

mod answer;
mod count;
mod discovery;
mod endpoints;
mod id_token;
mod identity;
mod keys;
mod real;
mod start;

use super::*;
use crate::testing::{Behaviour, Fault, OidcProvider};
use ::http::{Request, Response};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::sync::LazyLock;
use url::Url;

/// One provider, one registration, one empty key cache.
struct Bench {
    provider: OidcProvider,
    client: Client,
    discovery: Discovery,
    http: Http,
    keys: KeyCache,
    now: DateTime<Utc>,
}

impl Bench {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Behaviour)) -> Self {
        let provider = OidcProvider::start().await;
        let mut now = DateTime::UNIX_EPOCH;
        provider.behave(|behaviour| {
            change(behaviour);
            now = behaviour.now;
        });
        let redirect = Url::parse("https://rollcall.example.com/auth/acme/callback?a=b").unwrap();
        let (client, http) = (provider.client(redirect), http());
        let discovery = discover(&http, &provider.issuer).await.unwrap();
        Self { provider, client, discovery, http, keys: KeyCache::new(), now }
    }

    fn party(&self) -> RelyingParty<'_> {
        RelyingParty { client: &self.client, discovery: &self.discovery, http: &self.http, keys: &self.keys }
    }

    fn start(&self) -> Start {
        self.party().start(None, self.now).unwrap()
    }

    /// What a browser brings back from the provider.
    async fn browse(&self, start: &Start) -> String {
        let back = browse(&start.url).await;
        let (address, query) = back.split_once("?a=b&").unwrap_or_else(|| panic!("{back}"));
        assert_eq!(address, "https://rollcall.example.com/auth/acme/callback");
        query.to_owned()
    }

    async fn finish(&self, query: &str, pending: &Pending) -> Result<Verified, Refusal> {
        self.party().finish(Callback::from_query(query)?, pending, self.now).await
    }

    async fn sign_in(&self) -> Result<Verified, Refusal> {
        let start = self.start();
        self.finish(&self.browse(&start).await, &start.pending).await
    }

    /// A sign-in at a provider that behaves so; it has to be refused for this reason, in a sentence without secrets.
    async fn refused(&self, kind: &str, change: impl FnOnce(&mut Behaviour)) -> String {
        self.provider.behave(change);
        let start = self.start();
        let query = self.browse(&start).await;
        is_refused(self.finish(&query, &start.pending).await, kind, &query)
    }
}

/// Sign-in with these id token claims laid over the right ones, at a provider of its own.
async fn with_claims(claims: Value) -> Result<Verified, Refusal> {
    Bench::with(|behaviour| behaviour.claims = claims).await.sign_in().await
}

#[track_caller]
fn is_refused(done: Result<Verified, Refusal>, kind: &str, query: &str) -> String {
    crate::counted::one();
    let refusal = done.map(|verified| verified.identity).expect_err(kind);
    let said = refusal.to_string();
    assert_eq!(refusal.kind(), kind, "{said}");
    assert!(said.ends_with('.') && said.chars().count() < 600, "{said}");
    let code = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
    for secret in [code.as_ref().map_or("-", |(_, code)| code), OidcProvider::CLIENT_SECRET, "2YotnFZFEjr1", "eyJ"] {
        assert!(secret == "-" || !format!("{said} {refusal:?}").contains(secret), "{secret} in {said}");
    }
    said
}

/// A browser without patience: where it is sent first.
async fn browse(url: &Url) -> String {
    let answer = client().get(url.clone()).send().await.unwrap();
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    match location {
        Some(location) => location,
        None => panic!("{url}: {} {}", answer.status(), answer.text().await.unwrap()),
    }
}

/// One for all, since making one reads the system's certificates; without a pool, since every test has a runtime of its
/// own.
fn client() -> reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "the server's guarded client is not to be had here")]
        let builder = reqwest::Client::builder();
        let builder = builder.redirect(reqwest::redirect::Policy::none()).no_proxy();
        builder.pool_max_idle_per_host(0).build().unwrap()
    });
    CLIENT.clone()
}

/// A client that keeps to what [`Http`] asks for, but for private addresses.
fn http() -> Http {
    let client = client();
    Http::new(move |request| Box::pin(exchange(client.clone(), request)))
}

async fn exchange(client: reqwest::Client, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
    let request = reqwest::Request::try_from(request).map_err(|_| HttpError::Request)?;
    let failed = |error: reqwest::Error| HttpError::Unreachable(error.without_url().to_string());
    let mut answer = client.execute(request).await.map_err(failed)?;
    let mut response = Response::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        response.body_mut().extend_from_slice(&chunk);
        // One more byte than allowed: whoever reads it must see that it is too long.
        if response.body().len() > MAX_BODY {
            break;
        }
    }
    Ok(response)
}

fn fault(behaviour: &mut Behaviour, path: &'static str, fault: Fault) {
    behaviour.faults.insert(path, fault);
}
