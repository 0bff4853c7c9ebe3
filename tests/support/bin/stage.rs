//! Sets the stage for tests that are not written in Rust: a database, a simulated Zoom and a server, all on free
//! loopback ports. Prints one line of JSON with their addresses; ends, and takes everything away, when standard input
//! is closed.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a stage that cannot be set is a failed test")]

use directory::Actor;
use secrecy::ExposeSecret;
use serde_json::json;
use tests::TestApp;

#[tokio::main]
async fn main() {
    let app = TestApp::start().await;
    let with_connection = std::env::args().any(|word| word == "--ready");
    let link = rollcall::setup_link(&app.directory, Actor::Command, &app.server.public_url).await.unwrap();
    let credentials = app.zoom.credentials();
    let mut stage = json!({
        "portal": app.server.public_url.as_str().trim_end_matches('/'),
        "setup_link": link.expose_secret(),
        "zoom": {
            "scim_url": app.zoom.scim_url(),
            "token_url": app.zoom.token_url(),
            "account_id": credentials.account_id,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "token": app.zoom.issue_token(),
        },
    });
    if with_connection {
        stage["scim"] = ready(&app).await;
    }
    println!("{stage}");
    // Whoever started us holds the other end: it closes also when they are killed.
    let closed = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    tokio::task::spawn_blocking(closed).await.unwrap().unwrap();
}

/// A source with a token, and a connection that provisions everyone.
async fn ready(app: &TestApp) -> serde_json::Value {
    use model::connection::{Actions, ScopeMode};
    app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let mut tx = app.tx().await;
    let source = directory::sources::create(&mut tx, "Conformance", model::source::SourceKind::Scim).await.unwrap();
    let token = directory::tokens::generate(&mut tx, source, "conformance", None).await.unwrap();
    tx.commit().await.unwrap();
    json!({ "url": format!("{}/scim/v2", app.base()), "token": token.token.expose_secret() })
}
