//! Finds the place each operation is about, and whether the client may write there.

use serde_json::{Map, Value};

use super::members::Members;
use super::target::{Target, Work};
use super::{Op, Operation, PatchOp, PatchPath, read_path};
use crate::dialect;
use crate::error::{Error, Result, shown};
use crate::path::{AttrPath, Place, spelling};
use crate::resource::check;
use crate::schema::{Attribute, ResourceType};

/// The attributes after all operations, checked like a body that was sent whole, and what happens
/// to the members of a group.
pub(super) fn apply(
    kind: &'static ResourceType,
    id: &str,
    attributes: Map<String, Value>,
    patch: &PatchOp,
) -> Result<(Map<String, Value>, Members)> {
    let mut patching = Patching { kind, id, attributes, members: Members::default(), work: Work::default() };
    for operation in &patch.operations {
        patching.apply(operation).map_err(|e| e.at(&format!("Operation {}", operation.number)))?;
    }
    check::at_most_max_bytes(&patching.attributes)?;
    Ok((check::resource(kind, Value::Object(patching.attributes))?, patching.members))
}

/// A resource while it is being changed.
struct Patching<'p> {
    kind: &'static ResourceType,
    id: &'p str,
    attributes: Map<String, Value>,
    members: Members,
    work: Work,
}

impl Patching<'_> {
    fn apply(&mut self, operation: &Operation) -> Result<()> {
        self.work.compare(self.attributes.len(), 1)?;
        let path = whole_extension(self.kind, &self.attributes, operation);
        let path = path.as_ref().unwrap_or(&operation.path.attribute);
        let place = Place::of(path, self.kind, &self.attributes);
        let Some(name) = place.name.as_deref() else {
            return self.apply_to_whole(operation, &path.name, &place);
        };
        if !self.may_write(operation, &place, name)? {
            return Ok(());
        }
        if place.definition.is_some_and(|definition| definition.kept_apart) {
            return self.members.change(operation, place.sub.as_deref());
        }
        let container = match &place.extension {
            None => &mut self.attributes,
            Some(key) => inside_of(&mut self.attributes, key)?,
        };
        self.work.compare(container.len(), 1)?;
        let target =
            Target { container, name, definition: place.definition, sub: place.sub.as_deref(), work: &mut self.work };
        target.change(operation)
    }

    /// The operation is on an extension, or the core schema, as a whole: on each of its attributes.
    fn apply_to_whole(&mut self, operation: &Operation, urn: &str, place: &Place) -> Result<()> {
        if operation.path.filter.is_some() {
            return Err(Error::path("A filter may not follow a schema's URN."));
        }
        match (operation.op, &operation.value, &place.extension) {
            (Op::Remove, _, None) => Err(Error::mutability("The core attributes cannot all be removed.")),
            (Op::Remove, _, Some(key)) | (Op::Replace, Some(Value::Null), Some(key)) => {
                self.attributes.remove(key);
                Ok(())
            }
            (_, Some(Value::Object(value)), _) => {
                for (name, value) in value {
                    check::nothing_of_a_schema(urn, name)?;
                    self.apply(&Operation {
                        number: operation.number,
                        op: operation.op,
                        path: path_inside(urn, name, place)?,
                        value: Some(value.clone()),
                        from_key: true,
                    })?;
                }
                Ok(())
            }
            // A value of an unknown URN that is no object is an attribute with an odd name.
            (_, Some(value), Some(key)) if self.may_be_attribute(operation, key) => {
                check::room_for(&self.attributes, key)?;
                self.attributes.insert(key.clone(), value.clone());
                Ok(())
            }
            _ => Err(Error::value(format!("The value for {} must be an object.", shown(urn)))),
        }
    }

    /// Whether what looks like an extension's URN may be the name of an attribute: no extension is there by it.
    fn may_be_attribute(&self, operation: &Operation, key: &str) -> bool {
        let is_there = self.attributes.get(key).is_some_and(Value::is_object);
        operation.from_key && self.kind.extension(key).is_none() && !is_there
    }

    /// Whether the operation may go on: an error when the attribute is not the client's to write or
    /// does not exist, false when there is nothing to do.
    fn may_write(&self, operation: &Operation, place: &Place, name: &str) -> Result<bool> {
        if place.extension.is_none() {
            // `schemas` follows from what is there; with a resource or an extension clients send what it was.
            if name == "schemas" {
                if operation.op == Op::Remove {
                    return Err(Error::mutability(
                        "schemas follows from what is there. Remove the extension: the path is its URN.",
                    ));
                }
                return Ok(false);
            }
            if operation.from_key && dialect::patch::repeats_id(name, operation.value.as_ref(), self.id) {
                return Ok(false);
            }
        }
        if check::is_password(name) || place.sub.as_deref().is_some_and(check::is_password) {
            return Err(Error::mutability(
                "Passwords are not kept here (changePassword is not supported). \
                 Turn password sync off in the identity provider.",
            ));
        }
        if let Some(definition) = place.definition {
            if definition.read_only {
                return Err(Error::mutability(format!("{name} is read-only.")));
            }
            return known_sub(definition, place.sub.as_deref()).map(|()| true);
        }
        let known_schema = place.extension.as_ref().is_none_or(|key| self.kind.extension(key).is_some());
        if known_schema && !operation.from_key && place.value(&self.attributes).is_none() {
            return Err(Error::path(format!("There is no attribute {}. /Schemas lists those there are.", shown(name))));
        }
        Ok(true)
    }
}

/// The object of an extension, made when there is none; an empty one goes when the result is
/// checked.
fn inside_of<'m>(attributes: &'m mut Map<String, Value>, key: &str) -> Result<&'m mut Map<String, Value>> {
    check::room_for(attributes, key)?;
    attributes
        .entry(key)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
        .ok_or_else(|| Error::path(format!("{} holds no attributes.", shown(key))))
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

/// The path of a key in the object of a schema. In the core schema's it is one like any other; in an extension's, a name
/// that is no path is a name all the same.
fn path_inside(urn: &str, key: &str, place: &Place) -> Result<PatchPath> {
    if place.extension.is_none() {
        return read_path(key);
    }
    let (name, sub) = AttrPath::parse(key).map_or_else(|_| (key.to_owned(), None), |path| (path.name, path.sub));
    Ok(PatchPath { attribute: AttrPath { schema: Some(urn.to_owned()), name, sub }, filter: None })
}

fn known_sub(definition: &Attribute, sub: Option<&str>) -> Result<()> {
    match sub {
        Some(sub) if definition.sub_attribute(sub).is_none() => {
            Err(Error::path(format!("{} has no sub-attribute {}.", definition.name, shown(sub))))
        }
        _ => Ok(()),
    }
}
