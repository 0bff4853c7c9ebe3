//! The simulator's own clock: a start that the options give, moved by tokio's
//! clock and by [`crate::Handle::advance`]. Token lifetimes, rate windows and
//! time stamps all read it, so a test can make an hour pass at once.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct Clock {
    start: DateTime<Utc>,
    since: Instant,
    skipped: Duration,
}

impl Clock {
    pub(crate) fn new(start: DateTime<Utc>) -> Self {
        Self { start, since: Instant::now(), skipped: Duration::ZERO }
    }

    /// How long the simulator has been up, by its own reckoning; never goes back.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed() + self.skipped
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let elapsed = TimeDelta::from_std(self.elapsed()).unwrap_or(TimeDelta::MAX);
        self.start.checked_add_signed(elapsed).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.skipped += by;
    }
}

/// The machine's time, for the default of [`crate::Options::now`] only.
pub(crate) fn machine_time() -> DateTime<Utc> {
    DateTime::<Utc>::from(SystemTime::now())
}
