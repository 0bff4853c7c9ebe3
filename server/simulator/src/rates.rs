//! Zoom's rate limits: per account, per label, summed over all operations of
//! that label (developers.zoom.us/docs/api/rate-limits).

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};

use crate::operation::{Label, Operation};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Requests in any one second; `None` is no limit.
    pub light_per_second: Option<u32>,
    pub medium_per_second: Option<u32>,
    /// Requests in a day that begins at midnight UTC.
    pub light_per_day: Option<u32>,
    pub medium_per_day: Option<u32>,
    /// Count every operation by itself instead of by label, as the old page
    /// said ("each endpoint 1 request/second").
    pub per_operation: bool,
    /// Whether `X-RateLimit-*` headers come with answers.
    pub headers: bool,
    pub retry_after: RetryAfter,
}

/// How a 429 says when to come back. Clients have met all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// ISO time on a daily limit, only `X-RateLimit-Reset` on a per-second one.
    AsDocumented,
    Absent,
    Seconds,
    HttpDate,
    Iso8601,
}

impl Default for Rates {
    /// Business and above.
    fn default() -> Self {
        Self::business()
    }
}

impl Rates {
    pub fn business() -> Self {
        Self::table(80, 60)
    }

    pub fn pro() -> Self {
        Self::table(30, 20)
    }

    pub fn free() -> Self {
        Self { light_per_day: Some(6_000), medium_per_day: Some(2_000), ..Self::table(4, 2) }
    }

    /// One request a second on each operation, as Zoom's old SCIM2 page said.
    pub fn legacy() -> Self {
        Self { per_operation: true, ..Self::table(1, 1) }
    }

    pub fn unlimited() -> Self {
        Self { light_per_second: None, medium_per_second: None, ..Self::business() }
    }

    fn table(light: u32, medium: u32) -> Self {
        Self {
            light_per_second: Some(light),
            medium_per_second: Some(medium),
            light_per_day: None,
            medium_per_day: None,
            per_operation: false,
            headers: true,
            retry_after: RetryAfter::AsDocumented,
        }
    }

    fn per_second(&self, label: Label) -> Option<u32> {
        match label {
            Label::Light => self.light_per_second,
            Label::Medium => self.medium_per_second,
        }
    }

    fn per_day(&self, label: Label) -> Option<u32> {
        match label {
            Label::Light => self.light_per_day,
            Label::Medium => self.medium_per_day,
        }
    }
}

/// What the limits say of one request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) refused: Option<&'static str>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

const PER_SECOND: &str = "You have reached the maximum per-second rate limit for this API. Try again later.";
const DAILY: &str = "You have reached the maximum daily rate limit for this API. Refer to the \
                     response header for details on when you can make another request.";

/// Counts what was let through. The window slides, so that "80 a second" holds
/// for every second and not only for those of the clock (how Zoom cuts its
/// seconds is undocumented; this is the stricter reading).
#[derive(Debug, Default)]
pub(crate) struct Meter {
    recent: HashMap<(Label, Option<Operation>), VecDeque<Duration>>,
    today: HashMap<Label, (NaiveDate, u32)>,
}

impl Meter {
    pub(crate) fn admit(
        &mut self,
        rates: &Rates,
        operation: Operation,
        elapsed: Duration,
        now: DateTime<Utc>,
    ) -> Verdict {
        let Some(label) = operation.label() else {
            return Verdict { refused: None, headers: Vec::new() };
        };
        let recent = self.recent.entry((label, rates.per_operation.then_some(operation))).or_default();
        while recent.front().is_some_and(|at| elapsed.saturating_sub(*at) >= SECOND) {
            recent.pop_front();
        }
        let today = self.today.entry(label).or_default();
        if today.0 != now.date_naive() {
            *today = (now.date_naive(), 0);
        }
        if let Some(limit) = rates.per_day(label).filter(|limit| today.1 >= *limit) {
            return Self::refuse(rates, label, limit, now, DAILY);
        }
        let in_second = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        if let Some(limit) = rates.per_second(label).filter(|limit| in_second >= *limit) {
            return Self::refuse(rates, label, limit, now, PER_SECOND);
        }
        recent.push_back(elapsed);
        today.1 += 1;
        let mut headers = Vec::new();
        if let Some(limit) = rates.per_second(label).filter(|_| rates.headers) {
            headers.push(("x-ratelimit-category", label.name().to_owned()));
            headers.push(("x-ratelimit-limit", limit.to_string()));
            headers.push(("x-ratelimit-remaining", limit.saturating_sub(in_second + 1).to_string()));
        }
        Verdict { refused: None, headers }
    }

