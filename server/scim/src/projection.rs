//! Which attributes an answer carries: the query parameters `attributes` and `excludedAttributes`
//! (RFC 7644 sections 3.4.2.5 and 3.9).
//!
//! A [`Projection`] only takes away. `id` and `schemas` always stay (RFC 7643 sections 3 and 3.1);
//! `meta` is returned by default and no more than that, so it stays only where it is asked for.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::filter::Parser;
use crate::path::{AttrPath, starts_with_urn};
use crate::schema::ResourceType;

/// Most names in one request.
pub const MAX_NAMES: usize = 200;

/// Longest name in bytes, with the URN in front.
pub const MAX_NAME_BYTES: usize = 500;

/// What a client wants to see of resources of one kind.
#[derive(Clone, Debug)]
pub struct Projection {
    kind: &'static ResourceType,
    /// In lower case: `title`, `name.givenname`, `urn:...:user`, `urn:...:user:manager.value`.
    names: HashSet<String>,
    /// Whether the named attributes are those that stay, or those that go.
    only: bool,
    /// The core schema's URN is among the names: it means all that is in no extension.
    whole_core: bool,
}

impl Projection {
    /// Reads decoded query pairs, or 400 `invalidValue`. A parameter may be given several times;
    /// one without a name in it counts as not given. The two exclude each other.
    ///
    /// A name that no resource has is none the less a name: it takes nothing away and brings nothing
    /// back. What cannot be a name is refused, so that a slip of the pen is not taken for an answer.
    pub fn from_pairs<'q>(
        pairs: impl IntoIterator<Item = (&'q str, &'q str)>,
        kind: &'static ResourceType,
    ) -> Result<Self> {
        let (mut attributes, mut excluded) = (Vec::new(), Vec::new());
        for (parameter, list) in pairs {
            if parameter.eq_ignore_ascii_case("attributes") {
                read_list(list, "attributes", kind, &mut attributes)?;
            } else if parameter.eq_ignore_ascii_case("excludedAttributes") {
                if list.contains('[') {
                    return Err(Error::value(
                        "excludedAttributes takes no value filters. Name the attribute, such as emails or emails.type.",
                    ));
                }
                read_list(list, "excludedAttributes", kind, &mut excluded)?;
            }
        }
        if !attributes.is_empty() && !excluded.is_empty() {
            return Err(Error::value("attributes and excludedAttributes exclude each other. Send one of them."));
        }
        let only = !attributes.is_empty();
        let names: HashSet<String> = if only { attributes } else { excluded }.into_iter().collect();
        let whole_core = names.contains(&kind.core.id.to_ascii_lowercase());
        Ok(Self { kind, names, only, whole_core })
    }

    /// Whether any of this attribute of the core schema, such as `members`, or of this extension is
    /// in the answer: what is not shown need not be read.
    pub fn shows(&self, name: &str) -> bool {
        if self.always_shows(name) || self.names.is_empty() {
            return true;
        }
        let path = name.to_ascii_lowercase();
        let named = self.names(&path) || (self.whole_core && !starts_with_urn(name));
        if !self.only {
            return !named;
        }
        let part_of = |other: &String| other.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', ':']));
        named || self.names.iter().any(part_of)
    }

    fn always_shows(&self, name: &str) -> bool {
        self.kind.attribute(name).is_some_and(|known| known.always_returned)
    }

    /// Whether it takes nothing away: no attribute was named.
    pub fn is_whole(&self) -> bool {
        self.names.is_empty()
    }

    /// The resource without what the client does not want. What loses all its sub-attributes goes
    /// as a whole, and so does the URN of an extension that went: `schemas` names what defines the
    /// attributes that are there (RFC 7643 section 3).
    pub fn apply(&self, mut resource: Value) -> Value {
        let Value::Object(attributes) = &mut resource else { return resource };
        if self.names.is_empty() {
            return resource;
        }
        let mut gone = Vec::new();
        attributes.retain(|key, value| {
            let stays = self.always_shows(key) || self.keeps(key, value);
            if !stays && starts_with_urn(key) {
                gone.push(key.clone());
            }
            stays
        });
        if let Some(Value::Array(schemas)) = attributes.get_mut("schemas") {
            schemas.retain(|urn| !gone.iter().any(|key| urn == key));
        }
        resource
    }

    fn names(&self, path: &str) -> bool {
        self.names.contains(path)
    }

    /// Whether anything stays of what is at the top of the resource.
    fn keeps(&self, key: &str, value: &mut Value) -> bool {
        let path = key.to_ascii_lowercase();
        if !starts_with_urn(key) {
            return if self.whole_core { self.only } else { self.keeps_attribute(&path, value) };
        }
        match value {
            Value::Object(extension) if !self.names(&path) => self.keeps_parts(extension, |name, value| {
                self.keeps_attribute(&format!("{path}:{}", name.to_ascii_lowercase()), value)
            }),
            _ => self.keeps_attribute(&path, value),
        }
    }

    fn keeps_attribute(&self, path: &str, value: &mut Value) -> bool {
        if self.names(path) {
            return self.only;
        }
        let sub = |name: &str| self.names(&format!("{path}.{}", name.to_ascii_lowercase())) == self.only;
        match value {
            Value::Object(complex) => self.keeps_parts(complex, |name, _| sub(name)),
            Value::Array(values) if !values.is_empty() => {
                values.retain_mut(|value| match value {
                    Value::Object(complex) => self.keeps_parts(complex, |name, _| sub(name)),
                    _ => !self.only,
                });
                !values.is_empty()
            }
            _ => !self.only,
        }
    }

    /// An object that was empty before has lost nothing; it goes only where its name was wanted.
    fn keeps_parts(&self, object: &mut Map<String, Value>, keeps: impl Fn(&str, &mut Value) -> bool) -> bool {
        if object.is_empty() {
            return !self.only;
        }
        object.retain(|name, value| keeps(name, value));
        !object.is_empty()
    }
}

