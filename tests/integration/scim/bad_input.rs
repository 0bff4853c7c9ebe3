//! What is not SCIM gets the SCIM error that fits, and nothing is stored.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, user};

#[tokio::test]
async fn bodies_that_are_none() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let deep_value = format!("{{\"userName\":\"a@example.com\",\"x\":{deep}}}");
    let deepest = "[".repeat(500_000);
    for (body, keyword) in [
        ("", "invalidSyntax"),
        ("{", "invalidSyntax"),
        ("not json", "invalidSyntax"),
        ("[]", "invalidSyntax"),
        ("null", "invalidSyntax"),
        ("\"text\"", "invalidSyntax"),
        ("{\"userName\":\"a@example.com\"} trailing", "invalidSyntax"),
        (deep_value.as_str(), "invalidSyntax"),
        (deepest.as_str(), "invalidSyntax"),
    ] {
        let answer = scim.raw(Method::POST, "/Users", body.to_owned()).await;
        assert_eq!(answer.error(), (400, keyword), "{}", body.chars().take(40).collect::<String>());
    }
    let invalid_utf8 = b"{\"userName\":\"\xff\xfe@example.com\"}".to_vec();
    assert_eq!(scim.raw(Method::POST, "/Users", invalid_utf8).await.error().0, 400);
    nothing_stored(&app).await;
}

#[tokio::test]
async fn users_that_break_a_rule() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let with = |name: &str, value: Value| {
        let mut user = user("ada@example.com");
        user[name] = value;
        user
    };
    let mut nameless = user("ada@example.com");
    nameless.as_object_mut().unwrap().remove("userName");
    for wrong in [
        nameless,
        with("userName", "".into()),
        with("userName", "   ".into()),
        with("userName", 7.into()),
        with("userName", "ada\u{0}@example.com".into()),
        with("userName", "x".repeat(100_000).into()),
        with("active", "perhaps".into()),
        with("name", "Ada".into()),
        with("emails", 7.into()),
        with("externalId", json!({})),
    ] {
        let answer = scim.post("/Users", &wrong).await;
        let (status, keyword) = answer.error();
        assert_eq!(status, 400, "{}", answer.text);
        assert!(["invalidValue", "invalidSyntax"].contains(&keyword), "{}", answer.text);
    }
    nothing_stored(&app).await;
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let large = format!("{{\"userName\":\"a@example.com\",\"title\":\"{}\"}}", "x".repeat(1024 * 1024));
    // Refused before it was read to the end, so the client may be cut off while it still sends.
    let request = scim.request(Method::POST, "/Users").header("content-type", "application/scim+json").body(large);
    match request.send().await {
        Ok(answer) => assert_eq!(answer.status(), 413),
        Err(error) => assert!(error.is_request() || error.is_body(), "{error}"),
    }
    nothing_stored(&app).await;
}

#[tokio::test]
async fn a_body_of_another_kind() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let body = user("ada@example.com").to_string();
    let request = scim.request(Method::POST, "/Users").header("content-type", "text/xml").body(body.clone());
    assert_eq!(Answer::of(request).await.error().0, 415);
    nothing_stored(&app).await;
    for fine in ["application/json", "application/scim+json; charset=utf-8"] {
        let request = scim.request(Method::POST, "/Users").header("content-type", fine).body(body.clone());
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 201, "{fine}: {}", answer.text);
        scim.delete(&format!("/Users/{}", answer.id())).await;
    }
}

#[tokio::test]
async fn filters_that_are_none() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let deep = format!("{}userName eq \"a\"{}", "(".repeat(200), ")".repeat(200));
    let nots = format!("{}userName eq \"a\"", "not (".repeat(1000));
    let long = format!("userName eq \"{}\"", "a".repeat(5000));
    for filter in [
        "userName eq",
        "eq",
        "userName is \"a\"",
        "userName eq 'a'",
        "(userName eq \"a\"",
        "\u{0}",
        &deep,
        &nots,
        &long,
    ] {
        let answer = scim.find(filter).await;
        assert_eq!(
            answer.error(),
            (400, "invalidFilter"),
            "{}: {}",
            filter.chars().take(40).collect::<String>(),
            answer.text
        );
    }
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    for method in [Method::GET, Method::PATCH] {
        assert_eq!(scim.send(method, "/Me", &json!({})).await.error().0, 501);
    }
    for (method, path) in [
        (Method::PUT, "/Users"),
        (Method::POST, "/Users/x"),
        (Method::DELETE, "/Schemas"),
        (Method::GET, "/Bulk"),
        (Method::GET, "/.search"),
        (Method::PUT, "/Groups/.search"),
        (Method::DELETE, "/"),
    ] {
        assert_eq!(scim.send(method.clone(), path, &json!({})).await.error().0, 405, "{method} {path}");
    }
    for path in ["/Nothing", "/Users/x/y", "/Users/not-an-id", "/users", "/Users/%00", "/Users/..%2f..%2fetc"] {
        assert_eq!(scim.get(path).await.error().0, 404, "{path}");
    }
}

/// The answer must be one of ours in any case: no crash, no page, no 5xx.
#[tokio::test]
async fn odd_queries_do_no_harm() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    for query in [
        "count=x",
        "startIndex=99999999999999999999",
        "count=-1",
        "filter=",
        "filter=%ff",
        "a=b&a=c",
        "&&&",
        "count=1000000",
    ] {
        let answer = scim.get(&format!("/Users?{query}")).await;
        assert!(answer.status == 200 || answer.error().0 == 400, "{query}: {} {}", answer.status, answer.text);
    }
}

async fn nothing_stored(app: &TestApp) {
    for table in ["record", "person", "link"] {
        assert_eq!(app.database.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

/// An index holds a few thousand bytes: what is longer is kept, shown and found all the same.
#[tokio::test]
async fn names_and_addresses_that_are_too_long_for_an_index() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    // Nothing that could be made shorter by compressing it.
    let long: String = (0..400).map(|_| uuid::Uuid::new_v4().simple().to_string()).collect();
    let mut sent = user("ada@example.com");
    sent["displayName"] = long.clone().into();
    sent["name"] = json!({ "formatted": long, "givenName": long, "familyName": long });
    sent["emails"] = json!([{ "value": format!("{long}@example.com"), "type": "work" }]);
    let id = scim.create(&sent).await;
    assert_eq!(scim.get(&format!("/Users/{id}")).await.body["emails"][0]["value"], format!("{long}@example.com"));
    let title = json!([{ "op": "replace", "path": "title", "value": long }]);
    assert_eq!(scim.patch(&format!("/Users/{id}"), title).await.status, 200);
    let found = scim.find(&format!("emails.value ew \"{}@example.com\"", &long[long.len() - 32..])).await;
    assert_eq!(found.body["totalResults"], 1, "{}", found.body["detail"]);
}
