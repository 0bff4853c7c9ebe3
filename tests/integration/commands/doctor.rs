//! `rollcall doctor`.

use super::{KEY, Scratch, run};
use tests::{MailServer, TestApp};

async fn examine(app: &TestApp, more: &[(&str, &str)]) -> super::Ran {
    let (url, listen) = (app.database.url(), app.server.address.to_string());
    let ours = [
        ("DATABASE_URL", url.as_str()),
        ("ROLLCALL_KEY", KEY),
        ("ROLLCALL_LISTEN", &listen),
        ("ROLLCALL_ALLOW_PRIVATE_URLS", "1"),
    ];
    run(&["doctor"], &[&ours, more].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_beside_a_running_server() {
    let app = TestApp::start().await;
    app.connection().await;
    let ran = examine(&app, &[]).await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.out.lines().all(|line| line.starts_with("ok  ")), "{}", ran.out);
    for part in
        ["Configuration", "Database: Postgres ", "Schema", "Key", "Clock", "`Zoom`", "a running Rollcall answers"]
    {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_told_with_what_to_do() {
    let app = TestApp::start().await;
    app.connection().await;
    app.zoom.configure(|options| options.app.active = false);
    let ran = examine(&app, &[]).await;
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.out.contains("fail  Zoom, connection `Zoom`: "), "{}", ran.out);

    let wrong_key = examine(&app, &[("ROLLCALL_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]).await;
    assert_eq!(wrong_key.status, Some(1), "{wrong_key:?}");
    assert!(wrong_key.out.contains("fail  Key: ROLLCALL_KEY does not hold the key "), "{}", wrong_key.out);
    let told = "encrypted with it: the client secret of 1 connection (Zoom), the audit log's key";
    assert!(wrong_key.out.contains(told), "{}", wrong_key.out);

    let zoom = app.zoom.base_url().trim_start_matches("http://").to_owned();
    let busy = examine(&app, &[("ROLLCALL_LISTEN", &zoom)]).await;
    assert!(busy.out.contains(&format!("fail  Address {zoom}: ")), "{}", busy.out);

    let proxied = examine(&app, &[("ROLLCALL_PUBLIC_URL", "https://rollcall.example.com")]).await;
    let told =
        "warn  Proxy: the public URL is https, and ROLLCALL_TRUSTED_PROXY_HOPS is 0\n      Set ROLLCALL_TRUSTED_";
    assert!(proxied.out.contains(told), "{}", proxied.out);

    let nowhere = examine(&app, &[("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/none")]).await;
    assert_eq!(nowhere.status, Some(1), "{nowhere:?}");
    assert!(nowhere.out.contains("fail  Database: ") && !nowhere.out.contains("hunter2"), "{}", nowhere.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_server_is_asked_and_no_mail_is_sent() {
    let app = TestApp::start().await;
    let server = MailServer::start().await;
    let sender = ("ROLLCALL_MAIL_FROM", "Rollcall <rollcall@example.com>");
    let ran = examine(&app, &[("ROLLCALL_SMTP_URL", &server.url()), sender]).await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.out.contains(&format!("ok    Mail server {}: ", server.address)), "{}", ran.out);
    assert!(server.taken().is_empty());

    let secret = format!("smtp://u:hunter2@{}", server.address);
    server.behave(tests::Manner::RefuseSignIn("535 5.7.8 Wrong"));
    let refused = examine(&app, &[("ROLLCALL_SMTP_URL", &secret), sender]).await;
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.out.contains("fail  Mail server ") && refused.out.contains("535"), "{}", refused.out);
    assert!(!refused.out.contains("hunter2"), "{}", refused.out);
}

#[tokio::test]
async fn it_works_when_the_configuration_is_wrong_and_makes_nothing() {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    let data_dir = ("ROLLCALL_DATA_DIR", data.to_str().unwrap());
    let ran = run(&["doctor"], &[data_dir, ("ROLLCALL_WORKER", "maybe"), ("ROLLCALL_LISTEN", "here")]).await;
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ran.out.matches("fail  Configuration: ").count(), 2, "{}", ran.out);
    let mistyped = run(&["doctor"], &[data_dir, ("ROLLCALL_LISTEN", "127.0.0.1:0"), ("ROLLCALL_LISTN", "x")]).await;
    assert_eq!(mistyped.status, Some(0), "{mistyped:?}");
    assert!(mistyped.out.contains("warn  Configuration: ROLLCALL_LISTN: "), "{}", mistyped.out);
    let nothing = run(&["doctor"], &[data_dir, ("ROLLCALL_LISTEN", "127.0.0.1:0")]).await;
    assert_eq!((nothing.status, data.exists()), (Some(0), false), "{nothing:?}");
}

/// Somebody who holds the lock of the sealer keeps everything unsealed.
#[tokio::test(flavor = "multi_thread")]
async fn entries_that_nobody_seals_are_told_of() {
    let database = tests::Database::create().await;
    let mut holder = database.look().await;
    let lock = "select pg_advisory_lock(hashtext('rollcall audit sealer'))";
    { sqlx::QueryBuilder::<sqlx::Postgres>::new(lock) }.build().execute(&mut holder).await.unwrap();
    let directory = database.open(directory::Clock::system()).await;
    let mut tx = directory.begin(directory::Actor::Command).await.unwrap();
    tx.audit(directory::audit::Entry::new("source.created", "source", None, "entry"));
    tx.commit().await.unwrap();
    let url = database.url();
    let ours = [("DATABASE_URL", url.as_str()), ("ROLLCALL_KEY", KEY), ("ROLLCALL_LISTEN", "127.0.0.1:0")];
    let young = run(&["doctor"], &ours).await;
    assert!(young.out.contains("ok    Audit log: sealed up to #0"), "{}", young.out);
    database.change("alter table audit_entry disable trigger user").await;
    database.change("update audit_entry set at = at - interval '2 minutes'").await;
    let stopped = run(&["doctor"], &ours).await;
    assert_eq!(stopped.status, Some(0), "{stopped:?}");
    assert!(stopped.out.contains("warn  Audit log: 1 entry waits to be sealed, since "), "{}", stopped.out);
    let server = TestApp::serve(directory, None).await;
    let blocked = run(&["doctor"], &ours).await;
    assert_eq!(blocked.status, Some(1), "{blocked:?}");
    assert!(blocked.out.contains("fail  Audit log: 1 entry waits to be sealed, since "), "{}", blocked.out);
    server.stop().await;
}
