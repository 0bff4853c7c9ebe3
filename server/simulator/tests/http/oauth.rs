use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Credentials, Operation};

use crate::support::{Answer, Zoom, send};

async fn ask(zoom: &Zoom, credentials: &Credentials, grant_type: &str) -> Answer {
    let form = [("grant_type", grant_type), ("account_id", &credentials.account_id)];
    let request = zoom.http.post(zoom.running.token_url()).form(&form);
    send(request.basic_auth(&credentials.client_id, Some(&credentials.client_secret))).await
}

async fn token(zoom: &Zoom) -> String {
    let answer = ask(zoom, &zoom.running.credentials(), "account_credentials").await;
    answer.body["access_token"].as_str().unwrap().to_owned()
}

async fn list_with(zoom: &Zoom, token: &str) -> (u16, Value) {
    let url = format!("{}/Users", zoom.running.scim_url());
    let answer = send(zoom.http.get(url).bearer_auth(token)).await;
    (answer.status, answer.body)
}

fn gateway(status: u16, code: u32, message: &str) -> (u16, Value) {
    (status, json!({ "code": code, "message": message }))
}

#[tokio::test]
async fn credentials_get_a_token_that_opens_scim() {
    let zoom = Zoom::start().await;
    let answer = ask(&zoom, &zoom.running.credentials(), "account_credentials").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["token_type"], "bearer");
    assert_eq!(answer.body["expires_in"], 3600);
    assert_eq!(answer.body["scope"], "scim2:admin");
    assert_eq!(answer.body["api_url"], zoom.running.base_url());
    let (status, _) = list_with(&zoom, answer.body["access_token"].as_str().unwrap()).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn parameters_may_stand_in_the_query() {
    let zoom = Zoom::start().await;
    let known = zoom.running.credentials();
    let query = [("grant_type", "account_credentials"), ("account_id", &known.account_id)];
    let request = zoom.http.post(zoom.running.token_url()).query(&query);
    let answer = send(request.basic_auth(&known.client_id, Some(&known.client_secret))).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn wrong_credentials_are_told_apart() {
    let zoom = Zoom::start().await;
    let known = zoom.running.credentials();
    let wrong_secret = Credentials { client_secret: "no".to_owned(), ..known.clone() };
    let wrong_account = Credentials { account_id: "no".to_owned(), ..known.clone() };
    for (credentials, grant_type, reason, error) in [
        (&wrong_secret, "account_credentials", "Invalid client_id or client_secret", "invalid_client"),
        (&known, "client_credentials", "unsupported grant type", "unsupported_grant_type"),
        (&wrong_account, "account_credentials", "Bad Request", "invalid_request"),
    ] {
        let answer = ask(&zoom, credentials, grant_type).await;
        assert_eq!((answer.status, &answer.body), (400, &json!({ "reason": reason, "error": error })));
    }
}

#[tokio::test]
async fn an_unknown_or_missing_token_is_401() {
    let zoom = Zoom::start().await;
    assert_eq!(list_with(&zoom, "nonsense").await, gateway(401, 124, "Invalid access token."));
    let bare = send(zoom.http.get(format!("{}/Users", zoom.running.scim_url()))).await;
    assert_eq!((bare.status, bare.body), gateway(401, 124, "Invalid access token."));
}

#[tokio::test]
async fn a_token_ends_after_its_time() {
    let zoom = Zoom::with(|options| options.app.token_ttl = Duration::from_secs(60)).await;
    let token = token(&zoom).await;
    zoom.running.advance(Duration::from_secs(50));
    assert_eq!(list_with(&zoom, &token).await.0, 200);
    zoom.running.advance(Duration::from_secs(10));
    assert_eq!(list_with(&zoom, &token).await, gateway(401, 124, "Access token is expired."));
}

#[tokio::test]
async fn a_new_token_leaves_the_old_alone_unless_told_otherwise() {
    let zoom = Zoom::start().await;
    let first = token(&zoom).await;
    token(&zoom).await;
    assert_eq!(list_with(&zoom, &first).await.0, 200);
    zoom.running.configure(|options| options.app.single_token = true);
    let last = token(&zoom).await;
    assert_eq!(list_with(&zoom, &first).await, gateway(401, 124, "Invalid access token."));
    assert_eq!(list_with(&zoom, &last).await.0, 200);
}

#[tokio::test]
async fn a_token_without_the_scope_is_400() {
    let zoom = Zoom::with(|options| options.app.scopes = vec!["user:read:admin".to_owned()]).await;
    let token = token(&zoom).await;
    let message = "Invalid access token, does not contain scopes:[scim2:admin].";
    assert_eq!(list_with(&zoom, &token).await, gateway(400, 4711, message));
    zoom.running.configure(|options| options.app.scopes = vec!["scim2".to_owned()]);
    assert_eq!(list_with(&zoom, &zoom.running.issue_token()).await.0, 200, "the classic scope");
}

#[tokio::test]
async fn a_deactivated_app_gets_no_token_and_its_tokens_stop() {
    let zoom = Zoom::start().await;
    let before = token(&zoom).await;
    zoom.running.configure(|options| options.app.active = false);
    let answer = ask(&zoom, &zoom.running.credentials(), "account_credentials").await;
    assert_eq!((answer.status, &answer.body["reason"]), (400, &json!("The app has been disabled")));
    assert_eq!(list_with(&zoom, &before).await, gateway(401, 124, "Invalid access token."));
}

#[tokio::test]
async fn the_journal_keeps_token_requests_without_the_secret() {
    let zoom = Zoom::start().await;
    token(&zoom).await;
    let entries = zoom.running.requests(Operation::Token);
    assert_eq!(entries.len(), 1);
    let secret = zoom.running.credentials().client_secret;
    assert!(!format!("{entries:?}").contains(&secret));
}

#[tokio::test]
async fn what_zoom_has_not_is_404() {
    let zoom = Zoom::start().await;
    for (method, path) in [
        (Method::GET, "/scim2/ServiceProviderConfig"),
        (Method::GET, "/scim2/Schemas"),
        (Method::GET, "/scim2/ResourceTypes"),
        (Method::POST, "/scim2/Bulk"),
        (Method::GET, "/scim2/Me"),
        (Method::PUT, "/scim2/Groups/x"),
    ] {
        let answer = send(zoom.request(method, path)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}
