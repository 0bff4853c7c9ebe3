//! Checks what a client wrote against the schema, and brings it into one form.

use serde_json::{Map, Value};

use crate::dialect;
use crate::error::{Error, Result, shown};
use crate::key::user_name_key;
use crate::path::{AttrPath, Place, spelling, starts_with_urn};
use crate::schema::{Attribute, Kind, ResourceType};

/// Most values of one attribute; a bound on the work a single request can ask for.
pub(crate) const MAX_VALUES: usize = 1000;

/// Most attributes of one object, for the same reason.
pub(crate) const MAX_ATTRIBUTES: usize = 1000;

/// Largest resource in bytes of JSON; as much as a request may hold.
pub(crate) const MAX_RESOURCE_BYTES: usize = 1_048_576;

/// Longest externalId in bytes: above this an index row of Postgres would not fit.
pub(crate) const MAX_EXTERNAL_ID_BYTES: usize = 1000;

/// Longest name of a group in bytes, for the same reason.
pub(crate) const MAX_NAME_BYTES: usize = 1000;

/// Attributes that are dropped wherever they are written: a directory keeps no passwords.
pub(crate) fn is_password(name: &str) -> bool {
    name.eq_ignore_ascii_case("password")
}

/// The whole body of a resource, normalised; what the server gives (`id`, `meta`, ...) is left out.
pub(crate) fn resource(kind: &'static ResourceType, body: Value) -> Result<Map<String, Value>> {
    let Value::Object(given) = body else {
        return Err(Error::syntax(format!("The body must be a JSON object, a {}.", kind.name)));
    };
    let mut kept = Map::new();
    take_all(kind, given, &mut kept)?;
    complete(kind, &mut kept)?;
    Ok(kept)
}

fn take_all(kind: &'static ResourceType, given: Map<String, Value>, kept: &mut Map<String, Value>) -> Result<()> {
    for (key, value) in given {
        if let Some(extension) = kind.extension(&key) {
            take_extension(extension.id, |name| extension.attribute(name), value, kept)?;
        } else if key.eq_ignore_ascii_case(kind.core.id) {
            match value {
                Value::Object(core) => {
                    for (name, value) in core {
                        nothing_of_a_schema(kind.core.id, &name)?;
                        take_attribute(kind, &name, value, kept)?;
                    }
                }
                Value::Null => {}
                _ => return Err(not_an_object(kind.core.id)),
            }
        } else if let Some(path) = qualified(kind, &key) {
            take_qualified(kind, &path, value, kept)?;
        } else if starts_with_urn(&key) && value.is_object() {
            take_extension(&key, |_| None, value, kept)?;
        } else {
            take_attribute(kind, &key, value, kept)?;
        }
    }
    Ok(())
}

/// `urn:...:2.0:User:manager` as a key of the body, which Entra sends; only for schemas we know,
/// since the key of an unknown extension looks the same.
fn qualified(kind: &ResourceType, key: &str) -> Option<AttrPath> {
    let path = starts_with_urn(key).then(|| AttrPath::parse(key).ok())??;
    let urn = path.schema.as_deref()?;
    let known = urn.eq_ignore_ascii_case(kind.core.id) || kind.extension(urn).is_some();
    (known && path.sub.is_none()).then_some(path)
}

fn take_qualified(
    kind: &'static ResourceType,
    path: &AttrPath,
    value: Value,
    kept: &mut Map<String, Value>,
) -> Result<()> {
    match Place::of(path, kind, kept).extension {
        None => take_attribute(kind, &path.name, value, kept),
        Some(urn) => {
            let inner = Map::from_iter([(path.name.clone(), value)]);
            let extension = kind.extension(&urn);
            let known = |name: &str| extension.and_then(|schema| schema.attribute(name));
            take_extension(&urn, known, Value::Object(inner), kept)
        }
    }
}

fn take_attribute(kind: &'static ResourceType, name: &str, value: Value, kept: &mut Map<String, Value>) -> Result<()> {
    match kind.attribute(name) {
        Some(known) if known.read_only || known.name == "schemas" => Ok(()),
        Some(known) if known.kept_apart => put(kept, known.name, Some(value)),
        Some(known) => put(kept, known.name, attribute(known, value)?),
        None if is_password(name) => Ok(()),
        None => put(kept, name, unknown(name, value)?),
    }
}

