//! PATCH (RFC 7644 section 3.5.2): reading the request, and applying it to a user or a group.

mod apply;
#[cfg(test)]
mod cases;
mod elements;
mod members;
#[cfg(test)]
mod model;
mod target;

use serde_json::{Map, Value};

use crate::dialect;
use crate::error::{Error, Result, shown};
use crate::filter::{Filter, Parser};
use crate::path::{AttrPath, each_name_once, get};
use crate::resource::{Group, User};
use crate::schema::{GROUP_TYPE, USER_TYPE};

pub use members::MemberChange;

/// Most operations in one request.
pub const MAX_OPERATIONS: usize = 1000;

/// A PATCH request that has been read; its paths are well-formed.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOp {
    operations: Vec<Operation>,
}

/// One change at one place. A path-less operation has become one of these per key of its value.
#[derive(Clone, Debug, PartialEq)]
struct Operation {
    /// Which operation of the request it came from, from 1; for errors.
    number: usize,
    op: Op,
    path: PatchPath,
    /// Present for `add` and `replace`; for `remove` where the client named values.
    value: Option<Value>,
    /// The path was a key of a path-less value.
    from_key: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// `attribute`, `attribute.sub`, `attribute[filter]`, `attribute[filter].sub`.
#[derive(Clone, Debug, PartialEq)]
struct PatchPath {
    attribute: AttrPath,
    filter: Option<Filter>,
}

impl PatchOp {
    /// Reads the body of a PATCH.
    pub fn from_json(body: Value) -> Result<Self> {
        let Value::Object(body) = body else {
            return Err(Error::syntax("The body must be a JSON object, a PatchOp."));
        };
        each_name_once(&body)?;
        let Some(Value::Array(given)) = dialect::patch::operations(&body) else {
            return Err(Error::syntax(
                "Operations is missing. Send a list of operations, each with op, path and value.",
            ));
        };
        if given.is_empty() {
            return Err(Error::syntax("Operations is empty. Send at least one."));
        }
        if given.len() > MAX_OPERATIONS {
            return Err(Error::plain(
                413,
                format!(
                    "The request has {} operations; at most {MAX_OPERATIONS} are taken. Send several requests.",
                    given.len()
                ),
            ));
        }
        let mut operations = Vec::with_capacity(given.len());
        for (index, operation) in given.iter().enumerate() {
            let number = index + 1;
            read_operation(number, operation, &mut operations).map_err(|e| e.at(&format!("Operation {number}")))?;
        }
        Ok(Self { operations })
    }
}

/// Applies all operations, or none. `id` is the user's own: clients repeat it in path-less values
/// (Okta, authentik), and it is passed over when it is equal. Tells whether anything changed.
pub fn apply(user: &mut User, id: &str, patch: &PatchOp) -> Result<bool> {
    let (attributes, _) = apply::apply(&USER_TYPE, id, user.attributes().clone(), patch)?;
    let patched = User::with_attributes(attributes);
    let changed = patched != *user;
    *user = patched;
    Ok(changed)
}

/// What a PATCH makes of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPatch {
    /// The group as it is then.
    pub group: Group,
    /// What happens to its members, one after the other.
    pub members: Vec<MemberChange>,
}

/// Applies all operations to a group, or none; `id` as with a user. What happens to the members is
/// told and not done: who they are now is the directory's to know, and there may be too many to
/// read them for one that comes.
pub fn apply_to_group(group: &Group, id: &str, patch: &PatchOp) -> Result<GroupPatch> {
    let (attributes, members) = apply::apply(&GROUP_TYPE, id, group.attributes().clone(), patch)?;
    Ok(GroupPatch { group: Group::with_attributes(attributes), members: members.into_changes() })
}

fn read_operation(number: usize, given: &Value, operations: &mut Vec<Operation>) -> Result<()> {
    let Value::Object(given) = given else {
        return Err(Error::syntax("An operation must be an object."));
    };
    each_name_once(given)?;
    let op = read_op(get(given, "op"))?;
    let value = get(given, "value").cloned();
    let path = match dialect::patch::path(get(given, "path")) {
        None => None,
        Some(Value::String(path)) => Some(read_path(path)?),
        Some(_) => return Err(Error::path("path must be text.")),
    };
    match (path, value) {
        (None, _) if op == Op::Remove => Err(Error::no_target("remove needs a path that says what to remove.")),
        (None, Some(Value::Object(value))) => read_keys(number, op, value, operations),
        (None, _) => Err(Error::value("Without a path the value must be an object of attributes.")),
        (Some(_), None) if op != Op::Remove => Err(Error::value("value is missing.")),
        (Some(path), value) => {
            operations.push(Operation { number, op, path, value, from_key: false });
            Ok(())
        }
    }
}

fn read_keys(number: usize, op: Op, value: Map<String, Value>, operations: &mut Vec<Operation>) -> Result<()> {
    for (key, value) in dialect::patch::keys(value) {
        operations.push(Operation { number, op, path: read_path(&key)?, value: Some(value), from_key: true });
    }
    Ok(())
}

