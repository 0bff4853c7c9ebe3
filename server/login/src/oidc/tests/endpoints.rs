use super::*;

fn html() -> Fault {
    Fault::Answer(200, "text/html", "<h1>Sign in</h1>".to_owned())
}

#[tokio::test]
pub(super) async fn a_token_endpoint_in_trouble_is_told_as_it_is() {
    for (way, expected) in [
        (html(), "answered with something that is not JSON"),
        (Fault::Answer(503, "text/html", "<h1>Busy</h1>".to_owned()), "answered with status 503"),
        (Fault::Redirect, "answered with a redirect"),
        (Fault::Huge, "sent more than 1 MiB"),
        (Fault::HangUp, "could not be reached"),
        // JSON that does not say so may be anything.
        (Fault::Answer(200, "text/plain", "{}".to_owned()), "answered with something that is not JSON"),
    ] {
        let bench = Bench::new().await;
        let said = bench.refused("token_endpoint", |behaviour| fault(behaviour, "/token", way)).await;
        assert!(said.starts_with(&format!("The provider's token endpoint {expected}")), "{said}");
        assert_eq!(bench.provider.requests("/elsewhere"), 0);
    }
}

#[tokio::test]
async fn a_silent_endpoint_has_ten_seconds() {
    let bench = Bench::new().await;
    bench.provider.behave(|behaviour| fault(behaviour, "/token", Fault::Silence));
    let start = bench.start();
    let query = bench.browse(&start).await;
    // With nothing else to do, the paused clock runs to the next time limit.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    is_refused(bench.finish(&query, &start.pending).await, "token_endpoint", &query);
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn an_error_of_the_token_endpoint_is_told_without_secrets() {
    let bench = Bench::new().await;
    let start = bench.start();
    let verifier = secrecy::ExposeSecret::expose_secret(&start.pending.pkce_verifier).to_owned();
    let echo = format!("I was sent {} and {verifier}", OidcProvider::CLIENT_SECRET);
    let body = json!({ "error": "invalid_client", "error_description": echo }).to_string();
    bench.provider.behave(|behaviour| fault(behaviour, "/token", Fault::Answer(401, "application/json", body)));
    let query = bench.browse(&start).await;
    let said = is_refused(bench.finish(&query, &start.pending).await, "exchange", &query);
    assert_eq!(
        said,
        "The token endpoint refused: invalid_client: I was sent [removed] and [removed] (status 401). \
         Check the client id and the client secret."
    );
}

#[tokio::test]
async fn the_secret_goes_the_way_the_provider_takes_it() {
    let post = json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] });
    let bench = Bench::with(|behaviour| behaviour.discovery = post).await;
    assert_eq!(bench.discovery.token_auth, TokenAuth::ClientSecretPost);
    bench.sign_in().await.unwrap();
    let wrong = Client { client_secret: "wrong".into(), ..bench.client.clone() };
    let start = bench.start();
    let callback = Callback::from_query(&bench.browse(&start).await).unwrap();
    let done = RelyingParty { client: &wrong, ..bench.party() }.finish(callback, &start.pending, bench.now).await;
    is_refused(done, "exchange", "");
}

#[tokio::test]
async fn userinfo_is_asked_only_for_what_is_missing() {
    let bench = Bench::new().await;
    bench.sign_in().await.unwrap();
    assert_eq!(bench.provider.requests("/userinfo"), 0);
    bench.provider.behave(|behaviour| behaviour.claims = json!({ "groups": null }));
    let verified = bench.sign_in().await.unwrap();
    assert_eq!(bench.provider.requests("/userinfo"), 1);
    assert_eq!(verified.identity.claims["groups"], ["admins", "staff"]);
}

#[tokio::test]
pub(super) async fn userinfo_speaks_of_the_same_person() {
    for userinfo in [json!({ "sub": "another", "groups": ["owners"] }), json!({ "groups": ["owners"] }), json!([])] {
        let bench = Bench::with(|behaviour| behaviour.claims = json!({ "groups": null })).await;
        bench.refused("userinfo_subject", |behaviour| behaviour.userinfo = Some(userinfo)).await;
    }
}

#[tokio::test]
pub(super) async fn userinfo_in_trouble_is_told_as_it_is() {
    for way in [html(), Fault::Redirect, Fault::Huge, Fault::Answer(401, "application/json", "{}".to_owned())] {
        let bench = Bench::with(|behaviour| behaviour.claims = json!({ "groups": null })).await;
        bench.refused("userinfo_endpoint", |behaviour| fault(behaviour, "/userinfo", way)).await;
    }
}

#[tokio::test]
pub(super) async fn an_access_token_that_is_no_header_is_refused() {
    let bench = Bench::with(|behaviour| behaviour.claims = json!({ "groups": null, "at_hash": null })).await;
    bench.refused("userinfo_endpoint", |b| b.tokens = json!({ "access_token": "x\r\nHost: evil.example.com" })).await;
}
