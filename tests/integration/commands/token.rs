//! `rollcall token`.

use super::run_on;
use tests::{Scim, TestApp, user};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_with_restrictions_and_rotated() {
    let app = TestApp::start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let made = run_on(
        &app,
        &[
            "token",
            "create",
            "--source",
            "okta",
            "--name",
            "Jobs",
            "--read-only",
            "--from",
            "127.0.0.0/8",
            "--from",
            "::1",
            "--expires-in",
            "90d",
        ],
    )
    .await;
    assert_eq!(made.status, Some(0), "{made:?}");
    let old = Scim::new(&app.base(), made.out.trim());
    assert_eq!((old.get("/Users").await.status, old.post("/Users", &user("a@example.com")).await.status), (200, 403));
    let list = run_on(&app, &["token", "list"]).await.out;
    let line = list.lines().find(|line| line.contains("Jobs")).unwrap();
    assert!(line.contains("read-only  from 127.0.0.0/8,::1/128"), "{list}");

    let id = line.split("  ").next().unwrap();
    let rotated = run_on(&app, &["token", "rotate", id, "--overlap", "1h"]).await;
    assert_eq!(rotated.status, Some(0), "{rotated:?}");
    let new = Scim::new(&app.base(), rotated.out.trim());
    assert_eq!((new.get("/Users").await.status, new.delete("/Users/x").await.status), (200, 403));
    let tokens = directory::tokens::list(&mut app.tx().await, Some(source)).await.unwrap();
    assert!(tokens.iter().any(|token| token.name == "Jobs 2" && token.read_only), "{tokens:?}");

    let again = run_on(&app, &["token", "rotate", id]).await;
    assert_eq!(again.status, Some(1), "{again:?}");
    assert!(again.err.contains("Jobs 2 takes its place"), "{again:?}");
    let wrong = run_on(&app, &["token", "create", "--source", "okta", "--from", "10.0.0.0/99"]).await;
    assert_eq!((wrong.status, wrong.out.as_str()), (Some(2), ""), "{wrong:?}");
    assert!(wrong.err.contains("10.0.0.0/99"), "{wrong:?}");
}
