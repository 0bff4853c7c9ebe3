//! A lease in use: renewed in the background, and known to run or not without asking the database.

use super::Shared;
use directory::leases::{self, Lease};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const RENEW: Duration = Duration::from_secs(5);
/// A call is only begun while the lease runs for this much longer.
const LEFT: Duration = Duration::from_secs(3);

/// The lease, and until when it runs for certain by this process' own clock: counted from before each renewal was asked
/// for, so never longer than the database's.
pub(super) struct Hold {
    pub(super) lease: Lease,
    until: Arc<Mutex<Instant>>,
    renewal: JoinHandle<()>,
}

impl Hold {
    /// `asked` is the moment before the lease was taken.
    pub(super) fn start(shared: Arc<Shared>, lease: Lease, asked: Instant) -> Self {
        let until = Arc::new(Mutex::new(asked + leases::LENGTH));
        let renewal = tokio::spawn(renew(shared, lease, until.clone()));
        Self { lease, until, renewal }
    }

    /// Whether the lease still runs, long enough for a call. A process that was frozen finds that it does not.
    pub(super) fn runs(&self) -> bool {
        Instant::now() + LEFT < *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the lease up, so that whoever is next need not wait for its end.
    pub(super) async fn release(self, shared: &Shared) -> directory::Result<()> {
        self.renewal.abort();
        let mut tx = shared.begin().await?;
        leases::release(&mut tx, &self.lease).await?;
        tx.commit().await
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn renew(shared: Arc<Shared>, lease: Lease, until: Arc<Mutex<Instant>>) {
    let mut wait = RENEW;
    loop {
        tokio::time::sleep(wait).await;
        let asked = Instant::now();
        let renewed: directory::Result<bool> = async {
            let mut tx = shared.begin().await?;
            let ours = leases::renew(&mut tx, &lease).await?;
            tx.commit().await?;
            Ok(ours)
        }
        .await;
        let mut end = until.lock().unwrap_or_else(PoisonError::into_inner);
        match renewed {
            Ok(true) => {
                *end = asked + leases::LENGTH;
                wait = RENEW;
            }
            Ok(false) => {
                *end = asked;
                return;
            }
            Err(error) => {
                tracing::warn!(%error, connection = %lease.connection, "the lease could not be renewed; it is tried again");
                wait = Duration::from_secs(1);
            }
        }
    }
}
