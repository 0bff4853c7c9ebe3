//! The retention removes from the beginning, and leaves a checkpoint from which the rest verifies.

use super::Chain;
use super::sealing::flood;
use chrono::TimeDelta;
use directory::audit::{Keeping, prune};
use model::audit::Fault;
use sqlx::{Postgres, QueryBuilder};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_verifies_and_what_was_removed_does_not_come_back() {
    let chain = Chain::of(6).await;
    chain.attack(&["create table kept as select * from audit_entry where sequence = 2"]).await;
    chain.clock.advance(TimeDelta::days(200));
    chain.write(3).await;
    assert_eq!(chain.prune().await.unwrap(), 0, "nothing is a year old");
    chain.clock.advance(TimeDelta::days(200));
    assert_eq!(chain.prune().await.unwrap(), 6);
    tests::wait_sealed(&chain.directory).await;
    let report = chain.verify().await;
    assert_eq!((report.finding, report.pruned, report.verified, report.entries), (None, 6, 10, 4));
    assert_eq!(chain.prune().await.unwrap(), 0, "a second time nothing is left to remove");

    chain.attack(&["insert into audit_entry table kept"]).await;
    assert_eq!(chain.found().await, Some((Fault::Restored, 2)));
    chain.attack(&["delete from audit_entry where sequence = 2", "delete from audit_entry where sequence = 7"]).await;
    assert_eq!(chain.found().await, Some((Fault::Deleted, 7)));
}

/// Removing would take the proof away.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_does_not_verify_is_not_pruned() {
    let chain = Chain::of(6).await;
    chain.clock.advance(TimeDelta::days(400));
    chain.attack(&["update audit_entry set actor_name = 'x' where sequence = 3"]).await;
    let refused = chain.prune().await.unwrap_err().to_string();
    assert!(refused.contains("Entry #3"), "{refused}");
    assert_eq!(chain.database.count("select count(*) from audit_entry").await, 6);
}

#[tokio::test]
async fn without_a_retention_everything_stays() {
    let chain = Chain::of(2).await;
    chain.clock.advance(TimeDelta::days(10_000));
    let forever = chain.directory.clone().keeping(Keeping::default());
    assert_eq!(prune(&forever).await.unwrap(), 0);
}

/// One statement that removes everything would take longer than a statement may; each part leaves a log that verifies.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_log_is_removed_in_parts() {
    let chain = Chain::new().await;
    flood(&chain.directory, 6, 1_000).await;
    tests::wait_sealed(&chain.directory).await;
    chain.clock.advance(TimeDelta::days(400));
    chain.write(1).await;
    for statement in [
        "create table removed (entries bigint)",
        "create function note() returns trigger language plpgsql as
            $$ begin insert into removed select count(*) from gone; return null; end $$",
        "create trigger note after delete on audit_entry referencing old table as gone
            for each statement execute function note()",
    ] {
        chain.database.change(statement).await;
    }
    assert_eq!(chain.prune().await.unwrap(), 6_000);
    tests::wait_sealed(&chain.directory).await;
    assert_eq!(chain.database.count("select max(entries) from removed").await, 5_000);
    let report = chain.verify().await;
    assert_eq!((report.finding, report.pruned, report.entries), (None, 6_000, 3));
}

/// A transaction that waits for the check is ended by the database after a minute.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_open_while_the_log_is_checked() {
    let chain = Chain::of(3).await;
    chain.sealer.abort();
    chain.clock.advance(TimeDelta::days(400));
    let mut holder = chain.database.look().await;
    let run = |sql: &'static str| QueryBuilder::<Postgres>::new(sql);
    { run("begin") }.build().execute(&mut holder).await.unwrap();
    // The check reads it.
    { run("lock table audit_checkpoint") }.build().execute(&mut holder).await.unwrap();
    let keeping = Keeping { checkpoints: None, retention: Some(TimeDelta::days(365)) };
    let directory = chain.directory.clone().keeping(keeping);
    let pruning = tokio::spawn(async move { prune(&directory).await });
    let checking = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%from audit_checkpoint%'";
    while chain.database.count(checking).await == 0 {
        tokio::task::yield_now().await;
    }
    let idle = "select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'rollcall' and state = 'idle in transaction'";
    assert_eq!(chain.database.count(idle).await, 0);
    { run("rollback") }.build().execute(&mut holder).await.unwrap();
    assert_eq!(pruning.await.unwrap().unwrap(), 3);
}

/// What the retention removed is told outside of the database as well, as soon as that can be written to.
#[tokio::test(flavor = "multi_thread")]
async fn its_checkpoint_is_written_when_the_file_can_be() {
    let chain = Chain::of(3).await;
    chain.wait_lines(1).await;
    chain.sealer.abort();
    chain.clock.advance(TimeDelta::days(400));
    std::fs::remove_file(&chain.file).unwrap();
    let keeping = Keeping { checkpoints: Some(chain.file.clone()), retention: Some(TimeDelta::days(365)) };
    let directory = chain.directory.clone().keeping(keeping);
    // The check before it reads the file; the disk is full when the removal is to be written.
    let full = "create function full_disk() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock(43); return null; end $$";
    chain.database.change(full).await;
    let once = "create trigger full_disk after insert on audit_checkpoint for each row execute function full_disk()";
    chain.database.change(once).await;
    let mut holder = chain.database.look().await;
    let run = |sql: &'static str| QueryBuilder::<Postgres>::new(sql);
    { run("select pg_advisory_lock(43)") }.build().execute(&mut holder).await.unwrap();
    let pruning = tokio::spawn(async move { prune(&directory).await });
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    while chain.database.count(waits).await == 0 {
        tokio::task::yield_now().await;
    }
    std::fs::create_dir(&chain.file).unwrap();
    { run("select pg_advisory_unlock(43)") }.build().execute(&mut holder).await.unwrap();
    while chain.database.count("select count(*) from audit_entry where sequence is not null").await > 0 {
        tokio::task::yield_now().await;
    }
    std::fs::remove_dir(&chain.file).unwrap();
    assert_eq!(pruning.await.unwrap().unwrap(), 3);
    assert!(std::fs::read_to_string(&chain.file).unwrap().contains(r#""reason":"prune""#));
}
