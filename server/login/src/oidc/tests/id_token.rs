use super::*;
use crate::testing::{Keys, Signing};
use chrono::TimeDelta;

async fn refused(kind: &str, claims: Value) -> String {
    Bench::new().await.refused(kind, |behaviour| behaviour.claims = claims).await
}

#[tokio::test]
async fn each_of_the_three_algorithms_is_accepted() {
    for signing in [Signing::Rs256, Signing::Ps256, Signing::Es256] {
        let bench = Bench::with(|behaviour| behaviour.signing = signing).await;
        bench.sign_in().await.unwrap_or_else(|refusal| panic!("{signing:?}: {refusal}"));
    }
}

#[tokio::test]
pub(super) async fn no_other_algorithm_is() {
    for (signing, name) in [
        (Signing::Unsigned, "none"),
        (Signing::PublicKeyAsSecret, "HS256"),
        (Signing::ClientSecret, "HS256"),
        (Signing::Rs512, "RS512"),
    ] {
        let bench = Bench::new().await;
        let said = bench.refused("algorithm", |behaviour| behaviour.signing = signing).await;
        assert!(said.starts_with(&format!("The id token is signed with {name}.")), "{said}");
    }
    for name in ["None", "ES256K", "rs256"] {
        let bench = Bench::new().await;
        bench.refused("algorithm", |behaviour| behaviour.header = json!({ "alg": name })).await;
    }
}

#[tokio::test]
pub(super) async fn a_wrong_signature_is_refused() {
    let bench = Bench::new().await;
    bench.refused("signature", |behaviour| behaviour.signing = Signing::Tampered).await;
    // The right key id, but of somebody else's key.
    let own = Keys::second();
    let renamed = json!({ "kid": Keys::first().rsa_id() });
    bench.provider.behave(|behaviour| behaviour.published = Some(Keys::first().published()));
    bench.provider.behave(|behaviour| (behaviour.keys, behaviour.header) = (own, renamed));
    bench.refused("signature", |behaviour| behaviour.signing = Signing::Rs256).await;
}

#[tokio::test]
pub(super) async fn a_key_signs_with_its_own_kind_only() {
    for (signing, kid) in [(Signing::Rs256, Keys::first().ec_id()), (Signing::Es256, Keys::first().rsa_id())] {
        let bench = Bench::new().await;
        bench.provider.behave(|behaviour| behaviour.signing = signing);
        bench.refused("unknown_key", |behaviour| behaviour.header = json!({ "kid": kid })).await;
    }
}

#[tokio::test]
pub(super) async fn a_header_that_means_something_else_is_refused() {
    for header in [json!({ "typ": "at+jwt" }), json!({ "cty": "JWT" }), json!({ "crit": ["b64"], "b64": false })] {
        let bench = Bench::new().await;
        bench.refused("id_token_unreadable", |behaviour| behaviour.header = header).await;
    }
}

#[tokio::test]
pub(super) async fn the_issuer_is_ours() {
    let said = refused("issuer", json!({ "iss": "https://evil.example.com" })).await;
    assert!(said.contains("https://evil.example.com"), "{said}");
    refused("id_token_unreadable", json!({ "iss": null })).await;
}

#[tokio::test]
pub(super) async fn the_audience_is_our_client_alone() {
    for audience in [json!("other"), json!([]), json!(null), json!([OidcProvider::CLIENT_ID, "other"])] {
        refused("audience", json!({ "aud": audience, "azp": OidcProvider::CLIENT_ID })).await;
    }
    with_claims(json!({ "aud": [OidcProvider::CLIENT_ID] })).await.unwrap();
}

#[tokio::test]
pub(super) async fn the_authorized_party_is_our_client() {
    refused("azp", json!({ "azp": "other" })).await;
    with_claims(json!({ "azp": null })).await.unwrap();
}

#[tokio::test]
pub(super) async fn the_nonce_is_the_one_sent() {
    for nonce in [json!("other"), json!(""), json!(null)] {
        refused("nonce", json!({ "nonce": nonce })).await;
    }
}

#[tokio::test]
pub(super) async fn an_ended_token_is_refused_and_a_minute_forgiven() {
    let now = Bench::new().await.now.timestamp();
    let said = refused("expired", json!({ "exp": now - 60 })).await;
    assert!(said.contains("2026-09-21 14:12:20 UTC"), "{said}");
    with_claims(json!({ "exp": now - 59 })).await.unwrap();
    refused("id_token_unreadable", json!({ "exp": null })).await;
}

#[tokio::test]
pub(super) async fn a_token_not_good_yet_is_refused_and_a_minute_forgiven() {
    let now = Bench::new().await.now.timestamp();
    refused("not_yet", json!({ "nbf": now + 61 })).await;
    refused("id_token_unreadable", json!({ "nbf": "soon" })).await;
    with_claims(json!({ "nbf": now + 60 })).await.unwrap();
    with_claims(json!({ "nbf": null })).await.unwrap();
}

#[tokio::test]
pub(super) async fn a_token_of_the_future_or_of_before_the_request_is_refused() {
    let now = Bench::new().await.now.timestamp();
    refused("issued_in_future", json!({ "iat": now + 61 })).await;
    refused("issued_before", json!({ "iat": now - 61 })).await;
    refused("id_token_unreadable", json!({ "iat": null })).await;
    with_claims(json!({ "iat": now + 60 })).await.unwrap();
    with_claims(json!({ "iat": now - 60 })).await.unwrap();
}

#[tokio::test]
pub(super) async fn the_access_token_is_the_one_the_id_token_knows() {
    refused("at_hash", json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" })).await;
    let bench = Bench::with(|behaviour| behaviour.signing = Signing::Es256).await;
    bench.refused("at_hash", |behaviour| behaviour.tokens = json!({ "access_token": "swapped" })).await;
    with_claims(json!({ "at_hash": null })).await.unwrap();
}

#[tokio::test]
pub(super) async fn the_subject_is_somebody() {
    for subject in [String::new(), "x".repeat(256), "a\u{0}b".to_owned()] {
        refused("subject", json!({ "sub": subject })).await;
    }
    refused("id_token_unreadable", json!({ "sub": null })).await;
    refused("id_token_unreadable", json!({ "sub": 5 })).await;
}

#[tokio::test]
pub(super) async fn a_fresh_sign_in_is_fresh() {
    let bench = Bench::new().await;
    let now = bench.now.timestamp();
    for (auth_time, kind) in [
        (json!(now - 361), Some("auth_time")),
        (json!(now + 61), Some("auth_time")),
        (json!(null), Some("auth_time_missing")),
        (json!(now - 360), None),
    ] {
        bench.provider.behave(|behaviour| behaviour.claims = json!({ "auth_time": auth_time }));
        let start = bench.party().start(Some(TimeDelta::minutes(5)), bench.now).unwrap();
        let query = bench.browse(&start).await;
        let done = bench.finish(&query, &start.pending).await;
        match kind {
            Some(kind) => drop(is_refused(done, kind, &query)),
            None => drop(done.unwrap()),
        }
    }
    with_claims(json!({ "auth_time": now - 86_400 })).await.unwrap();
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    for raw in ["", "abc", "a.b.c", "..", "eyJhbGciOiJSUzI1NiJ9.W10.AA", "💥.💥.💥"] {
        let bench = Bench::new().await;
        bench.refused("id_token_unreadable", |behaviour| behaviour.tokens = json!({ "id_token": raw })).await;
    }
    let bench = Bench::new().await;
    bench.refused("no_id_token", |behaviour| behaviour.tokens = json!({ "id_token": null })).await;
}
