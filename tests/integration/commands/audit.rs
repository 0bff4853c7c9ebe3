//! `rollcall audit`.

use super::{KEY, Scratch, run, run_on};
use tests::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_an_export_are_verified() {
    let app = TestApp::start().await;
    app.connection().await;
    app.wait_sealed().await;
    let fine = run_on(&app, &["audit", "verify"]).await;
    assert_eq!(fine.status, Some(0), "{fine:?}");
    assert!(fine.out.starts_with("Verified up to #"), "{fine:?}");

    let exported = run_on(&app, &["audit", "export"]).await;
    assert_eq!(exported.status, Some(0), "{exported:?}");
    let scratch = Scratch::new();
    let file = scratch.write("audit.jsonl", &exported.out);
    let elsewhere = run(&["audit", "verify", "--file", &file], &[("ROLLCALL_KEY", KEY)]).await;
    assert_eq!(elsewhere.status, Some(0), "{elsewhere:?}");
    let edited = scratch.write("edited.jsonl", &exported.out.replacen("Command line", "Somebody", 1));
    let broken = run(&["audit", "verify", "--file", &edited], &[("ROLLCALL_KEY", KEY)]).await;
    assert_eq!(broken.status, Some(1), "{broken:?}");
    assert!(broken.out.contains("The audit log was altered. Entry #1") && broken.err.is_empty(), "{broken:?}");

    app.wait_sealed().await;
    app.database.change("alter table audit_entry disable trigger user").await;
    app.database.change("delete from audit_entry where sequence = 2").await;
    let broken = run_on(&app, &["audit", "verify"]).await;
    assert_eq!(broken.status, Some(1), "{broken:?}");
    assert!(broken.out.contains("Entry #2 was deleted.") && broken.err.is_empty(), "{broken:?}");
}

/// A check of a log whose key was removed says so, and makes no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_makes_no_key() {
    let app = TestApp::with(|start| start.worker = false).await;
    app.connection().await;
    app.wait_sealed().await;
    for statement in [
        "alter table audit_entry disable trigger user",
        "delete from audit_chain",
        "delete from secret where belongs_to = 'audit_chain.key'",
        "update audit_entry set sequence = null, hash = null, mac = null",
    ] {
        app.database.change(statement).await;
    }
    for words in [&["audit", "verify"], &["token", "list"], &["audit", "verify"]] {
        let ran = run_on(&app, words).await;
        let checked = words[0] == "audit";
        assert_eq!(ran.status, Some(i32::from(checked)), "{ran:?}");
        let said = if checked { &ran.out } else { &ran.err };
        assert!(said.contains("key is gone from the table secret"), "{ran:?}");
        assert_eq!(said.contains("The audit log does not verify"), checked, "{ran:?}");
    }
    assert_eq!(app.database.count("select count(*) from audit_chain").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_checked_ends_with_2_and_says_why() {
    let app = TestApp::start().await;
    app.connection().await;
    app.wait_sealed().await;
    let exported = run_on(&app, &["audit", "export", "--action", "connection.created", "--from", "2020-01-01"]).await;
    assert_eq!(exported.out.matches(r#""kind":"entry""#).count(), 1, "{exported:?}");
    let scratch = Scratch::new();
    let file = scratch.write("audit.jsonl", &exported.out);
    let folder = scratch.0.to_str().unwrap().to_owned();
    let verify = ["audit", "verify", "--file", &file];
    let some = run(&verify, &[("ROLLCALL_KEY", KEY)]).await;
    assert_eq!(some.status, Some(0), "{some:?}");
    assert!(some.out.contains("whether one is missing in the log cannot be seen"), "{some:?}");
    let without = run(&verify, &[("ROLLCALL_DATA_DIR", &folder)]).await;
    assert_eq!(without.status, Some(2), "{without:?}");
    assert!(without.err.contains("the hashes cannot be checked without the key"), "{without:?}");
    let other = run(&verify, &[("ROLLCALL_KEY", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=")]).await;
    assert_eq!(other.status, Some(2), "{other:?}");
    assert!(other.err.contains("another ROLLCALL_KEY"), "{other:?}");
    let csv = run_on(&app, &["audit", "export", "--format", "csv"]).await;
    let file = scratch.write("audit.csv", &csv.out);
    let not_ours = run(&["audit", "verify", "--file", &file], &[("ROLLCALL_KEY", KEY)]).await;
    assert_eq!(not_ours.status, Some(2), "{not_ours:?}");
    for (words, said) in [
        (&["--from", "yesterday"][..], "not a day or a moment"),
        (&["--action", "token.revokd"], "token.revoked"),
        (&["--from", "2026-02-01", "--to", "2026-01-01"], "--from is later than --to"),
    ] {
        let ran = run_on(&app, &[&["audit", "export"], words].concat()).await;
        assert!(ran.status == Some(2) && ran.err.contains(said) && ran.out.is_empty(), "{ran:?}");
    }
}

/// Without the file nobody can say that nothing was cut off.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_checkpoints_that_cannot_be_read_is_no_proof() {
    let app = TestApp::start().await;
    app.connection().await;
    app.wait_sealed().await;
    let scratch = Scratch::new();
    let (url, folder) = (app.database.url(), scratch.0.to_str().unwrap().to_owned());
    let environment = [("DATABASE_URL", url.as_str()), ("ROLLCALL_KEY", KEY), ("ROLLCALL_DATA_DIR", &folder)];
    let verify = ["audit", "verify"];
    let none = run(&verify, &environment).await;
    assert!(none.status == Some(0) && none.out.contains(" fit (0 of them from the file)"), "{none:?}");
    std::fs::create_dir(scratch.0.join("audit-checkpoints.jsonl")).unwrap();
    let unreadable = run(&verify, &environment).await;
    assert_eq!(unreadable.status, Some(2), "{unreadable:?}");
    assert!(unreadable.err.contains("file of audit checkpoints cannot be read"), "{unreadable:?}");
}
