//! `rollcall key`, and what happens without the right one.

use super::{KEY, Ran, Scratch, command, run, serving};
use directory::Keyring;
use sqlx::{Postgres, QueryBuilder};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tests::TestApp;
use tokio::process::{Child, Command};

const NEW: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
const BOTH: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=,BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn id(byte: u8) -> String {
    Keyring::new([byte; 32]).ids().remove(0)
}

async fn run_with(app: &TestApp, key: &str, words: &[&str]) -> Ran {
    let url = app.database.url();
    let ran = run(words, &[("DATABASE_URL", &url), ("ROLLCALL_KEY", key), ("ROLLCALL_LISTEN", "127.0.0.1:0")]).await;
    for secret in [KEY, NEW] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
    }
    ran
}

async fn with_both() -> TestApp {
    let app = TestApp::with(|start| start.keys = Keyring::of([[8; 32], [7; 32]])).await;
    app.connection().await;
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_says_what_it_did_and_the_old_key_alone_starts_nothing() {
    let app = with_both().await;
    let before = run_with(&app, BOTH, &["key", "list"]).await;
    assert_eq!(before.status, Some(0), "{before:?}");
    let lines: Vec<&str> = before.out.lines().collect();
    assert!(lines[1].starts_with(&id(7)) && lines[1].contains("  encrypts  "), "{before:?}");
    assert!(lines[1].ends_with("2  the client secret of 1 connection (Zoom), the audit log's key"), "{before:?}");
    assert!(lines[2].starts_with(&id(8)) && lines[2].contains("not used yet"), "{before:?}");
    let behind = run_with(&app, &format!("{KEY},{NEW}"), &["key", "rotate"]).await;
    assert!(behind.status == Some(0) && behind.out.contains("put it first on every server"), "{behind:?}");

    app.wait_sealed().await;
    let exported = run_with(&app, KEY, &["audit", "export"]).await;
    let scratch = Scratch::new();
    let export = scratch.write("audit.jsonl", &exported.out);
    let rotated = run_with(&app, BOTH, &["key", "rotate"]).await;
    assert_eq!(rotated.status, Some(0), "{rotated:?}");
    assert!(rotated.out.contains(&format!("The key {} encrypts from now on, in place of {}.", id(8), id(7))));
    assert!(rotated.out.contains("Wrapped anew with it: 2. Left: 0."), "{rotated:?}");
    assert!(rotated.out.contains(&format!("Nothing stored needs {} any more: remove it", id(7))), "{rotated:?}");
    let again = run_with(&app, BOTH, &["key", "rotate"]).await;
    assert!(again.status == Some(0) && again.out.starts_with("Nothing to do: "), "{again:?}");
    assert_eq!(run_with(&app, NEW, &["audit", "verify"]).await.status, Some(0));
    for (key, status) in [(BOTH, 0), (KEY, 0), (NEW, 2)] {
        let former = run_with(&app, key, &["audit", "verify", "--file", &export]).await;
        assert_eq!(former.status, Some(status), "an export from before: {former:?}");
    }

    let named = "(encrypted with it: the client secret of 1 connection (Zoom), the audit log's key)";
    for words in [&["serve"][..], &["key", "list"], &["key", "rotate"], &["audit", "verify"]] {
        let refused = run_with(&app, KEY, words).await;
        assert_eq!(refused.status, Some(2), "{refused:?}");
        assert!(refused.err.contains(&format!("ROLLCALL_KEY does not hold the key {} {named}", id(8))), "{refused:?}");
    }
    let doctor = run_with(&app, KEY, &["doctor"]).await;
    assert!(doctor.status == Some(1) && doctor.out.contains("fail  Key: ROLLCALL_KEY does not hold the key "));
    assert!(doctor.out.contains(named), "{doctor:?}");
    let new = run_with(&app, BOTH, &["key", "rotate", "--new"]).await;
    assert!(new.status == Some(2) && new.err.contains("ROLLCALL_KEY=NEW,OLD"), "{new:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_the_old_key_only_is_named_and_nothing_changes() {
    let app = TestApp::start().await;
    let held_back = run_with(&app, BOTH, &["key", "rotate"]).await;
    assert_eq!(held_back.status, Some(1), "{held_back:?}");
    assert!(held_back.err.contains(&format!("process {} on ", std::process::id())), "{held_back:?}");
    let doctor = run_with(&app, BOTH, &["doctor"]).await;
    assert!(
        doctor.out.contains("warn  Key: everything opens, and ") && doctor.out.contains("key rotate"),
        "{doctor:?}"
    );
    assert_eq!(app.database.count("select count(*) from key").await, 1);
}

/// Killed inside a transaction, it leaves what stood there before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_leaves_everything_readable() {
    let app = with_both().await;
    let mut holder = app.database.look().await;
    let run = |sql: &'static str| QueryBuilder::<Postgres>::new(sql);
    { run("begin") }.build().execute(&mut holder).await.unwrap();
    { run("select 1 from secret where belongs_to = 'connection.client_secret' for update") }
        .build()
        .execute(&mut holder)
        .await
        .unwrap();
    let url = app.database.url();
    let environment = [("DATABASE_URL", url.as_str()), ("ROLLCALL_KEY", BOTH)];
    let mut killed = command(&["key", "rotate"], &environment).stdout(Stdio::null()).spawn().unwrap();
    let waits = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'";
    while app.database.count(waits).await == 0 && killed.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    killed.kill().await.unwrap();
    { run("rollback") }.build().execute(&mut holder).await.unwrap();

    let moved = format!("select count(*) from secret where key_id = '{}'", id(8));
    assert_eq!(app.database.count(&moved).await, 0, "all of the transaction or nothing");
    assert_eq!(run_with(&app, BOTH, &["audit", "verify"]).await.status, Some(0));
    let refused = run_with(&app, KEY, &["serve"]).await;
    assert!(refused.err.contains("nothing yet, but all that comes"), "{refused:?}");
    let rotated = run_with(&app, BOTH, &["key", "rotate"]).await;
    assert!(rotated.status == Some(0) && rotated.out.contains("Wrapped anew with it: 2. Left: 0."), "{rotated:?}");
    assert_eq!(run_with(&app, NEW, &["audit", "verify"]).await.status, Some(0));
}

#[tokio::test]
async fn each_subcommand_has_help_with_an_example() {
    for name in ["list", "rotate"] {
        let ran = run(&["key", name, "--help"], &[]).await;
        assert!(
            ran.status == Some(0) && ran.out.contains("Example:\n  ") && ran.out.contains("rollcall key"),
            "{ran:?}"
        );
    }
}

/// A server with its private Postgres.
async fn serve(data: &str) -> Child {
    let environment = [("ROLLCALL_DATA_DIR", data), ("ROLLCALL_LISTEN", "127.0.0.1:0")];
    serving(command(&["serve"], &environment)).await
}

async fn stop(mut server: Child) {
    let pid = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert!(server.wait().await.unwrap().success());
}

async fn run_in(data: &str, words: &[&str]) -> Ran {
    run(words, &[("ROLLCALL_DATA_DIR", data), ("ROLLCALL_LISTEN", "127.0.0.1:0")]).await
}

fn keys(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect()
}

/// With the private Postgres one command does it, beside a server that goes on.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_the_data_folder_is_changed_beside_its_server() {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    let (file, data) = (data.join("key"), data.to_str().unwrap().to_owned());
    assert_eq!(run_in(&data, &["key", "rotate", "--new"]).await.status, Some(1), "there is nothing yet");
    assert!(!file.exists());
    let server = serve(&data).await;
    let first = keys(&file);
    let rotated = run_in(&data, &["key", "rotate", "--new"]).await;
    assert_eq!(rotated.status, Some(0), "{rotated:?}");
    assert!(rotated.out.contains("Wrapped anew with it: 1. Left: 0."), "{rotated:?}");
    let both = keys(&file);
    assert!(both.len() == 2 && both[1] == first[0], "the new one first, the old one kept");
    let link = run_in(&data, &["setup-link"]).await;
    assert_eq!(link.status, Some(0), "{link:?}");
    stop(server).await;

    std::fs::write(&file, format!("{}\n", both[0])).unwrap();
    stop(serve(&data).await).await;
    std::fs::write(&file, format!("{}\n", both[1])).unwrap();
    let wrong = run_in(&data, &["serve"]).await;
    assert!(wrong.status == Some(2) && wrong.err.contains("key does not hold the key "), "{wrong:?}");
    assert!(wrong.err.contains("(encrypted with it: the audit log's key)"), "{wrong:?}");

    std::fs::remove_file(&file).unwrap();
    for words in ["serve", "setup-link"] {
        let lost = run_in(&data, &[words]).await;
        assert!(lost.status == Some(2) && lost.err.contains("key is not there, and this database needs"), "{lost:?}");
        assert!(lost.err.contains("the audit log's key") && !file.exists(), "no other key takes its place: {lost:?}");
    }
    let doctor = run_in(&data, &["doctor"]).await;
    assert!(doctor.status == Some(1) && doctor.out.contains("the audit log's key"), "{doctor:?}");
    std::fs::write(&file, format!("{}\n", both[0])).unwrap();
    stop(serve(&data).await).await;
}
