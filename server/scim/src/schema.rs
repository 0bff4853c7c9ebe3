//! What attributes there are, in one table that everything else reads: writes are checked by it,
//! names and PATCH paths are resolved by it, filters take case rules from it, and `/Schemas` is
//! printed from it. So what is advertised is what is kept (RFC 7643 sections 2.2, 4, 7, 8.7).

mod group;
mod service;
mod user;

use serde_json::{Map, Value, json};

pub use group::{GROUP, GROUP_TYPE};
pub(crate) use service::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
pub use user::{ENTERPRISE_USER, USER, USER_TYPE};

/// The data types of RFC 7643 section 2.3 that our attributes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Boolean,
    Integer,
    DateTime,
    Binary,
    Reference,
    Complex,
}

/// One attribute or sub-attribute, with the characteristics of RFC 7643 section 2.2.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub name: &'static str,
    pub kind: Kind,
    pub description: &'static str,
    pub multi_valued: bool,
    pub required: bool,
    pub case_exact: bool,
    pub read_only: bool,
    /// Set when its element is made, and not changed after.
    pub immutable: bool,
    /// Kept by the directory outside the resource, because there may be tens of thousands: the
    /// members of a group.
    pub kept_apart: bool,
    pub unique: bool,
    /// In every answer, whatever attributes the client asks for; all others are returned by default.
    pub always_returned: bool,
    pub canonical_values: &'static [&'static str],
    pub reference_types: &'static [&'static str],
    pub sub_attributes: &'static [Attribute],
}

impl Attribute {
    const fn new(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self {
            name,
            kind,
            description,
            multi_valued: false,
            required: false,
            case_exact: false,
            read_only: false,
            immutable: false,
            kept_apart: false,
            unique: false,
            always_returned: false,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: &[],
        }
    }

    const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Text, description)
    }

    const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Boolean, description)
    }

    const fn integer(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Integer, description)
    }

    const fn date_time(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::DateTime, description)
    }

    const fn binary(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Binary, description).case_exact()
    }

    const fn reference(name: &'static str, to: &'static [&'static str], description: &'static str) -> Self {
        let mut attribute = Self::new(name, Kind::Reference, description).case_exact();
        attribute.reference_types = to;
        attribute
    }

    const fn complex(name: &'static str, sub_attributes: &'static [Attribute], description: &'static str) -> Self {
        let mut attribute = Self::new(name, Kind::Complex, description);
        attribute.sub_attributes = sub_attributes;
        attribute
    }

    const fn many(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    const fn immutable(mut self) -> Self {
        self.immutable = true;
        self
    }

    const fn kept_apart(mut self) -> Self {
        self.kept_apart = true;
        self
    }

    const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    const fn always_returned(mut self) -> Self {
        self.always_returned = true;
        self
    }

    const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.canonical_values = values;
        self
    }

    /// The sub-attribute of this name, in any case.
    pub fn sub_attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.sub_attributes, name)
    }

    /// The definition as `/Schemas` shows it (RFC 7643 section 7).
    fn to_json(self) -> Value {
        let mut out = Map::new();
        out.insert("name".into(), json!(self.name));
        let kind = match self.kind {
            Kind::Text => "string",
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::DateTime => "dateTime",
            Kind::Binary => "binary",
            Kind::Reference => "reference",
            Kind::Complex => "complex",
        };
        out.insert("type".into(), json!(kind));
        out.insert("multiValued".into(), json!(self.multi_valued));
        out.insert("description".into(), json!(self.description));
        out.insert("required".into(), json!(self.required));
        let mutability = match self {
            Self { read_only: true, .. } => "readOnly",
            Self { immutable: true, .. } => "immutable",
            _ => "readWrite",
        };
        out.insert("mutability".into(), json!(mutability));
        let returned = if self.always_returned { "always" } else { "default" };
        out.insert("returned".into(), json!(returned));
        let uniqueness = if self.unique { "server" } else { "none" };
        out.insert("uniqueness".into(), json!(uniqueness));
        if self.kind == Kind::Complex {
            let inner: Vec<Value> = self.sub_attributes.iter().map(|a| a.to_json()).collect();
            out.insert("subAttributes".into(), Value::Array(inner));
        } else {
            out.insert("caseExact".into(), json!(self.case_exact));
        }
        if !self.canonical_values.is_empty() {
            out.insert("canonicalValues".into(), json!(self.canonical_values));
        }
        if !self.reference_types.is_empty() {
            out.insert("referenceTypes".into(), json!(self.reference_types));
        }
        Value::Object(out)
    }
}

