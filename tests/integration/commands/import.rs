//! `rollcall import`.

use super::{KEY, command, run_on};
use directory::imports;
use model::connection::{Actions, ScopeMode};
use model::import::ImportState;
use serde_json::{Value, json};
use simulator::{Churn, Fault, Operation, Rates};
use std::collections::HashSet;
use std::process::Stdio;
use tests::{TestApp, ada};

const IMPORT: &[&str] = &["import", "--connection", "zoom", "--json"];

async fn with_accounts(worker: bool, accounts: usize) -> TestApp {
    let app = TestApp::with(|start| start.worker = worker).await;
    app.connection_with(Actions::default(), ScopeMode::Assigned).await;
    for n in 1..accounts {
        app.zoom.add_user(&format!("p{n}@example.com"), |_| ());
    }
    app.zoom.add_user("ada.lovelace@example.com", |_| ());
    app.scim().await.create(&ada()).await;
    app
}

async fn counts(app: &TestApp, words: &[&str]) -> Value {
    let ran = run_on(app, words).await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_carried_out_with_a_server_and_without_and_links_what_is_exact() {
    for worker in [true, false] {
        let app = with_accounts(worker, 3).await;
        let found = counts(&app, IMPORT).await;
        let expected = json!({
            "scanned": 3, "exact": 1, "partial": 0, "new": 2, "chosen": 0, "linked": 0, "gone": 0, "ignored": 0, "confirmed": 0,
            "notes": [],
        });
        assert_eq!(found, expected, "with a server: {worker}");
        let linked = counts(&app, &[IMPORT, &["--confirm", "exact"]].concat()).await;
        assert_eq!((&linked["exact"], &linked["confirmed"], &linked["linked"]), (&json!(1), &json!(1), &json!(1)));
        let again = run_on(&app, &["import", "--connection", "Zoom"]).await;
        assert!(again.out.contains("exact    0\n") && again.out.contains("linked   1\n"), "{}", again.out);
        let asked: Vec<_> = app.zoom.journal().into_iter().filter_map(|entry| entry.operation).collect();
        let reads = [Operation::Token, Operation::ListUsers, Operation::ListGroups, Operation::GetUser];
        assert!(asked.iter().all(|operation| reads.contains(operation)), "{asked:?}");
    }
}

/// More than one step links, of whom the last fails: what was done before it is said.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_linked_before_confirming_failed_is_said() {
    let app = TestApp::with(|start| start.worker = false).await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Assigned).await;
    for n in 0..1_002 {
        app.zoom.add_user(&format!("p{n:04}@example.com"), |_| ());
    }
    // At the program's own pace, single accounts would take a minute in each run.
    app.zoom.configure(|options| options.rates = Rates::unlimited());
    let swift =
        provision::Options { allow_private_urls: true, calls_per_second: 5_000.0, ..provision::Options::default() };
    let mut tx = app.tx().await;
    let usual = imports::settings(&mut tx, connection).await.unwrap();
    imports::set(&mut tx, connection, usual.version, usual.confirm, usual.timetable, 0).await.unwrap();
    imports::start(&mut tx, connection).await.unwrap();
    tx.commit().await.unwrap();
    provision::run_import(app.directory.clone(), swift, connection).await.unwrap();
    // They become people, who are not linked any more.
    let (begin, terms) = (|| app.directory.begin(directory::Actor::Command), provision::import::terms(true));
    let all = imports::Which::All(imports::Filter::default());
    let (made, ended) = imports::confirm_all(begin, connection, &all, &terms).await;
    let _: () = ended.unwrap();
    assert_eq!(made.new, 1_002);
    app.database.change("delete from link").await;
    app.database
        .change(
            "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$",
        )
        .await;
    app.database
        .change(
            "create trigger refuse before insert on link for each row
             when (new.last_sent ->> 'userName' = 'p1001@example.com') execute function refuse()",
        )
        .await;

    let ran = run_on(&app, &[IMPORT, &["--confirm", "exact"]].concat()).await;
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (ran.status, &said["exact"], &said["confirmed"], &said["linked"]),
        (Some(1), &json!(1_002), &json!(1_000), &json!(1_000)),
        "{ran:?}"
    );
    assert!(said["stopped"].as_str().unwrap().contains("no room"), "{ran:?}");
    assert!(
        ran.err.contains("confirming stopped after 1000 exact matches: ") && ran.err.contains("no room"),
        "{ran:?}"
    );
    let again = run_on(&app, &["import", "--connection", "zoom", "--confirm", "exact"]).await;
    assert!(
        again.status == Some(1) && again.out.contains("linked   1000\n") && !again.out.contains("Linked"),
        "{again:?}"
    );
    app.database.change("drop trigger refuse on link").await;
    let rest = run_on(&app, &["import", "--connection", "zoom", "--confirm", "exact"]).await;
    assert!(rest.status == Some(0) && rest.out.contains("Linked 2 exact matches."), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_it_is_said_and_it_goes_on_from_there() {
    let app = with_accounts(false, 2).await;
    let wrong = run_on(&app, &["import", "--connection", "other"]).await;
    assert_eq!(wrong.status, Some(2), "{wrong:?}");
    assert!(wrong.err.contains("no connection `other`"), "{}", wrong.err);

    let dead = json!({ "code": 4711, "message": "Invalid access token, does not contain scopes:[scim2:admin]." });
    app.zoom.inject(Fault::answer(400, dead.to_string()).on(Operation::ListUsers));
    let stopped = run_on(&app, IMPORT).await;
    assert_eq!((stopped.status, stopped.out.as_str()), (Some(1), ""), "{stopped:?}");
    assert!(stopped.err.contains("the import stopped") && stopped.err.contains("scim2:admin"), "{}", stopped.err);
    assert_eq!(counts(&app, IMPORT).await["scanned"], 2);
}

/// Twenty thousand accounts of all kinds, in a list that moves and repeats itself, while the program is killed three
/// times: whoever is there all the time is found, once, and nobody is said to come again and again.
#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_crowd_it_goes_on_and_nobody_is_missed_or_doubled() {
    let app = with_accounts(false, 1).await;
    for n in 0..20_000_u32 {
        app.zoom.add_user(&format!("p{n}@example.com"), |account| {
            if n % 101 != 0 {
                account.given_name = Some("Pat".to_owned());
                account.family_name = Some(format!("Family{n}"));
            }
            account.active = n % 50 != 0;
            if n % 211 == 0 {
                account.roles = vec!["Admin".to_owned()];
            }
            if n % 77 == 0 {
                account.kind = simulator::Kind::ZoomRoom;
            }
        });
    }
    app.zoom.configure(|options| options.account.churn = Churn { vanish: 2, appear: 2, repeat: 3 });
    let connection = directory::connections::by_name(&mut app.tx().await, "Zoom").await.unwrap().unwrap().id;
    let url = app.database.url();
    let environment = [("DATABASE_URL", url.as_str()), ("ROLLCALL_KEY", KEY), ("ROLLCALL_ALLOW_PRIVATE_URLS", "1")];
    let mut scanned = 0;
    for _ in 0..3 {
        let mut heard = app.directory.listen();
        let mut program = command(IMPORT, &environment).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        scanned = loop {
            let run = imports::newest(&mut app.tx().await, connection).await.unwrap();
            if let Some(run) = run.filter(|run| run.scanned > scanned + 4_000) {
                assert_eq!(run.state, ImportState::Scanning, "{run:?}");
                break run.scanned;
            }
            heard.recv().await.unwrap();
        };
        program.kill().await.unwrap();
        // As after the lease's end: the dead program cannot give it up.
        app.database.change("update lease set until = clock_timestamp()").await;
    }
    let found = counts(&app, IMPORT).await;
    assert_eq!(found["exact"], 1, "{found}");
    let moved = "Accounts went away while the list was read. The pages before were read again.";
    assert!(found["notes"].as_array().unwrap().iter().all(|note| note == moved), "{found}");
    let runs = imports::history(&mut app.tx().await, connection, 9).await.unwrap();
    assert_eq!(runs.len(), 1, "the same one went on");
    let found = app.database.texts("select user_name from zoom_account").await;
    let names: HashSet<&String> = found.iter().collect();
    assert_eq!(names.len(), found.len(), "nobody twice");
    let there = app.zoom.users().into_iter().map(|user| user.user_name).filter(|name| name.starts_with('p'));
    let missed: Vec<String> = there.filter(|name| !names.contains(name)).collect();
    assert!(missed.is_empty(), "{} of those who stayed: {missed:?}", missed.len());
}
