//! Whether a filter asks what its attributes can be asked.

use chrono::DateTime;
use serde_json::{Map, Value};

use super::{CompareOp, Filter};
use crate::dialect;
use crate::error::{Error, Result, shown};
use crate::path::{AttrPath, Place};
use crate::schema::{Attribute, Kind, ResourceType};

impl Filter {
    /// Refuses with 400 `invalidFilter` comparisons that the type of an attribute does not have
    /// (RFC 7644 section 3.4.2.2): order among booleans and binaries, parts of a time, a time that
    /// is none, the value of an attribute that has parts and no `value`. What no schema describes
    /// may be compared with anything.
    pub fn check(&self, kind: &'static ResourceType) -> Result<()> {
        check(self, &|path| definition(path, kind))
    }
}

fn check(filter: &Filter, of: &dyn Fn(&AttrPath) -> Option<&'static Attribute>) -> Result<()> {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().try_for_each(|term| check(term, of)),
        Filter::Not(inner) => check(inner, of),
        Filter::Present(_) => Ok(()),
        Filter::Compare(path, op, value) => of(path).map_or(Ok(()), |definition| compare(definition, *op, value)),
        Filter::Element(path, inner) => match of(path) {
            Some(definition) if definition.kind != Kind::Complex => {
                Err(Error::filter(format!("{} has no parts; brackets select nothing in it.", definition.name)))
            }
            Some(definition) => check(inner, &|path| definition.sub_attribute(&path.name)),
            None => check(inner, &|_| None),
        },
    }
}

/// The definition of the attribute, or the sub-attribute, that the path names.
fn definition(path: &AttrPath, kind: &'static ResourceType) -> Option<&'static Attribute> {
    let place = Place::of(path, kind, &Map::new());
    let definition = place.definition?;
    match &place.sub {
        Some(sub) => definition.sub_attribute(sub),
        None => Some(definition),
    }
}

fn compare(definition: &Attribute, op: CompareOp, value: &Value) -> Result<()> {
    // `emails co "x"` means the `value` of each e-mail (RFC 7643 section 2.4).
    if let Some(definition) = definition.sub_attribute("value") {
        return compare(definition, op, value);
    }
    let name = definition.name;
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    if equality && value.is_null() {
        return Ok(());
    }
    let part = matches!(op, CompareOp::Co | CompareOp::Sw | CompareOp::Ew);
    match (definition.kind, value) {
        (Kind::Boolean, Value::Bool(_)) if equality => Ok(()),
        (Kind::Boolean, Value::String(text)) if equality && dialect::value::boolean(text).is_some() => Ok(()),
        (Kind::Boolean, _) => Err(Error::filter(format!("{name} can be compared by eq and ne with true and false."))),
        (Kind::Binary, _) if !equality && !part => Err(Error::filter(format!("{name} is binary and has no order."))),
        (Kind::DateTime, _) if part => {
            Err(Error::filter(format!("{name} is a time. Compare it by eq, ne, gt, ge, lt or le.")))
        }
        (Kind::DateTime, Value::String(text)) if DateTime::parse_from_rfc3339(text).is_ok() => Ok(()),
        (Kind::DateTime, other) => Err(Error::filter(format!(
            "{} is not a time. Right: \"2026-01-31T08:00:00Z\".",
            shown(other.as_str().unwrap_or_default())
        ))),
        (Kind::Complex, _) => {
            Err(Error::filter(format!("{name} has parts. Name the one to compare, such as {}.", part_of(definition))))
        }
        _ => Ok(()),
    }
}

fn part_of(definition: &Attribute) -> String {
    let first = definition.sub_attributes.first().map_or("value", |sub| sub.name);
    format!("{}.{first}", definition.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{GROUP_TYPE, USER_TYPE};

    #[test]
    fn what_can_be_asked() {
        for filter in [
            r#"active eq "True" and active ne false and active eq null"#,
            r#"meta.created gt "2026-01-31T08:00:00.1234567Z" or meta.lastModified pr"#,
            r#"name pr and name eq null and emails eq "x" and name.familyName gt "a""#,
            r#"emails[primary eq "True" and value co "x"] and nothing[x gt 5] and nothing gt 5"#,
            r#"urn:acme:2.0:User:flag gt 5 and x509Certificates eq "AQ==" and title eq 5"#,
        ] {
            Filter::parse(filter).unwrap().check(&USER_TYPE).unwrap_or_else(|e| panic!("{filter}: {e}"));
        }
        Filter::parse(r#"members eq "u" and members[value eq "u"]"#).unwrap().check(&GROUP_TYPE).unwrap();
    }

    #[test]
    fn what_cannot() {
        for filter in [
            r#"active gt "a""#,
            r#"active eq "maybe""#,
            "active eq 1",
            r#"not (emails[primary co "t"])"#,
            r#"x509Certificates gt "AQ==""#,
            r#"title pr or meta.created co "2026""#,
            r#"meta.created gt "yesterday""#,
            "meta.created eq 5",
            r#"name eq "Ada""#,
            r#"meta eq "x""#,
            r#"title[value eq "x"]"#,
        ] {
            let error = Filter::parse(filter).unwrap().check(&USER_TYPE).expect_err(filter);
            assert_eq!(error.to_json()["scimType"], "invalidFilter", "{filter}");
        }
    }
}
