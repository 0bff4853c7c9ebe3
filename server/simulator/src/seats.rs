//! The account's seats: paid users, the Basic cap, plans. Counted as users come,
//! change and go, so that a check does not walk through all of them.

use std::collections::HashMap;

use serde_json::Value;

use crate::{options::Account, refusal::Refusal, user::User};

/// Plans with seats of their own, and the name Zoom's 409 gives them.
const PLANS: [(&str, &str); 6] = [
    ("zoomUnited", "Zoom United Plan"),
    ("zoomOneBizPlus", "Zoom Workplace Business Plus"),
    ("zoomOneEntPremier", "Zoom Workplace Enterprise Premier"),
    ("zoomOneSchoolCampusPlus", "Zoom Workplace for Education School and Campus Plus"),
    ("zoomOneEduEntPremier", "Zoom Workplace for Education Enterprise Premier"),
    ("zoomOneEdu", "Zoom Workplace for Education Enterprise Student"),
];

/// The greatest of the eighteen bit values of `zoomUnited`.
const GREATEST_UNITED: u64 = 131_072;

#[derive(Debug, Default)]
pub(crate) struct Seats {
    paid: usize,
    basic: usize,
    plans: HashMap<&'static str, usize>,
}

impl Seats {
    pub(crate) fn add(&mut self, user: &User) {
        self.paid += usize::from(user.is_paid());
        self.basic += usize::from(is_basic(user));
        for (plan, _) in PLANS {
            *self.plans.entry(plan).or_default() += usize::from(has(user, plan));
        }
    }

    pub(crate) fn remove(&mut self, user: &User) {
        self.paid -= usize::from(user.is_paid());
        self.basic -= usize::from(is_basic(user));
        for (plan, _) in PLANS {
            *self.plans.entry(plan).or_default() -= usize::from(has(user, plan));
        }
    }

    /// Whether `after` may take what `before` had not.
    pub(crate) fn check(&self, account: &Account, before: Option<&User>, after: &User) -> Result<(), Refusal> {
        let is_on = |key| after.zoom.get(key) == Some(&Value::Bool(true));
        if is_on("zoomWhiteboard") && is_on("zoomWhiteboardPlus") {
            return Err(Refusal::BothWhiteboards);
        }
        if after.zoom.get("zoomUnited").is_some_and(|value| !is_united(value)) {
            return Err(Refusal::InvalidUnitedPlan);
        }
        let gains_paid = after.is_paid() && !before.is_some_and(User::is_paid);
        if gains_paid && account.paid_seats.is_some_and(|seats| self.paid >= seats) {
            return Err(Refusal::NoPaidSeats);
        }
        let gains_basic = is_basic(after) && !before.is_some_and(is_basic);
        if let Some(cap) = account.basic_cap.filter(|cap| gains_basic && self.basic >= *cap) {
            return Err(Refusal::BasicCap(cap));
        }
        for (plan, name) in PLANS {
            let gains = has(after, plan) && !before.is_some_and(|user| has(user, plan));
            let taken = self.plans.get(plan).copied().unwrap_or_default();
            if gains && account.plan_seats.get(plan).is_some_and(|seats| taken >= *seats) {
                return Err(Refusal::PlanFull(name));
            }
        }
        Ok(())
    }
}

/// Deactivated users are not counted towards the cap (assumed).
fn is_basic(user: &User) -> bool {
    user.active && user.user_type == "Basic"
}

fn has(user: &User, plan: &str) -> bool {
    user.zoom.contains_key(plan)
}

/// One bit, as a string of its decimal value.
fn is_united(value: &Value) -> bool {
    let number = value.as_str().and_then(|text| text.parse::<u64>().ok());
    number.is_some_and(|bit| bit.is_power_of_two() && bit <= GREATEST_UNITED)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::Seats;
    use crate::{options::Account, refusal::Refusal, user::User};

    fn user(user_type: &str) -> User {
        User::new("1".to_owned(), "a@b.c", user_type, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_freed_seat_can_be_taken_again() {
        let account = Account { paid_seats: Some(1), ..Account::default() };
        let (mut seats, mut holder) = (Seats::default(), user("Licensed"));
        seats.add(&holder);
        assert_eq!(seats.check(&account, None, &user("On-Prem")), Err(Refusal::NoPaidSeats));
        assert_eq!(seats.check(&account, Some(&holder), &user("On-Prem")), Ok(()), "it has a seat");
        seats.remove(&holder);
        holder.deactivate();
        seats.add(&holder);
        assert_eq!(seats.check(&account, None, &user("On-Prem")), Ok(()));
    }

    #[test]
    fn a_united_plan_is_one_of_eighteen_bits() {
        let account = Account::default();
        for (value, expected) in [
            ("1", Ok(())),
            ("131072", Ok(())),
            ("3", Err(Refusal::InvalidUnitedPlan)),
            ("262144", Err(Refusal::InvalidUnitedPlan)),
            ("gold", Err(Refusal::InvalidUnitedPlan)),
        ] {
            let mut wanting = user("Basic");
            wanting.zoom.insert("zoomUnited".to_owned(), json!(value));
            assert_eq!(Seats::default().check(&account, None, &wanting), expected, "{value}");
        }
    }
}
