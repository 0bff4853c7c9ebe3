//! From an identity source to Zoom, end to end, as an administrator and an identity provider go it.

use model::link::LinkState;
use model::log::{Action, Status};
use serde_json::json;
use tests::{Scim, TestApp, ada};

/// Everything through HTTP: the link, the forms, SCIM, the pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_and_assigned_person_gets_an_account_and_the_log_says_so() {
    let app = TestApp::start().await;
    let owner = app.owner().await;

    let page = owner.open("/sources").await;
    let page = owner.open(page.html.link("New source").unwrap()).await;
    let made = owner.submit(&page, "make_source", &[("name", "Okta")]).await;
    let source = made.location().to_owned();
    let page = owner.open(&source).await;
    assert!(page.html.text().contains("Source Okta made"), "{}", page.html.text());
    let page = owner.open(page.html.link("Generate token").unwrap()).await;
    let generated = owner.submit(&page, "generate_token", &[("name", "Production"), ("expires_in", "90")]).await;
    assert_eq!(generated.status, 200);
    let token = token_in(&generated.body);
    let okta = Scim::new(&app.base(), &token);

    let page = owner.open("/connections/new").await;
    let credentials = app.zoom.credentials();
    let fields = [
        ("name", "Zoom"),
        ("scim_url", &app.zoom.scim_url()),
        ("token_url", &app.zoom.token_url()),
        ("account_id", &credentials.account_id),
        ("client_id", &credentials.client_id),
        ("client_secret", &credentials.client_secret),
        ("intent", "test"),
    ];
    let saved = owner.submit(&page, "save_connection", &fields).await;
    let page = owner.follow(&saved).await;
    assert!(page.html.text().contains("The connection works"), "{}", page.html.text());
    let connection = saved.location().split('/').nth(2).unwrap().to_owned();
    let page = owner.open(page.html.link("Turn provisioning on").unwrap()).await;
    let switched = owner.submit(&page, "switch_connection", &[("on", "true")]).await;
    assert!(owner.follow(&switched).await.html.text().contains("Provisioning is on"));

    okta.create(&ada()).await;
    let person = app.person("ada.lovelace@example.com").await;
    let page = owner.open(&format!("/connections/{connection}/assignments?dialog=assign&find=ada")).await;
    let assigned = owner.submit(&page, "assign_people", &[("people[]", &person.to_string())]).await;
    assert_eq!(assigned.status, 303, "{}", assigned.html.text());

    let found = app.zoom.wait_for(|zoom| zoom.user_by_name("ada.lovelace@example.com").cloned()).await.unwrap();
    assert_eq!((found.given_name.as_deref(), found.family_name.as_deref()), (Some("Ada"), Some("Lovelace")));
    let connection = connection.parse().unwrap();
    app.wait_link(connection, person, LinkState::InSync).await;
    let entry = app.wait_log(person, |row| row.action == Action::Create && row.status == Status::Success).await;

    let logs = owner.open("/logs").await;
    let text = logs.html.text();
    assert!(text.contains("Ada Lovelace") && text.contains("Create") && text.contains("Success"), "{text}");
    let entry = owner.open(&format!("/logs/{}", entry.row.id)).await.html.text();
    for part in ["Steps", "Modified Properties", "Summary", "Ada Lovelace", "Okta", "Zoom", "POST /Users"] {
        assert!(entry.contains(part), "{part} in: {entry}");
    }
    let about = owner.open(&format!("/people/{person}")).await.html.text();
    assert!(about.contains("In sync"), "{about}");
}

/// What changes at the source afterwards reaches the account as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_mover_is_updated_and_a_leaver_disabled() {
    let app = TestApp::start().await;
    let (connection, okta) = (app.connection().await, app.scim().await);
    let (id, person) = app.push_assigned(&okta, connection, &ada()).await;
    app.wait_link(connection, person, LinkState::InSync).await;

    let moved =
        okta.patch(&format!("/Users/{id}"), json!([{ "op": "replace", "path": "title", "value": "Countess" }])).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let has_title = |title: &'static str| move |user: &simulator::User| user.title.as_deref() == Some(title);
    app.zoom
        .wait_until(|zoom| zoom.user_by_name("ada.lovelace@example.com").is_some_and(has_title("Countess")))
        .await
        .unwrap();

    okta.patch(&format!("/Users/{id}"), json!([{ "op": "replace", "value": { "active": false } }])).await;
    app.zoom
        .wait_until(|zoom| zoom.user_by_name("ada.lovelace@example.com").is_some_and(|user| !user.active))
        .await
        .unwrap();
    app.wait_log(person, |row| row.action == Action::Disable && row.status == Status::Success).await;
}

/// The token on the page that shows it.
fn token_in(page: &str) -> String {
    let start = page.find("rc_scim_").unwrap();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    page[start..].chars().take_while(|c| word(*c)).collect()
}
