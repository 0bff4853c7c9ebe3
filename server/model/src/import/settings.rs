//! How a connection imports: by which rules, what confirms itself, and when an import begins by itself.

use super::{MatchAttribute, MatchRule};
use chrono::{DateTime, Datelike, Duration, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

crate::words! {
    /// How often an import begins by itself.
    Schedule {
        Never = "never", "Never";
        Hourly = "hourly", "Every hour";
        Daily = "daily", "Every day";
        Weekly = "weekly", "Every week";
    }
}

crate::words! {
    /// The day of a weekly import.
    Day {
        Monday = "monday", "Monday";
        Tuesday = "tuesday", "Tuesday";
        Wednesday = "wednesday", "Wednesday";
        Thursday = "thursday", "Thursday";
        Friday = "friday", "Friday";
        Saturday = "saturday", "Saturday";
        Sunday = "sunday", "Sunday";
    }
}

impl Day {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Tuesday => Weekday::Tue,
            Self::Wednesday => Weekday::Wed,
            Self::Thursday => Weekday::Thu,
            Self::Friday => Weekday::Fri,
            Self::Saturday => Weekday::Sat,
            Self::Sunday => Weekday::Sun,
        }
    }
}

/// When an import begins by itself, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timetable {
    pub schedule: Schedule,
    /// Minutes after midnight; of an hourly one only those after the full hour count.
    pub minute: u16,
    pub day: Day,
}

impl Timetable {
    /// The next time after `now`; none when it is never.
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let midnight = now.date_naive().and_hms_opt(0, 0, 0)?.and_utc();
        let minute = Duration::minutes(i64::from(self.minute));
        let (first, step) = match self.schedule {
            Schedule::Never => return None,
            Schedule::Hourly => {
                let hour = midnight + Duration::hours(i64::from(now.hour()));
                (hour + Duration::minutes(i64::from(self.minute % 60)), Duration::hours(1))
            }
            Schedule::Daily => (midnight + minute, Duration::days(1)),
            Schedule::Weekly => {
                let days = self.day.weekday().days_since(now.weekday());
                (midnight + Duration::days(i64::from(days)) + minute, Duration::weeks(1))
            }
        };
        Some(if first > now { first } else { first + step })
    }

    /// `02:30`
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }

    /// Reads `02:30`.
    pub fn minute_of(time: &str) -> Option<u16> {
        let (hour, minute) = time.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    }
}

/// Which proposals are confirmed at the end of an import, without anybody looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AutoConfirm {
    pub exact: bool,
    pub partial: bool,
    pub new: bool,
    /// New people are active at once, not Staged.
    pub activate: bool,
}

impl AutoConfirm {
    pub const fn any(self) -> bool {
        self.exact || self.partial || self.new
    }
}

/// How a connection imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSettings {
    pub rules: Vec<MatchRule>,
    pub confirm: AutoConfirm,
    pub timetable: Timetable,
    /// When the next one begins by itself.
    pub next_at: Option<DateTime<Utc>>,
    /// How many accounts an import reads one by one, at most.
    pub details: i64,
    pub version: i64,
}

impl ImportSettings {
    /// The most that [`ImportSettings::details`] may be.
    pub const MOST_DETAILS: i64 = 100_000;

    /// Those of a connection that nobody has set.
    pub fn usual() -> Self {
        Self {
            rules: MatchRule::usual(),
            confirm: AutoConfirm::default(),
            timetable: Timetable { schedule: Schedule::Never, minute: 120, day: Day::Monday },
            next_at: None,
            details: 500,
            version: 0,
        }
    }
}

/// The most rules of a connection.
const MOST_RULES: usize = 20;

