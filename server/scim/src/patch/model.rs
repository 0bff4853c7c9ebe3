//! Any sequence of operations does what a naive model of RFC 7644 section 3.5.2 does. The model
//! knows a handful of attributes by name, holds them in plain fields, and shares no code with what
//! it checks; it is given the operations as they are meant, the other side as they are sent.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{MemberChange, PatchOp, apply, apply_to_group};
use crate::resource::{Group, User};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    title: Option<String>,
    active: Option<bool>,
    given_name: Option<String>,
    family_name: Option<String>,
    department: Option<String>,
    badge: Option<String>,
    emails: Vec<Email>,
    roles: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Email {
    kind: Option<String>,
    value: Option<String>,
    primary: Option<bool>,
}

/// The single-valued attributes.
#[derive(Clone, Copy, Debug)]
enum Single {
    Title,
    GivenName,
    FamilyName,
    Department,
    Badge,
}

/// What an operation means.
#[derive(Clone, Debug)]
enum Step {
    Set(Single, String),
    Unset(Single),
    Active(bool),
    /// `add` or `replace` of the whole name: what is named changes, the rest stays.
    Name(Option<String>, Option<String>),
    AddRoles(Vec<String>),
    ReplaceRoles(Vec<String>),
    RemoveRoles(Vec<String>),
    RemoveAllRoles,
    /// `emails[type eq kind].value`; `add` when true, else `replace`.
    EmailValue(bool, String, String),
    EmailPrimary(String),
    AddEmail(Email),
    RemoveEmails(String),
    RemoveEmailValues(String),
}

impl Model {
    fn single(&mut self, which: Single) -> &mut Option<String> {
        match which {
            Single::Title => &mut self.title,
            Single::GivenName => &mut self.given_name,
            Single::FamilyName => &mut self.family_name,
            Single::Department => &mut self.department,
            Single::Badge => &mut self.badge,
        }
    }

    /// False is noTarget.
    fn take(&mut self, step: &Step) -> bool {
        match step.clone() {
            Step::Set(which, text) => *self.single(which) = Some(text),
            Step::Unset(which) => *self.single(which) = None,
            Step::Active(active) => self.active = Some(active),
            Step::Name(given, family) => {
                self.given_name = given.or(self.given_name.take());
                self.family_name = family.or(self.family_name.take());
            }
            Step::AddRoles(roles) => {
                for role in roles {
                    if !self.roles.contains(&role) {
                        self.roles.push(role);
                    }
                }
            }
            Step::ReplaceRoles(roles) => self.roles = roles,
            Step::RemoveRoles(roles) => self.roles.retain(|role| !roles.contains(role)),
            Step::RemoveAllRoles => self.roles.clear(),
            Step::EmailValue(add, kind, value) => return self.email_value(add, kind, value),
            Step::EmailPrimary(kind) => return self.email_primary(&kind),
            Step::AddEmail(email) => self.add_email(email),
            Step::RemoveEmails(kind) => {
                let before = self.emails.len();
                self.emails.retain(|email| email.kind.as_ref() != Some(&kind));
                return self.emails.len() < before;
            }
            Step::RemoveEmailValues(kind) => {
                let mut found = false;
                for email in self.emails.iter_mut().filter(|email| email.kind.as_ref() == Some(&kind)) {
                    email.value = None;
                    found = true;
                }
                return found;
            }
        }
        true
    }

    fn email_value(&mut self, add: bool, kind: String, value: String) -> bool {
        let mut found = false;
        for email in self.emails.iter_mut().filter(|email| email.kind.as_ref() == Some(&kind)) {
            email.value = Some(value.clone());
            found = true;
        }
        let may_make = add || ["work", "home", "other"].contains(&kind.as_str());
        if !found && may_make {
            self.emails.push(Email { kind: Some(kind), value: Some(value), primary: None });
        }
        found || may_make
    }

    fn email_primary(&mut self, kind: &str) -> bool {
        let is_of_kind = |email: &Email| email.kind.as_deref() == Some(kind);
        if !self.emails.iter().any(is_of_kind) {
            return false;
        }
        for email in &mut self.emails {
            if is_of_kind(email) {
                email.primary = Some(true);
            } else if email.primary == Some(true) {
                email.primary = Some(false);
            }
        }
        true
    }

    fn add_email(&mut self, new: Email) {
        let same = |email: &Email| email.value.is_some() && email.value == new.value && email.kind == new.kind;
        let primary = new.primary == Some(true);
        let index = self.emails.iter().position(same).unwrap_or(self.emails.len());
        match self.emails.get_mut(index) {
            Some(email) => email.primary = new.primary.or(email.primary),
            None => self.emails.push(new),
        }
        for (n, email) in self.emails.iter_mut().enumerate() {
            if primary && n != index && email.primary == Some(true) {
                email.primary = Some(false);
            }
        }
    }