    fn refuse(rates: &Rates, label: Label, limit: u32, now: DateTime<Utc>, why: &'static str) -> Verdict {
        let daily = why == DAILY;
        let again = if daily { next_midnight(now) } else { next_second(now) };
        let mut headers = Vec::new();
        if rates.headers {
            headers.push(("x-ratelimit-category", label.name().to_owned()));
            headers.push(("x-ratelimit-type", if daily { "Daily-limit" } else { "QPS" }.to_owned()));
            headers.push(("x-ratelimit-limit", limit.to_string()));
            headers.push(("x-ratelimit-remaining", "0".to_owned()));
            if !daily {
                headers.push(("x-ratelimit-reset", again.timestamp().to_string()));
            }
        }
        let iso = again.to_rfc3339_opts(SecondsFormat::Secs, true);
        let retry_after = match rates.retry_after {
            RetryAfter::AsDocumented if daily => Some(iso),
            RetryAfter::Iso8601 => Some(iso),
            RetryAfter::AsDocumented | RetryAfter::Absent => None,
            RetryAfter::Seconds => Some((again - now).num_seconds().max(1).to_string()),
            RetryAfter::HttpDate => Some(again.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        };
        headers.extend(retry_after.map(|value| ("retry-after", value)));
        Verdict { refused: Some(why), headers }
    }
}

/// The first whole second that is at least one second away.
fn next_second(now: DateTime<Utc>) -> DateTime<Utc> {
    let up = i64::from(now.timestamp_subsec_nanos() > 0);
    DateTime::from_timestamp(now.timestamp() + 1 + up, 0).unwrap_or(now)
}

fn next_midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    today + TimeDelta::days(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{DateTime, Utc};

    use super::{Meter, Rates, RetryAfter};
    use crate::operation::Operation::{CreateUser, GetUser, ListUsers};

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default()
    }

    fn admit(meter: &mut Meter, rates: &Rates, operation: crate::Operation, ms: u64) -> bool {
        let elapsed = Duration::from_millis(ms);
        meter.admit(rates, operation, elapsed, start() + elapsed).refused.is_none()
    }

    #[test]
    fn operations_of_one_label_share_a_sliding_second() {
        let (mut meter, rates) = (Meter::default(), Rates::free());
        for ms in [0, 900, 910, 920] {
            assert!(admit(&mut meter, &rates, CreateUser, ms));
        }
        assert!(!admit(&mut meter, &rates, GetUser, 930));
        assert!(admit(&mut meter, &rates, ListUsers, 930), "the other label has its own");
        assert!(admit(&mut meter, &rates, GetUser, 1_000));
        assert!(!admit(&mut meter, &rates, GetUser, 1_001), "three of the last second remain");
    }

    #[test]
    fn the_legacy_limit_counts_each_operation_alone() {
        let (mut meter, rates) = (Meter::default(), Rates::legacy());
        assert!(admit(&mut meter, &rates, CreateUser, 0));
        assert!(admit(&mut meter, &rates, GetUser, 0));
        assert!(!admit(&mut meter, &rates, GetUser, 999));
        assert!(admit(&mut meter, &rates, GetUser, 1_000));
    }

    #[test]
    fn the_day_ends_at_midnight() {
        let rates = Rates { light_per_day: Some(1), ..Rates::unlimited() };
        let mut meter = Meter::default();
        assert!(admit(&mut meter, &rates, GetUser, 0));
        let refused = meter.admit(&rates, GetUser, Duration::ZERO, start());
        let find = |name| refused.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        assert_eq!(find("retry-after"), Some("2023-11-15T00:00:00Z"));
        assert_eq!(find("x-ratelimit-type"), Some("Daily-limit"));
        let midnight = start() + chrono::TimeDelta::seconds(6_400);
        assert!(meter.admit(&rates, GetUser, Duration::from_secs(6_400), midnight).refused.is_none());
    }

    #[test]
    fn retry_after_comes_in_every_form() {
        for (form, expected) in [
            (RetryAfter::AsDocumented, None),
            (RetryAfter::Absent, None),
            (RetryAfter::Seconds, Some("1")),
            (RetryAfter::HttpDate, Some("Tue, 14 Nov 2023 22:13:21 GMT")),
            (RetryAfter::Iso8601, Some("2023-11-14T22:13:21Z")),
        ] {
            let rates = Rates { light_per_second: Some(0), retry_after: form, ..Rates::business() };
            let verdict = Meter::default().admit(&rates, GetUser, Duration::ZERO, start());
            let header = verdict.headers.iter().find(|(key, _)| *key == "retry-after");
            assert_eq!(header.map(|(_, value)| value.as_str()), expected, "{form:?}");
        }
    }
}
