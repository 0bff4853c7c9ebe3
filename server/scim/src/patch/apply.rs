//! Applies operations to the attributes of a resource.

use serde_json::{Map, Value};

use super::elements::{self, Elements};
use super::{Op, Operation, PatchOp, PatchPath};
use crate::error::{Error, Result, shown};
use crate::path::{AttrPath, Place, spelling};
use crate::resource::check;
use crate::schema::{Attribute, Kind, ResourceType};

/// The attributes after all operations, checked like a body that was sent whole.
pub(super) fn apply(
    kind: &'static ResourceType,
    id: &str,
    mut attributes: Map<String, Value>,
    patch: &PatchOp,
) -> Result<Map<String, Value>> {
    for operation in &patch.operations {
        apply_one(kind, id, &mut attributes, operation)
            .and_then(|()| match &operation.path {
                path if path.filter.is_some() || path.attribute.sub.is_some() => check::at_most_max_bytes(&attributes),
                _ => Ok(()),
            })
            .map_err(|e| e.at(&format!("Operation {}", operation.number)))?;
    }
    check::at_most_max_bytes(&attributes)?;
    check::resource(kind, Value::Object(attributes))
}

fn apply_one(
    kind: &'static ResourceType,
    id: &str,
    attributes: &mut Map<String, Value>,
    operation: &Operation,
) -> Result<()> {
    let path = whole_extension(kind, attributes, operation);
    let path = path.as_ref().unwrap_or(&operation.path.attribute);
    let place = Place::of(path, kind, attributes);
    let Some(name) = place.name.as_deref() else {
        return whole_schema(kind, id, attributes, operation, &path.name, &place);
    };
    if !may_write(kind, id, attributes, operation, &place, name)? {
        return Ok(());
    }
    let container = match &place.extension {
        None => attributes,
        Some(key) => {
            let entry = attributes.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            match entry {
                Value::Object(inside) => inside,
                _ => return Err(Error::path(format!("{} holds no attributes.", shown(key)))),
            }
        }
    };
    let target = Target { container, name, definition: place.definition, sub: place.sub.as_deref() };
    target.change(operation)
}

/// The path as that of an extension as a whole, where the grammar cannot tell: the resource has
/// an extension of just this name, or an object came under a URN that does not end in `:User`.
fn whole_extension(kind: &ResourceType, attributes: &Map<String, Value>, operation: &Operation) -> Option<AttrPath> {
    let path = &operation.path.attribute;
    let urn = path.schema.as_deref()?;
    if path.sub.is_some() || urn.eq_ignore_ascii_case(kind.core.id) || kind.extension(urn).is_some() {
        return None;
    }
    let name = format!("{urn}:{}", path.name);
    let is_object = operation.value.as_ref().is_some_and(Value::is_object);
    let sent_whole = operation.from_key && is_object && !urn.ends_with(":User");
    (sent_whole || spelling(attributes, &name).is_some()).then_some(AttrPath { schema: None, name, sub: None })
}

/// The operation is on an extension, or the core schema, as a whole: on each of its attributes.
fn whole_schema(
    kind: &'static ResourceType,
    id: &str,
    attributes: &mut Map<String, Value>,
    operation: &Operation,
    urn: &str,
    place: &Place,
) -> Result<()> {
    if operation.path.filter.is_some() {
        return Err(Error::path("A filter may not follow a schema's URN."));
    }
    match (&operation.value, &place.extension) {
        (_, None) if operation.op == Op::Remove => Err(Error::mutability("The core attributes cannot all be removed.")),
        (_, Some(key)) if operation.op == Op::Remove => {
            attributes.remove(key);
            Ok(())
        }
        (Some(Value::Null), Some(key)) if operation.op == Op::Replace => {
            attributes.remove(key);
            Ok(())
        }
        (Some(Value::Object(value)), _) => {
            for (name, value) in value {
                let one = Operation {
                    number: operation.number,
                    op: operation.op,
                    path: PatchPath { attribute: inside(urn, name), filter: None },
                    value: Some(value.clone()),
                    from_key: true,
                };
                apply_one(kind, id, attributes, &one)?;
            }
            Ok(())
        }
        // A value of an unknown URN that is no object is an attribute with an odd name.
        (Some(value), Some(key)) if operation.from_key && kind.extension(key).is_none() => {
            attributes.insert(key.clone(), value.clone());
            Ok(())
        }
        _ => Err(Error::value(format!("The value for {} must be an object.", shown(urn)))),
    }
}

