//! Attribute paths: `userName`, `name.familyName`, `urn:...:2.0:User:manager.displayName`, and where
//! they lead in a resource (RFC 7644 section 3.10).

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::dialect;
use crate::error::{self, Error, shown};
use crate::schema::{Attribute, ENTERPRISE_USER, GROUP, Kind, ResourceType, Schema, USER};

/// The schemas whose URN is known before it is split from the name behind it.
static KNOWN_SCHEMAS: &[&Schema] = &[&USER, &ENTERPRISE_USER, &GROUP];

/// A path as the client wrote it, in its parts. Names count in any case: compare with
/// [`AttrPath::is`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttrPath {
    /// The URN in front; `None` stands for the core schema.
    pub schema: Option<String>,
    /// The attribute, or an extension's URN when the path means the extension as a whole.
    pub name: String,
    pub sub: Option<String>,
}

impl AttrPath {
    /// Whether this is the attribute `name` of a core schema, given as `userName` or
    /// `name.familyName`.
    pub fn is(&self, name: &str) -> bool {
        let (name, sub) = match name.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (name, None),
        };
        let core = self.schema.as_deref().is_none_or(is_core);
        let same_sub = match (self.sub.as_deref(), sub) {
            (None, None) => true,
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            _ => false,
        };
        core && same_sub && self.name.eq_ignore_ascii_case(name)
    }

    /// Splits a path; the error is a sentence for the client.
    ///
    /// A URN ends at its last colon; one that stands alone (known, or ending in `:User` or `:Group`)
    /// is the whole extension.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.contains('\0') {
            return Err("The character NUL stands in no attribute path.".to_owned());
        }
        if !starts_with_urn(text) {
            return Self::plain(None, text);
        }
        for schema in KNOWN_SCHEMAS {
            let Some((urn, rest)) = text.split_at_checked(schema.id.len()) else {
                continue;
            };
            if !urn.eq_ignore_ascii_case(schema.id) {
                continue;
            }
            if rest.is_empty() {
                return Ok(Self::whole(schema.id));
            }
            if let Some(rest) = rest.strip_prefix(':').or_else(|| dialect::path::behind_dot(rest)) {
                return Self::plain(Some(schema.id.to_owned()), rest);
            }
        }
        let colon = text.rfind(':').unwrap_or(0);
        let (urn, rest) = (&text[..colon], &text[colon + 1..]);
        let behind = ["User", "Group"].iter().find_map(|name| strip_prefix_any_case(rest, name));
        if let Some(behind) = behind {
            if behind.is_empty() {
                return Ok(Self::whole(text));
            }
            if let Some(name) = dialect::path::behind_dot(behind) {
                let urn = &text[..text.len() - behind.len()];
                return Self::plain(Some(urn.to_owned()), name);
            }
        }
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(Self::whole(text));
        }
        Self::plain(Some(urn.to_owned()), rest)
    }

    fn whole(urn: &str) -> Self {
        Self { schema: None, name: urn.to_owned(), sub: None }
    }

    fn plain(schema: Option<String>, text: &str) -> Result<Self, String> {
        let (name, sub) = match text.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (text, None),
        };
        for part in std::iter::once(name).chain(sub) {
            if !is_attribute_name(part) {
                return Err(format!(
                    "{} is not an attribute path. Right: userName, name.familyName, \
                     urn:...:2.0:User:department.",
                    shown(text)
                ));
            }
        }
        Ok(Self { schema, name: name.to_owned(), sub: sub.map(str::to_owned) })
    }
}

/// Where a path leads in one resource. Names are those of the table, or the spelling the resource
/// already has, or the client's own.
#[derive(Debug)]
pub struct Place {
    /// The key of the extension; `None` is the resource itself.
    pub extension: Option<String>,
    /// `None` means all of the extension (or of the core schema).
    pub name: Option<String>,
    /// What the schema says of the attribute; `None` when no schema describes it.
    pub definition: Option<&'static Attribute>,
    pub sub: Option<String>,
}

impl Place {
    /// Finds the place. The directory, which looks at many resources at once, passes an empty one:
    /// then names that no schema has keep the client's spelling.
    pub fn of(path: &AttrPath, kind: &ResourceType, resource: &Map<String, Value>) -> Self {
        match path.schema.as_deref() {
            Some(urn) if !urn.eq_ignore_ascii_case(kind.core.id) => {
                let (key, known) = extension_key(urn, kind, resource);
                let inside = resource.get(&key).and_then(Value::as_object);
                let definition = known.and_then(|schema| schema.attribute(&path.name));
                Self::inside(Some(key), path, definition, inside)
            }
            None if starts_with_urn(&path.name) => {
                let whole_core = path.name.eq_ignore_ascii_case(kind.core.id);
                Self {
                    extension: (!whole_core).then(|| extension_key(&path.name, kind, resource).0),
                    name: None,
                    definition: None,
                    sub: None,
                }
            }
            _ => Self::inside(None, path, kind.attribute(&path.name), Some(resource)),
        }
    }

    fn inside(
        extension: Option<String>,
        path: &AttrPath,
        definition: Option<&'static Attribute>,
        container: Option<&Map<String, Value>>,
    ) -> Self {
        let name = match definition {
            Some(known) => known.name.to_owned(),
            None => container.and_then(|map| spelling(map, &path.name)).unwrap_or(&path.name).to_owned(),
        };
        let sub = path.sub.as_deref().map(|sub| sub_name(definition, sub));
        Self { extension, name: Some(name), definition, sub }
    }