fn read_op(op: Option<&Value>) -> Result<Op> {
    let name = op.and_then(Value::as_str).unwrap_or_default();
    match dialect::patch::op(name).as_str() {
        "add" => Ok(Op::Add),
        "replace" => Ok(Op::Replace),
        "remove" => Ok(Op::Remove),
        _ => Err(Error::syntax(format!("op is {}; it must be add, replace or remove.", shown(name)))),
    }
}

/// A PATCH path. What is wrong inside brackets is `invalidFilter`, the rest `invalidPath`.
fn read_path(text: &str) -> Result<PatchPath> {
    let mut parser = Parser::new("The path", text).map_err(Error::path)?;
    let mut attribute = parser.path().map_err(Error::path)?;
    let filter = parser.brackets().map_err(Error::filter)?;
    if filter.is_some() {
        if attribute.sub.is_some() {
            return Err(Error::path("Brackets may stand behind an attribute, not behind a sub-attribute."));
        }
        attribute.sub = parser.sub_attribute().map_err(Error::path)?.map(|sub| sub.name);
    }
    parser.end().map_err(Error::path)?;
    Ok(PatchPath { attribute, filter })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(operations: Value) -> Result<PatchOp> {
        PatchOp::from_json(json!({"operations": operations}))
    }

    #[test]
    fn a_name_in_two_cases_is_refused() {
        for body in [
            json!({"Operations": [{"op": "remove", "path": "title"}], "operations": []}),
            json!({"Operations": [{"op": "remove", "OP": "add", "path": "title"}]}),
            json!({"Operations": [{"op": "remove", "path": "title", "Path": "nickName"}]}),
        ] {
            assert!(PatchOp::from_json(body.clone()).unwrap_err().detail.contains("is given twice"), "{body}");
        }
    }

    #[test]
    fn vendors_spellings_are_read() {
        let read = PatchOp::from_json(json!({"oPERATIONS": [
            {"OP": "Replace", "Path": "active", "Value": "False", "name": "extra"},
            {"op": "add", "path": null, "value": {"name.givenName": "A", "title": "T"}},
            {"op": "remove", "path": " emails[type eq \"work\"].value "},
        ]}))
        .unwrap();
        let numbers: Vec<usize> = read.operations.iter().map(|o| o.number).collect();
        assert_eq!(numbers, [1, 2, 2, 3]);
        assert_eq!(read.operations[3].path.attribute.sub.as_deref(), Some("value"));
    }

    #[test]
    fn refusals_name_the_operation() {
        for (operations, scim_type) in [
            (json!([]), "invalidSyntax"),
            (json!("x"), "invalidSyntax"),
            (json!(["x"]), "invalidSyntax"),
            (json!([{"op": "move", "path": "title"}]), "invalidSyntax"),
            (json!([{"path": "title"}]), "invalidSyntax"),
            (json!([{"op": "remove"}]), "noTarget"),
            (json!([{"op": "add", "path": "title"}]), "invalidValue"),
            (json!([{"op": "add", "value": "x"}]), "invalidValue"),
            (json!([{"op": "add"}]), "invalidValue"),
            (json!([{"op": "add", "path": 5, "value": 1}]), "invalidPath"),
            (json!([{"op": "add", "path": "a b", "value": 1}]), "invalidPath"),
            (json!([{"op": "add", "path": "a.b.c", "value": 1}]), "invalidPath"),
            (json!([{"op": "add", "path": "a[b pr].c.d", "value": 1}]), "invalidPath"),
            (json!([{"op": "add", "path": "a.b[c pr]", "value": 1}]), "invalidPath"),
            (json!([{"op": "add", "path": "a[b xx 1]", "value": 1}]), "invalidFilter"),
            (json!([{"op": "add", "path": "a[b pr", "value": 1}]), "invalidFilter"),
            (json!([{"op": "add", "value": {"": 1}}]), "invalidPath"),
        ] {
            let error = read(operations.clone()).expect_err(&operations.to_string());
            assert_eq!(error.to_json()["scimType"], scim_type, "{operations}");
        }
        let error = read(json!([{"op": "add", "path": "title", "value": 1}, {}])).unwrap_err();
        assert!(error.detail.starts_with("Operation 2: "), "{error}");
    }

    #[test]
    fn too_many_operations() {
        let one = json!({"op": "replace", "path": "title", "value": "x"});
        assert!(read(json!(vec![one.clone(); MAX_OPERATIONS])).is_ok());
        assert_eq!(read(json!(vec![one; MAX_OPERATIONS + 1])).unwrap_err().status, 413);
    }

    proptest! {
        #[test]
        fn no_path_panics(path in "\\PC{0,60}", tail in "[a-z\\[\\].:$ \"()]{0,40}") {
            let _ = read_path(&path);
            let _ = read_path(&format!("emails{tail}"));
        }
    }
}