    /// At most one primary, or the request is refused as a whole.
    fn is_valid(&self) -> bool {
        self.emails.iter().filter(|email| email.primary == Some(true)).count() <= 1
    }

    fn of(user: &User) -> Self {
        let all = json!(user);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let each = |name: &str| all[name].as_array().cloned().unwrap_or_default();
        Self {
            title: text(&all["title"]),
            active: all["active"].as_bool(),
            given_name: text(&all["name"]["givenName"]),
            family_name: text(&all["name"]["familyName"]),
            department: text(&all[ENTERPRISE]["department"]),
            badge: text(&all["urn:acme:2.0:User"]["badge"]),
            roles: each("roles").iter().filter_map(|role| text(&role["value"])).collect(),
            emails: each("emails")
                .iter()
                .map(|e| Email { kind: text(&e["type"]), value: text(&e["value"]), primary: e["primary"].as_bool() })
                .collect(),
        }
    }
}

impl Email {
    fn sent(&self) -> Value {
        json!({"type": self.kind, "value": self.value, "primary": self.primary})
    }
}

/// One of the ways in which clients send a step.
fn sent(step: &Step, way: usize) -> Value {
    let op = |name: &str, path: &str, value: Value| json!({"op": name, "path": path, "value": value});
    let write = ["add", "replace", "Add", "REPLACE"][way % 4];
    let with_keys = way.is_multiple_of(3);
    match step {
        Step::Set(which, text) if with_keys => json!({"op": write, "value": {path(*which): text}}),
        Step::Set(which, text) => op(write, &path(*which), json!(text)),
        Step::Unset(which) if with_keys => op("replace", &path(*which), Value::Null),
        Step::Unset(which) => json!({"op": "Remove", "path": path(*which)}),
        Step::Active(active) if with_keys => op(write, "active", json!(if *active { "True" } else { "False" })),
        Step::Active(active) => json!({"op": write, "value": {"ACTIVE": active}}),
        Step::Name(given, family) => {
            let mut name = json!({});
            for (part, text) in [("givenName", given), ("FamilyName", family)] {
                if let Some(text) = text {
                    name[part] = json!(text);
                }
            }
            op(write, "name", name)
        }
        Step::AddRoles(roles) => op("add", "roles", listed(roles, with_keys)),
        Step::ReplaceRoles(roles) => op("replace", "roles", listed(roles, with_keys)),
        Step::RemoveRoles(roles) => op("remove", "roles", listed(roles, with_keys)),
        Step::RemoveAllRoles if with_keys => op("replace", "roles", json!([])),
        Step::RemoveAllRoles => json!({"op": "remove", "path": "roles"}),
        Step::EmailValue(add, kind, value) => {
            let name = if *add { "add" } else { "replace" };
            op(name, &format!("emails[type eq \"{kind}\"].value"), json!(value))
        }
        // By `add` an element would be made where there is none.
        Step::EmailPrimary(kind) => {
            op("replace", &format!("emails[type eq \"{kind}\" and type pr].primary"), json!("true"))
        }
        Step::AddEmail(email) if with_keys => json!({"op": "add", "value": {"emails": [email.sent()]}}),
        Step::AddEmail(email) => op("Add", "emails", email.sent()),
        Step::RemoveEmails(kind) => json!({"op": "remove", "path": format!("emails[type eq \"{kind}\"]")}),
        Step::RemoveEmailValues(kind) => json!({"op": "remove", "path": format!("emails[type eq \"{kind}\"].value")}),
    }
}

fn path(which: Single) -> String {
    match which {
        Single::Title => "title".to_owned(),
        Single::GivenName => "name.givenName".to_owned(),
        Single::FamilyName => "Name.FamilyName".to_owned(),
        Single::Department => format!("{ENTERPRISE}:department"),
        Single::Badge => "urn:acme:2.0:User:badge".to_owned(),
    }
}

fn listed(values: &[String], plain: bool) -> Value {
    values.iter().map(|value| if plain { json!(value) } else { json!({"value": value}) }).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned)
}

fn kind() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["work", "home", "made up"]).prop_map(str::to_owned)
}

