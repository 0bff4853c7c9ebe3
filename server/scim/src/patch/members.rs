//! What a PATCH does to the members of a group. They are kept apart from it, so an operation
//! becomes a change to be made and not a new list; none of this grows with the group.

use serde_json::Value;

use super::{Op, Operation};
use crate::dialect;
use crate::error::{Error, Result};
use crate::filter::{CompareOp, Filter};
use crate::resource::members::{each_once, ids};

/// What happens to the members. The ids in one change are each named once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// Those who are members already stay as they are.
    Add(Vec<String>),
    /// Those who are no members are none after it: no error.
    Remove(Vec<String>),
    /// Nobody else is a member after it; with no ids, nobody at all.
    Replace(Vec<String>),
}

/// The changes so far, in the order of the operations. Neighbours of one kind are joined, since
/// authentik sends one operation per member.
#[derive(Default)]
pub(super) struct Members {
    changes: Vec<MemberChange>,
}

impl Members {
    pub(super) fn into_changes(self) -> Vec<MemberChange> {
        let once = |change| match change {
            MemberChange::Add(ids) => MemberChange::Add(each_once(ids)),
            MemberChange::Remove(ids) => MemberChange::Remove(each_once(ids)),
            MemberChange::Replace(ids) => MemberChange::Replace(each_once(ids)),
        };
        self.changes.into_iter().map(once).collect()
    }

    /// `sub` is the sub-attribute that the path names.
    pub(super) fn change(&mut self, operation: &Operation, sub: Option<&str>) -> Result<()> {
        let value = operation.value.as_ref().filter(|value| !value.is_null());
        let change = match (operation.op, &operation.path.filter, sub, value) {
            (_, _, Some(_), _) => return Err(fixed()),
            (Op::Remove, Some(filter), None, _) => MemberChange::Remove(named_by(filter)?),
            (_, Some(_), None, _) => return Err(fixed()),
            (Op::Add, None, None, None) => return Ok(()),
            (Op::Add, None, None, Some(value)) => MemberChange::Add(ids(value.clone())?),
            (Op::Replace, None, None, value) => MemberChange::Replace(ids(value.cloned().unwrap_or_default())?),
            (Op::Remove, None, None, value) => match dialect::patch::named(value) {
                Some(named) => MemberChange::Remove(ids(named.into())?),
                None => MemberChange::Replace(Vec::new()),
            },
        };
        self.push(change);
        Ok(())
    }

    fn push(&mut self, change: MemberChange) {
        use MemberChange::{Add, Remove, Replace};
        match (self.changes.last_mut(), change) {
            (_, Add(ids) | Remove(ids)) if ids.is_empty() => {}
            (Some(Add(before)), Add(ids)) | (Some(Remove(before)), Remove(ids)) => before.extend(ids),
            (Some(Replace(before)), Replace(ids)) => *before = ids,
            (_, change) => self.changes.push(change),
        }
    }
}

/// Whom `members[value eq "x"]` names, and `members[value eq "x" or value eq "y"]`. The filter is
/// read without the members it would be held against; so it may say who, and nothing of them.
fn named_by(filter: &Filter) -> Result<Vec<String>> {
    match filter {
        Filter::Compare(path, CompareOp::Eq, Value::String(id)) if path.is("value") => Ok(vec![id.clone()]),
        Filter::Or(terms) => {
            let mut all = Vec::with_capacity(terms.len());
            for term in terms {
                all.extend(named_by(term)?);
            }
            Ok(all)
        }
        _ => Err(Error::filter(
            "Members are removed by their id: members[value eq \"id\"], several of them joined by or.",
        )),
    }
}

fn fixed() -> Error {
    Error::mutability("Nothing of a member can be changed: a member is added, or removed by members[value eq \"id\"].")
}

#[cfg(test)]
mod tests {
    use super::MemberChange::{Add, Remove, Replace};
    use super::*;
    use crate::patch::{GroupPatch, PatchOp, apply_to_group};
    use crate::resource::Group;
    use crate::schema::GROUP;
    use serde_json::json;

    fn run(operations: Value) -> Result<GroupPatch> {
        let (group, _) = Group::from_json(json!({"displayName": "Engines", "externalId": "e"})).unwrap();
        apply_to_group(&group, "id-1", &PatchOp::from_json(json!({"Operations": operations}))?)
    }

    fn changes(operations: Value) -> Vec<MemberChange> {
        run(operations.clone()).unwrap_or_else(|e| panic!("{operations}: {e}")).members
    }

    fn refused(operations: Value) -> String {
        let error = run(operations.clone()).expect_err(&operations.to_string());
        assert_eq!(error.status, 400, "{operations}");
        error.to_json()["scimType"].as_str().unwrap().to_owned()
    }