/// The path of a key in an extension's object; a name that is no path is a name all the same.
fn inside(urn: &str, key: &str) -> AttrPath {
    let parsed = AttrPath::parse(key).ok().filter(|p| p.schema.is_none());
    let (name, sub) = match parsed {
        Some(path) => (path.name, path.sub),
        None => (key.to_owned(), None),
    };
    AttrPath { schema: Some(urn.to_owned()), name, sub }
}

/// Whether the operation may go on: an error when the attribute is not the client's to write or
/// does not exist, false when there is nothing to do.
fn may_write(
    kind: &'static ResourceType,
    id: &str,
    attributes: &Map<String, Value>,
    operation: &Operation,
    place: &Place,
    name: &str,
) -> Result<bool> {
    if place.extension.is_none() {
        // `schemas` follows from what is there.
        if name == "schemas" {
            return Ok(false);
        }
        let same_id = operation.value.as_ref().and_then(Value::as_str) == Some(id);
        if name == "id" && operation.from_key && same_id {
            return Ok(false);
        }
        if check::is_password(name) {
            return Err(Error::mutability(
                "Passwords are not kept here (changePassword is not supported). \
                 Turn password sync off in the identity provider.",
            ));
        }
    }
    if let Some(definition) = place.definition {
        if definition.read_only {
            return Err(Error::mutability(format!("{name} is read-only.")));
        }
        if definition.required && operation.op == Op::Remove {
            return Err(Error::mutability(format!("{name} is required and cannot be removed.")));
        }
        return known_sub(definition, place.sub.as_deref()).map(|()| true);
    }
    let known_schema = match &place.extension {
        None => true,
        Some(key) => kind.extension(key).is_some(),
    };
    if known_schema && !operation.from_key && place.value(attributes).is_none() {
        return Err(Error::path(format!("There is no attribute {}. /Schemas lists those there are.", shown(name))));
    }
    Ok(true)
}

fn known_sub(definition: &Attribute, sub: Option<&str>) -> Result<()> {
    match sub {
        Some(sub) if definition.sub_attribute(sub).is_none() => {
            Err(Error::path(format!("{} has no sub-attribute {}.", definition.name, shown(sub))))
        }
        _ => Ok(()),
    }
}

/// One attribute in its container, and the sub-attribute when the path names one.
struct Target<'a> {
    container: &'a mut Map<String, Value>,
    name: &'a str,
    definition: Option<&'static Attribute>,
    sub: Option<&'a str>,
}

