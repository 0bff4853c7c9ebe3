//! Who works at the demo's company: the person of a number, always the same one for a seed.

use super::company::{DEPARTMENTS, Department, NAMES, OFFICES, Office};
use super::dice::Dice;
use serde_json::{Value, json};

/// A name that nobody can own (RFC 2606).
pub(super) const DOMAIN: &str = "northlight.example";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Coprime to the pairs of names of an office, so that each comes up once before any comes up twice.
const STEP: u64 = 101;
const PAIRS: u64 = (NAMES * NAMES) as u64;
const FIRST_NUMBER: u64 = 100_001;

/// Somebody the company hires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    number: u64,
    pub(super) given: String,
    pub(super) family: String,
    pub(super) user_name: String,
    pub(super) title: &'static str,
    pub(super) department: &'static str,
    office: &'static Office,
    contractor: bool,
    telephone: usize,
}

impl Identity {
    /// The person of that number.
    pub(super) fn nth(seed: u64, number: u64) -> Self {
        let offices = OFFICES.len() as u64;
        let office = &OFFICES[index((number % offices * 3 + seed % offices) % offices)];
        let turn = number / offices;
        let pair = (turn.wrapping_mul(STEP) + seed % PAIRS) % PAIRS;
        let (given, family) = (office.given[index(pair) / NAMES], office.family[index(pair) % NAMES]);
        let round = turn / PAIRS;
        let again = if round == 0 { String::new() } else { (round + 1).to_string() };
        let mut dice = Dice::new(seed, number);
        let department = department(&mut dice);
        // Most people are in their first or second job.
        let level = dice.below(4).min(dice.below(4));
        Self {
            number,
            given: given.to_owned(),
            family: family.to_owned(),
            user_name: format!("{}.{}{again}@{DOMAIN}", plain(given), plain(family)),
            title: department.titles[level],
            department: department.name,
            office,
            contractor: dice.percent(8),
            telephone: dice.below(1_000),
        }
    }

    pub(super) fn display_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// The number the source knows the person by.
    pub(super) fn external_id(&self) -> String {
        external_id(self.number)
    }

    /// The user resource (RFC 7643, section 4), as an identity provider sends it.
    pub(super) fn to_scim(&self) -> Value {
        let Office { city, country, language, dial, .. } = self.office;
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "userName": self.user_name,
            "externalId": self.external_id(),
            "name": { "givenName": self.given, "familyName": self.family, "formatted": self.display_name() },
            "displayName": self.display_name(),
            "emails": [{ "value": self.user_name, "type": "work", "primary": true }],
            "phoneNumbers": [{ "value": format!("{dial} {:04}", self.telephone), "type": "work" }],
            "addresses": [{ "type": "work", "locality": city, "country": country }],
            "title": self.title,
            "userType": if self.contractor { "Contractor" } else { "Employee" },
            "preferredLanguage": language,
            "locale": language,
            "active": true,
            ENTERPRISE: {
                "employeeNumber": self.external_id(),
                "department": self.department,
                "organization": "Northlight",
            },
        })
    }
}

/// The source's number of the person with this number.
pub(super) fn external_id(number: u64) -> String {
    format!("E{}", FIRST_NUMBER + number)
}

/// Half of the company builds and sells.
fn department(dice: &mut Dice) -> &'static Department {
    let all = &DEPARTMENTS;
    match dice.below(100) {
        0..30 => &all[0],
        30..50 => &all[2],
        _ => &all[dice.below(all.len())],
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// A name as it stands in an address: small, without accents, spaces and signs.
pub(super) fn plain(name: &str) -> String {
    let letter = |c: char| match c {
        'ä' | 'æ' => "ae".to_owned(),
        'ö' | 'ø' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'ß' => "ss".to_owned(),
        'á' | 'à' | 'â' | 'ã' | 'ą' => "a".to_owned(),
        'ç' | 'ć' => "c".to_owned(),
        'é' | 'è' | 'ê' | 'ë' | 'ę' => "e".to_owned(),
        'í' | 'ì' | 'î' | 'ï' => "i".to_owned(),
        'ł' => "l".to_owned(),
        'ñ' | 'ń' => "n".to_owned(),
        'ó' | 'ò' | 'ô' | 'õ' => "o".to_owned(),
        'ś' => "s".to_owned(),
        'ú' | 'ù' | 'û' => "u".to_owned(),
        'ź' | 'ż' => "z".to_owned(),
        c if c.is_ascii_alphanumeric() => c.to_string(),
        _ => String::new(),
    };
    name.to_lowercase().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_the_same_people_and_no_address_twice() {
        for seed in [0, 7, u64::MAX] {
            let people: Vec<_> = (0..8_000).map(|number| Identity::nth(seed, number)).collect();
            let addresses: BTreeSet<_> = people.iter().map(|person| person.user_name.as_str()).collect();
            assert_eq!(addresses.len(), people.len(), "seed {seed}");
            assert_eq!(people[17], Identity::nth(seed, 17));
        }
        assert_ne!(Identity::nth(1, 0), Identity::nth(2, 0));
    }

    #[test]
    fn every_office_and_department_has_people() {
        let people: Vec<_> = (0..500).map(|number| Identity::nth(42, number)).collect();
        let offices: BTreeSet<_> = people.iter().map(|person| person.office.city).collect();
        let departments: BTreeSet<_> = people.iter().map(|person| person.department).collect();
        assert_eq!((offices.len(), departments.len()), (OFFICES.len(), DEPARTMENTS.len()));
    }

    #[test]
    fn addresses_are_plain() {
        for (name, expected) in
            [("Großmann", "grossmann"), ("O'Brien", "obrien"), ("Wei Ling", "weiling"), ("Łukasz", "lukasz")]
        {
            assert_eq!(plain(name), expected);
        }
        for office in &OFFICES {
            for name in office.given.iter().chain(&office.family) {
                let letters = name.chars().filter(|c| c.is_alphabetic()).count();
                assert!(plain(name).len() >= letters, "{name} loses a letter");
            }
        }
    }

    #[test]
    fn the_resource_is_one_that_scim_accepts() {
        let person = Identity::nth(3, 12);
        let user = scim::User::from_json(person.to_scim()).unwrap();
        assert_eq!(user.external_id(), Some("E100013"));
    }
}