/// Checks rules in their order; says what is wrong, for whoever made them.
pub fn check_rules(rules: &[MatchRule]) -> Result<(), String> {
    if rules.is_empty() {
        return Err("Without a rule every account would be new. Keep at least one.".to_owned());
    }
    if rules.len() > MOST_RULES {
        return Err(format!("There can be at most {MOST_RULES} rules. Remove one first."));
    }
    for (place, rule) in rules.iter().enumerate() {
        let same = |other: &MatchRule| {
            other.all_of.len() == rule.all_of.len() && rule.all_of.iter().all(|by| other.all_of.contains(by))
        };
        if rules.iter().take(place).any(same) {
            return Err(format!("There are two rules by {}. One of them would never match anybody.", rule.label()));
        }
        check_rule(rule)?;
    }
    Ok(())
}

fn check_rule(rule: &MatchRule) -> Result<(), String> {
    use MatchAttribute as By;
    let by = &rule.all_of;
    if by.is_empty() {
        return Err("Choose what the rule compares.".to_owned());
    }
    if by.iter().enumerate().any(|(place, one)| by.iter().take(place).any(|other| other == one)) {
        return Err("The rule compares an attribute twice. Choose another, or none.".to_owned());
    }
    let one_person = [By::UserName, By::Email, By::EmployeeNumber];
    if rule.exact && !by.iter().any(|by| one_person.contains(by)) {
        return Err(format!(
            "Two people can have the same {}, so the rule can only make PARTIAL matches. An EXACT one compares the user name, the e-mail or the employee number.",
            rule.label().to_lowercase()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_time_is_the_first_after_now() {
        let table = |schedule, minute, day| Timetable { schedule, minute, day };
        // A Monday.
        let now = at("2026-11-30T10:15:00Z");
        let cases = [
            (table(Schedule::Never, 0, Day::Monday), None),
            (table(Schedule::Hourly, 135, Day::Monday), Some("2026-11-30T11:15:00Z")),
            (table(Schedule::Hourly, 20, Day::Monday), Some("2026-11-30T10:20:00Z")),
            (table(Schedule::Daily, 615, Day::Monday), Some("2026-12-01T10:15:00Z")),
            (table(Schedule::Daily, 616, Day::Monday), Some("2026-11-30T10:16:00Z")),
            (table(Schedule::Weekly, 120, Day::Monday), Some("2026-12-07T02:00:00Z")),
            (table(Schedule::Weekly, 620, Day::Monday), Some("2026-11-30T10:20:00Z")),
            (table(Schedule::Weekly, 0, Day::Sunday), Some("2026-12-06T00:00:00Z")),
        ];
        for (table, expected) in cases {
            assert_eq!(table.next(now), expected.map(at), "{table:?}");
        }
    }

    #[test]
    fn a_time_of_day_is_read_as_it_is_written() {
        for minute in [0, 59, 60, 150, 1439] {
            let table = Timetable { schedule: Schedule::Daily, minute, day: Day::Monday };
            assert_eq!(Timetable::minute_of(&table.time()), Some(minute));
        }
        for wrong in ["", "2", "24:00", "12:60", "-1:00", "a:b"] {
            assert_eq!(Timetable::minute_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rules_that_would_mislead_are_refused() {
        use MatchAttribute as By;
        let rule = |by: &[By], exact| MatchRule { all_of: by.to_vec(), exact };
        assert_eq!(check_rules(&MatchRule::usual()), Ok(()));
        assert!(check_rules(&[]).unwrap_err().contains("at least one"));
        assert!(check_rules(&[rule(&[], true)]).is_err());
        assert!(check_rules(&[rule(&[By::Email, By::Email], true)]).unwrap_err().contains("twice"));
        let names = [By::GivenName, By::FamilyName];
        assert!(check_rules(&[rule(&names, true)]).unwrap_err().contains("only make PARTIAL"));
        assert_eq!(check_rules(&[rule(&[By::EmployeeNumber, By::FamilyName], true), rule(&names, false)]), Ok(()));
        let turned = [By::FamilyName, By::GivenName];
        assert!(check_rules(&[rule(&names, false), rule(&turned, false)]).unwrap_err().contains("two rules"));
    }
}
