use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

fn id(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn account(pairs: &[(&str, &str)]) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in pairs {
        attributes.set(name, *value);
    }
    attributes
}

/// What one account and one person come to.
fn one(attributes: &[(&str, &str)], user_name: &str, profile: &Value) -> (Proposal, Option<Vec<MatchAttribute>>) {
    let mut matcher = Matcher::new(MatchRule::usual());
    matcher.account("z", &account(attributes));
    matcher.person(id(1), user_name, profile);
    let proposed = matcher.propose().remove(0);
    assert_eq!(proposed.person.is_some(), proposed.proposal != Proposal::New);
    (proposed.proposal, proposed.why.map(|why| why.all_of))
}

#[test]
fn a_table_of_cases() {
    use MatchAttribute as By;
    let ada = json!({
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": "ada@example.com" }, { "value": "Countess@Example.org" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "employeeNumber": "E-42" },
    });
    let zoe = json!({ "name": { "givenName": "Zoë", "familyName": "Šimon  Novák" } });
    let exact = |by: By| (Proposal::Exact, Some(vec![by]));
    let partial = |by: &[By]| (Proposal::Partial, Some(by.to_vec()));
    let nobody = (Proposal::New, None);
    let names = [By::GivenName, By::FamilyName];
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a Value, (Proposal, Option<Vec<By>>));
    let table: &[Case<'_>] = &[
        (&[("userName", "ada@example.com")], "ada@example.com", &ada, exact(By::UserName)),
        (&[("userName", "ADA@Example.COM ")], "ada@example.com", &ada, exact(By::UserName)),
        (&[("userName", "ada@example.com")], "ada", &ada, exact(By::Email)),
        (&[("userName", "countess@example.org")], "ada@example.com", &ada, exact(By::Email)),
        (&[("userName", "x@y.z"), ("employeeNumber", "e-42")], "ada", &ada, exact(By::EmployeeNumber)),
        (&[("userName", "ada+zoom@example.com")], "ada", &ada, partial(&[By::EmailAlias])),
        (&[("userName", "ada.@example.com")], "ada", &ada, nobody.clone()),
        (
            &[("userName", "a@b.c"), ("name.givenName", "ADA"), ("name.familyName", "lovelace")],
            "ada",
            &ada,
            partial(&names),
        ),
        (&[("userName", "a@b.c"), ("name.givenName", "Ada")], "ada", &ada, nobody.clone()),
        (&[("name.givenName", "zoe"), ("name.familyName", "simon novak")], "zoe", &zoe, partial(&names)),
        (&[("displayName", "Zoe Simon Novak")], "zoe", &zoe, partial(&[By::DisplayName])),
        (&[("userName", "")], "zoe", &zoe, nobody.clone()),
        (&[], "", &json!({}), nobody),
    ];
    for (attributes, user_name, profile, outcome) in table {
        assert_eq!(&one(attributes, user_name, profile), outcome, "{attributes:?}");
    }
}

#[test]
fn each_attribute_is_compared() {
    let user_name = "ada@example.com";
    let profile = json!({
        "name": { "givenName": "Ada", "familyName": "Lovelace" }, "displayName": "Countess",
        "phoneNumbers": [{ "value": "+44 20 7946 0958", "type": "work" }], "userType": "pro",
        "roles": [{ "value": "Admin" }],
        (ENTERPRISE): { "employeeNumber": "E-42", "department": "Engines", "organization": "Analytical" },
    });
    let mut same = mapping::map(&profile, user_name).unwrap();
    same.set(zoom::EMPLOYEE_NUMBER, "e-42");
    for by in MatchAttribute::ALL {
        let propose = |account: &Attributes| {
            let mut matcher = Matcher::new(vec![MatchRule { all_of: vec![*by], exact: false }]);
            matcher.account("z", account);
            matcher.person(id(1), user_name, &profile);
            matcher.propose().remove(0).proposal
        };
        let mut other = Attributes::default();
        for (name, value) in same.iter() {
            other.set(name, format!("7{value}"));
        }
        assert_eq!((propose(&same), propose(&other)), (Proposal::Partial, Proposal::New), "{by:?}");
    }
}

