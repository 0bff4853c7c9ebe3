//! Changes inside a multi-valued attribute.
//!
//! Where a value filter matches nothing, `replace` and `remove` are `noTarget` (RFC 7644 section
//! 3.5.2), but for what `dialect` makes of `replace`; `add` makes the element from a filter of
//! equalities, as all its terms say what it must be.

use serde_json::{Map, Value};

use super::target::Work;
use super::{Op, Operation};
use crate::dialect;
use crate::error::{Error, Result};
use crate::filter::{Filter, Scope, holds};
use crate::path::sub_name;
use crate::resource::check;
use crate::schema::Attribute;

/// The elements of one attribute, and the sub-attribute when the path names one.
pub(super) struct Elements<'a> {
    pub list: &'a mut Vec<Value>,
    pub name: &'a str,
    pub definition: Option<&'static Attribute>,
    pub sub: Option<&'a str>,
    pub work: &'a mut Work,
}

impl Elements<'_> {
    /// Applies an operation whose path has a filter, a sub-attribute, or both.
    pub(super) fn change(self, operation: &Operation) -> Result<()> {
        let filter = operation.path.filter.as_ref();
        if let Some(filter) = filter {
            self.work.filter(self.list.len(), filter)?;
        }
        let mut touched = self.matching(filter);
        let value = operation.value.as_ref().filter(|v| !v.is_null());
        let (op, value) = match (operation.op, value) {
            (Op::Add, None) => return Ok(()),
            (Op::Replace | Op::Remove, None) | (Op::Remove, Some(_)) => {
                return self.remove(&touched, filter.is_some());
            }
            (op, Some(value)) => (op, value),
        };
        if touched.is_empty() {
            let made = self.made_from(filter, op)?;
            touched.push(self.list.len());
            self.list.push(Value::Object(made));
        }
        self.work.copy(touched.len(), value)?;
        let new = self.checked(value)?;
        for &index in &touched {
            if let Some(Value::Object(element)) = self.list.get_mut(index) {
                if op == Op::Replace && self.sub.is_none() {
                    // The whole element is replaced; what selected it stays true of it.
                    element.retain(|name, _| is_selector(filter, name));
                }
                element.extend(new.clone());
            }
        }
        keep_one_primary(self.list, &touched);
        Ok(())
    }

    fn matching(&self, filter: Option<&Filter>) -> Vec<usize> {
        let scope = Scope::Element(self.definition);
        (0..self.list.len())
            .filter(|&index| match (filter, &self.list[index]) {
                (None, element) => element.is_object(),
                (Some(filter), Value::Object(element)) => holds(filter, element, scope),
                _ => false,
            })
            .collect()
    }

    fn remove(self, touched: &[usize], filtered: bool) -> Result<()> {
        if touched.is_empty() && filtered {
            return Err(no_match(self.name));
        }
        let mut index = 0;
        self.list.retain_mut(|element| {
            let hit = touched.binary_search(&index).is_ok();
            index += 1;
            match (hit, self.sub) {
                (false, _) => true,
                (true, None) => false,
                (true, Some(sub)) => {
                    if let Value::Object(element) = element {
                        element.remove(sub);
                    }
                    true
                }
            }
        });
        Ok(())
    }

    /// A new element that satisfies the filter, or `noTarget` when none may be made.
    fn made_from(&self, filter: Option<&Filter>, op: Op) -> Result<Map<String, Value>> {
        let Some(filter) = filter else {
            return Ok(Map::new());
        };
        let terms = filter.equalities().ok_or_else(|| no_match(self.name))?;
        let mut made = Map::new();
        for (path, value) in terms {
            let allowed = op == Op::Add || self.may_make_by_replace(&path.name, value);
            if !allowed || path.sub.is_some() || path.schema.is_some() {
                return Err(no_match(self.name));
            }
            made.insert(sub_name(self.definition, &path.name), value.clone());
        }
        self.check_object(made)
    }

    fn may_make_by_replace(&self, name: &str, value: &Value) -> bool {
        let sub = self.definition.and_then(|d| d.sub_attribute(name));
        sub.is_some_and(|sub| dialect::patch::replace_makes(sub, value))
    }

    /// The sub-attributes the operation sets, checked.
    fn checked(&self, value: &Value) -> Result<Map<String, Value>> {
        let given = match (self.sub, value) {
            (Some(sub), value) => Map::from_iter([(sub.to_owned(), value.clone())]),
            (None, Value::Object(given)) => given.clone(),
            (None, Value::Array(list)) => match list.as_slice() {
                [Value::Object(only)] => only.clone(),
                _ => return Err(Error::value("A filter selects one value to be written.")),
            },
            (None, plain) => Map::from_iter([("value".to_owned(), plain.clone())]),
        };
        self.check_object(given)
    }

    fn check_object(&self, given: Map<String, Value>) -> Result<Map<String, Value>> {
        let Some(definition) = self.definition else {
            return Ok(given);
        };
        match check::element(definition, self.name, Value::Object(given))? {
            Some(Value::Object(checked)) => Ok(checked),
            _ => Ok(Map::new()),
        }
    }
}

/// Adds elements that are not there yet. One with the same `value` and `type` is there: it takes
/// over what the new one says besides (RFC 7643 section 2.4 wants that pair once).
pub(super) fn add(list: &mut Vec<Value>, new: Vec<Value>) {
    let mut touched = Vec::with_capacity(new.len());
    for element in new {
        let there = list.iter().position(|old| is_same(old, &element));
        match (there, element) {
            (None, element) => {
                touched.push(list.len());
                list.push(element);
            }
            (Some(index), Value::Object(element)) => {
                touched.push(index);
                if let Value::Object(old) = &mut list[index] {
                    old.extend(element);
                }
            }
            (Some(_), _) => {}
        }
    }
    keep_one_primary(list, &touched);
}

fn is_same(old: &Value, new: &Value) -> bool {
    let identified = old.get("value").is_some();
    old == new || identified && old.get("value") == new.get("value") && old.get("type") == new.get("type")
}

/// Whether a `remove` that names values means this element: by its `value` when one is named,
/// since clients repeat stale `display` and `type`; else by everything that is named.
pub(super) fn is_named(element: &Value, named: &Value) -> bool {
    match (element, named) {
        (Value::Object(element), Value::Object(named)) => match named.get("value") {
            Some(value) => element.get("value") == Some(value),
            None => !named.is_empty() && named.iter().all(|(name, v)| element.get(name) == Some(v)),
        },
        (Value::Object(element), plain) => element.get("value") == Some(plain),
        (plain, named) => plain == named,
    }
}

/// A value that has become primary makes the others not primary (RFC 7644 section 3.5.2).
fn keep_one_primary(list: &mut [Value], touched: &[usize]) {
    let is_primary = |value: &Value| value.get("primary") == Some(&Value::Bool(true));
    if !touched.iter().any(|&index| list.get(index).is_some_and(is_primary)) {
        return;
    }
    for (index, element) in list.iter_mut().enumerate() {
        if is_primary(element) && !touched.contains(&index) {
            element["primary"] = Value::Bool(false);
        }
    }
}

fn is_selector(filter: Option<&Filter>, name: &str) -> bool {
    filter
        .and_then(Filter::equalities)
        .is_some_and(|terms| terms.iter().any(|(path, _)| path.name.eq_ignore_ascii_case(name)))
}

fn no_match(name: &str) -> Error {
    Error::no_target(format!("No value of {name} matches the filter."))
}
