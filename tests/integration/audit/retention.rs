//! The retention removes from the beginning, and leaves a checkpoint from which the rest verifies.

use super::Chain;
use chrono::TimeDelta;
use directory::audit::{Keeping, prune};
use model::audit::Fault;

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