/// Adds the names of a list. A comma in brackets is part of a value filter.
fn read_list(list: &str, parameter: &str, kind: &ResourceType, names: &mut Vec<String>) -> Result<()> {
    let mut in_brackets = false;
    let separator = |c: char| {
        in_brackets = c == '[' || (in_brackets && c != ']');
        c == ',' && !in_brackets
    };
    for name in list.split(separator).map(str::trim).filter(|name| !name.is_empty()) {
        if names.len() == MAX_NAMES {
            return Err(Error::value(format!("{parameter} has more than {MAX_NAMES} names. Ask for fewer.")));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(Error::value(format!("A name in {parameter} is longer than {MAX_NAME_BYTES} bytes.")));
        }
        let path = read_name(name, kind).map_err(|why| Error::value(format!("{parameter}: {why}")))?;
        names.push(path.to_ascii_lowercase());
    }
    Ok(())
}

/// One name (RFC 7644 section 3.10) in the form in which it is looked up: without the core
/// schema's URN, and with a colon behind that of an extension.
fn read_name(name: &str, kind: &ResourceType) -> std::result::Result<String, String> {
    if name.contains('[') {
        return read_filtered(name, kind);
    }
    match AttrPath::parse(name) {
        Ok(path) => Ok(joined(path, kind)),
        // An extension may be called urn:acme:staff-1.5, which does not look like a path.
        Err(_) if is_urn(name) => Ok(name.to_owned()),
        Err(why) => Err(why),
    }
}

/// `emails[type eq "work"].value`, from a test collection for Entra, although the RFC has no value
/// filters here: counts as the name without its filter, which answers with no less than was asked.
fn read_filtered(name: &str, kind: &ResourceType) -> std::result::Result<String, String> {
    let mut parser = Parser::new("The name", name)?;
    let mut path = parser.path()?;
    parser.brackets()?;
    if let Some(sub) = parser.sub_attribute()? {
        path.sub = Some(sub.name);
    }
    parser.end()?;
    Ok(joined(path, kind))
}

fn joined(path: AttrPath, kind: &ResourceType) -> String {
    let AttrPath { schema, name, sub } = path;
    let sub = sub.map(|sub| format!(".{sub}")).unwrap_or_default();
    match schema.filter(|urn| !urn.eq_ignore_ascii_case(kind.core.id)) {
        Some(urn) => format!("{urn}:{name}{sub}"),
        None => format!("{name}{sub}"),
    }
}

/// `urn:`, a namespace, a colon and something behind it (RFC 8141 section 2).
fn is_urn(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (_, namespace, specific) = (parts.next(), parts.next(), parts.next());
    starts_with_urn(text)
        && namespace.is_some_and(|part| !part.is_empty())
        && specific.is_some_and(|part| !part.is_empty() && !part.ends_with([':', '.']))
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>[]\\^`{|}".contains(&b))
}

#[cfg(test)]
mod tests;
