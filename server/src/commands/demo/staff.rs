//! Who is employed, as the source's own directory knows it, and what happens there next.

use super::company::{DEPARTMENTS, OFFICES};
use super::dice::Dice;
use super::people::ENTERPRISE;
use serde_json::{Value, json};

/// Somebody whom the server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The id that the server gave.
    pub(super) id: String,
    pub(super) external_id: String,
    pub(super) given: String,
    pub(super) family: String,
    pub(super) title: String,
    pub(super) department: String,
    pub(super) active: bool,
}

impl Member {
    /// From a user resource of the server; none when it has no id.
    pub(super) fn read(user: &Value) -> Option<Self> {
        let text = |pointer: &str| user.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self {
            id: user.get("id")?.as_str()?.to_owned(),
            external_id: text("/externalId"),
            given: text("/name/givenName"),
            family: text("/name/familyName"),
            title: text("/title"),
            department: user[ENTERPRISE]["department"].as_str().unwrap_or_default().to_owned(),
            active: user["active"].as_bool().unwrap_or(true),
        })
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// What happens next; the number is the member's place in the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The next person of the seed begins.
    Join,
    Promote {
        who: usize,
        title: &'static str,
    },
    Transfer {
        who: usize,
        department: &'static str,
        title: &'static str,
    },
    /// A new last name. The address stays, as it does in most companies.
    Rename {
        who: usize,
        family: &'static str,
    },
    Leave {
        who: usize,
    },
    /// Somebody who left before is removed from the source for good.
    Remove {
        who: usize,
    },
    /// Somebody who left before is hired again.
    Return {
        who: usize,
    },
}

impl Change {
    /// The next change of a staff that stays about as large as it was at first.
    pub(super) fn next(dice: &mut Dice, staff: &[Member], wanted: usize) -> Self {
        let places = |active: bool| -> Vec<usize> {
            staff.iter().enumerate().filter(|(_, member)| member.active == active).map(|(place, _)| place).collect()
        };
        let (working, left) = (places(true), places(false));
        // Below the wanted size more people come than leave, above it the other way round.
        let (join, leave) = if working.len() < wanted { (30, 15) } else { (15, 30) };
        let roll = dice.below(100);
        let somebody = dice.pick(&working).copied();
        let former = dice.pick(&left).copied();
        match (somebody, former) {
            (None, _) => Self::Join,
            _ if roll < join => Self::Join,
            (Some(who), _) if roll < join + leave => Self::Leave { who },
            (_, Some(who)) if roll < join + leave + 5 => Self::Remove { who },
            (_, Some(who)) if roll < join + leave + 9 => Self::Return { who },
            (Some(who), _) => Self::moved(dice, who, &staff[who]),
        }
    }

    fn moved(dice: &mut Dice, who: usize, member: &Member) -> Self {
        let department = DEPARTMENTS.iter().find(|department| department.name == member.department);
        let next = department.and_then(|department| {
            let level = department.titles.iter().position(|title| *title == member.title)?;
            department.titles.get(level + 1).copied()
        });
        match (dice.below(10), next) {
            (0..5, Some(title)) => Self::Promote { who, title },
            (5..7, _) => {
                let office = &OFFICES[dice.below(OFFICES.len())];
                Self::Rename { who, family: other(dice, &office.family, &member.family) }
            }
            _ => {
                let names = DEPARTMENTS.each_ref().map(|department| department.name);
                let name = other(dice, &names, &member.department);
                let titles = DEPARTMENTS.iter().find(|department| department.name == name).map(|found| found.titles);
                Self::Transfer { who, department: name, title: titles.map_or("", |titles| titles[dice.below(2)]) }
            }
        }
    }

    /// What is sent for it: the operations of a PATCH (RFC 7644, section 3.5.2), once as Entra writes them, once as
    /// Okta does. Joining and removing are other requests.
    pub(super) fn operations(&self, staff: &[Member]) -> Option<Value> {
        let set = |path: &str, value: &str| json!({ "op": "replace", "path": path, "value": value });
        Some(match self {
            Self::Join | Self::Remove { .. } => return None,
            Self::Promote { title, .. } => json!([set("title", title)]),
            Self::Transfer { department, title, .. } => {
                json!([set(&format!("{ENTERPRISE}:department"), department), set("title", title)])
            }
            Self::Rename { who, family } => {
                let name = format!("{} {family}", staff[*who].given);
                json!([set("name.familyName", family), set("name.formatted", &name), set("displayName", &name)])
            }
            Self::Leave { .. } => json!([{ "op": "replace", "value": { "active": false } }]),
            Self::Return { .. } => json!([{ "op": "replace", "value": { "active": true } }]),
        })
    }

