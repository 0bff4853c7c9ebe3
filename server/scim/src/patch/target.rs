//! Changes one attribute.

use serde_json::{Map, Value};

use super::elements::{self, Elements};
use super::{Op, Operation};
use crate::dialect;
use crate::error::{Error, Result, shown};
use crate::filter::Filter;
use crate::path::spelling;
use crate::resource::check;
use crate::schema::{Attribute, Kind};

/// One attribute in its container, and the sub-attribute when the path names one.
pub(super) struct Target<'a> {
    pub container: &'a mut Map<String, Value>,
    pub name: &'a str,
    pub definition: Option<&'static Attribute>,
    pub sub: Option<&'a str>,
    pub work: &'a mut Work,
}

/// The work one request has asked for. One short operation compares and writes every element that
/// there is, so the size of the request does not bound it.
#[derive(Default)]
pub(super) struct Work {
    copied_bytes: usize,
    comparisons: usize,
}

impl Work {
    const MAX_COPIED_BYTES: usize = 8 * check::MAX_RESOURCE_BYTES;
    const MAX_COMPARISONS: usize = 4_000_000;

    /// Before a value is written into several elements.
    pub(super) fn copy(&mut self, copies: usize, value: &Value) -> Result<()> {
        if copies > 1 {
            self.copied_bytes += copies.saturating_mul(value.to_string().len());
        }
        Self::within(self.copied_bytes <= Self::MAX_COPIED_BYTES)
    }

    /// Before a filter is held against elements. It puts texts into lower case, which takes longer than
    /// to compare them.
    pub(super) fn filter(&mut self, elements: usize, filter: &Filter) -> Result<()> {
        self.compare(elements, filter.comparisons().saturating_mul(4))
    }

    /// Before each element is compared so many times with values that are named, or each name with one
    /// that is looked for.
    pub(super) fn compare(&mut self, elements: usize, times: usize) -> Result<()> {
        self.comparisons += elements.saturating_mul(times);
        Self::within(self.comparisons <= Self::MAX_COMPARISONS)
    }

    fn within(bounds: bool) -> Result<()> {
        if bounds {
            return Ok(());
        }
        Err(Error::plain(413, "The request asks for more work than one request may. Send its operations in several."))
    }
}

impl Target<'_> {
    pub(super) fn change(self, operation: &Operation) -> Result<()> {
        check::room_for(self.container, self.name)?;
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
            (Op::Add, None | Some(Value::Null)) => Ok(()),
            (Op::Replace, None | Some(Value::Null)) => self.unassign(),
            (Op::Remove, value) => match dialect::patch::named(value.as_ref()) {
                Some(named) if many => self.remove_named(named),
                _ => self.unassign(),
            },
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
                self.add(new)?;
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

    fn add(&mut self, new: Vec<Value>) -> Result<()> {
        let name = self.name;
        let before = self.list()?.len();
        check::at_most_max(name, before.max(new.len()))?;
        self.work.compare(before + new.len(), new.len())?;
        let list = self.list()?;
        elements::add(list, new);
        check::at_most_max(name, list.len())
    }

    fn remove_named(self, named: &[Value]) -> Result<()> {
        check::at_most_max(self.name, named.len())?;
        if let Some(Value::Array(list)) = self.container.get_mut(self.name) {
            self.work.compare(list.len(), named.len())?;
            list.retain(|element| !named.iter().any(|n| elements::is_named(element, n)));
        }
        Ok(())
    }

    fn change_elements(mut self, operation: &Operation) -> Result<()> {
        let (name, definition, sub) = (self.name, self.definition, self.sub);
        let mut work = std::mem::take(self.work);
        let list = self.list()?;
        Elements { list, name, definition, sub, work: &mut work }.change(operation)?;
        check::at_most_max(name, list.len())?;
        *self.work = work;
        Ok(())
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
