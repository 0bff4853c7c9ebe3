//! The same road against a provider that others wrote and certified: `tests/providers/run`.

use super::*;
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// oidc-provider in a process of its own.
struct Real {
    node: Child,
    issuer: String,
}

impl Real {
    fn start(settings: &[(&str, &str)]) -> Self {
        let accounts = json!([{
            "sub": "jane", "password": "correct horse", "name": "Jane Doe", "email": "jane@example.com",
            "email_verified": true, "groups": ["admins", "staff"],
        }]);
        let mut node = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/providers/oidc.mjs"))
            .env("CLIENT_ID", OidcProvider::CLIENT_ID)
            .env("CLIENT_SECRET", OidcProvider::CLIENT_SECRET)
            .env("REDIRECT_URIS", REDIRECT)
            .env("POST_LOGOUT_REDIRECT_URIS", SIGNED_OUT)
            .env("ACCOUNTS", accounts.to_string())
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut issuer = String::new();
        BufReader::new(node.stdout.take().unwrap()).read_line(&mut issuer).unwrap();
        Self { node, issuer: issuer.trim().to_owned() }
    }

    async fn discover(&self) -> Discovery {
        discover(&http(), &self.issuer).await.unwrap()
    }

    fn client(&self) -> Client {
        Client {
            issuer: self.issuer.clone(),
            client_id: OidcProvider::CLIENT_ID.to_owned(),
            client_secret: OidcProvider::CLIENT_SECRET.into(),
            redirect_uri: Url::parse(REDIRECT).unwrap(),
            scopes: ["email", "profile", "groups"].map(str::to_owned).to_vec(),
            claims: vec!["groups".to_owned()],
        }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

const REDIRECT: &str = "https://rollcall.example.com/auth/real/callback";
const SIGNED_OUT: &str = "https://rollcall.example.com/signed-out";

/// Follows redirects inside the provider, with its cookies.
#[derive(Default)]
struct Browser(HashMap<String, String>);

impl Browser {
    /// Goes on until the provider sends the browser elsewhere, or shows a page: then the page's own address.
    async fn go(&mut self, start: &Url, form: Option<&[(&str, &str)]>) -> (Url, bool) {
        let (mut url, mut form) = (start.clone(), form);
        loop {
            let request = match form.take() {
                Some(form) => client().post(url.clone()).form(form),
                None => client().get(url.clone()),
            };
            let cookies: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer = request.header("cookie", cookies.join("; ")).send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                self.0.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = answer.headers().get("location") else { return (url, true) };
            url = url.join(location.to_str().unwrap()).unwrap();
            if url.origin() != start.origin() {
                return (url, false);
            }
        }
    }

    async fn sign_in(&mut self, start: &Start) -> Url {
        let (page, is_page) = self.go(&start.url, None).await;
        assert!(is_page && page.path().starts_with("/sign-in/"), "{page}");
        let (_, is_page) = self.go(&page, Some(&[("login", "jane"), ("password", "wrong")])).await;
        assert!(is_page, "a wrong password opens nothing");
        self.go(&page, Some(&[("login", "jane"), ("password", "correct horse")])).await.0
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

async fn whole_way(settings: &[(&str, &str)]) -> Verified {
    let real = Real::start(settings);
    let (client, discovery, http, keys) = (real.client(), real.discover().await, http(), KeyCache::new());
    let party = RelyingParty { client: &client, discovery: &discovery, http: &http, keys: &keys };
    let mut browser = Browser::default();

    let start = party.start(None, now()).unwrap();
    let back = browser.sign_in(&start).await;
    let answer = || Callback::from_query(back.query().unwrap()).unwrap();
    let first = party.finish(answer(), &start.pending, now()).await.unwrap();
    let again = party.finish(answer(), &start.pending, now()).await;
    is_refused(again, "exchange", back.query().unwrap());

    // Signed in there already: only a fresh sign-in shows the form once more.
    let quick = party.start(None, now()).unwrap();
    let (back, is_page) = browser.go(&quick.url, None).await;
    assert!(!is_page);
    party.finish(Callback::from_query(back.query().unwrap()).unwrap(), &quick.pending, now()).await.unwrap();
    let fresh = party.start(Some(TimeDelta::minutes(1)), now()).unwrap();
    let back = browser.sign_in(&fresh).await;
    let done = party.finish(Callback::from_query(back.query().unwrap()).unwrap(), &fresh.pending, now()).await.unwrap();
    assert!(now() - done.auth_time.unwrap() < TimeDelta::minutes(1));

    let leave = party.logout_url(Some(&done.id_token), &Url::parse(SIGNED_OUT).unwrap(), "xyz").unwrap();
    let (page, is_page) = browser.go(&Url::parse(leave.expose_secret()).unwrap(), None).await;
    assert!(is_page && page.path() == "/session/end", "the logout request is understood: {page}");
    first
}

#[tokio::test]
#[ignore = "needs Node: tests/providers/run"]
async fn the_whole_way_against_a_certified_provider() {
    for algorithm in ["RS256", "PS256", "ES256"] {
        for claims_in in ["id_token", "userinfo"] {
            let found = whole_way(&[("ALGORITHM", algorithm), ("CLAIMS_IN", claims_in)]).await.identity;
            assert_eq!(found.subject, "jane");
            assert_eq!(found.name.as_deref(), Some("Jane Doe"));
            assert_eq!(found.email, Some(crate::Email { address: "jane@example.com".to_owned(), verified: true }));
            assert_eq!(found.claims["groups"], ["admins", "staff"], "{algorithm} {claims_in}");
        }
    }
}

#[tokio::test]
#[ignore = "needs Node: tests/providers/run"]
async fn a_certified_provider_refuses_what_it_should() {
    let real = Real::start(&[]);
    let (discovery, http, keys) = (real.discover().await, http(), KeyCache::new());
    let client = Client { client_secret: "wrong".into(), ..real.client() };
    let party = RelyingParty { client: &client, discovery: &discovery, http: &http, keys: &keys };
    let start = party.start(None, now()).unwrap();
    let back = Browser::default().sign_in(&start).await;
    let done = party.finish(Callback::from_query(back.query().unwrap()).unwrap(), &start.pending, now()).await;
    let said = is_refused(done, "exchange", back.query().unwrap());
    assert!(said.contains("invalid_client") && said.ends_with("Check the client id and the client secret."), "{said}");

    let start = party.start(None, now()).unwrap();
    let mut browser = Browser::default();
    let (page, _) = browser.go(&start.url, None).await;
    let (back, _) = browser.go(&page, Some(&[("cancel", "yes")])).await;
    let done = party.finish(Callback::from_query(back.query().unwrap()).unwrap(), &start.pending, now()).await;
    let said = is_refused(done, "denied", back.query().unwrap());
    assert!(said.contains("access_denied: The person turned back."), "{said}");
}
