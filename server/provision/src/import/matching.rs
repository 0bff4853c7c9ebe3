//! Whose an account is. Rules are tried in their order; within one, an account and a person belong together when they
//! are equal in what the rule compares, and neither of them is equal to anybody else. So the outcome does not depend on
//! the order in which accounts and people come, no person gets two accounts, and no account two people.
//!
//! How values are compared: addresses and numbers without case; names without case, accents and spare white space; phone
//! numbers by their digits; an address without +tag is one in which what stands between + and @ does not count.

use crate::attributes::{self as zoom, Attributes};
use crate::mapping::{self, ENTERPRISE};
use directory::imports::Proposed;
use model::PersonId;
use model::import::{MatchAttribute, MatchRule, Proposal, Why};
use serde_json::Value;
use std::hash::{BuildHasher, RandomState};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// More addresses of one person than this are not looked at.
const ADDRESSES: usize = 20;
/// Of a crowd with one name, only the size is of interest.
const CROWD: usize = 64;
/// A phone number of fewer digits is an extension, which many have.
const DIGITS: usize = 7;

/// What an account has of an attribute.
pub fn of_account(attribute: MatchAttribute, account: &Attributes) -> Vec<String> {
    use MatchAttribute as By;
    let one = |name: &str| account.told(name).map(str::to_owned).into_iter().collect::<Vec<_>>();
    match attribute {
        By::UserName => one(zoom::USER_NAME),
        By::Email | By::EmailAlias => {
            let mut all = one(zoom::USER_NAME);
            all.extend(one(zoom::EMAIL));
            all.dedup();
            all
        }
        By::EmployeeNumber => one(zoom::EMPLOYEE_NUMBER),
        By::GivenName => one(zoom::GIVEN_NAME),
        By::FamilyName => one(zoom::FAMILY_NAME),
        By::DisplayName => one(zoom::DISPLAY_NAME),
        By::Department => one(zoom::DEPARTMENT),
        By::Phone => one(zoom::PHONE),
        By::Organization => one(zoom::ORGANIZATION),
        By::License => one(zoom::USER_TYPE),
        By::Role => one(zoom::ROLE),
    }
}

/// What a person has of an attribute; `mapped` is the profile by Zoom's names.
pub fn of_person(attribute: MatchAttribute, user_name: &str, profile: &Value, mapped: &Attributes) -> Vec<String> {
    use MatchAttribute as By;
    let mapped = |name: &str| mapped.get(name).map(str::to_owned).into_iter().collect::<Vec<_>>();
    match attribute {
        By::UserName => vec![user_name.to_owned()],
        By::Email | By::EmailAlias => {
            let mails = profile.get("emails").and_then(Value::as_array).into_iter().flatten();
            let mails = mails.filter_map(|mail| mail.get("value")?.as_str()).take(ADDRESSES);
            let mut all: Vec<String> = Some(user_name).into_iter().chain(mails).map(str::to_owned).collect();
            all.retain(|address| mapping::is_address(address.trim()));
            all
        }
        By::EmployeeNumber => {
            let number = profile.get(ENTERPRISE).and_then(|enterprise| enterprise.get("employeeNumber"));
            number.and_then(Value::as_str).map(str::to_owned).into_iter().collect()
        }
        By::GivenName => mapped(zoom::GIVEN_NAME),
        By::FamilyName => mapped(zoom::FAMILY_NAME),
        By::DisplayName => mapped(zoom::DISPLAY_NAME),
        By::Department => mapped(zoom::DEPARTMENT),
        By::Phone => mapped(zoom::PHONE),
        By::Organization => mapped(zoom::ORGANIZATION),
        By::License => mapped(zoom::USER_TYPE),
        By::Role => mapped(zoom::ROLE),
    }
}

