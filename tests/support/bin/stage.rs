//! Sets the stage for tests that are not written in Rust: a database, a simulated Zoom and a server, all on free
//! loopback ports. Prints one line of JSON with their addresses; with `--ready`, also those of a source whose people all
//! are provisioned. Ends, and takes everything away, when standard input is closed.
//!
//! A line `accounts N` on standard input waits until Zoom has that many accounts and prints their user names.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a stage that cannot be set is a failed test")]

use directory::Actor;
use model::connection::{Actions, ScopeMode};
use model::source::SourceKind;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;
use tests::TestApp;

#[tokio::main]
async fn main() {
    let app = TestApp::with(|start| start.zoom.patience = Duration::from_secs(120)).await;
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
    if std::env::args().any(|word| word == "--ready") {
        stage["scim"] = ready(&app).await;
    }
    println!("{stage}");
    // Whoever started us holds the other end: it closes also when they are killed.
    while let Some(line) = next_line().await {
        println!("{}", answer(&app, &line).await);
    }
}

async fn next_line() -> Option<String> {
    let read = || std::io::stdin().lines().next();
    tokio::task::spawn_blocking(read).await.unwrap().transpose().unwrap()
}

async fn answer(app: &TestApp, line: &str) -> Value {
    let Some(count) = line.strip_prefix("accounts ").and_then(|count| count.trim().parse::<usize>().ok()) else {
        return json!({ "error": format!("not understood: {line}") });
    };
    let arrived = app.zoom.wait_until(|zoom| zoom.users().len() >= count).await;
    let names: Vec<String> = app.zoom.users().into_iter().map(|user| user.user_name).collect();
    json!({ "accounts": names, "error": arrived.err().map(|error| error.to_string()) })
}

/// A source with a token, and a connection that provisions everyone.
async fn ready(app: &TestApp) -> Value {
    app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let mut tx = app.tx().await;
    let source = directory::sources::create(&mut tx, "Conformance", SourceKind::Scim).await.unwrap();
    let token = directory::tokens::generate(&mut tx, source, "conformance", None).await.unwrap();
    tx.commit().await.unwrap();
    json!({ "url": format!("{}/scim/v2", app.base()), "token": token.token.expose_secret() })
}
