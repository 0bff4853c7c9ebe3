//! Several servers on one database.

use futures::future::join_all;
use model::link::LinkState;
use simulator::Operation;
use std::collections::BTreeSet;
use tests::{TestApp, ada, user};

/// Whoever is left goes on, and nothing is done twice.
#[tokio::test(flavor = "multi_thread")]
async fn when_one_stops_the_other_goes_on() {
    let app = TestApp::start().await;
    let second = app.second().await;
    let (connection, okta) = (app.connection().await, app.scim().await);
    let (id, person) = app.push_assigned(&okta, connection, &ada()).await;
    app.wait_link(connection, person, LinkState::InSync).await;

    let TestApp { server, directory: _, zoom, mail: _, database: _database } = app;
    server.stop().await;
    let left = tests::Scim::new(&format!("http://{}", second.address), okta.token());
    let renamed = serde_json::json!([{ "op": "replace", "path": "title", "value": "Countess" }]);
    assert_eq!(left.patch(&format!("/Users/{id}"), renamed).await.status, 200);
    zoom.wait_until(|zoom| zoom.users().any(|user| user.title.as_deref() == Some("Countess"))).await.unwrap();
    assert_eq!(zoom.requests(Operation::CreateUser).len(), 1);
    second.stop().await;
}

/// While it finds its routes, the framework lets nothing load, in the whole process.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_shown_while_another_server_starts() {
    let app = TestApp::start().await;
    let browser = app.owner().await;
    let starting = async {
        for _ in 0..25 {
            join_all((0..4).map(|_| app.second())).await;
        }
    };
    let looking = async {
        for _ in 0..25 {
            join_all((0..4).map(|_| browser.open("/people"))).await;
        }
    };
    tokio::join!(starting, looking);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_make_every_account_once() {
    let app = TestApp::start().await;
    let second = app.second().await;
    let (connection, okta) = (app.connection().await, app.scim().await);
    let other = tests::Scim::new(&format!("http://{}", second.address), okta.token());
    for number in 0..20 {
        let client = if number % 2 == 0 { &okta } else { &other };
        app.push_assigned(client, connection, &user(&format!("p{number}@example.com"))).await;
    }
    app.zoom.wait_until(|zoom| zoom.users().len() == 20).await.unwrap();
    app.wait_idle(connection).await;
    let created: Vec<String> =
        app.zoom.requests(Operation::CreateUser).iter().map(|entry| entry.json()["userName"].to_string()).collect();
    assert_eq!(created.len(), created.iter().collect::<BTreeSet<_>>().len(), "{created:?}");
    second.stop().await;
}

/// A session and a setup link are known to all of them.
#[tokio::test]
async fn a_sign_in_holds_on_every_server() {
    let app = TestApp::start().await;
    let second = app.second().await;
    let link = app.setup_link().await;
    let browser = tests::Browser::new(format!("http://{}", second.address));
    assert_eq!(browser.get(&link).await.location(), "/");
    assert_eq!(app.browser().get(&link).await.location(), "/login?failed=1");
    second.stop().await;
}