    /// The member it happens to.
    pub(super) fn who(&self) -> Option<usize> {
        match self {
            Self::Join => None,
            Self::Promote { who, .. }
            | Self::Transfer { who, .. }
            | Self::Rename { who, .. }
            | Self::Leave { who }
            | Self::Remove { who }
            | Self::Return { who } => Some(*who),
        }
    }

    /// A line for whoever watches; `name` is the person's name before it.
    pub(super) fn told(&self, name: &str) -> String {
        match self {
            Self::Join => format!("joiner  {name}"),
            Self::Promote { title, .. } => format!("mover   {name} is {title} now"),
            Self::Transfer { department, title, .. } => format!("mover   {name} goes to {department} as {title}"),
            Self::Rename { family, .. } => format!("mover   {name} takes the last name {family}"),
            Self::Leave { .. } => format!("leaver  {name} (active: false)"),
            Self::Remove { .. } => format!("leaver  {name} (deleted at the source)"),
            Self::Return { .. } => format!("joiner  {name} comes back"),
        }
    }
}

/// One of them that is not this one.
fn other(dice: &mut Dice, of: &[&'static str], not: &str) -> &'static str {
    let others: Vec<&'static str> = of.iter().copied().filter(|word| *word != not).collect();
    dice.pick(&others).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::demo::people::Identity;

    fn staff(size: u64) -> Vec<Member> {
        let member = |number| {
            let mut user = Identity::nth(1, number).to_scim();
            user["id"] = json!(format!("id-{number}"));
            Member::read(&user).unwrap()
        };
        (0..size).map(member).collect()
    }

    fn changes(staff: &[Member], wanted: usize) -> Vec<Change> {
        let mut dice = Dice::new(5, 5);
        (0..2_000).map(|_| Change::next(&mut dice, staff, wanted)).collect()
    }

    #[test]
    fn all_kinds_of_change_happen_and_only_to_those_they_can_happen_to() {
        let mut staff = staff(40);
        staff[3].active = false;
        let mut seen = std::collections::HashSet::new();
        for change in changes(&staff, 40) {
            seen.insert(std::mem::discriminant(&change));
            let former = matches!(change, Change::Remove { .. } | Change::Return { .. });
            if let Some(who) = change.who() {
                assert_eq!(staff[who].active, !former, "{change:?}");
            }
        }
        assert_eq!(seen.len(), 7);
    }

    #[test]
    fn a_mover_moves() {
        let staff = staff(40);
        for change in changes(&staff, 40) {
            let Some(who) = change.who() else { continue };
            match change {
                Change::Promote { title, .. } => assert_ne!(title, staff[who].title),
                Change::Transfer { department, title, .. } => {
                    assert_ne!(department, staff[who].department);
                    assert!(!title.is_empty());
                }
                Change::Rename { family, .. } => assert_ne!(family, staff[who].family),
                _ => {}
            }
        }
    }

    #[test]
    fn an_empty_company_hires_and_a_full_one_shrinks() {
        assert_eq!(Change::next(&mut Dice::new(1, 1), &[], 10), Change::Join);
        let count = |wanted| {
            let changes = changes(&staff(40), wanted);
            let of = |is: fn(&Change) -> bool| changes.iter().filter(|change| is(change)).count();
            (of(|change| matches!(change, Change::Join)), of(|change| matches!(change, Change::Leave { .. })))
        };
        let ((grow_join, grow_leave), (shrink_join, shrink_leave)) = (count(80), count(10));
        assert!(grow_join > grow_leave && shrink_join < shrink_leave);
    }

    #[test]
    fn what_is_sent_is_a_patch_that_scim_understands() {
        let staff = staff(40);
        for change in changes(&staff, 40) {
            let (Some(operations), Some(who)) = (change.operations(&staff), change.who()) else { continue };
            let body =
                json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
            let operations = scim::PatchOp::from_json(body).unwrap();
            let number = staff[who].external_id.trim_start_matches('E').parse::<u64>().unwrap() - 100_001;
            let before = scim::User::from_json(Identity::nth(1, number).to_scim()).unwrap();
            let mut after = before.clone();
            scim::patch::apply(&mut after, "id", &operations).unwrap();
            assert!(after != before, "{change:?}");
        }
    }
}
