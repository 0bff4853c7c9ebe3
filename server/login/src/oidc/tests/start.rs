use super::*;
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use std::collections::HashMap;

fn parameters(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn the_request_asks_for_a_code_bound_to_this_browser() {
    let bench =
        Bench::with(|behaviour| behaviour.discovery = json!({ "authorization_endpoint": "https://x.test/a?b=c" }))
            .await;
    let start = bench.start();
    let sent = parameters(&start.url);
    let is = |name: &str, value: &str| assert_eq!(sent[name], value);
    is("b", "c");
    is("response_type", "code");
    is("client_id", OidcProvider::CLIENT_ID);
    is("redirect_uri", "https://rollcall.example.com/auth/acme/callback?a=b");
    is("scope", "openid email profile");
    is("code_challenge_method", "S256");
    for random in ["state", "nonce", "code_challenge"] {
        assert_eq!(sent[random].len(), 43, "256 bits: {random}");
    }
    assert!(!start.url.as_str().contains(start.pending.pkce_verifier.expose_secret()));
    assert!(!sent.contains_key("prompt") && !sent.contains_key("max_age"));
}

#[tokio::test]
async fn no_two_requests_share_anything() {
    let bench = Bench::new().await;
    let (one, other) = (parameters(&bench.start().url), parameters(&bench.start().url));
    for random in ["state", "nonce", "code_challenge"] {
        assert_ne!(one[random], other[random]);
    }
    assert_ne!(one["state"], one["nonce"]);
}

#[tokio::test]
async fn a_fresh_sign_in_is_asked_for() {
    let bench = Bench::new().await;
    let start = bench.party().start(Some(TimeDelta::minutes(5)), bench.now).unwrap();
    let sent = parameters(&start.url);
    assert_eq!((sent["prompt"].as_str(), sent["max_age"].as_str()), ("login", "300"));
}

#[tokio::test]
async fn what_is_pending_is_stored_and_read_and_not_shown() {
    let bench = Bench::new().await;
    let start = bench.party().start(Some(TimeDelta::minutes(5)), bench.now).unwrap();
    let stored = start.pending.expose();
    let read = Pending::read(&stored).unwrap();
    assert_eq!(read.expose().expose_secret(), stored.expose_secret());
    let query = bench.browse(&start).await;
    assert_eq!(Callback::from_query(&query).unwrap().state_hash(), Some(read.state_hash()));
    let shown = format!("{read:?}");
    for secret in [&read.state, &read.nonce, &read.pkce_verifier] {
        assert!(!shown.contains(secret.expose_secret()));
    }
    bench.finish(&query, &read).await.unwrap();
    assert!(Pending::read(&"{}".into()).is_err());
}

#[tokio::test]
async fn logout_tells_the_provider_who_leaves() {
    let bench = Bench::new().await;
    let verified = bench.sign_in().await.unwrap();
    let return_to = Url::parse("https://rollcall.example.com/signed-out").unwrap();
    let url = bench.party().logout_url(Some(&verified.id_token), &return_to, "xyz").unwrap();
    let url = Url::parse(url.expose_secret()).unwrap();
    assert!(url.as_str().starts_with(&format!("{}/logout?", bench.provider.issuer)));
    let sent = parameters(&url);
    assert_eq!(sent["id_token_hint"], verified.id_token.expose_secret());
    assert_eq!(sent["post_logout_redirect_uri"], return_to.as_str());
    assert_eq!((sent["state"].as_str(), sent["client_id"].as_str()), ("xyz", OidcProvider::CLIENT_ID));
    let without = Discovery { end_session_endpoint: None, ..bench.discovery.clone() };
    let party = RelyingParty { discovery: &without, ..bench.party() };
    assert!(party.logout_url(None, &return_to, "xyz").is_none());
}
