//! The sealer: nothing is skipped and nothing doubled, whoever seals and whatever happens.

use super::{Chain, seal, write_one};
use directory::audit::Entry;
use directory::{Actor, Clock, Directory};
use std::time::{Duration, Instant};
use tests::{TestApp, wait_sealed};

async fn all_once(chain: &Chain, entries: i64) {
    let report = chain.verify().await;
    assert_eq!((report.finding, report.entries, report.waiting), (None, entries, 0));
    let distinct = "select count(distinct id) from audit_entry where sequence is not null";
    assert_eq!(chain.database.count(distinct).await, entries);
}

/// A transaction that commits late has an old id: it is sealed later, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_commits_late_is_sealed_late_and_once() {
    let chain = Chain::new().await;
    for statement in [
        "create function wait_for_test() returns trigger language plpgsql as
            $$ begin perform pg_advisory_xact_lock(42); return null; end $$",
        "create trigger wait_for_test after insert on audit_entry for each row when (new.target_name = 'late')
            execute function wait_for_test()",
    ] {
        chain.database.change(statement).await;
    }
    let mut holder = chain.database.look().await;
    let run = |sql: &'static str| sqlx::QueryBuilder::<sqlx::Postgres>::new(sql);
    { run("select pg_advisory_lock(42)") }.build().execute(&mut holder).await.unwrap();
    let directory = chain.directory.clone();
    let late = tokio::spawn(async move { write_one(&directory, "late").await });
    while chain.database.count("select count(*) from pg_locks where locktype = 'advisory' and not granted").await == 0 {
        tokio::task::yield_now().await;
    }
    let before = chain.write(5).await;
    { run("select pg_advisory_unlock(42)") }.build().execute(&mut holder).await.unwrap();
    late.await.unwrap();
    let last = wait_sealed(&chain.directory).await;
    assert_eq!(last, before + 1);
    let late = "select sequence from audit_entry where target_name = 'late'";
    assert_eq!(chain.database.count(late).await, last);
    let older = "select count(*) from audit_entry e, audit_entry l where l.target_name = 'late' and e.id > l.id";
    assert_eq!(chain.database.count(older).await, 5, "its id is older than theirs");
    all_once(&chain, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_sealed_within_a_second() {
    let chain = Chain::of(1).await;
    let begun = Instant::now();
    chain.write(1).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
}

async fn write_many(directory: Directory, from: usize) {
    for number in 0..40 {
        write_one(&directory, &format!("{from} {number}")).await;
    }
}

/// Two replicas write; the one that seals is killed, then every connection that seals is cut, again and again.
#[tokio::test(flavor = "multi_thread")]
async fn when_the_sealer_dies_another_one_goes_on() {
    let chain = Chain::of(1).await;
    let other = chain.database.open(Clock::system()).await;
    let second = seal(&other);
    let sealing = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and a.application_name = 'rollcall sealer' and a.datname = current_database()";
    assert_eq!(chain.database.count(sealing).await, 1, "one of them seals");
    let writers = [chain.directory.clone(), other.clone(), chain.directory.clone(), other.clone()];
    let writers: Vec<_> =
        writers.into_iter().enumerate().map(|(n, directory)| tokio::spawn(write_many(directory, n))).collect();
    chain.sealer.abort();
    for _ in 0..5 {
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'rollcall sealer' and datname = current_database()";
        chain.database.change(cut).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    wait_sealed(&other).await;
    all_once(&chain, 161).await;
    second.abort();
}

/// Many entries of one transaction are several batches, and leave checkpoints behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_sealed_in_batches_with_checkpoints() {
    let chain = Chain::new().await;
    flood(&chain.directory, 1, 1_250).await;
    assert_eq!(wait_sealed(&chain.directory).await, 1_250);
    all_once(&chain, 1_250).await;
    assert!(chain.verify().await.checkpoints >= 24, "in the database and in the file");
}

pub(super) async fn flood(directory: &Directory, transactions: usize, entries: usize) {
    for _ in 0..transactions {
        let mut tx = directory.begin(Actor::System).await.unwrap();
        for number in 0..entries {
            let entry = Entry::new("link.retried", "test", uuid::Uuid::now_v7(), &format!("entry {number}"));
            tx.audit(
                entry.after(serde_json::json!({ "userName": "ada.lovelace@example.com", "active": true, "n": number })),
            );
        }
        tx.commit().await.unwrap();
    }
}

/// A file that cannot be written for a while has all checkpoints afterwards, and so has one that lagged behind at a crash.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_could_not_be_written_is_written_later() {
    let chain = Chain::of(1).await;
    chain.wait_lines(1).await;
    std::fs::remove_file(&chain.file).unwrap();
    std::fs::create_dir(&chain.file).unwrap();
    chain.clock.advance(chrono::TimeDelta::minutes(10));
    chain.write(1).await;
    std::fs::remove_dir(&chain.file).unwrap();
    chain.wait_lines(1).await;
    assert!(std::fs::read_to_string(&chain.file).unwrap().contains(r#""sequence":2"#));

    chain.sealer.abort();
    std::fs::remove_file(&chain.file).unwrap();
    let next = seal(&chain.reopened().await);
    chain.wait_lines(2).await;
    next.abort();
    assert_eq!(chain.found().await, None);
}

/// Also a server that does not provision seals.
#[tokio::test]
async fn a_server_without_a_worker_seals() {
    let app = TestApp::with(|start| start.worker = false).await;
    app.setup_link().await;
    assert!(app.wait_sealed().await >= 1);
}
