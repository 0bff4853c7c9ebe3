//! Whether a resource, or one element of a multi-valued attribute, satisfies a filter.

use std::cmp::Ordering;

use chrono::DateTime;
use serde_json::{Map, Number, Value};

use super::{CompareOp, Filter};
use crate::dialect;
use crate::key::{group_name_key, user_name_key};
use crate::path::{AttrPath, Place, get};
use crate::schema::{Attribute, Kind, ResourceType};

/// What the paths of a filter start from.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    Resource(&'static ResourceType),
    /// An element of this attribute; its sub-attributes are known when the attribute is.
    Element(Option<&'static Attribute>),
}

/// Whether `object` satisfies `filter`. The recursion is as deep as the parser let the filter be.
pub(crate) fn holds(filter: &Filter, object: &Map<String, Value>, scope: Scope) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| holds(term, object, scope)),
        Filter::Or(terms) => terms.iter().any(|term| holds(term, object, scope)),
        Filter::Not(inner) => !holds(inner, object, scope),
        Filter::Present(path) => {
            let (values, _) = values(path, object, scope);
            values.into_iter().any(is_present)
        }
        Filter::Compare(path, op, wanted) => {
            let (values, definition) = values(path, object, scope);
            compare(&values, *op, wanted, definition)
        }
        Filter::Element(path, inner) => {
            let Scope::Resource(kind) = scope else {
                return false;
            };
            let place = Place::of(path, kind, object);
            let inside = Scope::Element(place.definition);
            each(place.value(object))
                .iter()
                .filter_map(|element| element.as_object())
                .any(|element| holds(inner, element, inside))
        }
    }
}

/// The values a path leads to, and the definition that says how they compare.
fn values<'o>(
    path: &AttrPath,
    object: &'o Map<String, Value>,
    scope: Scope,
) -> (Vec<&'o Value>, Option<&'static Attribute>) {
    let (found, definition, sub) = match scope {
        Scope::Resource(kind) => {
            let place = Place::of(path, kind, object);
            (place.value(object), place.compared(), place.sub)
        }
        Scope::Element(of) => (get(object, &path.name), of.and_then(|a| a.sub_attribute(&path.name)), path.sub.clone()),
    };
    // `emails co "x"` means the `value` of each e-mail (RFC 7643 section 2.4).
    let inner = sub.as_deref().unwrap_or("value");
    let values = each(found)
        .into_iter()
        .filter_map(|value| match value {
            Value::Object(element) => match get(element, inner) {
                None if sub.is_none() && !element.contains_key("value") => Some(value),
                found => found,
            },
            _ if sub.is_some() => None,
            plain => Some(plain),
        })
        .collect();
    (values, definition)
}

fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

fn compare(values: &[&Value], op: CompareOp, wanted: &Value, definition: Option<&Attribute>) -> bool {
    let rule = Rule::of(definition);
    let equal = |value: &&Value| rule.is_equal(value, wanted);
    match op {
        CompareOp::Eq if wanted.is_null() => !values.iter().any(|v| is_present(v)),
        CompareOp::Ne if wanted.is_null() => values.iter().any(|v| is_present(v)),
        CompareOp::Eq => values.iter().any(equal),
        CompareOp::Ne => !values.iter().any(equal),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => values.iter().any(|value| rule.is_part(value, op, wanted)),
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => {
            values.iter().filter_map(|value| rule.order(value, wanted)).any(|order| match op {
                CompareOp::Gt => order == Ordering::Greater,
                CompareOp::Ge => order != Ordering::Less,
                CompareOp::Lt => order == Ordering::Less,
                _ => order != Ordering::Greater,
            })
        }
    }
}

/// How two texts compare.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Exact,
    /// In lower case. Also what no schema describes (RFC 7643 section 2.2).
    AnyCase,
    /// Equal when the keys are; else as [`Rule::AnyCase`].
    UserName,
    /// Equal when the keys are; else as [`Rule::AnyCase`].
    GroupName,
    /// As moments; what is no time compares with nothing.
    Moment,
}

impl Rule {
    fn of(definition: Option<&Attribute>) -> Self {
        match definition {
            Some(Attribute { kind: Kind::DateTime, .. }) => Self::Moment,
            Some(Attribute { case_exact: true, .. }) => Self::Exact,
            Some(Attribute { name: "userName", .. }) => Self::UserName,
            // That of a user is optional.
            Some(Attribute { name: "displayName", required: true, .. }) => Self::GroupName,
            _ => Self::AnyCase,
        }
    }