/// The attribute of this name, in any case (RFC 7643 section 2.1).
fn find(among: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    among.iter().find(|a| a.name.eq_ignore_ascii_case(name))
}

/// A schema: a URN and its attributes.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes, name)
    }

    /// The schema as `/Schemas/{id}` shows it; `base` is the address that ends in `/scim/v2`.
    pub(crate) fn to_json(self, base: &str) -> Value {
        let attributes: Vec<Value> = self.attributes.iter().map(|a| a.to_json()).collect();
        json!({
            "schemas": [SCHEMA.id],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": attributes,
            "meta": {
                "resourceType": "Schema",
                "location": format!("{base}/Schemas/{}", self.id),
            },
        })
    }
}

/// A kind of resource: its core schema and the extensions we know for it.
#[derive(Debug)]
pub struct ResourceType {
    pub name: &'static str,
    /// Below the base address, with its slash.
    pub endpoint: &'static str,
    pub core: &'static Schema,
    pub extensions: &'static [&'static Schema],
}

impl ResourceType {
    /// The extension with this URN, in any case.
    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().find(|s| s.id.eq_ignore_ascii_case(urn)).copied()
    }

    /// The top-level attribute of this name: one of the core schema, or one that all resources
    /// have (RFC 7643 section 3.1).
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.core.attribute(name).or_else(|| find(COMMON_ATTRIBUTES, name))
    }
}

/// Attributes that every resource has and no schema lists (RFC 7643 section 3.1).
const COMMON_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("id", "Given by this server.").case_exact().read_only().always_returned(),
    Attribute::text("externalId", "The client's own name for the resource.").case_exact(),
    Attribute::complex("meta", META, "Given by this server.").read_only(),
    Attribute::reference("schemas", &["uri"], "The schemas the resource uses.").many().always_returned(),
];

const META: &[Attribute] = &[
    Attribute::text("resourceType", "The kind of resource.").case_exact().read_only(),
    Attribute::date_time("created", "When the resource was made.").read_only(),
    Attribute::date_time("lastModified", "When the resource was last changed.").read_only(),
    Attribute::reference("location", &["uri"], "The address of the resource.").read_only(),
    Attribute::text("version", "The entity tag of the resource.").case_exact().read_only(),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_no_name_stands_twice() {
        assert_eq!(USER_TYPE.attribute("USERNAME").map(|a| a.name), Some("userName"));
        assert_eq!(USER_TYPE.attribute("externalid").map(|a| a.name), Some("externalId"));
        for schema in [&USER, &ENTERPRISE_USER, &GROUP, &SCHEMA, &RESOURCE_TYPE] {
            for list in std::iter::once(schema.attributes).chain(schema.attributes.iter().map(|a| a.sub_attributes)) {
                for (n, a) in list.iter().enumerate() {
                    assert!(find(&list[n + 1..], a.name).is_none(), "{}", a.name);
                }
            }
        }
    }

    #[test]
    fn a_definition_shows_what_rfc_7643_section_7_asks_for() {
        let shown = USER.to_json("https://x/scim/v2");
        let user_name = &shown["attributes"][0];
        assert_eq!(user_name["name"], "userName");
        assert_eq!(user_name["required"], true);
        assert_eq!(user_name["uniqueness"], "server");
        assert_eq!(shown["meta"]["location"], format!("https://x/scim/v2/Schemas/{}", USER.id));
        assert!(!shown.to_string().contains("password"));
    }
}