    /// What the schema says of the value that a filter compares there, or a list is sorted by: of the
    /// sub-attribute, or of `value` where the attribute has parts and none is named (RFC 7643
    /// section 2.4).
    pub fn compared(&self) -> Option<&'static Attribute> {
        let definition = self.definition?;
        match (&self.sub, definition.kind) {
            (Some(sub), _) => definition.sub_attribute(sub),
            (None, Kind::Complex) => definition.sub_attribute("value"),
            (None, _) => Some(definition),
        }
    }

    /// What stands there now; the sub-attribute is not looked into.
    pub(crate) fn value<'r>(&self, resource: &'r Map<String, Value>) -> Option<&'r Value> {
        match (&self.extension, &self.name) {
            (None, None) => None,
            (None, Some(name)) => resource.get(name),
            (Some(key), None) => resource.get(key),
            (Some(key), Some(name)) => resource.get(key)?.get(name),
        }
    }
}

/// The spelling of a sub-attribute by the table, or the client's own.
pub(crate) fn sub_name(definition: Option<&'static Attribute>, sub: &str) -> String {
    definition.and_then(|d| d.sub_attribute(sub)).map_or(sub, |known| known.name).to_owned()
}

fn extension_key(urn: &str, kind: &ResourceType, resource: &Map<String, Value>) -> (String, Option<&'static Schema>) {
    let known = kind.extension(urn);
    let key = match known {
        Some(schema) => schema.id,
        None => spelling(resource, urn).unwrap_or(urn),
    };
    (key.to_owned(), known)
}

/// The key of `map` that is `name` in any case.
pub(crate) fn spelling<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    if let Some((key, _)) = map.get_key_value(name) {
        return Some(key);
    }
    map.keys().find(|key| key.eq_ignore_ascii_case(name)).map(String::as_str)
}

/// Refuses an object of the protocol in which a name stands twice in other cases: only one would be looked at.
pub(crate) fn each_name_once(object: &Map<String, Value>) -> error::Result<()> {
    let mut names = HashSet::new();
    match object.keys().find(|name| !names.insert(name.to_ascii_lowercase())) {
        Some(name) => Err(Error::syntax(format!("{} is given twice. Names count in any case.", shown(name)))),
        None => Ok(()),
    }
}

/// The value of the key that is `name` in any case.
pub(crate) fn get<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.get(spelling(map, name)?)
}

pub(crate) fn starts_with_urn(text: &str) -> bool {
    strip_prefix_any_case(text, "urn:").is_some()
}

fn strip_prefix_any_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn is_core(urn: &str) -> bool {
    [USER.id, GROUP.id].iter().any(|core| urn.eq_ignore_ascii_case(core))
}

/// `ATTRNAME` of RFC 7644 section 3.4.2.2, and `$ref`.
fn is_attribute_name(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> (Option<String>, String, Option<String>) {
        let path = AttrPath::parse(text).unwrap();
        (path.schema, path.name, path.sub)
    }

    #[test]
    fn splits() {
        let owned = |s: &str| s.to_owned();
        assert_eq!(parts("userName"), (None, owned("userName"), None));
        assert_eq!(parts("name.familyName"), (None, owned("name"), Some(owned("familyName"))));
        let enterprise = Some(ENTERPRISE_USER.id.to_owned());
        for dialect in ["{}:manager.value", "{}.manager.value"] {
            let text = dialect.replace("{}", &ENTERPRISE_USER.id.to_uppercase());
            assert_eq!(parts(&text), (enterprise.clone(), owned("manager"), Some(owned("value"))));
        }
        assert_eq!(parts(ENTERPRISE_USER.id), (None, owned(ENTERPRISE_USER.id), None));
        assert_eq!(
            parts("urn:acme:2.0:User:badge.id"),
            (Some(owned("urn:acme:2.0:User")), owned("badge"), Some(owned("id")))
        );
        assert_eq!(parts("urn:acme:2.0:User.badge"), (Some(owned("urn:acme:2.0:User")), owned("badge"), None));
        assert_eq!(parts("urn:acme:2.0:User"), (None, owned("urn:acme:2.0:User"), None));
        assert_eq!(parts("urn:acme:ext:2.0"), (None, owned("urn:acme:ext:2.0"), None));
    }

    #[test]
    fn names_a_path_stands_for() {
        let path = AttrPath::parse(&format!("{}:USERNAME", USER.id)).unwrap();
        assert!(path.is("userName") && !path.is("userName.value") && !path.is("id"));
        let path = AttrPath::parse(&format!("{}:title", ENTERPRISE_USER.id)).unwrap();
        assert!(!path.is("title"));
        assert!(AttrPath::parse("Emails.Value").unwrap().is("emails.value"));
    }

    #[test]
    fn refused() {
        for text in ["", ".", "a.", ".a", "a.b.c", "1a", "a b", "ä", "urn:", "urn:x:", "$"] {
            assert!(AttrPath::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}", tail in "[a-zA-Z:.0-9$äß]{0,30}") {
            let _ = AttrPath::parse(&text);
            let _ = AttrPath::parse(&format!("urn:{tail}"));
            let _ = AttrPath::parse(&format!("{}{tail}", ENTERPRISE_USER.id));
        }
    }
}