/// Refuses a schema, or an attribute with one in front, inside of another: nobody would look for it there.
pub(crate) fn nothing_of_a_schema(urn: &str, name: &str) -> Result<()> {
    if !starts_with_urn(name) {
        return Ok(());
    }
    Err(Error::value(format!(
        "{} stands inside of {}. Send it beside that, at the top of the resource.",
        shown(name),
        shown(urn)
    )))
}

fn take_extension(
    urn: &str,
    known: impl Fn(&str) -> Option<&'static Attribute>,
    value: Value,
    kept: &mut Map<String, Value>,
) -> Result<()> {
    let given = match value {
        Value::Object(given) => given,
        Value::Null => return Ok(()),
        _ => return Err(not_an_object(urn)),
    };
    let key = spelling(kept, urn).unwrap_or(urn).to_owned();
    let mut inside = match kept.remove(&key) {
        Some(Value::Object(inside)) => inside,
        _ => Map::new(),
    };
    for (name, value) in given {
        nothing_of_a_schema(urn, &name)?;
        match known(&name) {
            Some(definition) => put(&mut inside, definition.name, attribute(definition, value)?)?,
            None => put(&mut inside, &name, unknown(&name, value)?)?,
        }
    }
    if !inside.is_empty() {
        kept.insert(key, Value::Object(inside));
    }
    Ok(())
}

fn not_an_object(urn: &str) -> Error {
    Error::value(format!("{} must be an object that holds the attributes of the extension.", shown(urn)))
}