    fn owned(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|&id| id.to_owned()).collect()
    }

    #[test]
    fn coming_and_going() {
        let member = json!([{"value": "a", "display": "A", "$ref": null}, {"value": "b"}, {"value": "a"}]);
        for (operation, expected) in [
            (json!({"op": "Add", "path": "members", "value": member}), vec![Add(owned(&["a", "b"]))]),
            (json!({"op": "add", "path": "MEMBERS", "value": "a"}), vec![Add(owned(&["a"]))]),
            (json!({"op": "add", "value": {"members": member}}), vec![Add(owned(&["a", "b"]))]),
            (json!({"op": "add", "value": {(GROUP.id): {"members": ["a"]}}}), vec![Add(owned(&["a"]))]),
            (json!({"op": "add", "path": format!("{}:members", GROUP.id), "value": ["a"]}), vec![Add(owned(&["a"]))]),
            (json!({"op": "add", "path": "members", "value": []}), vec![]),
            (json!({"op": "add", "path": "members", "value": null}), vec![]),
            (json!({"op": "replace", "path": "members", "value": member}), vec![Replace(owned(&["a", "b"]))]),
            (json!({"op": "replace", "path": "members", "value": []}), vec![Replace(vec![])]),
            (json!({"op": "replace", "value": {"members": null}}), vec![Replace(vec![])]),
            (json!({"op": "remove", "path": "members"}), vec![Replace(vec![])]),
            (json!({"op": "remove", "path": "members", "value": null}), vec![Replace(vec![])]),
            (json!({"op": "Remove", "path": "members", "value": member}), vec![Remove(owned(&["a", "b"]))]),
            (json!({"op": "remove", "path": "members", "value": []}), vec![]),
            (json!({"op": "remove", "path": r#"members[value eq "a"]"#}), vec![Remove(owned(&["a"]))]),
            (
                json!({"op": "remove", "path": r#"members[value eq "a" or (Value eq "b" or value eq "a")]"#}),
                vec![Remove(owned(&["a", "b"]))],
            ),
        ] {
            assert_eq!(changes(json!([operation])), expected, "{operation}");
        }
    }

    #[test]
    fn neighbours_are_joined_and_the_order_stays() {
        let one = |op: &str, id: &str| json!({"op": op, "path": "members", "value": [{"value": id}]});
        let all = changes(json!([
            one("add", "a"), one("add", "b"), one("add", "a"), one("remove", "a"), one("remove", "c"),
            one("add", "a"), one("replace", "x"), {"op": "remove", "path": "members"}, one("replace", "y"),
            {"op": "replace", "path": "displayName", "value": "Poetry"}, one("add", "z"),
        ]));
        assert_eq!(
            all,
            [
                Add(owned(&["a", "b"])),
                Remove(owned(&["a", "c"])),
                Add(owned(&["a"])),
                Replace(owned(&["y"])),
                Add(owned(&["z"])),
            ]
        );
    }

    #[test]
    fn what_cannot_be_done_to_members() {
        for (operation, scim_type) in [
            (json!({"op": "replace", "path": r#"members[value eq "a"]"#, "value": {"value": "b"}}), "mutability"),
            (json!({"op": "add", "path": r#"members[value eq "a"].type"#, "value": "A"}), "mutability"),
            (json!({"op": "remove", "path": r#"members[value eq "a"].value"#}), "mutability"),
            (json!({"op": "replace", "path": "members.type", "value": "A"}), "mutability"),
            (json!({"op": "remove", "path": "members.nothing"}), "invalidPath"),
            (json!({"op": "remove", "path": r#"members[display eq "A"]"#}), "invalidFilter"),
            (json!({"op": "remove", "path": r#"members[value ne "a"]"#}), "invalidFilter"),
            (json!({"op": "remove", "path": r#"members[value eq "a" and type eq "User"]"#}), "invalidFilter"),
            (json!({"op": "remove", "path": "members", "value": [{"display": "A"}]}), "invalidValue"),
            (json!({"op": "add", "path": "members", "value": [5]}), "invalidValue"),
            (json!({"op": "add", "path": "members", "value": {}}), "invalidValue"),
        ] {
            assert_eq!(refused(json!([operation])), scim_type, "{operation}");
        }
    }

    #[test]
    fn the_group_itself() {
        let patch = run(json!([{"op": "replace", "value": {
            "schemas": [GROUP.id], "id": "id-1", "displayName": "Poetry", "members": [{"value": "a"}]}}]))
        .unwrap();
        assert_eq!((patch.group.display_name(), patch.group.external_id()), ("Poetry", Some("e")));
        assert_eq!(patch.members, [Replace(owned(&["a"]))]);
        assert!(!patch.group.attributes().contains_key("members"));
        for (operation, scim_type) in [
            (json!({"op": "replace", "value": {"id": "other"}}), "mutability"),
            (json!({"op": "replace", "path": "id", "value": "id-1"}), "mutability"),
            (json!({"op": "remove", "path": "displayName"}), "mutability"),
            (json!({"op": "replace", "path": "displayName", "value": ""}), "invalidValue"),
            (json!({"op": "replace", "path": "userName", "value": "x"}), "invalidPath"),
        ] {
            assert_eq!(refused(json!([operation])), scim_type, "{operation}");
        }
    }

    #[test]
    fn a_large_group_costs_what_is_named() {
        let members: Vec<Value> = (0..20_000).map(|n| json!({"value": n.to_string()})).collect();
        let all = changes(json!([{"op": "add", "path": "members", "value": members}]));
        assert!(matches!(all.as_slice(), [Add(ids)] if ids.len() == 20_000));
    }
}
