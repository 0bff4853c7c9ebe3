//! PATCH requests.

use serde_json::{Map, Value};

use crate::path::get;
use crate::schema::Attribute;

/// The list of operations, also as `operations`, and whether or not `schemas` says PatchOp: both
/// come from clients made by hand. (ssoready issue 206.)
pub(crate) fn operations(body: &Map<String, Value>) -> Option<&Value> {
    get(body, "Operations")
}

/// The operation's name. Entra sends `Add`, `Replace` and `Remove` with a capital letter.
/// (Microsoft Learn, "SCIM 2.0 protocol compliance"; ssoready issue 159.)
pub(crate) fn op(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// A path of null or blanks is none: templates made by hand have the key in every operation.
pub(crate) fn path(given: Option<&Value>) -> Option<&Value> {
    given.filter(|path| !path.is_null() && path.as_str().is_none_or(|text| !text.trim().is_empty()))
}

/// The paths and values of an operation without a path: each key is a path of its own, such as
/// `name.givenName`. Entra sends all changes in one such operation when the address carries
/// `aadOptscim062020`; a key that is an attribute's name means the same by the RFC.
/// (Microsoft Learn, "SCIM 2.0 protocol compliance".)
pub(crate) fn keys(value: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    value.into_iter()
}

/// Whether a read-only `id` in a value without a path may be passed over: it is the resource's own.
/// Okta and authentik repeat it in every group they push. (authentik pull request 23950.)
pub(crate) fn repeats_id(name: &str, value: Option<&Value>, id: &str) -> bool {
    name == "id" && value.and_then(Value::as_str) == Some(id)
}

/// What `remove` is about, where it has a value: only the values named. Entra, authentik and
/// JumpCloud take members out of a group so; by the RFC's letter all would go.
/// (Microsoft Learn, "SCIM 2.0 protocol compliance".)
pub(crate) fn named(value: Option<&Value>) -> Option<&[Value]> {
    let value = value.filter(|value| !value.is_null())?;
    Some(value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
}

/// Whether `replace` with the filter `sub eq value` makes the element that it does not find, where
/// the RFC says noTarget: only for a `type` that the schema names, and for `primary`. Entra sends
/// `replace emails[type eq "work"].value` for users without one.
/// (Microsoft Learn, "Develop a SCIM endpoint".)
pub(crate) fn replace_makes(sub: &Attribute, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match sub.name {
        "type" => sub.canonical_values.iter().any(|canonical| canonical.eq_ignore_ascii_case(text)),
        "primary" => *value == true || super::value::boolean(text) == Some(true),
        _ => false,
    }
}