fn step() -> impl Strategy<Value = Step> {
    let single = || {
        prop::sample::select(vec![
            Single::Title,
            Single::GivenName,
            Single::FamilyName,
            Single::Department,
            Single::Badge,
        ])
    };
    let roles = || proptest::collection::btree_set(text(), 1..4).prop_map(|set| set.into_iter().collect::<Vec<_>>());
    let email = (proptest::option::of(kind()), text(), proptest::option::of(any::<bool>()))
        .prop_map(|(kind, value, primary)| Email { kind, value: Some(value), primary });
    prop_oneof![
        (single(), text()).prop_map(|(which, text)| Step::Set(which, text)),
        single().prop_map(Step::Unset),
        any::<bool>().prop_map(Step::Active),
        (proptest::option::of(text()), proptest::option::of(text())).prop_map(|(g, f)| Step::Name(g, f)),
        roles().prop_map(Step::AddRoles),
        roles().prop_map(Step::ReplaceRoles),
        roles().prop_map(Step::RemoveRoles),
        Just(Step::RemoveAllRoles),
        (any::<bool>(), kind(), text()).prop_map(|(add, kind, value)| Step::EmailValue(add, kind, value)),
        kind().prop_map(Step::EmailPrimary),
        email.prop_map(Step::AddEmail),
        kind().prop_map(Step::RemoveEmails),
        kind().prop_map(Step::RemoveEmailValues),
    ]
}

/// What happens to members, one operation at a time.
fn member_step() -> impl Strategy<Value = (usize, Vec<String>)> {
    (0usize..6, proptest::collection::vec(text(), 0..4))
}

fn member_sent((what, ids): &(usize, Vec<String>)) -> Value {
    let filter: Vec<String> = ids.iter().map(|id| format!("value eq \"{id}\"")).collect();
    match what {
        0 => json!({"op": "Add", "path": "members", "value": listed(ids, false)}),
        1 => json!({"op": "replace", "path": "members", "value": listed(ids, false)}),
        2 => json!({"op": "Remove", "path": "members", "value": listed(ids, false)}),
        3 => json!({"op": "remove", "path": "members"}),
        4 if !ids.is_empty() => json!({"op": "remove", "path": format!("members[{}]", filter.join(" or "))}),
        _ => json!({"op": "add", "value": {"members": listed(ids, true)}}),
    }
}

fn member_model((what, ids): &(usize, Vec<String>), members: &mut BTreeSet<String>) {
    match what {
        1 => *members = ids.iter().cloned().collect(),
        2 => members.retain(|id| !ids.contains(id)),
        3 => members.clear(),
        4 if !ids.is_empty() => members.retain(|id| !ids.contains(id)),
        _ => members.extend(ids.iter().cloned()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_user_is_what_the_model_says(
        mut steps in proptest::collection::vec((step(), 0usize..12), 1..12),
        // Long sequences seldom end without it.
        found_only in any::<bool>(),
    ) {
        let mut user = User::from_json(json!({"userName": "ada"})).unwrap();
        let before = user.clone();
        let mut model = Model::of(&user);
        if found_only {
            let mut ahead = model.clone();
            steps.retain(|(step, _)| {
                let then = ahead.clone();
                let found = ahead.take(step);
                if !found {
                    ahead = then;
                }
                found
            });
            prop_assume!(!steps.is_empty());
        }
        let found = steps.iter().all(|(step, _)| model.take(step));
        let operations: Vec<Value> = steps.iter().map(|(step, way)| sent(step, *way)).collect();
        let patch = PatchOp::from_json(json!({"Operations": operations})).unwrap();
        match apply(&mut user, "7", &patch) {
            Ok(changed) => {
                prop_assert!(found && model.is_valid(), "{operations:?}");
                // An element that lost all its parts is none (RFC 7643 section 2.5).
                model.emails.retain(|email| *email != Email::default());
                prop_assert_eq!(Model::of(&user), model, "{:?}", operations);
                prop_assert_eq!(changed, user != before);
            }
            Err(error) => {
                prop_assert!(!found || !model.is_valid(), "{error} {operations:?}");
                prop_assert_eq!(error.to_json()["scimType"] == "noTarget", !found);
                prop_assert_eq!(&user, &before);
            }
        }
    }

    #[test]
    fn members_are_who_the_model_says(steps in proptest::collection::vec(member_step(), 1..12)) {
        let (group, members) = Group::from_json(json!({"displayName": "x", "members": ["a", "b"]})).unwrap();
        let mut now: BTreeSet<String> = members.into_iter().collect();
        let mut model = now.clone();
        steps.iter().for_each(|step| member_model(step, &mut model));
        let operations: Vec<Value> = steps.iter().map(member_sent).collect();
        let patch = PatchOp::from_json(json!({"Operations": operations})).unwrap();
        for change in apply_to_group(&group, "7", &patch).unwrap().members {
            let (MemberChange::Add(ids) | MemberChange::Remove(ids) | MemberChange::Replace(ids)) = &change;
            prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
            match change {
                MemberChange::Add(ids) => now.extend(ids),
                MemberChange::Remove(ids) => now.retain(|id| !ids.contains(id)),
                MemberChange::Replace(ids) => now = ids.into_iter().collect(),
            }
        }
        prop_assert_eq!(now, model);
    }
}
