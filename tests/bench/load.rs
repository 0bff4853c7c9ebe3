//! Many clients at once: each takes the next operation when its last one is answered.

use crate::client::{Call, Client, Target};
use crate::counters::{Counters, Meter};
use crate::numbers::percentile;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Makes the operation of a running number that never comes twice for one server.
pub type Operation = Arc<dyn Fn(usize) -> Call + Send + Sync>;

/// One kind of operation on one server.
#[derive(Clone)]
pub struct Work {
    pub target: Target,
    pub operation: Operation,
    done: Arc<AtomicUsize>,
}

/// What a load took.
#[derive(Debug, Clone)]
pub struct Load {
    /// Operations a second.
    pub rate: f64,
    /// How long each took, the quickest first.
    pub times: Vec<Duration>,
    pub spent: Counters,
}

impl Work {
    pub fn new(target: &Target, operation: impl Fn(usize) -> Call + Send + Sync + 'static) -> Self {
        Self { target: target.clone(), operation: Arc::new(operation), done: Arc::default() }
    }

    /// Carries `count` operations out. What the server does for them afterwards counts as spent too.
    pub async fn measure(&self, clients: usize, count: usize, meter: &mut Meter) -> anyhow::Result<Load> {
        let before = meter.read().await?;
        let begun = Instant::now();
        let mut times = self.run(clients, count).await?;
        let seconds = begun.elapsed().as_secs_f64();
        meter.settle().await?;
        let spent = meter.read().await? - before;
        times.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let rate = times.len() as f64 / seconds;
        Ok(Load { rate, times, spent })
    }

    /// The same without looking at it.
    pub async fn run(&self, clients: usize, count: usize) -> anyhow::Result<Vec<Duration>> {
        let left = Arc::new(AtomicUsize::new(count));
        let tasks: Vec<_> = (0..clients).map(|_| tokio::spawn(self.clone().one_client(left.clone()))).collect();
        let mut times = Vec::with_capacity(count);
        for task in tasks {
            times.extend(task.await??);
        }
        Ok(times)
    }

    async fn one_client(self, left: Arc<AtomicUsize>) -> anyhow::Result<Vec<Duration>> {
        let mut client = Client::connect(&self.target).await?;
        let mut times = Vec::new();
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            let call = (self.operation)(self.done.fetch_add(1, Ordering::Relaxed));
            let begun = Instant::now();
            client.call(call).await?;
            times.push(begun.elapsed());
        }
        Ok(times)
    }
}

impl Load {
    pub fn percentile(&self, share: f64) -> Duration {
        percentile(&self.times, share)
    }

    /// A sum over the whole load as the part of one operation.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    pub fn of_one(&self, sum: f64) -> f64 {
        sum / self.times.len().max(1) as f64
    }
}
