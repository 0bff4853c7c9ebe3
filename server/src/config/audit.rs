//! For how long the audit log is kept.

use super::reader::Reader;
use chrono::Duration;

#[derive(Debug)]
pub struct Audit {
    /// `ROLLCALL_AUDIT_RETENTION_DAYS`: entries older than this are removed, 365 at least. Without it they are kept for
    /// ever.
    pub retention: Option<Duration>,
}

impl Audit {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let days = |text: &str| match text.parse::<i64>().ok().and_then(Duration::try_days) {
            None => Err("is not a number of days"),
            Some(span) if span < Duration::days(365) => Err("is too short: entries stay for 365 days at least"),
            Some(span) if span > Duration::days(36_500) => Err("is too long: 36500 days are the most"),
            span => Ok(span),
        };
        Self { retention: reader.parse("ROLLCALL_AUDIT_RETENTION_DAYS", None, "730", days) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problem, read};
    use super::*;

    #[test]
    fn entries_are_kept_for_ever_or_a_year_at_least() {
        assert_eq!(read(&[]).unwrap().audit.retention, None);
        let config = read(&[("ROLLCALL_AUDIT_RETENTION_DAYS", "730")]).unwrap();
        assert_eq!(config.audit.retention, Some(Duration::days(730)));
        for (value, why) in [("364", "365 days at least"), ("-1", "365 days at least"), ("2 years", "not a number")] {
            let said = problem(&[("ROLLCALL_AUDIT_RETENTION_DAYS", value)]);
            assert!(said.contains(why), "{said}");
        }
    }
}
