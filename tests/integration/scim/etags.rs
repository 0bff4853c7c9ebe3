//! Versions: what a client has seen is what it changes (RFC 7644, section 3.14).

use super::groups::group;
use reqwest::Method;
use serde_json::json;
use tests::{Answer, Scim, TestApp, user};

async fn conditional(scim: &Scim, method: Method, path: &str, (name, value): (&'static str, &str)) -> Answer {
    let request =
        scim.request(method.clone(), path).header(name, value).header("content-type", "application/scim+json");
    let request = match method {
        Method::PATCH => request
            .body(json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "New" }] }).to_string()),
        Method::PUT => request.body(json!({ "userName": "ada@example.com", "displayName": "New" }).to_string()),
        _ => request,
    };
    Answer::of(request).await
}

#[tokio::test]
async fn nothing_is_done_to_a_version_that_was_not_seen() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    let engines = group(&scim, "Engines", &[]).await;
    for path in [format!("/Users/{ada}"), format!("/Groups/{engines}")] {
        let seen = scim.get(&path).await.header("etag").to_owned();
        assert_eq!(seen, "W/\"1\"");
        for method in [Method::PATCH, Method::PUT, Method::DELETE] {
            let answer = conditional(&scim, method.clone(), &path, ("if-match", "W/\"7\"")).await;
            assert_eq!(answer.error().0, 412, "{method} {path}: {}", answer.text);
        }
        assert_eq!(scim.get(&path).await.header("etag"), seen);
        let answer = conditional(&scim, Method::PATCH, &path, ("if-match", &seen)).await;
        assert_eq!((answer.status, answer.header("etag")), (200, "W/\"2\""), "{}", answer.text);
        assert_eq!(conditional(&scim, Method::DELETE, &path, ("if-match", &seen)).await.status, 412);
        assert_eq!(conditional(&scim, Method::DELETE, &path, ("if-match", "*")).await.status, 204);
        assert_eq!(conditional(&scim, Method::DELETE, &path, ("if-match", "*")).await.status, 404);
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&user("ada@example.com")).await);
    let known = conditional(&scim, Method::GET, &path, ("if-none-match", "W/\"1\"")).await;
    assert_eq!((known.status, known.text.as_str(), known.header("etag")), (304, "", "W/\"1\""));
    assert_eq!(conditional(&scim, Method::GET, &path, ("if-none-match", "W/\"2\"")).await.status, 200);
    assert_eq!(conditional(&scim, Method::GET, &path, ("if-none-match", "\"x\", W/\"1\"")).await.status, 304);
    // Their groups are shown with a user and kept elsewhere: whoever joins one is no longer as they were known.
    group(&scim, "Engines", &[path.rsplit('/').next().unwrap()]).await;
    let joined = conditional(&scim, Method::GET, &path, ("if-none-match", "W/\"1\"")).await;
    assert_eq!((joined.status, joined.body["groups"].as_array().map(Vec::len)), (200, Some(1)));
    let tag = joined.header("etag");
    assert_eq!(joined.body["meta"]["version"], tag);
    assert_eq!(conditional(&scim, Method::GET, &path, ("if-none-match", tag)).await.status, 304);
    assert_eq!(
        conditional(&scim, Method::PATCH, &path, ("if-match", tag)).await.status,
        200,
        "the version is the same"
    );
}

/// 412 would send the client to read what has not changed.
#[tokio::test]
async fn what_is_no_version_is_not_taken_for_an_old_one() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&user("ada@example.com")).await);
    for method in [Method::PATCH, Method::PUT, Method::DELETE] {
        let answer = conditional(&scim, method.clone(), &path, ("if-match", "garbage")).await;
        assert_eq!(answer.error(), (400, "invalidValue"), "{method}");
        assert!(answer.body["detail"].as_str().unwrap().contains("such as W/\"3\""), "{}", answer.text);
    }
    let operation = json!({ "method": "DELETE", "path": path, "version": "garbage" });
    let bulk = scim.post("/Bulk", &json!({ "Operations": [operation] })).await;
    assert_eq!(bulk.body["Operations"][0]["status"], "400", "{}", bulk.text);
    assert_eq!(conditional(&scim, Method::GET, &path, ("if-none-match", "garbage")).await.status, 200);
}

/// RFC 9110, section 13.1.2: who says so wants to make what is not there, or to spare a version.
#[tokio::test]
async fn what_must_not_be_there_is_not_overwritten() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let path = format!("/Users/{}", scim.create(&user("ada@example.com")).await);
    for method in [Method::PATCH, Method::PUT, Method::DELETE] {
        for (tag, status) in [("*", 412), ("W/\"1\"", 412), ("garbage", 400)] {
            let answer = conditional(&scim, method.clone(), &path, ("if-none-match", tag)).await;
            assert_eq!(answer.error().0, status, "{method} {tag}: {}", answer.text);
        }
    }
    let spared = conditional(&scim, Method::PUT, &path, ("if-none-match", "*")).await;
    assert!(spared.body["detail"].as_str().unwrap().contains("If-None-Match names"), "{}", spared.text);
    assert_eq!(scim.get(&path).await.header("etag"), "W/\"1\"");
    assert_eq!(conditional(&scim, Method::PATCH, &path, ("if-none-match", "W/\"7\"")).await.status, 200);
    assert_eq!(conditional(&scim, Method::GET, &path, ("if-match", "W/\"1\"")).await.error().0, 412);
    assert_eq!(conditional(&scim, Method::GET, &path, ("if-match", "W/\"2\"")).await.status, 200);
}
