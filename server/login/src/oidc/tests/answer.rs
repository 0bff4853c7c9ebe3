use super::*;
use chrono::TimeDelta;

#[tokio::test]
async fn a_sign_in_goes_the_whole_way() {
    let bench = Bench::new().await;
    let verified = bench.sign_in().await.unwrap();
    assert_eq!(verified.identity.subject, "248289761001");
    assert_eq!(verified.identity.issuer, bench.provider.issuer);
    assert_eq!(verified.auth_time, Some(bench.now));
}

#[tokio::test]
pub(super) async fn the_state_is_the_one_of_this_sign_in() {
    let bench = Bench::new().await;
    let (mine, other) = (bench.start(), bench.start());
    let query = bench.browse(&other).await;
    is_refused(bench.finish(&query, &mine.pending).await, "state", &query);
    bench.refused("state", |behaviour| behaviour.callback = json!({ "state": null })).await;
    bench.refused("state", |behaviour| behaviour.callback = json!({ "state": "" })).await;
    assert_eq!(bench.provider.requests("/token"), 0, "a code is not used before the state is right");
}

#[tokio::test]
pub(super) async fn a_parameter_comes_once() {
    let bench = Bench::new().await;
    let start = bench.start();
    let query = bench.browse(&start).await;
    for (name, extra) in [("code", "code=x"), ("state", "state=x"), ("iss", "iss=x")] {
        let twice = format!("{query}&{extra}");
        let said = is_refused(bench.finish(&twice, &start.pending).await, "repeated_parameter", &query);
        assert!(said.contains(&format!("parameter {name} ")), "{said}");
    }
    bench.finish(&format!("{query}&session_state=1&session_state=2"), &start.pending).await.unwrap();
}

#[tokio::test]
pub(super) async fn the_pending_sign_in_belongs_to_this_provider() {
    let (one, other) = (Bench::new().await, Bench::new().await);
    let start = one.start();
    let query = one.browse(&start).await;
    is_refused(other.finish(&query, &start.pending).await, "other_provider", &query);
    assert_eq!(other.provider.requests("/token"), 0, "no code goes to a stranger");
}

#[tokio::test]
pub(super) async fn ten_minutes_are_enough() {
    let mut bench = Bench::new().await;
    let start = bench.start();
    let query = bench.browse(&start).await;
    bench.now += TimeDelta::minutes(10) + TimeDelta::milliseconds(1);
    is_refused(bench.finish(&query, &start.pending).await, "too_late", &query);
}

#[tokio::test]
pub(super) async fn an_answer_of_another_issuer_is_a_mix_up() {
    let bench = Bench::new().await;
    let said = bench.refused("response_issuer", |b| b.callback = json!({ "iss": "https://evil.example.com" })).await;
    assert!(said.contains("https://evil.example.com"), "{said}");
    assert_eq!(bench.provider.requests("/token"), 0);
}

#[tokio::test]
pub(super) async fn a_provider_that_names_itself_does_so_always() {
    let bench = Bench::new().await;
    bench.refused("response_issuer_missing", |behaviour| behaviour.callback = json!({ "iss": null })).await;
}

#[tokio::test]
pub(super) async fn the_issuer_is_compared_even_where_it_need_not_be_there() {
    let unsaid = json!({ "authorization_response_iss_parameter_supported": null });
    let bench = Bench::with(|behaviour| behaviour.discovery = unsaid).await;
    bench.refused("response_issuer", |b| b.callback = json!({ "iss": "https://evil.example.com" })).await;
    bench.provider.behave(|behaviour| behaviour.callback = json!({ "iss": null }));
    bench.sign_in().await.unwrap();
}

#[tokio::test]
async fn what_the_provider_refuses_is_told() {
    let bench = Bench::new().await;
    let description = format!("No access\r\n{}", "x".repeat(5000));
    let error = json!({ "code": null, "error": "access_denied", "error_description": description });
    let said = bench.refused("denied", |behaviour| behaviour.callback = error).await;
    assert!(said.starts_with("The provider refused: access_denied: No access  xxx"), "{said}");
}

#[tokio::test]
pub(super) async fn an_error_counts_only_with_the_right_state() {
    let bench = Bench::new().await;
    bench.refused("state", |b| b.callback = json!({ "state": "x", "error": "access_denied" })).await;
}

#[tokio::test]
pub(super) async fn without_a_code_there_is_nothing_to_ask() {
    let bench = Bench::new().await;
    bench.refused("no_code", |behaviour| behaviour.callback = json!({ "code": null })).await;
}

#[tokio::test]
pub(super) async fn a_code_is_good_once() {
    let bench = Bench::new().await;
    let start = bench.start();
    let query = bench.browse(&start).await;
    bench.finish(&query, &start.pending).await.unwrap();
    let said = is_refused(bench.finish(&query, &start.pending).await, "exchange", &query);
    assert!(said.contains("the code [removed] was used already"), "{said}");
}

#[tokio::test]
pub(super) async fn a_code_stolen_on_its_way_is_of_no_use_to_another_browser() {
    let bench = Bench::new().await;
    let (victim, thief) = (bench.start(), bench.start());
    let (stolen, mine) = (bench.browse(&victim).await, bench.browse(&thief).await);
    let parameter = |query: &str, name| query.split('&').find(|pair| pair.starts_with(name)).unwrap().to_owned();
    let injected = mine.replace(&parameter(&mine, "code="), &parameter(&stolen, "code="));
    let said = is_refused(bench.finish(&injected, &thief.pending).await, "exchange", &injected);
    assert!(said.contains("code_verifier is wrong"), "{said}");
}
