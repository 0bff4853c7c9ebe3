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
