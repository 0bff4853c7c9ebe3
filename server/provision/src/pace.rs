//! How fast a connection may call Zoom: a cautious fixed pace, a pause when Zoom asks for one, growing waits when
//! something fails. Zoom's limits are per account, over all its apps, and never known for sure.

use crate::zoom::error::{Failure, Kind};
use chrono::{DateTime, Duration, Utc};
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Calls a second, a small burst at first.
#[derive(Debug)]
pub struct Pace {
    interval: std::time::Duration,
    burst: u32,
    /// When the next call may go, had there been no burst.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub fn new(calls_per_second: f64) -> Self {
        let interval = std::time::Duration::from_secs_f64(1.0 / calls_per_second.clamp(0.01, 10_000.0));
        Self { interval, burst: 3, next: Mutex::new(None) }
    }

    /// Takes the next slot, and says when it is.
    pub fn slot(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(self.interval * self.burst).unwrap_or(now);
        let slot = next.map_or(earliest, |next| next.max(earliest));
        *next = Some(slot + self.interval);
        slot.max(now)
    }
}

/// The shortest and the longest wait after a failure.
const SHORTEST: i64 = 500;
const FIRST: i64 = 2_000;
const LONGEST: i64 = 15 * 60 * 1_000;

/// How long to wait after so many failures: full jitter below a bound that doubles from 2 seconds to 15 minutes.
/// `dice` is from 0 to 1.
pub fn backoff(attempts: i32, dice: f64) -> Duration {
    let bound = FIRST.saturating_mul(1_i64 << attempts.clamp(0, 20)).min(LONGEST);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "both are far below 2^52")]
    let wait = (bound as f64 * dice.clamp(0.0, 1.0)) as i64;
    Duration::milliseconds(wait.max(SHORTEST))
}

/// How long the whole connection waits: what Zoom asks for; otherwise a second and more when it is too fast, a minute
/// and more for what a human has to put right (it is tried again all the same, as nobody tells us when it is).
pub fn pause(failure: &Failure, times: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    if let Some(after) = failure.retry_after {
        return after.time(now).max(now + Duration::milliseconds(SHORTEST));
    }
    let doubled = 1_i32 << times.clamp(0, 10);
    let daily = failure.said.as_deref().is_some_and(|said| said.contains("daily"));
    let wait = match failure.kind {
        Kind::RateLimited if daily => Duration::minutes(15),
        Kind::RateLimited => (Duration::seconds(1) * doubled).min(Duration::minutes(1)),
        Kind::Server | Kind::Unreachable(_) | Kind::Unreadable | Kind::Concurrent => {
            (Duration::seconds(2) * doubled).min(Duration::minutes(2))
        }
        _ => (Duration::minutes(1) * doubled).min(Duration::minutes(15)),
    };
    now + wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoom::error::RetryAfter;
    use proptest::prelude::*;
    use std::time::Duration as Std;

    #[test]
    fn no_second_has_more_calls_than_the_pace_and_its_burst() {
        let pace = Pace::new(10.0);
        let start = Instant::now();
        let slots: Vec<Instant> = (0..50).map(|_| pace.slot(start)).collect();
        assert!(slots[3] == start && slots[4] > start, "three ahead of the pace, and the one that is due");
        for window in slots.windows(15) {
            assert!(window[14] - window[0] >= Std::from_secs(1));
        }
        assert_eq!(slots[49] - start, Std::from_millis(4600));
        let later = start + Std::from_secs(60);
        assert_eq!(pace.slot(later), later, "rest does not add up to more than the burst");
    }

    proptest! {
        #[test]
        fn waits_grow_and_end(attempts in 0..1000_i32, dice in 0.0..1.0_f64) {
            let wait = backoff(attempts, dice);
            prop_assert!(wait >= Duration::milliseconds(500) && wait <= Duration::minutes(15));
            prop_assert!(backoff(attempts + 1, dice) >= wait);
        }
    }

    #[test]
    fn what_zoom_asks_for_is_kept() {
        let now = DateTime::UNIX_EPOCH;
        let asked =
            Failure { retry_after: Some(RetryAfter::In(Duration::seconds(7))), ..Failure::new(Kind::RateLimited) };
        assert_eq!(pause(&asked, 5, now), now + Duration::seconds(7));
        assert_eq!(pause(&Failure::new(Kind::RateLimited), 0, now), now + Duration::seconds(1));
        assert_eq!(pause(&Failure::new(Kind::Unauthorized), 30, now), now + Duration::minutes(15));
    }
}
