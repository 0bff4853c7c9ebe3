//! The merge: what a person is, made of what each source says. Pure, so that it can be proved in isolation.
//!
//! Attribute by attribute, the first source that gives one holds it whole: a name with all its parts, a list with all
//! its values. Inside an extension each attribute counts by itself, as one source may know the department and another
//! one the employee number. `active` is an attribute like any other, and true where a record does not say it, so the first
//! source that knows a person says whether they are active.

use model::RecordId;
use model::person::Held;
use scim::User;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// What one source says of a person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    /// Its place in the order: the source's, and among records of one source the older first.
    pub place: (i32, Uuid, Uuid),
    pub source_name: String,
    pub attributes: Map<String, Value>,
}

impl Said {
    pub(crate) fn is_of(&self, record: RecordId) -> bool {
        self.place.2 == record.0
    }
}

/// An attribute's place: the extension, if it is one's, and the name. Names are compared without case, as SCIM does.
type Key = (Option<String>, String);

/// What counts where a record has no `active`.
static ACTIVE: Value = Value::Bool(true);

/// All that is said, each attribute as the first one says it; whatever the order in which it comes in.
pub(crate) fn held(said: &[Said]) -> Vec<Held> {
    let mut said: Vec<&Said> = said.iter().collect();
    said.sort_by_key(|said| said.place);
    let mut held: Vec<Held> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    for said in said {
        let unsaid = !said.attributes.contains_key("active");
        for (schema, name, value) in attributes(&said.attributes).chain(unsaid.then_some((None, "active", &ACTIVE))) {
            let key = (schema.map(str::to_lowercase), name.to_lowercase());
            match places.get(&key).and_then(|place| held.get_mut(*place)) {
                None => {
                    places.insert(key, held.len());
                    held.push(Held {
                        schema: schema.map(str::to_owned),
                        name: name.to_owned(),
                        value: value.clone(),
                        source_name: said.source_name.clone(),
                        others: Vec::new(),
                    });
                }
                Some(first) if first.value != *value => {
                    first.others.push((said.source_name.clone(), value.clone()));
                }
                Some(_) => {}
            }
        }
    }
    held
}

/// The names of the attributes that hold another value than these alone would give them.
pub(crate) fn changed(from: &[Said], to: &[Held]) -> Vec<String> {
    let key = |held: &Held| (held.schema.as_deref().map(str::to_lowercase), held.name.to_lowercase());
    let before: HashMap<Key, Value> = held(from).into_iter().map(|it| (key(&it), it.value)).collect();
    to.iter().filter(|it| before.get(&key(it)) != Some(&it.value)).map(|it| it.name.clone()).collect()
}

/// The attributes of a resource, those of extensions one by one. `schemas` says nothing of a person.
fn attributes(resource: &Map<String, Value>) -> impl Iterator<Item = (Option<&str>, &str, &Value)> {
    resource.iter().filter(|(name, _)| *name != "schemas").flat_map(|(name, value)| match value {
        Value::Object(inside) if is_extension(name) => {
            inside.iter().map(|(inner, value)| (Some(name.as_str()), inner.as_str(), value)).collect()
        }
        value => vec![(None, name.as_str(), value)],
    })
}

