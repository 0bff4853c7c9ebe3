//! `rollcall status`.

use super::{KEY, Scratch, run, run_on};
use model::connection::{Actions, ScopeMode};
use model::link::LinkState;
use serde_json::{Value, json};
use tests::{TestApp, ada};

async fn shown(app: &TestApp) -> Value {
    let ran = run_on(app, &["status", "--json"]).await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_follows_a_connection() {
    let app = TestApp::start().await;
    assert_eq!(shown(&app).await, json!({ "connections": [] }));
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    app.scim().await.create(&ada()).await;
    let person = app.person("ada.lovelace@example.com").await;
    app.wait_link(connection, person, LinkState::InSync).await;
    let mut now = shown(&app).await["connections"][0].clone();
    for percentile in ["p50", "p95"] {
        assert!(now["latency_ms"][percentile].take().as_i64().is_some_and(|ms| ms >= 0), "{now}");
    }
    assert_eq!(
        now,
        json!({
            "name": "Zoom", "enabled": true, "state": "running",
            "links": { "in_sync": 1, "pending": 0, "blocked": 0, "failing": 0, "skipped": 0 },
            "paused_until": null, "paused_cause": null, "last_cycle": null, "latency_ms": { "p50": null, "p95": null }, "attention": [],
        })
    );

    let until = app.tx().await.now() + chrono::Duration::hours(1);
    app.database.change(&format!("update connection set paused_until = '{}'", until.to_rfc3339())).await;
    let paused = shown(&app).await["connections"][0].clone();
    assert_eq!(paused["state"], "paused");
    assert_eq!(paused["paused_until"].as_str().unwrap().parse(), Ok(until));

    app.set_enabled(connection, false).await;
    assert_eq!(shown(&app).await["connections"][0]["state"], "off");
    let mut tx = app.tx().await;
    directory::connections::create(&mut tx, app.integration("Another")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shown(&app).await["connections"][0]["state"], "not_tested");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_what_needs_attention() {
    let app = TestApp::start().await;
    app.zoom.set_pending("ada.lovelace@example.com");
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    app.scim().await.create(&ada()).await;
    let person = app.person("ada.lovelace@example.com").await;
    app.wait_link(connection, person, LinkState::Blocked).await;
    let ran = run_on(&app, &["status"]).await;
    assert_eq!(ran.status, Some(0), "something to do is no error: {ran:?}");
    assert!(ran.out.contains("Zoom needs attention:\n  1  Blocked  E-mail is pending"), "{}", ran.out);
}

#[tokio::test]
async fn no_database_is_a_problem_and_none_is_made() {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    let ran = run(&["status"], &[("ROLLCALL_DATA_DIR", data.to_str().unwrap())]).await;
    assert_eq!((ran.status, data.exists()), (Some(1), false), "{ran:?}");
    assert!(ran.err.contains("ROLLCALL_DATA_DIR"), "{}", ran.err);
    let nowhere = [("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/none"), ("ROLLCALL_KEY", KEY)];
    let ran = run(&["status"], &nowhere).await;
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.contains("rollcall doctor") && !ran.err.contains("hunter2"), "{}", ran.err);
}
