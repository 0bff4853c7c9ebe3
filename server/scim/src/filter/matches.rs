//! Whether a resource, or one element of a multi-valued attribute, satisfies a filter.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{CompareOp, Filter};
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
            (place.value(object), place.definition, place.sub)
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
    let definition = definition.and_then(|d| match d.kind {
        Kind::Complex => d.sub_attribute(inner),
        _ => Some(d),
    });
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
    let case_exact = definition.is_some_and(|d| d.case_exact);
    let equal = |value: &&Value| is_equal(value, wanted, case_exact);
    match op {
        CompareOp::Eq if wanted.is_null() => !values.iter().any(|v| is_present(v)),
        CompareOp::Ne if wanted.is_null() => values.iter().any(|v| is_present(v)),
        CompareOp::Eq => values.iter().any(equal),
        CompareOp::Ne => !values.iter().any(equal),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => {
            values.iter().any(|value| is_part(value, op, wanted, case_exact))
        }
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => {
            values.iter().filter_map(|value| order(value, wanted, case_exact)).any(|order| match op {
                CompareOp::Gt => order == Ordering::Greater,
                CompareOp::Ge => order != Ordering::Less,
                CompareOp::Lt => order == Ordering::Less,
                _ => order != Ordering::Greater,
            })
        }
    }
}

fn is_equal(value: &Value, wanted: &Value, case_exact: bool) -> bool {
    match (value, wanted) {
        (Value::String(a), Value::String(b)) => a == b || !case_exact && same_in_any_case(a, b),
        // Entra: roles[primary eq "True"].
        (Value::Bool(a), Value::String(b)) => boolean(b) == Some(*a),
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}

fn is_part(value: &Value, op: CompareOp, wanted: &Value, case_exact: bool) -> bool {
    let (Value::String(value), Value::String(wanted)) = (value, wanted) else {
        return false;
    };
    let (value, wanted) =
        if case_exact { (value.clone(), wanted.clone()) } else { (value.to_lowercase(), wanted.to_lowercase()) };
    match op {
        CompareOp::Co => value.contains(&wanted),
        CompareOp::Sw => value.starts_with(&wanted),
        _ => value.ends_with(&wanted),
    }
}

fn order(value: &Value, wanted: &Value, case_exact: bool) -> Option<Ordering> {
    match (value, wanted) {
        (Value::String(a), Value::String(b)) if case_exact => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        _ => None,
    }
}

fn same_in_any_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    let lower = |text| str::chars(text).flat_map(char::to_lowercase);
    lower(a).eq(lower(b))
}

/// A boolean that came as text: Entra sends "True" and "False".
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::User;
    use serde_json::json;

    #[test]
    fn a_user_against_filters() {
        let user = User::from_json(json!({
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
        }))
        .unwrap();
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
            (r#"unknown eq "x" or userName sw "ada""#.to_owned(), true),
        ] {
            let parsed = Filter::parse(&filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
            assert_eq!(parsed.matches(&user), expected, "{filter}");
        }
    }
}