    fn is_equal(self, value: &Value, wanted: &Value) -> bool {
        match (value, wanted) {
            (Value::String(a), Value::String(b)) => match self {
                Self::Exact => a == b,
                Self::AnyCase => a == b || a.to_lowercase() == b.to_lowercase(),
                Self::UserName => user_name_key(b).is_ok_and(|b| user_name_key(a).is_ok_and(|a| a == b)),
                Self::GroupName => group_name_key(a) == group_name_key(b),
                Self::Moment => moments(a, b) == Some(Ordering::Equal),
            },
            (Value::Bool(a), Value::String(b)) => dialect::value::boolean(b) == Some(*a),
            (Value::Number(a), Value::Number(b)) => numbers(a, b) == Some(Ordering::Equal),
            (a, b) => a == b,
        }
    }

    fn is_part(self, value: &Value, op: CompareOp, wanted: &Value) -> bool {
        let (Value::String(value), Value::String(wanted)) = (value, wanted) else {
            return false;
        };
        let is_part = |value: &str, wanted: &str| match op {
            CompareOp::Co => value.contains(wanted),
            CompareOp::Sw => value.starts_with(wanted),
            _ => value.ends_with(wanted),
        };
        match self {
            Self::Exact | Self::Moment => is_part(value, wanted),
            Self::AnyCase | Self::UserName | Self::GroupName => is_part(&value.to_lowercase(), &wanted.to_lowercase()),
        }
    }

    fn order(self, value: &Value, wanted: &Value) -> Option<Ordering> {
        match (value, wanted) {
            (Value::String(a), Value::String(b)) => match self {
                Self::Exact => Some(a.cmp(b)),
                Self::AnyCase | Self::UserName | Self::GroupName => Some(a.to_lowercase().cmp(&b.to_lowercase())),
                Self::Moment => moments(a, b),
            },
            (Value::Number(a), Value::Number(b)) => numbers(a, b),
            _ => None,
        }
    }
}

