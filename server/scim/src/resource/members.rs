//! The members of a group as clients name them. Only who is meant counts: `type`, `$ref` and
//! `display` follow from that.

use std::collections::HashSet;

use serde_json::Value;

use crate::dialect;
use crate::error::{Error, Result};
use crate::path::get;

/// The ids in a value of `members`: objects with a `value`, or plain ids; a list or a single one.
pub(crate) fn ids(members: Value) -> Result<Vec<String>> {
    match members {
        Value::Null => Ok(Vec::new()),
        members => dialect::value::list(members).into_iter().map(id).collect(),
    }
}

fn id(member: Value) -> Result<String> {
    let named = match member {
        Value::Object(member) => get(&member, "value").cloned().unwrap_or_default(),
        plain => plain,
    };
    match dialect::value::single(named) {
        Value::String(id) if !id.is_empty() => Ok(id),
        _ => Err(Error::value("Each member must be an object whose value is the id of a user or a group.")),
    }
}

/// The same ids in the same order, without those that were there before.
pub(crate) fn each_once(mut ids: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::with_capacity(ids.len());
    ids.retain(|id| seen.insert(id.clone()));
    ids
}