fn is_extension(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

/// The person as one resource; none when nobody says anything.
pub(crate) fn merge(said: &[Said]) -> Option<User> {
    if said.is_empty() {
        return None;
    }
    let mut merged = Map::new();
    for Held { schema, name, value, .. } in held(said) {
        match schema {
            None => drop(merged.insert(name, value)),
            Some(urn) => put(&mut merged, urn, name, value),
        }
    }
    serde_json::from_value(Value::Object(merged)).ok()
}

/// Into the extension, under the spelling of its name that is there already.
fn put(merged: &mut Map<String, Value>, urn: String, name: String, value: Value) {
    let there = merged.keys().find(|key| key.eq_ignore_ascii_case(&urn)).cloned().unwrap_or(urn);
    if let Value::Object(inside) = merged.entry(there).or_insert_with(|| Value::Object(Map::new())) {
        inside.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn said(position: i32, name: &str, resource: Value) -> Said {
        let Value::Object(attributes) = resource else { panic!("{resource} is no resource") };
        Said { place: (position, Uuid::nil(), Uuid::nil()), source_name: name.to_owned(), attributes }
    }

    #[test]
    fn a_record_that_does_not_say_active_is_active_whatever_others_say() {
        let said = |place, attributes: Value| Said {
            place: (place, Uuid::nil(), Uuid::nil()),
            source_name: format!("source {place}"),
            attributes: attributes.as_object().unwrap().clone(),
        };
        let merged =
            merge(&[said(1, json!({ "userName": "ada", "active": false })), said(0, json!({ "userName": "ada" }))]);
        assert!(merged.unwrap().active());
    }

    #[test]
    fn the_first_source_that_gives_an_attribute_holds_it_whole() {
        let hr = said(
            1,
            "HR",
            json!({"schemas": [URN], "userName": "ada@hr", "active": false, "name": {"givenName": "Ada"},
                   URN: {"employeeNumber": "1815"}}),
        );
        let okta = said(
            2,
            "Okta",
            json!({"userName": "ada@okta", "active": true, "name": {"givenName": "A.", "familyName": "L."},
                   "emails": [{"value": "a@x"}, {"value": "b@x"}],
                   "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": {"EmployeeNumber": "7", "department": "Engines"}}),
        );
        let merged = merge(&[okta.clone(), hr.clone()]).unwrap();
        let expected = json!({
            "userName": "ada@hr", "active": false, "name": {"givenName": "Ada"},
            "emails": [{"value": "a@x"}, {"value": "b@x"}],
            URN: {"employeeNumber": "1815", "department": "Engines"},
        });
        assert_eq!(Value::Object(merged.attributes().clone()), expected);
        let held = held(&[okta, hr]);
        let of = |name: &str| held.iter().find(|held| held.name == name).unwrap();
        assert_eq!(of("emails").source_name, "Okta");
        assert_eq!(of("employeeNumber").others, [("Okta".to_owned(), json!("7"))]);
        assert_eq!(merge(&[]), None);
    }

    #[test]
    fn what_another_source_changes_is_named() {
        let hr = [said(1, "HR", json!({"userName": "ada", "Title": "Countess"}))];
        let okta = [said(2, "Okta", json!({"userName": "ada", "title": "Analyst", URN: {"department": "Engines"}}))];
        let both = [okta.clone(), hr.clone()].concat();
        let held = held(&both);
        assert_eq!(changed(&hr, &held), ["department"]);
        assert_eq!(changed(&okta, &held), ["Title"]);
        assert_eq!(changed(&both, &held), Vec::<String>::new());
    }

    #[test]
    fn one_source_alone_is_kept_as_it_is() {
        let alone =
            json!({"userName": "ada", "active": true, URN: {"badge": {"deep": [null]}}, "urn:x:y": "no object"});
        let merged = merge(&[said(3, "Okta", alone.clone())]).unwrap();
        assert_eq!(Value::Object(merged.attributes().clone()), alone);
    }

    fn any_resource() -> impl Strategy<Value = Value> {
        let name = prop::sample::select(vec!["userName", "title", "Title", "emails", "name", "urn:x", "URN:X"]);
        let value = prop_oneof![
            any::<bool>().prop_map(Value::from),
            "[a-c]{1}".prop_map(Value::from),
            Just(json!({"a": 1, "B": 2})),
            Just(json!({"b": 3})),
            Just(json!(["x"])),
        ];
        prop::collection::btree_map(name, value, 0..6)
            .prop_map(|map| Value::Object(map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
    }

    proptest! {
        #[test]
        fn the_order_in_which_records_came_does_not_matter(
            (told, shuffled) in prop::collection::vec((0..4i32, any_resource()), 1..5).prop_flat_map(|told| {
                let told: Vec<Said> = told.into_iter().enumerate().map(|(n, (position, resource))| {
                    let mut said = said(position, &format!("S{n}"), resource);
                    said.place.2 = Uuid::from_u128(n as u128);
                    said
                }).collect();
                (Just(told.clone()), Just(told).prop_shuffle())
            })
        ) {
            prop_assert_eq!(held(&told), held(&shuffled));
            prop_assert_eq!(merge(&told), merge(&shuffled));
        }

        #[test]
        fn every_attribute_is_said_by_somebody_and_nothing_said_is_lost(
            told in prop::collection::vec((0..4i32, any_resource()), 1..5)
        ) {
            let told: Vec<Said> = told.into_iter().map(|(position, it)| said(position, "S", it)).collect();
            let held = held(&told);
            for said in &told {
                for (schema, name, value) in attributes(&said.attributes) {
                    let same = held.iter().find(|held| {
                        held.name.eq_ignore_ascii_case(name)
                            && held.schema.as_deref().map(str::to_lowercase) == schema.map(str::to_lowercase)
                    });
                    let same = same.unwrap();
                    prop_assert!(same.value == *value || same.others.iter().any(|(_, other)| other == value));
                }
            }
        }
    }
}
