//! Whoever waits for an answer may go away at any moment.

use directory::Actor;
use std::time::Duration;
use tests::TestApp;

/// A transaction that was left open would take what is done next on its connection with it when it ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_of_work_that_nobody_waits_for_leaves_no_transaction_open() {
    let app = TestApp::with(|start| start.worker = false).await;
    for wait in 0..400 {
        let begun = app.directory.begin(Actor::System);
        drop(tokio::time::timeout(Duration::from_micros(5 * wait), begun).await);
    }
    let open = "select count(*) from pg_stat_activity where datname = current_database()
        and application_name = 'rollcall' and state = 'idle in transaction' and state_change < now() - interval '1 second'";
    // What is on its way ends by itself.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(app.database.count(open).await, 0);
}
