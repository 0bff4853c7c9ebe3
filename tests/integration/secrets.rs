//! Secrets go in and never come out: not on a page, not in a log entry, not in the audit log, not readable in the
//! database.

use model::link::LinkState;
use tests::{TestApp, ada};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_found_anywhere_afterwards() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let link = app.setup_link().await;
    let (source, okta) = app.source_with_token("Okta").await;
    let connection = app.connection().await;
    let (_, person) = app.push_assigned(&okta, connection, &ada()).await;
    app.wait_link(connection, person, LinkState::InSync).await;
    let entry = app.log(person).await.first().unwrap().id;
    let wrong = "wrong-secret-0123456789abcdef";
    let page = owner.open(&format!("/connections/{connection}/integration")).await;
    owner.submit(&page, "save_connection", &[("client_secret", wrong), ("intent", "test")]).await;

    // A token's public start may be shown; its secret part comes after it.
    let token = okta.token().to_owned();
    let secrets = [
        ("the client secret", app.zoom.credentials().client_secret),
        ("a secret that was refused", wrong.to_owned()),
        ("the SCIM token", token[token.len() - 40..].to_owned()),
        ("the one-time link", link.split('=').nth(1).unwrap().to_owned()),
    ];
    let check = |place: &str, text: &str| {
        for (what, secret) in &secrets {
            assert!(!text.contains(secret), "{what} stands in {place}: {text}");
        }
        let lower = text.to_lowercase();
        assert!(!lower.contains("bearer ey") && !lower.contains("basic "), "{place}: {text}");
    };
    for path in
        ["/", "/sources", "/people", "/logs", "/connections", "/audit", "/audit?format=jsonl", "/audit?format=csv"]
    {
        check(path, &owner.open(path).await.body);
    }
    for path in [format!("/sources/{source}"), format!("/people/{person}"), format!("/logs/{entry}")] {
        check(&path, &owner.open(&path).await.body);
    }
    for tab in ["", "/integration", "/to-zoom", "/assignments", "/logs"] {
        check(tab, &owner.open(&format!("/connections/{connection}{tab}")).await.body);
    }
    let tables = app.database.tables().await;
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables {
        for row in app.database.rows(&table).await {
            check(&table, &row);
        }
    }
}

/// A copy of the database is of no use without the key.
#[tokio::test]
async fn another_key_does_not_open_the_database() {
    let app = TestApp::start().await;
    app.connection().await;
    let error = app.database.open_with(directory::Keyring::new([8; 32])).await.err().unwrap().to_string();
    assert!(
        error.starts_with("ROLLCALL_KEY does not hold the key ") && error.ends_with("nothing was changed"),
        "{error}"
    );
    assert!(error.contains("the client secret of 1 connection (Zoom), the audit log's key"), "{error}");
}
