//! A Group as its source states it, without its members: those may be tens of thousands, and the
//! directory keeps them apart.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{check, members};
use crate::error::Result;
use crate::schema::GROUP_TYPE;

/// What one source says of one group, without what the server adds (`id`, `meta`) and without
/// `members`.
///
/// It serializes as the plain JSON object, which is also how it is stored; reading it back from
/// there is not checked again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Group {
    attributes: Map<String, Value>,
}

impl Group {
    /// Takes the body of a POST or PUT (RFC 7644 sections 3.3 and 3.5.1): the group, and the ids of
    /// its members, each once, in their order. Everything else is as with a user.
    pub fn from_json(body: Value) -> Result<(Self, Vec<String>)> {
        let mut attributes = check::resource(&GROUP_TYPE, body)?;
        let members = members::ids(attributes.remove("members").unwrap_or_default())?;
        Ok((Self { attributes }, members::each_once(members)))
    }

    /// The attributes as they are kept.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// Never empty in a group that was checked.
    pub fn display_name(&self) -> &str {
        self.attributes.get("displayName").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn external_id(&self) -> Option<&str> {
        self.attributes.get("externalId").and_then(Value::as_str)
    }

    pub(crate) fn with_attributes(attributes: Map<String, Value>) -> Self {
        Self { attributes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::GROUP;
    use serde_json::json;

    fn read(mut body: Value) -> (Value, Vec<String>) {
        body["displayName"] = json!("Engines");
        let (group, members) = Group::from_json(body.clone()).unwrap_or_else(|e| panic!("{body}: {e}"));
        (json!(group), members)
    }

    #[test]
    fn members_are_named_by_their_ids_each_once() {
        for (members, ids) in [
            (json!([{"value": "b"}, {"value": "a", "$ref": null, "display": "A"}, {"Value": "b"}]), vec!["b", "a"]),
            (json!(["a", "b"]), vec!["a", "b"]),
            (json!({"value": "a"}), vec!["a"]),
            (json!("a"), vec!["a"]),
            (json!([{"value": ["a"], "type": "Group"}]), vec!["a"]),
            (json!([]), vec![]),
            (Value::Null, vec![]),
        ] {
            assert_eq!(read(json!({"members": members})).1, ids, "{members}");
            assert_eq!(read(json!({"MEMBERS": members})).1, ids, "{members}");
            assert_eq!(read(json!({(format!("{}:members", GROUP.id)): members})).1, ids, "{members}");
            assert_eq!(read(json!({(GROUP.id): {"members": members}})).1, ids, "{members}");
        }
        assert_eq!(read(json!({})).1, Vec::<String>::new());
        let many: Vec<Value> = (0..50_000).map(|n| json!({"value": n.to_string()})).collect();
        assert_eq!(read(json!({"members": many})).1.len(), 50_000);
    }

    #[test]
    fn a_group_is_kept_whole_and_without_its_members() {
        let (group, _) = read(json!({
            "schemas": [GROUP.id, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "id": "theirs", "meta": {"resourceType": "http://x"}, "externalId": "e", "members": ["a"],
            "urn:acme:2.0:Group": {"x": 1},
        }));
        assert_eq!(
            group,
            json!({
                "schemas": [GROUP.id, "urn:acme:2.0:Group"], "displayName": "Engines", "externalId": "e",
                "urn:acme:2.0:Group": {"x": 1},
            })
        );
    }

    #[test]
    fn refusals() {
        for (body, scim_type) in [
            (json!([]), "invalidSyntax"),
            (json!({}), "invalidValue"),
            (json!({"displayName": " "}), "invalidValue"),
            (json!({"displayName": "x".repeat(1001)}), "invalidValue"),
            (json!({"displayName": "x", "members": [{"display": "a"}]}), "invalidValue"),
            (json!({"displayName": "x", "members": [{"value": ""}]}), "invalidValue"),
            (json!({"displayName": "x", "members": [5]}), "invalidValue"),
            (json!({"displayName": "x", "members": true}), "invalidValue"),
            (json!({"displayName": "x", "members": [], "Members": []}), "invalidSyntax"),
        ] {
            let error = Group::from_json(body.clone()).expect_err(&body.to_string());
            assert_eq!(error.to_json()["scimType"], scim_type, "{body} {error}");
        }
    }

    #[test]
    fn the_shown_group_reads_back() {
        let (group, _) = Group::from_json(json!({"displayName": "x"})).unwrap();
        let mut body = json!(group);
        body["id"] = json!("7");
        body["meta"] = json!({"resourceType": "Group"});
        body["members"] = json!([{"value": "a"}]);
        assert_eq!(Group::from_json(body).unwrap(), (group.clone(), vec!["a".to_owned()]));
    }
}
