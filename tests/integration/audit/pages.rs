//! The audit log's pages, as a browser without script sees them.

use directory::audit::Entry;
use model::Role;
use reqwest::Method;
use tests::{Browser, TestApp};

async fn write(app: &TestApp, entries: usize) {
    let mut tx = app.tx().await;
    for number in 0..entries {
        tx.audit(Entry::new("link.retried", "test", uuid::Uuid::now_v7(), &format!("<b>entry</b> {number:03}")));
    }
    tx.commit().await.unwrap();
}

fn rows(shown: &tests::Shown) -> usize {
    shown.html.all("tbody").first().map_or(0, |body| body.inside().filter(|e| e.tag() == "tr").count())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_paged_and_filtered() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    write(&app, 120).await;
    let sealed = app.wait_sealed().await;
    let first = owner.open("/audit").await;
    assert_eq!(rows(&first), 50);
    assert!(first.html.text().contains(&format!("#{sealed}")), "{}", first.html.text());
    assert!(first.body.contains("&lt;b&gt;entry&lt;/b&gt;") && !first.body.contains("<b>entry"), "names are text");
    let second = owner.open(first.html.link("Next").unwrap()).await;
    assert_eq!(rows(&second), 50);
    let back = owner.open(second.html.link("Previous").unwrap()).await;
    assert_eq!(rows(&back), 50);
    for (filter, entries) in [
        ("q=entry</b>+11", 10),
        ("q=%232", 1),
        ("action=link.retried&q=entry</b>+005", 1),
        ("actor=Nobody", 0),
        ("from=2100-01-01", 0),
        ("to=2000-01-01", 0),
        ("from=nonsense&action=setup_link.created", 1),
    ] {
        let shown = owner.open(&format!("/audit?{filter}")).await;
        assert_eq!(rows(&shown), entries, "{filter}: {}", shown.html.text());
    }
    assert!(owner.open("/audit?actor=Nobody").await.html.text().contains("No entry matches this filter"));
    assert_eq!(owner.get("/audit?after=nonsense").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_shows_before_and_after_and_its_place() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let connection = app.connection().await;
    app.set_enabled(connection, false).await;
    app.wait_sealed().await;
    let list = owner.open("/audit?action=connection.switched_off").await;
    let link = list.html.all("tbody")[0].inside().find(|e| e.tag() == "a").unwrap();
    let entry = owner.open(link.attribute("href").unwrap()).await;
    let text = entry.html.text();
    for words in ["Connection switched off", "Sealed", "enabled", "Changed", "Place in the chain", "This entry, #"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let only = |tag: &str| entry.html.all(tag).iter().map(tests::Element::text).collect::<Vec<_>>();
    assert_eq!((only("del"), only("ins")), (vec!["true".to_owned()], vec!["false".to_owned()]), "{text}");
    let others = owner.open(entry.html.link("All entries about it").unwrap()).await;
    assert!(rows(&others) >= 3, "{}", others.html.text());
}

/// Presses the button and loads the page again until it says what was found.
async fn verify(browser: &Browser) -> String {
    let page = browser.open("/audit").await;
    let sent = browser.submit(&page, "verify_audit", &[]).await;
    for _ in 0..200 {
        let text = browser.follow(&sent).await.html.text();
        if !text.contains("is being checked") {
            return text;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the check does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_verifies_and_names_what_was_altered() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    write(&app, 5).await;
    app.wait_sealed().await;
    assert!(auditor.open("/audit").await.html.text().contains("Not verified yet"));
    let text = verify(&auditor).await;
    assert!(text.contains("Verified up to #"), "{text}");
    app.database.change("alter table audit_entry disable trigger user").await;
    app.database.change("update audit_entry set actor_name = 'Nobody' where sequence = 3").await;
    let text = verify(&auditor).await;
    assert!(text.contains("The audit log was altered at #3") && text.contains("was edited after"), "{text}");
}

/// The line above the list comes from the database as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_was_never_made_is_not_shown() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    app.wait_sealed().await;
    assert!(verify(&auditor).await.contains("Verified up to #"));
    for forged in [
        "update audit_verification set report = jsonb_set(report, '{verified}', '999')",
        "update audit_verification set mac = null",
        "update audit_verification set finished_at = finished_at + interval '1 day'",
    ] {
        verify(&auditor).await;
        app.database.change(forged).await;
        let text = auditor.open("/audit").await.html.text();
        assert!(text.contains("was altered in the database") && !text.contains("Verified up to"), "{forged}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_a_file_for_those_who_may_and_is_noted() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    write(&app, 700).await;
    app.wait_sealed().await;
    let page = auditor.open("/audit?action=link.retried").await;
    assert!(page.html.text().contains("Export"));
    let csv = auditor.open("/audit?action=link.retried&format=csv").await;
    assert!(csv.header("content-disposition").starts_with("attachment; filename=\"audit-"));
    assert_eq!((csv.header("content-type"), csv.header("cache-control")), ("text/csv; charset=utf-8", "no-store"));
    assert_eq!(csv.body.lines().count(), 701);
    let jsonl = auditor.open("/audit?format=jsonl").await;
    assert!(jsonl.body.starts_with(r#"{"kind":"header""#));
    assert_eq!(auditor.get("/audit?format=xml").await.status, 400);
    for site in ["cross-site", "same-site"] {
        let led =
            auditor.request(Method::GET, "/audit?format=csv").header("sec-fetch-site", site).send().await.unwrap();
        assert_eq!(led.status(), 403, "{site}");
        let looked = auditor.request(Method::GET, "/audit").header("sec-fetch-site", site).send().await.unwrap();
        assert_eq!(looked.status(), 200, "{site}");
    }
    assert_eq!(app.database.count("select count(*) from audit_entry where action = 'audit.exported'").await, 2);
    for site in ["same-origin", "none"] {
        let ours =
            auditor.request(Method::GET, "/audit?format=csv").header("sec-fetch-site", site).send().await.unwrap();
        assert_eq!(ours.status(), 200, "{site}");
    }

    let operator = app.signed_in_as(Role::Operator).await;
    assert_eq!(operator.get("/audit?format=csv").await.status, 403);
    assert!(
        operator
            .open("/audit")
            .await
            .html
            .all("a")
            .iter()
            .all(|a| !a.attribute("href").unwrap_or_default().contains("format="))
    );
    assert_eq!(app.browser().get("/audit?format=csv").await.location(), "/login?return_to=%2Faudit%3Fformat%3Dcsv");
}

/// A token that is used for the first time, and a link that lets nobody in, are in the log; a flood of them is not.
#[tokio::test(flavor = "multi_thread")]
async fn first_uses_and_refusals_are_noted() {
    let app = TestApp::start().await;
    let okta = app.scim().await;
    okta.create(&tests::ada()).await;
    okta.create(&tests::user("bob@example.com")).await;
    let count = |action: &str| format!("select count(*) from audit_entry where action = '{action}'");
    assert_eq!(app.database.count(&count("token.first_used")).await, 1);
    for _ in 0..15 {
        app.browser().get("/auth/setup?token=wrong").await;
    }
    // The last one says that further ones are not noted.
    assert_eq!(app.database.count(&count("setup_link.refused")).await, 11);
}

/// A check that was frozen, and over which another one has begun, says nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_was_frozen_does_not_overwrite_a_newer_one() {
    let app = TestApp::start().await;
    app.setup_link().await;
    app.wait_sealed().await;
    let run = |sql: &'static str| sqlx::QueryBuilder::<sqlx::Postgres>::new(sql);
    let mut holder = app.database.look().await;
    { run("begin") }.build().execute(&mut holder).await.unwrap();
    { run("lock table audit_checkpoint") }.build().execute(&mut holder).await.unwrap();
    assert!(directory::audit::start(&app.directory, directory::Actor::Command).await.unwrap());
    let checking = "select count(*) from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and application_name = 'rollcall' and query like '%from audit_checkpoint%'";
    while app.database.count(checking).await == 0 {
        tokio::task::yield_now().await;
    }
    let newer = "update audit_verification set started_at = started_at + interval '40 seconds', started_by = 'Ada',
        checked = 77";
    app.database.change(newer).await;
    for _ in 0..100 {
        if app.database.count(checking).await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    { run("rollback") }.build().execute(&mut holder).await.unwrap();
    app.setup_link().await;
    app.wait_sealed().await;
    let untouched = "select count(*) from audit_verification
        where started_by = 'Ada' and checked = 77 and finished_at is null";
    assert_eq!(app.database.count(untouched).await, 1);
    assert_eq!(app.database.count("select count(*) from audit_entry where action = 'audit.verified'").await, 0);
}