/// Of integers each digit counts; others are smaller than where a float loses some.
fn numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn moments(a: &str, b: &str) -> Option<Ordering> {
    let moment = |text| DateTime::parse_from_rfc3339(text).ok();
    Some(moment(a)?.cmp(&moment(b)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{GROUP_TYPE, USER_TYPE};
    use serde_json::json;

    #[test]
    fn a_user_against_filters() {
        let user = json!({
            "id": "7",
            "userName": "Ada@Example.com",
            "externalId": "E1",
            "active": true,
            "name": {"familyName": "Lovelace"},
            "emails": [
                {"value": "ada@work.example", "type": "work", "primary": true},
                {"value": "ada@home.example", "type": "home"},
            ],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                {"department": "Engines", "manager": {"value": "m1"}},
            "urn:acme:2.0:User": {"floor": 7, "badges": ["red", "blue"]},
            "groups": [{"value": "g1", "display": "Poets"}],
            "meta": {"resourceType": "User", "created": "2026-01-01T10:00:00.000Z", "version": "W/\"1\""},
        });
        let user = user.as_object().unwrap();
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (filter, expected) in [
            (r#"USERNAME eq "ada@example.COM""#.to_owned(), true),
            (r#"externalId eq "e1""#.to_owned(), false),
            (r#"externalId eq "E1""#.to_owned(), true),
            ("active eq true".to_owned(), true),
            (r#"active eq "True""#.to_owned(), true),
            ("active ne true".to_owned(), false),
            ("title pr".to_owned(), false),
            ("title eq null".to_owned(), true),
            (r#"title ne "x""#.to_owned(), true),
            ("name pr".to_owned(), true),
            (r#"name.familyName sw "LOVE""#.to_owned(), true),
            (r#"name.familyName ew "lace" and not (title pr)"#.to_owned(), true),
            (r#"emails co "@HOME.""#.to_owned(), true),
            (r#"emails.type ne "work""#.to_owned(), false),
            (r#"emails[type eq "work"].value eq "ada@work.example""#.to_owned(), true),
            (r#"emails[type eq "work"].value eq "ada@home.example""#.to_owned(), false),
            (r#"emails[type eq "work" and primary eq "True"]"#.to_owned(), true),
            (r#"emails[not (type eq "work")]"#.to_owned(), true),
            (r#"emails[display pr]"#.to_owned(), false),
            (format!(r#"{enterprise}:department eq "engines""#), true),
            (format!(r#"{enterprise}:manager eq "m1""#), true),
            (format!(r#"{enterprise}:manager.value eq "M1""#), false),
            ("urn:acme:2.0:User:floor gt 6".to_owned(), true),
            ("urn:acme:2.0:User:floor ge 7.5".to_owned(), false),
            (r#"urn:acme:2.0:User:badges eq "Blue""#.to_owned(), true),
            (r#"userName gt "a" and userName lt "b""#.to_owned(), true),
            (r#"userName co "EXAMPLE""#.to_owned(), true),
            (r#"id eq "7" and groups eq "g1" and groups.display eq "poets""#.to_owned(), true),
            (r#"meta.created eq "2026-01-01T11:00:00+01:00""#.to_owned(), true),
            (r#"meta.created ge "2026-01-01T09:59:59.9999999Z""#.to_owned(), true),
            (r#"meta.created lt "2026-01-01T10:00:00Z""#.to_owned(), false),
            (r#"meta.created gt "yesterday""#.to_owned(), false),
            (r#"meta.created ne "yesterday""#.to_owned(), true),
            (r#"meta.resourceType eq "user""#.to_owned(), false),
            ("meta.lastModified pr".to_owned(), false),
            (r#"unknown eq "x" or userName sw "ada""#.to_owned(), true),
        ] {
            let parsed = Filter::parse(&filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
            assert_eq!(parsed.matches(&USER_TYPE, user), expected, "{filter}");
        }
    }

    #[test]
    fn a_user_name_is_equal_by_its_key() {
        let user = json!({"userName": "Stra\u{df}e", "title": "Stra\u{df}e"});
        let matches = |filter: &str| Filter::parse(filter).unwrap().matches(&USER_TYPE, user.as_object().unwrap());
        assert!(matches(r#"userName eq "STRASSE""#) && !matches(r#"userName ne "STRASSE""#));
        assert!(!matches(r#"title eq "STRASSE""#) && matches(r#"title eq "STRA\u00dfE""#));
        assert!(!matches(r#"userName eq """#) && !matches(r#"userName co "STRASSE""#));
    }

    #[test]
    fn of_integers_each_digit_counts() {
        let user = json!({"urn:x:User": {"n": 9_007_199_254_740_993_u64, "d": 1.5}});
        let matches = |filter: &str| Filter::parse(filter).unwrap().matches(&USER_TYPE, user.as_object().unwrap());
        assert!(matches("urn:x:User:n eq 9007199254740993") && !matches("urn:x:User:n eq 9007199254740992"));
        assert!(matches("urn:x:User:n gt 9007199254740992") && matches("urn:x:User:n gt 1.5"));
        assert!(matches("urn:x:User:d eq 1.50") && matches("urn:x:User:d lt 2"));
        for lost in ["123456789012345678901", "1e300", "-1e30"] {
            assert!(Filter::parse(&format!("urn:x:User:n eq {lost}")).is_err(), "{lost}");
        }
    }

    #[test]
    fn a_groups_name_is_equal_by_its_key_and_a_users_is_not() {
        let named = json!({"displayName": "Cafe\u{301} "});
        let equal = |resource_type| {
            let filter = Filter::parse(r#"displayName eq "CAFÉ""#).unwrap();
            filter.matches(resource_type, named.as_object().unwrap())
        };
        assert!(equal(&GROUP_TYPE) && !equal(&USER_TYPE));
    }

    #[test]
    fn a_group_against_filters() {
        let group = json!({"id": "g", "displayName": "Engines", "members": [{"value": "u1"}, {"value": "u2"}]});
        let group = group.as_object().unwrap();
        for (filter, expected) in [
            (r#"id eq "g" and members eq "u1""#, true),
            (r#"members.value eq "u2""#, true),
            (r#"members[value eq "u3"]"#, false),
            (r#"members eq "U1""#, false),
            (r#"DisplayName eq "ENGINES""#, true),
            (r#"urn:ietf:params:scim:schemas:core:2.0:Group:displayName sw "eng""#, true),
            ("externalId pr", false),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().matches(&GROUP_TYPE, group), expected, "{filter}");
        }
    }
}
