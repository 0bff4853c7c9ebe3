//! Moments in words. What is relative is told from the page's time, which the browser takes over from the server, so
//! that both render the same text.

use crate::now::use_now;
use chrono::{DateTime, Datelike, Timelike, Utc};
use leptos::prelude::*;

/// "4 min ago", with the exact time on hover and for machines.
#[component]
pub fn Time(at: DateTime<Utc>) -> impl IntoView {
    let now = use_now();
    view! { <time datetime=machine(at) title=exact(at)>{move || relative(at, now.get())}</time> }
}

/// "19 Nov 14:08:52", for logs, where the second counts and a hover is out of reach.
#[component]
pub fn Moment(at: DateTime<Utc>) -> impl IntoView {
    let now = use_now();
    view! { <time class="num" datetime=machine(at) title=exact(at)>{move || to_the_second(at, now.get())}</time> }
}

/// "19 Nov 2026", for what ends or ended on a day.
#[component]
pub fn Day(at: DateTime<Utc>) -> impl IntoView {
    view! { <time class="num" datetime=machine(at) title=exact(at)>{day(at)}</time> }
}

/// "19 Nov 2026, 14:08:52 UTC", on the page of that one moment.
#[component]
pub fn Exact(at: DateTime<Utc>) -> impl IntoView {
    view! { <time class="num" datetime=machine(at)>{exact(at)}</time> }
}

fn to_the_second(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let year = if at.year() == now.year() { String::new() } else { format!(" {}", at.year()) };
    format!("{} {}{year} {}", at.day(), month(&at), time_of(at))
}

/// "19 Nov 2026". Written out, as are the others: chrono's formats would be a large part of what a browser downloads.
pub fn day(at: impl Datelike) -> String {
    format!("{} {} {}", at.day(), month(&at), at.year())
}

fn month(at: &impl Datelike) -> &'static str {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS[at.month0() as usize]
}

/// "14:08:52".
fn time_of(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// "19 Nov 2026, 14:08:52 UTC".
pub fn exact(at: DateTime<Utc>) -> String {
    format!("{}, {} UTC", day(at), time_of(at))
}

/// For the `datetime` attribute (HTML, valid global date and time string).
fn machine(at: DateTime<Utc>) -> String {
    format!("{:04}-{:02}-{:02}T{}Z", at.year(), at.month(), at.day(), time_of(at))
}

/// "just now", "38 s ago", "in 27 days".
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (at - now).num_seconds();
    let span = span(seconds.abs());
    match seconds {
        -4..=4 => "just now".to_owned(),
        ..=-5 => format!("{span} ago"),
        5.. => format!("in {span}"),
    }
}

/// A length of time in its largest sensible unit, to the nearest whole one: what was set to 30 days just now ends in 30.
fn span(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match seconds {
        ..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..172_800 => format!("{} h", nearest(seconds, HOUR)),
        _ if seconds < 60 * DAY => super::plural(nearest(seconds, DAY), "day", "days"),
        _ if seconds < 730 * DAY => super::plural(nearest(seconds, 365 * DAY / 12), "month", "months"),
        _ => super::plural(nearest(seconds, 365 * DAY), "year", "years"),
    }
}

const fn nearest(seconds: i64, unit: i64) -> i64 {
    (seconds + unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn from_now(delta: TimeDelta) -> String {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        relative(now + delta, now)
    }

    #[test]
    fn moments_are_told_in_their_largest_sensible_unit() {
        assert_eq!(from_now(TimeDelta::seconds(-2)), "just now");
        assert_eq!(from_now(TimeDelta::seconds(-38)), "38 s ago");
        assert_eq!(from_now(TimeDelta::minutes(-4)), "4 min ago");
        assert_eq!(from_now(TimeDelta::hours(-31)), "31 h ago");
        assert_eq!(from_now(TimeDelta::days(27)), "in 27 days");
        assert_eq!(from_now(TimeDelta::days(30) - TimeDelta::seconds(3)), "in 30 days");
        assert_eq!(from_now(TimeDelta::days(365)), "in 12 months");
        assert_eq!(from_now(TimeDelta::days(-800)), "2 years ago");
    }

    #[test]
    fn a_log_says_the_year_when_it_is_another_one() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(to_the_second(now, now), "1 Jan 00:00:00");
        assert_eq!(to_the_second(now, now + TimeDelta::days(365)), "1 Jan 1970 00:00:00");
    }

    #[test]
    fn exact_times_say_their_zone() {
        assert_eq!(exact(DateTime::UNIX_EPOCH), "1 Jan 1970, 00:00:00 UTC");
        assert_eq!(machine(DateTime::UNIX_EPOCH), "1970-01-01T00:00:00Z");
    }
}