/// Keeps a value under its name, unless the name is there already in some spelling.
fn put(kept: &mut Map<String, Value>, name: &str, value: Option<Value>) -> Result<()> {
    if let Some(value) = value {
        if spelling(kept, name).is_some() {
            return Err(Error::syntax(format!("{} is given twice. Names count in any case.", shown(name))));
        }
        room_for(kept, name)?;
        kept.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Refuses one attribute too many in an object.
pub(crate) fn room_for(object: &Map<String, Value>, name: &str) -> Result<()> {
    if object.len() >= MAX_ATTRIBUTES && !object.contains_key(name) {
        return Err(Error::value(format!(
            "With {}, an object would have more than {MAX_ATTRIBUTES} attributes. Send fewer.",
            shown(name)
        )));
    }
    Ok(())
}

/// A value nobody described: kept as it is, unless it says "unassigned" (RFC 7643 section 2.5).
pub(crate) fn unknown(name: &str, value: Value) -> Result<Option<Value>> {
    if is_password(name) {
        return Ok(None);
    }
    Ok(match without_passwords(value) {
        Value::Null => None,
        Value::Array(list) if list.is_empty() => None,
        Value::Object(map) if map.is_empty() => None,
        Value::Array(list) => {
            at_most_max(name, list.len())?;
            Some(Value::Array(list))
        }
        kept => Some(kept),
    })
}

fn without_passwords(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(name, _)| !is_password(name));
            kept.map(|(name, value)| (name, without_passwords(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(without_passwords).collect(),
        other => other,
    }
}

/// The value of a known attribute in its one form; `None` is unassigned.
pub(crate) fn attribute(definition: &'static Attribute, value: Value) -> Result<Option<Value>> {
    if definition.multi_valued {
        return elements(definition, value).map(|list| {
            let list = list?;
            Some(Value::Array(list))
        });
    }
    element(definition, definition.name, value)
}

fn elements(definition: &'static Attribute, value: Value) -> Result<Option<Vec<Value>>> {
    let given = dialect::value::list(value);
    at_most_max(definition.name, given.len())?;
    let mut list = Vec::with_capacity(given.len());
    for one in given {
        list.extend(element(definition, definition.name, one)?);
    }
    one_primary(definition.name, &list)?;
    Ok((!list.is_empty()).then_some(list))
}

pub(crate) fn at_most_max(name: &str, count: usize) -> Result<()> {
    if count > MAX_VALUES {
        return Err(Error::value(format!("{name} has {count} values; at most {MAX_VALUES} are kept.")));
    }
    Ok(())
}

/// Refuses a resource that could not be sent back whole, and the growth of one by a PATCH that
/// copies a long value into many elements.
pub(crate) fn at_most_max_bytes(resource: &Map<String, Value>) -> Result<()> {
    let bytes = serde_json::to_string(resource).map_or(0, |text| text.len());
    if bytes > MAX_RESOURCE_BYTES {
        return Err(Error::value(format!(
            "The resource would be {bytes} bytes long; at most {MAX_RESOURCE_BYTES} are kept."
        )));
    }
    Ok(())
}

/// At most one value may be primary (RFC 7643 section 2.4).
fn one_primary(name: &str, list: &[Value]) -> Result<()> {
    let primary = list.iter().filter(|v| v["primary"] == true).count();
    if primary > 1 {
        return Err(Error::value(format!("{name} has {primary} primary values. Mark one at most.")));
    }
    Ok(())
}

/// One value, or one element of a multi-valued attribute; `label` is its path, for errors.
pub(crate) fn element(definition: &'static Attribute, label: &str, value: Value) -> Result<Option<Value>> {
    let wrong =
        |expected: &str, found: &Value| Error::value(format!("{label} must be {expected}, not {}.", type_of(found)));
    match (definition.kind, dialect::value::element(definition, dialect::value::single(value))) {
        (_, Value::Null) => Ok(None),
        (_, Value::Array(_)) => Err(Error::value(format!("{label} takes one value, not a list."))),
        (Kind::Text | Kind::Reference | Kind::DateTime, Value::String(text)) => text_value(definition, text),
        (Kind::Text | Kind::Reference | Kind::DateTime, other) => Err(wrong("text", &other)),
        (Kind::Boolean, Value::Bool(flag)) => Ok(Some(Value::Bool(flag))),
        (Kind::Boolean, Value::String(text)) => {
            Err(Error::value(format!("{label} is {}; it must be true or false.", shown(&text))))
        }
        (Kind::Boolean, other) => Err(wrong("true or false", &other)),
        (Kind::Integer, Value::Number(n)) if n.is_i64() => Ok(Some(Value::Number(n))),
        (Kind::Integer, other) => Err(wrong("a whole number", &other)),
        (Kind::Binary, Value::String(text)) if is_base64(&text) => Ok(Some(Value::String(text))),
        (Kind::Binary, other) => Err(wrong("binary data in base64", &other)),
        (Kind::Complex, Value::Object(given)) => complex(definition, label, given),
        (Kind::Complex, other) => Err(wrong("an object", &other)),
    }
}

fn complex(definition: &'static Attribute, label: &str, given: Map<String, Value>) -> Result<Option<Value>> {
    let mut kept = Map::new();
    for (name, value) in given {
        match definition.sub_attribute(&name) {
            Some(sub) => {
                let value = element(sub, &format!("{label}.{}", sub.name), value)?;
                put(&mut kept, sub.name, value)?;
            }
            None => put(&mut kept, &name, unknown(&name, value)?)?,
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}

/// Text; the names that are looked up by have rules of their own.
fn text_value(definition: &Attribute, text: String) -> Result<Option<Value>> {
    if definition.name == "userName" {
        user_name_key(&text)?;
    }
    if definition.name == "externalId" && text.len() > MAX_EXTERNAL_ID_BYTES {
        return Err(Error::value(format!("externalId is longer than {MAX_EXTERNAL_ID_BYTES} bytes.")));
    }
    if definition.required && text.trim().is_empty() {
        return Err(Error::value(format!("{} is empty. It is required.", definition.name)));
    }
    if definition.required && text.len() > MAX_NAME_BYTES {
        return Err(Error::value(format!("{} is longer than {MAX_NAME_BYTES} bytes.", definition.name)));
    }
    Ok(Some(Value::String(text)))
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=-_".contains(&b))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text of another kind",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Refuses what lacks a required attribute, and writes `schemas`: the core schema and every
/// extension that is there. What the client wrote into `schemas` does not count; Entra and
/// OneLogin put URIs there that belong to nothing.
fn complete(kind: &ResourceType, kept: &mut Map<String, Value>) -> Result<()> {
    for required in kind.core.attributes.iter().filter(|a| a.required) {
        if !kept.contains_key(required.name) {
            return Err(Error::value(format!("{} is missing. It is required.", required.name)));
        }
    }
    let mut extensions: Vec<&String> =
        kept.iter().filter(|(key, value)| starts_with_urn(key) && value.is_object()).map(|(key, _)| key).collect();
    extensions.sort();
    let schemas =
        std::iter::once(kind.core.id).chain(extensions.into_iter().map(String::as_str)).map(Value::from).collect();
    kept.insert("schemas".to_owned(), Value::Array(schemas));
    Ok(())
}