impl Target<'_> {
    fn change(self, operation: &Operation) -> Result<()> {
        let current = self.container.get(self.name);
        let many = match self.definition {
            Some(definition) => definition.multi_valued,
            None => current.is_some_and(Value::is_array),
        };
        if many && (operation.path.filter.is_some() || self.sub.is_some()) {
            return self.change_elements(operation);
        }
        if operation.path.filter.is_some() {
            return Err(Error::path(format!("{} has a single value; a filter selects nothing in it.", self.name)));
        }
        match (operation.op, &operation.value) {
            (Op::Remove, Some(Value::Array(named))) if many && self.sub.is_none() => self.remove_named(named),
            (Op::Remove, _) => self.unassign(),
            (Op::Replace, None | Some(Value::Null)) => self.unassign(),
            (Op::Add, None | Some(Value::Null)) => Ok(()),
            (_, Some(value)) => self.assign(operation.op, value, many),
        }
    }

    /// No value any more. Nobody asked whether there was one: the result is the same.
    fn unassign(self) -> Result<()> {
        if self.definition.is_some_and(|d| d.required) {
            return Err(Error::mutability(format!("{} is required and cannot be unassigned.", self.name)));
        }
        match self.sub {
            None => {
                self.container.remove(self.name);
            }
            Some(sub) => {
                if let Some(Value::Object(inside)) = self.container.get_mut(self.name) {
                    inside.remove(sub);
                }
            }
        }
        Ok(())
    }

    fn assign(mut self, op: Op, value: &Value, many: bool) -> Result<()> {
        if let Some(sub) = self.sub {
            let inner = Value::Object(Map::from_iter([(sub.to_owned(), value.clone())]));
            return self.merge(&inner);
        }
        let complex = self.definition.is_some_and(|d| d.kind == Kind::Complex);
        if complex && !many {
            return self.merge(value);
        }
        let checked = match self.definition {
            Some(definition) => check::attribute(definition, value.clone())?,
            None => check::unknown(self.name, value.clone())?,
        };
        match checked {
            None if op == Op::Replace => return self.unassign(),
            None => {}
            Some(new) if many && op == Op::Add => {
                let new = match new {
                    Value::Array(new) => new,
                    one => vec![one],
                };
                let name = self.name;
                let list = self.list()?;
                check::at_most_max(name, list.len().max(new.len()))?;
                elements::add(list, new);
                check::at_most_max(name, list.len())?;
            }
            Some(new) => {
                self.container.insert(self.name.to_owned(), new);
            }
        }
        Ok(())
    }

    /// Sub-attributes that are named get their new value, null unassigns, the others stay
    /// (RFC 7644 section 3.5.2.3).
    ///
    /// A new object with another `value` (a manager's id) takes the old one's `$ref` and
    /// `displayName` with it: they describe somebody else.
    fn merge(self, value: &Value) -> Result<()> {
        let checked = match self.definition {
            Some(definition) => check::attribute(definition, value.clone())?,
            None => check::unknown(self.name, value.clone())?,
        };
        let slot = self.container.entry(self.name).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inside) = slot else {
            return Err(Error::path(format!("{} has no sub-attributes.", shown(self.name))));
        };
        if let Value::Object(given) = value {
            for (name, _) in given.iter().filter(|(_, v)| v.is_null()) {
                if let Some(spelt) = spelling(inside, name).map(str::to_owned) {
                    inside.remove(&spelt);
                }
            }
        }
        if let Some(Value::Object(new)) = checked {
            let other_value = new.contains_key("value") && new.get("value") != inside.get("value");
            if self.sub.is_none() && other_value {
                inside.clear();
            }
            inside.extend(new);
        }
        Ok(())
    }

    /// `remove` with a list of values: only those (Entra, authentik, JumpCloud); without, all.
    fn remove_named(self, named: &[Value]) -> Result<()> {
        if let Some(Value::Array(list)) = self.container.get_mut(self.name) {
            list.retain(|element| !named.iter().any(|n| elements::is_named(element, n)));
        }
        Ok(())
    }

    fn change_elements(mut self, operation: &Operation) -> Result<()> {
        let (name, definition, sub) = (self.name, self.definition, self.sub);
        let list = self.list()?;
        let elements = Elements { list, name, definition, sub };
        elements.change(operation)?;
        check::at_most_max(name, list.len())
    }

    /// The list of a multi-valued attribute, made when there is none; an empty one is unassigned
    /// and goes when the result is checked.
    fn list(&mut self) -> Result<&mut Vec<Value>> {
        self.container
            .entry(self.name)
            .or_insert_with(|| Value::Array(Vec::new()))
            .as_array_mut()
            .ok_or_else(|| Error::path(format!("{} holds no list.", shown(self.name))))
    }
}
