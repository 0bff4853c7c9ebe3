//! The connection test, as an administrator sees it: what is wrong, in a sentence, at the field it concerns; and nothing
//! that was typed is lost.

mod import;

use simulator::{Fault, Operation};
use tests::{Browser, Shown, TestApp};

/// Saves and tests a new connection with some fields typed wrong; the page that follows.
async fn test_with(app: &TestApp, owner: &Browser, wrong: &[(&str, &str)]) -> Shown {
    let page = owner.open("/connections/new").await;
    let credentials = app.zoom.credentials();
    let (scim_url, token_url) = (app.zoom.scim_url(), app.zoom.token_url());
    let right = [
        ("name", "Zoom"),
        ("scim_url", scim_url.as_str()),
        ("token_url", &token_url),
        ("account_id", &credentials.account_id),
        ("client_id", &credentials.client_id),
        ("client_secret", &credentials.client_secret),
        ("intent", "test"),
    ];
    let value = |name: &str, right| wrong.iter().find(|(field, _)| *field == name).map_or(right, |(_, value)| *value);
    let fields: Vec<_> = right.iter().map(|(name, right)| (*name, value(name, right))).collect();
    let saved = owner.submit(&page, "save_connection", &fields).await;
    owner.follow(&saved).await
}

/// The dialog says it, the connection is kept, and it cannot be switched on.
async fn failed(app: &TestApp, owner: &Browser, page: &Shown, says: &[&str]) {
    let text = page.html.text();
    for part in says.iter().chain(&["Cancel", "Continue"]) {
        assert!(text.contains(part), "{part} in: {text}");
    }
    let mut tx = app.tx().await;
    let connection = directory::connections::by_name(&mut tx, "Zoom").await.unwrap().unwrap();
    assert!(!connection.is_valid() && !connection.enabled);
    assert_eq!(connection.auth.secret_ends_in.map(|end| end.len()), Some(4), "the secret was kept");
    let path = server_fn::axum::server_fn_paths().map(|(path, _)| path).find(|path| path.contains("switch_connection"));
    let switched = owner.call(path.unwrap(), &[("id", &connection.id.to_string()), ("on", "true")]).await;
    assert_eq!(switched.status, 409, "{}", switched.body);
    assert!(switched.body.contains("Provisioning stays off until a connection test succeeds."), "{}", switched.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = test_with(&app, &owner, &[("client_secret", "0123456789abcdef0123456789abcdef")]).await;
    failed(&app, &owner, &page, &["did not accept the client ID or the secret"]).await;
    assert!(page.error_at("client_secret").is_some(), "{}", page.html.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_that_was_copied_short() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = test_with(&app, &owner, &[("client_id", "abc")]).await;
    failed(&app, &owner, &page, &["3 characters long"]).await;
    assert!(page.error_at("client_id").is_some(), "{}", page.html.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = test_with(&app, &owner, &[("account_id", "AnotherAccountsId_1234")]).await;
    failed(&app, &owner, &page, &[]).await;
    assert!(page.error_at("account_id").is_some(), "{}", page.html.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zoom_that_cannot_be_reached() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    // A port that was free a moment ago: nobody answers there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let page = test_with(&app, &owner, &[("token_url", &format!("http://127.0.0.1:{port}/oauth/token"))]).await;
    failed(&app, &owner, &page, &["could not be reached"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_the_scope() {
    let app = TestApp::with(|start| start.zoom.app.scopes = vec!["user:read:admin".into()]).await;
    let owner = app.owner().await;
    let page = test_with(&app, &owner, &[]).await;
    failed(
        &app,
        &owner,
        &page,
        &["scim2:admin", "Token obtained: Passed", "Scope scim2: Failed", "Users readable: Not run"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_single_sign_on() {
    let app = TestApp::with(|start| start.zoom.account.sso = false).await;
    let owner = app.owner().await;
    let page = test_with(&app, &owner, &[]).await;
    failed(&app, &owner, &page, &["ingle sign-on is", "Single sign-on is enabled: Failed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_activated() {
    let app = TestApp::with(|start| start.zoom.app.active = false).await;
    let owner = app.owner().await;
    let page = test_with(&app, &owner, &[]).await;
    failed(&app, &owner, &page, &["not activated"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zoom_in_trouble() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    app.zoom.inject(Fault::answer(503, "<html>maintenance</html>").on(Operation::Token).always());
    let page = test_with(&app, &owner, &[]).await;
    failed(&app, &owner, &page, &["503"]).await;
}

/// Addresses inside the network are for nobody to type, unless the environment says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_refused() {
    let app = TestApp::with(|start| start.allow_private_urls = false).await;
    let owner = app.owner().await;
    let page = owner.open("/connections/new").await;
    for address in
        ["https://127.0.0.1/scim2", "https://[::1]/scim2", "https://10.1.2.3/scim2", "http://api.zoom.us/scim2"]
    {
        let fields =
            [("name", "Zoom"), ("scim_url", address), ("account_id", "a"), ("client_id", "b"), ("client_secret", "c")];
        let refused = owner.submit(&page, "save_connection", &fields).await;
        assert_eq!(refused.status, 422, "{address}");
        assert!(refused.error_at("scim_url").is_some(), "{address}: {}", refused.html.text());
    }
    assert_eq!(app.zoom.journal().len(), 0);
}

/// While provisioning is on, wrong credentials are tried and not stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_connection_keeps_what_works() {
    let app = TestApp::start().await;
    let (owner, connection) = (app.owner().await, app.connection().await);
    let page = owner.open(&format!("/connections/{connection}/integration")).await;
    let typed = [("client_secret", "0123456789abcdef0123456789abcdef"), ("intent", "test")];
    let refused = owner.submit(&page, "save_connection", &typed).await;
    assert_eq!(refused.status, 422, "{}", refused.html.text());
    assert!(refused.html.text().contains("Nothing was changed"), "{}", refused.html.text());
    let stored = directory::connections::get(&mut app.tx().await, connection).await.unwrap();
    assert!(stored.enabled && stored.is_valid());
}
