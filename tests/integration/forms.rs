//! Forms without JavaScript: what is wrong comes back filled, with the message at its field; what is right leads on.

use model::connection::{Actions, ScopeMode};
use tests::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_source_needs_a_name_of_its_own() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = owner.open("/sources?dialog=new").await;

    let empty = owner.submit(&page, "make_source", &[("name", "  ")]).await;
    assert_eq!(empty.status, 422);
    assert_eq!(empty.error_at("name").as_deref(), Some("Name is missing. Fill it in."));
    let long = "n".repeat(61);
    let again = owner.submit(&empty, "make_source", &[("name", &long)]).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.html.by_id("name").unwrap().attribute("value"), Some(long.as_str()), "what was typed comes back");
    assert_eq!(again.html.by_id("name").unwrap().attribute("aria-invalid"), Some("true"));
    let described = again.html.by_id("name").unwrap().attribute("aria-describedby").unwrap_or_default();
    assert!(described.contains("name-e"), "{described}");

    assert!(owner.submit(&again, "make_source", &[("name", "Okta")]).await.location().starts_with("/sources/"));
    let twice = owner.submit(&page, "make_source", &[("name", "OKTA")]).await;
    assert_eq!(twice.status, 422);
    assert!(twice.error_at("name").unwrap().contains("There is a source called Okta already"));
    assert_eq!(app.database.count("select count(*) from source").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_says_what_is_missing_field_by_field() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = owner.open("/connections/new").await;
    let typed = [
        ("name", "Zoom"),
        ("scim_url", "not an address"),
        ("token_url", "ftp://zoom.us/oauth/token"),
        ("account_id", ""),
        ("client_id", "kept"),
        ("client_secret", "never back"),
        ("intent", "save"),
    ];
    let wrong = owner.submit(&page, "save_connection", &typed).await;
    assert_eq!(wrong.status, 422, "{}", wrong.html.text());
    for field in ["scim_url", "token_url", "account_id"] {
        assert!(
            wrong.error_at(field).is_some_and(|message| message.len() > 10),
            "{field}: {:?}",
            wrong.error_at(field)
        );
    }
    for field in ["name", "client_id", "client_secret"] {
        assert_eq!(wrong.error_at(field), None, "{field}");
    }
    let form = wrong.html.form("save_connection").unwrap();
    let value = |name: &str| form.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!(value("name"), Some("Zoom"));
    assert_eq!(value("scim_url"), Some("not an address"));
    assert_eq!(value("client_id"), Some("kept"));
    assert_eq!(value("client_secret"), Some(""), "a secret never comes back");
    assert!(!wrong.body.contains("never back"));
    assert_eq!(app.database.count("select count(*) from connection").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_asks_for_a_confirmation() {
    let app = TestApp::start().await;
    let (owner, connection) = (app.owner().await, app.connection().await);
    let page = owner.open(&format!("/connections/{connection}/to-zoom")).await;
    let asked = owner.submit(&page, "save_rules", &[("remove_action", "delete")]).await;
    assert_eq!(asked.status, 422);
    assert!(asked.error_at("delete_confirmed").unwrap().contains("cannot be undone"));
    let sure = [("remove_action", "delete"), ("delete_confirmed", "true")];
    assert_eq!(owner.submit(&asked, "save_rules", &sure).await.status, 303);
    let stored = directory::connections::get(&mut app.tx().await, connection).await.unwrap();
    assert_eq!(stored.actions.remove_action, model::connection::RemoveAction::Delete);
    assert!(stored.actions.create && stored.enabled, "nothing else changed: {stored:?}");
}

/// A page that was opened before somebody else changed the same thing does not undo that.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_form_does_not_undo_a_newer_change() {
    let app = TestApp::start().await;
    let (owner, connection) = (app.owner().await, app.connection().await);
    let page = owner.open(&format!("/connections/{connection}/to-zoom")).await;
    app.set_rules(connection, Actions { create: false, ..Actions::default() }, ScopeMode::Assigned).await;
    let late = owner.submit(&page, "save_rules", &[]).await;
    assert_eq!(late.status, 409);
    assert!(late.html.text().contains("Somebody else changed the connection meanwhile."), "{}", late.html.text());
    assert!(!directory::connections::get(&mut app.tx().await, connection).await.unwrap().actions.create);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_can_be_revoked() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = owner.open("/sources?dialog=new").await;
    let source = owner.submit(&page, "make_source", &[("name", "Okta")]).await.location().to_owned();
    let dialog = owner.open(&format!("{source}?dialog=generate")).await;
    let wrong = owner.submit(&dialog, "generate_token", &[("name", ""), ("expires_in", "7000")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_at("name").is_some() && wrong.error_at("expires_in").is_some());

    let shown = owner.submit(&dialog, "generate_token", &[("name", "Production"), ("expires_in", "never")]).await;
    assert_eq!(shown.status, 200);
    let token = shown.html.by_id("new-token").unwrap().attribute("value").unwrap().to_owned();
    assert_eq!(
        shown.html.by_id("scim-url").unwrap().attribute("value"),
        Some(format!("{}scim/v2", app.server.public_url).as_str())
    );
    let scim = tests::Scim::new(&app.base(), &token);
    assert_eq!(scim.get("/Users").await.status, 200);
    let later = owner.open(&source).await;
    assert!(!later.body.contains(&token[..30]), "the token is shown once");
    assert!(later.html.text().contains("Production"));

    let revoke = later.html.link("Revoke").unwrap().to_owned();
    let dialog = owner.open(&revoke).await;
    assert_eq!(owner.submit(&dialog, "revoke_token", &[]).await.location(), source);
    assert_eq!(scim.get("/Users").await.status, 401);
}

#[tokio::test]
async fn a_form_of_nothing_does_nothing() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    assert_eq!(owner.post("/sources", &[("name", "x")]).await.status, 405);
    assert_eq!(owner.post("/sources?do=nothing_like_it1", &[("name", "x")]).await.status, 400);
    assert_eq!(owner.post("/sources?do=..%2Fscim", &[]).await.status, 405);
    assert_eq!(app.browser().post("/sources?do=make_source1", &[("name", "x")]).await.location(), "/login");
}
