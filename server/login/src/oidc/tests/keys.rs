use super::*;
use crate::testing::{Keys, Signing};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

#[tokio::test]
async fn keys_are_fetched_once_and_again_after_an_hour() {
    let mut bench = Bench::new().await;
    for _ in 0..3 {
        bench.sign_in().await.unwrap();
    }
    assert_eq!(bench.provider.requests("/jwks"), 1);
    bench.now += TimeDelta::hours(1);
    bench.provider.behave(|behaviour| behaviour.now += TimeDelta::hours(1));
    bench.sign_in().await.unwrap();
    assert_eq!(bench.provider.requests("/jwks"), 2);
}

#[tokio::test]
pub(super) async fn a_withdrawn_key_is_good_for_an_hour_at_most() {
    let mut bench = Bench::new().await;
    bench.sign_in().await.unwrap();
    bench.provider.behave(|behaviour| behaviour.published = Some(Keys::second().published()));
    bench.now += TimeDelta::hours(1);
    bench.refused("unknown_key", |behaviour| behaviour.now += TimeDelta::hours(1)).await;
}

#[tokio::test]
async fn a_roll_over_is_followed_at_once() {
    let bench = Bench::new().await;
    bench.sign_in().await.unwrap();
    bench.provider.behave(|behaviour| behaviour.keys = Keys::second());
    bench.sign_in().await.unwrap();
    bench.sign_in().await.unwrap();
    assert_eq!(bench.provider.requests("/jwks"), 2);
}

#[tokio::test]
pub(super) async fn unknown_keys_cost_one_request_a_minute() {
    let mut bench = Bench::new().await;
    bench.sign_in().await.unwrap();
    for _ in 0..5 {
        bench.refused("unknown_key", |behaviour| behaviour.header = json!({ "kid": "made up" })).await;
    }
    assert_eq!(bench.provider.requests("/jwks"), 2);
    bench.now += TimeDelta::seconds(60);
    bench.refused("unknown_key", |_| {}).await;
    assert_eq!(bench.provider.requests("/jwks"), 3);
}

#[tokio::test]
async fn those_who_come_together_share_one_fetch() {
    let bench = Bench::new().await;
    let sign_in = || bench.sign_in();
    let (a, b, c) = tokio::join!(sign_in(), sign_in(), sign_in());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(bench.provider.requests("/jwks"), 1);
    bench.provider.behave(|behaviour| behaviour.keys = Keys::second());
    let (a, b, c) = tokio::join!(sign_in(), sign_in(), sign_in());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(bench.provider.requests("/jwks"), 2);
}

#[tokio::test]
async fn keys_that_somebody_else_renewed_are_taken_without_asking() {
    let bench = Bench::new().await;
    let known = bench.keys.current(&bench.http, &bench.discovery, bench.now).await.unwrap();
    bench.provider.behave(|behaviour| behaviour.keys = Keys::second());
    for _ in 0..2 {
        let newer = bench.keys.newer(&bench.http, &bench.discovery, &known, bench.now).await.unwrap();
        assert_ne!(newer.unwrap(), known);
    }
    assert_eq!(bench.provider.requests("/jwks"), 2);
}

#[tokio::test]
pub(super) async fn two_providers_do_not_share_keys() {
    let (one, mut other) = (Bench::new().await, Bench::new().await);
    one.sign_in().await.unwrap();
    other.keys = one.keys;
    other.provider.behave(|behaviour| behaviour.published = Some(Keys::second().published()));
    other.refused("unknown_key", |_| {}).await;
}

#[tokio::test]
pub(super) async fn a_key_set_in_trouble_is_told_and_asked_again_after_ten_seconds() {
    let mut bench = Bench::new().await;
    for (way, expected) in [
        (Fault::Answer(500, "text/plain", String::new()), "answered with status 500"),
        (Fault::Redirect, "answered with a redirect"),
        (Fault::Huge, "sent more than 1 MiB"),
    ] {
        let said = bench.refused("keys", |behaviour| fault(behaviour, "/jwks", way)).await;
        assert!(said.starts_with(&format!("The provider's key set (jwks_uri) {expected}")), "{said}");
        let before = bench.provider.requests("/jwks");
        bench.refused("keys", |_| {}).await;
        assert_eq!(bench.provider.requests("/jwks"), before, "not again at once");
        bench.now += TimeDelta::seconds(10);
        bench.provider.behave(|behaviour| behaviour.now += TimeDelta::seconds(10));
    }
    bench.provider.behave(|behaviour| behaviour.faults.clear());
    bench.sign_in().await.unwrap();
}

#[tokio::test]
pub(super) async fn only_keys_that_can_sign_count() {
    let key = |over: Value| {
        let mut key = Keys::first().rsa_key();
        key.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        json!({ "keys": [key] })
    };
    for (set, kind) in [
        (json!({ "keys": [] }), "keys"),
        (json!([]), "keys"),
        (json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": Keys::first().rsa_id() }] }), "unknown_key"),
        (key(json!({ "use": "enc" })), "unknown_key"),
        (key(json!({ "alg": "RS512" })), "unknown_key"),
        // Short, also behind a row of zeros.
        (key(json!({ "n": URL_SAFE_NO_PAD.encode([0xff; 255]) })), "keys"),
        (key(json!({ "n": URL_SAFE_NO_PAD.encode([&[0; 300][..], &[0xff; 128]].concat()) })), "keys"),
    ] {
        let bench = Bench::new().await;
        bench.refused(kind, |behaviour| behaviour.published = Some(set)).await;
    }
}

#[tokio::test]
pub(super) async fn a_token_without_key_id_needs_a_key_without_rival() {
    let bench = Bench::with(|behaviour| behaviour.header = json!({ "kid": null })).await;
    bench.sign_in().await.unwrap();
    let bench = Bench::with(|behaviour| behaviour.header = json!({ "kid": null })).await;
    let both = json!({ "keys": [Keys::first().rsa_key(), Keys::second().rsa_key()] });
    bench.refused("ambiguous_key", |behaviour| behaviour.published = Some(both)).await;
}

#[tokio::test]
async fn what_is_not_understood_in_the_key_set_harms_nobody() {
    let bench = Bench::with(|behaviour| behaviour.signing = Signing::Ps256).await;
    let set = json!({ "keys": [5, { "kty": "new" }, { "kty": "RSA", "n": 5 }, Keys::first().rsa_key()] });
    bench.provider.behave(|behaviour| behaviour.published = Some(set));
    bench.sign_in().await.unwrap();
}
