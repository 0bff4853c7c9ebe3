use std::time::Duration;

use serde_json::json;
use simulator::{Rates, RetryAfter};

use crate::support::Zoom;

const PER_SECOND: &str = "You have reached the maximum per-second rate limit for this API. Try again later.";

#[tokio::test]
async fn the_default_is_the_business_table() {
    let zoom = Zoom::start().await;
    let medium = zoom.get("/scim2/Users").await;
    assert_eq!(medium.header("x-ratelimit-category"), Some("Medium"));
    assert_eq!(medium.header("x-ratelimit-limit"), Some("60"));
    assert_eq!(medium.header("x-ratelimit-remaining"), Some("59"));
    let light = zoom.get("/scim2/Users/nobody").await;
    assert_eq!(light.header("x-ratelimit-category"), Some("Light"));
    assert_eq!(light.header("x-ratelimit-limit"), Some("80"));
}

#[tokio::test]
async fn too_many_in_a_second_are_429_and_are_not_carried_out() {
    let zoom = Zoom::with(|options| {
        options.rates = Rates { light_per_second: Some(2), ..Rates::business() };
    })
    .await;
    for number in 0..2 {
        let name = format!("u{number}@example.com");
        assert_eq!(zoom.create(&json!({ "userName": name })).await.status, 201);
    }
    let refused = zoom.create(&json!({ "userName": "u2@example.com" })).await;
    assert_eq!((refused.status, &refused.body), (429, &json!({ "code": 429, "message": PER_SECOND })));
    assert_eq!(refused.header("x-ratelimit-type"), Some("QPS"));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    assert!(refused.header("x-ratelimit-reset").is_some());
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(zoom.running.users().len(), 2);
    assert_eq!(zoom.get("/scim2/Users").await.status, 200, "the other label is free");
    zoom.running.advance(Duration::from_secs(1));
    assert_eq!(zoom.create(&json!({ "userName": "u2@example.com" })).await.status, 201);
}

#[tokio::test]
async fn retry_after_can_come_in_seconds_or_not_at_all() {
    let zoom = Zoom::with(|options| {
        let retry_after = RetryAfter::Seconds;
        options.rates = Rates { medium_per_second: Some(0), retry_after, ..Rates::business() };
    })
    .await;
    let seconds = zoom.get("/scim2/Users").await.header("retry-after").map(str::parse::<u64>);
    assert!(matches!(seconds, Some(Ok(1 | 2))));
    zoom.running.configure(|options| {
        options.rates.headers = false;
        options.rates.retry_after = RetryAfter::Absent;
    });
    let bare = zoom.get("/scim2/Users").await;
    assert_eq!(bare.status, 429);
    assert!(!bare.headers.keys().any(|name| name.as_str().contains("ratelimit")));
    assert_eq!(bare.header("retry-after"), None);
}

#[tokio::test]
async fn a_day_has_an_end() {
    let zoom = Zoom::with(|options| {
        options.app.token_ttl = Duration::from_secs(200_000);
        options.rates = Rates { light_per_day: Some(1), ..Rates::unlimited() };
    })
    .await;
    assert_eq!(zoom.get("/scim2/Users/x").await.status, 404);
    let refused = zoom.get("/scim2/Users/x").await;
    assert_eq!(refused.status, 429);
    assert!(refused.body["message"].as_str().unwrap().contains("maximum daily rate limit"));
    assert_eq!(refused.header("x-ratelimit-type"), Some("Daily-limit"));
    assert!(refused.header("retry-after").unwrap().ends_with("T00:00:00Z"));
    zoom.running.advance(Duration::from_secs(86_400));
    assert_eq!(zoom.get("/scim2/Users/x").await.status, 404);
}