/// What a value is compared by; none when there is nothing to compare.
fn folded(attribute: MatchAttribute, value: &str) -> Option<String> {
    use MatchAttribute as By;
    // Most are ASCII, which is composed already.
    let lower = |text: &str| match text.trim() {
        text if text.is_ascii() => text.to_ascii_lowercase(),
        text => text.nfc().collect::<String>().to_lowercase(),
    };
    let folded = match attribute {
        By::UserName | By::Email | By::EmployeeNumber => lower(value),
        By::EmailAlias => {
            let address = lower(value);
            let (local, domain) = address.split_once('@')?;
            let local = local.split_once('+').map_or(local, |(local, _)| local);
            format!("{local}@{domain}")
        }
        By::GivenName
        | By::FamilyName
        | By::DisplayName
        | By::Department
        | By::Organization
        | By::License
        | By::Role => {
            let plain = if value.is_ascii() {
                value.to_ascii_lowercase()
            } else {
                value.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase()
            };
            plain.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        By::Phone => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            return (digits.len() >= DIGITS).then_some(digits);
        }
    };
    (!folded.is_empty()).then_some(folded)
}

/// One side of one rule: what is compared, and whose it is.
type Keys = Vec<(u128, u32)>;

/// Accounts and people, as far as the rules look at them: their values are kept as hashes with keys of this run alone.
pub struct Matcher {
    rules: Vec<MatchRule>,
    hashers: [RandomState; 2],
    accounts: Vec<String>,
    people: Vec<PersonId>,
    account_keys: Vec<Keys>,
    person_keys: Vec<Keys>,
}

impl Matcher {
    pub fn new(rules: Vec<MatchRule>) -> Self {
        let none: Vec<Keys> = rules.iter().map(|_| Vec::new()).collect();
        Self {
            hashers: [RandomState::new(), RandomState::new()],
            accounts: Vec::new(),
            people: Vec::new(),
            account_keys: none.clone(),
            person_keys: none,
            rules,
        }
    }

    pub fn account(&mut self, zoom_id: &str, attributes: &Attributes) {
        let place = place(self.accounts.len());
        self.accounts.push(zoom_id.to_owned());
        for (rule, keys) in self.rules.iter().zip(&mut self.account_keys) {
            let all = keys_of(rule, &self.hashers, |attribute| of_account(attribute, attributes));
            keys.extend(all.into_iter().map(|key| (key, place)));
        }
    }

    pub fn person(&mut self, id: PersonId, user_name: &str, profile: &Value) {
        let place = place(self.people.len());
        self.people.push(id);
        let mapped = mapping::map_without_address(profile);
        for (rule, keys) in self.rules.iter().zip(&mut self.person_keys) {
            let all = keys_of(rule, &self.hashers, |attribute| of_person(attribute, user_name, profile, &mapped));
            keys.extend(all.into_iter().map(|key| (key, place)));
        }
    }

    /// What is proposed for each account, in the order in which they came.
    pub fn propose(self) -> Vec<Proposed> {
        let mut found: Vec<Option<(PersonId, Proposal, Why)>> = vec![None; self.accounts.len()];
        let mut unsure: Vec<Option<Why>> = vec![None; self.accounts.len()];
        let mut taken = vec![false; self.people.len()];
        for ((rule, accounts), people) in self.rules.iter().zip(self.account_keys).zip(self.person_keys) {
            let accounts = accounts.into_iter().filter(|(_, account)| found[*account as usize].is_none()).collect();
            let people = people.into_iter().filter(|(_, person)| !taken[*person as usize]).collect();
            let equal = Equal::of(accounts, people, found.len(), taken.len());
            for (account, person) in &equal.pairs {
                if (equal.of_account[*account as usize], equal.of_person[*person as usize]) == (1, 1) {
                    let proposal = if rule.exact { Proposal::Exact } else { Proposal::Partial };
                    let why = Why { all_of: rule.all_of.clone(), people: 1, accounts: 1, elsewhere: false };
                    found[*account as usize] = Some((self.people[*person as usize], proposal, why));
                    taken[*person as usize] = true;
                }
            }
            for (account, why) in unsure.iter_mut().enumerate() {
                if why.is_none() && found[account].is_none() && equal.of_account[account] > 0 {
                    let (people, accounts) = (equal.of_account[account], equal.rivals[account]);
                    *why = Some(Why { all_of: rule.all_of.clone(), people, accounts, elsewhere: false });
                }
            }
        }
        let each = self.accounts.into_iter().zip(found).zip(unsure);
        each.map(|((zoom_id, found), unsure)| match (found, unsure) {
            (Some((person, proposal, why)), _) => Proposed { zoom_id, proposal, person: Some(person), why: Some(why) },
            (None, Some(why)) => Proposed { zoom_id, proposal: Proposal::Partial, person: None, why: Some(why) },
            (None, None) => Proposed { zoom_id, proposal: Proposal::New, person: None, why: None },
        })
        .collect()
    }
}

fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The keys of one side: one for each way to take a value of each attribute of the rule.
fn keys_of(rule: &MatchRule, hashers: &[RandomState; 2], values: impl Fn(MatchAttribute) -> Vec<String>) -> Vec<u128> {
    let mut texts = vec![String::new()];
    for attribute in &rule.all_of {
        let values: Vec<String> = values(*attribute).iter().filter_map(|value| folded(*attribute, value)).collect();
        texts = texts
            .iter()
            .flat_map(|text| values.iter().map(move |value| format!("{text}{}\u{0}{value}\u{0}", value.len())))
            .collect();
    }
    if rule.all_of.is_empty() {
        return Vec::new();
    }
    let hash = |text: &String| {
        let [high, low] = hashers.each_ref().map(|hasher| u128::from(hasher.hash_one(text)));
        high << 64 | low
    };
    let mut keys: Vec<u128> = texts.iter().map(hash).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Who is equal to whom.
struct Equal {
    /// Account and person; without those of a crowd.
    pairs: Vec<(u32, u32)>,
    /// How many people each account is equal to.
    of_account: Vec<u32>,
    /// How many accounts each person is equal to.
    of_person: Vec<u32>,
    /// The most accounts that one of an account's people is equal to.
    rivals: Vec<u32>,
}

impl Equal {
    fn of(mut accounts: Keys, mut people: Keys, account_count: usize, person_count: usize) -> Self {
        accounts.sort_unstable();
        people.sort_unstable();
        let mut equal = Self {
            pairs: Vec::new(),
            of_account: vec![0; account_count],
            of_person: vec![0; person_count],
            rivals: vec![0; account_count],
        };
        let mut people = people.as_slice();
        for run in accounts.chunk_by(|one, other| one.0 == other.0) {
            let key = run[0].0;
            people = &people[people.partition_point(|(other, _)| *other < key)..];
            let (same, rest) = people.split_at(people.partition_point(|(other, _)| *other == key));
            people = rest;
            equal.add(run, same);
        }
        equal.pairs.sort_unstable();
        equal.pairs.dedup();
        for (account, person) in &equal.pairs {
            equal.of_account[*account as usize] += 1;
            equal.of_person[*person as usize] += 1;
        }
        for (account, person) in &equal.pairs {
            let rivals = &mut equal.rivals[*account as usize];
            *rivals = (*rivals).max(equal.of_person[*person as usize]);
        }
        equal
    }

    fn add(&mut self, accounts: &[(u128, u32)], people: &[(u128, u32)]) {
        if accounts.len() * people.len() <= CROWD {
            let pairs = accounts.iter().flat_map(|(_, account)| people.iter().map(|(_, person)| (*account, *person)));
            self.pairs.extend(pairs);
            return;
        }
        // Nobody in a crowd is anybody's only one: two at least on one side, and it says so on both.
        for (_, account) in accounts {
            self.of_account[*account as usize] += place(people.len()).max(2);
            let rivals = &mut self.rivals[*account as usize];
            *rivals = (*rivals).max(place(accounts.len()));
        }
        for (_, person) in people {
            self.of_person[*person as usize] += place(accounts.len()).max(2);
        }
    }
}

#[cfg(test)]
mod tests;