#[test]
fn several_people_of_one_name_are_nobody_in_particular() {
    let mut matcher = Matcher::new(MatchRule::usual());
    matcher.account("z1", &account(&[("userName", "x@example.com"), ("displayName", "John Smith")]));
    let john = json!({ "displayName": "John Smith" });
    matcher.person(id(1), "j1", &john);
    matcher.person(id(2), "j2", &john);
    let proposed = matcher.propose().remove(0);
    assert_eq!((proposed.proposal, proposed.person), (Proposal::Partial, None));
    assert_eq!(proposed.why.map(|why| (why.people, why.accounts)), Some((2, 1)));
}

#[test]
fn two_accounts_of_one_address_are_both_left_to_a_human() {
    let mut matcher = Matcher::new(MatchRule::usual());
    for zoom_id in ["z1", "z2"] {
        matcher.account(zoom_id, &account(&[("userName", "ada@example.com")]));
    }
    matcher.person(id(1), "ada@example.com", &json!({}));
    for proposed in matcher.propose() {
        assert_eq!((proposed.proposal, proposed.person), (Proposal::Partial, None));
        assert_eq!(proposed.why.map(|why| (why.people, why.accounts)), Some((1, 2)));
    }
}

#[test]
fn a_crowd_is_counted_and_costs_little() {
    let mut matcher = Matcher::new(MatchRule::usual());
    let john = json!({ "displayName": "John Smith" });
    for n in 0..2_000_u32 {
        matcher.account(&format!("z{n}"), &account(&[("displayName", "john smith")]));
        matcher.person(id(u128::from(n)), &format!("j{n}"), &john);
    }
    let proposed = matcher.propose();
    assert!(proposed.iter().all(|one| one.person.is_none() && one.proposal == Proposal::Partial));
    assert_eq!(proposed[7].why.as_ref().map(|why| (why.people, why.accounts)), Some((2_000, 2_000)));
}

type Side = Vec<(u8, u8, u8)>;

fn side() -> impl Strategy<Value = Side> {
    proptest::collection::vec((0..6_u8, 0..4_u8, 0..3_u8), 0..12)
}

fn run(accounts: &[(usize, (u8, u8, u8))], people: &[(usize, (u8, u8, u8))]) -> BTreeMap<String, Proposed> {
    let mut matcher = Matcher::new(MatchRule::usual());
    for (n, (mail, name, number)) in accounts {
        let (mail, name, number) = (format!("m{mail}@example.com"), format!("n{name}"), number.to_string());
        let attributes =
            [("userName", &*mail), ("name.givenName", &name), ("name.familyName", "x"), ("employeeNumber", &number)];
        matcher.account(&format!("z{n}"), &account(&attributes));
    }
    for (n, (mail, name, number)) in people {
        let profile = json!({
            "name": { "givenName": format!("N{name}"), "familyName": "X" },
            "emails": [{ "value": format!("m{}+tag@example.com", mail / 2) }],
            ENTERPRISE: { "employeeNumber": number.to_string() },
        });
        matcher.person(id(*n as u128), &format!("M{mail}@example.com"), &profile);
    }
    matcher.propose().into_iter().map(|one| (one.zoom_id.clone(), one)).collect()
}

proptest! {
    #[test]
    fn the_order_does_not_matter(accounts in side(), people in side(), turn in any::<u64>()) {
        let mut accounts: Vec<_> = accounts.into_iter().enumerate().collect();
        let mut people: Vec<_> = people.into_iter().enumerate().collect();
        let first = run(&accounts, &people);
        if !accounts.is_empty() {
            let by = usize::try_from(turn % 97).unwrap() % accounts.len();
            accounts.rotate_left(by);
        }
        people.reverse();
        prop_assert_eq!(first, run(&accounts, &people));
    }

    #[test]
    fn nobody_gets_two_accounts(accounts in side(), people in side()) {
        let accounts: Vec<_> = accounts.into_iter().enumerate().collect();
        let people: Vec<_> = people.into_iter().enumerate().collect();
        let proposed = run(&accounts, &people);
        prop_assert_eq!(proposed.len(), accounts.len());
        let given: Vec<PersonId> = proposed.values().filter_map(|one| one.person).collect();
        prop_assert_eq!(given.iter().collect::<HashSet<_>>().len(), given.len());
    }
}
