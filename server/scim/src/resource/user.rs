//! A User as its source states it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::check;
use crate::error::Result;
use crate::schema::USER_TYPE;

/// What one source says of one user, without what the server adds (`id`, `meta`, `groups`).
///
/// It serializes as the plain JSON object, which is also how it is stored; reading it back from
/// there is not checked again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct User {
    attributes: Map<String, Value>,
}

impl User {
    /// Takes the body of a POST or PUT (RFC 7644 sections 3.3 and 3.5.1).
    ///
    /// Known attributes must have the type the schema says, and are normalised: names to their
    /// spelling, "True" to `true`, a single value to a list of one, a manager's id to
    /// `{"value": id}`, null and `[]` to unassigned. `id`, `meta` and `groups` are the server's and
    /// are passed over, as the RFC asks; `schemas` is made anew from what is there; `password` is
    /// dropped. Everything unknown is kept. `active` becomes true when it is not said.
    pub fn from_json(body: Value) -> Result<Self> {
        let mut attributes = check::resource(&USER_TYPE, body)?;
        attributes.entry("active").or_insert_with(|| Value::Bool(true));
        Ok(Self { attributes })
    }

    /// The attributes as they are kept.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// Of attributes that were checked.
    pub(crate) fn with_attributes(attributes: Map<String, Value>) -> Self {
        Self { attributes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::schema::{ENTERPRISE_USER, USER};
    use proptest::prelude::*;
    use serde_json::json;

    fn user(body: Value) -> Value {
        Value::Object(User::from_json(body).unwrap().attributes)
    }

    fn refused(body: Value) -> Error {
        User::from_json(body.clone()).expect_err(&body.to_string())
    }

    /// As clients see it.
    fn shown(user: &User) -> Value {
        let mut body = json!(user);
        body["id"] = json!("7");
        body["meta"] = json!({"resourceType": "User", "version": "W/\"3\"", "location": "https://x/scim/v2/Users/7"});
        body["groups"] = json!([{"value": "8"}]);
        body
    }

    #[test]
    fn dialects_become_one_form() {
        assert_eq!(
            user(json!({
                "Schemas": ["urn:scim:schemas:core:1.0"],
                "USERNAME": "ada",
                "Active": "False",
                "externalId": "",
                "id": "theirs", "meta": {"x": 1}, "groups": [], "password": "secret",
                "title": null,
                "photos": [],
                "name": {"FamilyName": " ", "givenName": null, "password": "secret"},
                "emails": {"Value": "ada@x", "Primary": "true"},
                "roles": ["admin", null, {"value": "ops", "$ref": null}],
                "userType": ["Employee"],
                "shoeSize": 39,
                "urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User":
                    {"Department": "Engines", "badge": "x", "manager": "m1", "password": "secret"},
                "urn:acme:2.0:User": {"deep": {"kept": [null], "Password": "secret"}, "gone": null},
            })),
            json!({
                "schemas": [USER.id, "urn:acme:2.0:User", ENTERPRISE_USER.id],
                "userName": "ada",
                "active": false,
                "name": {"familyName": " "},
                "emails": [{"value": "ada@x", "primary": true}],
                "roles": [{"value": "admin"}, {"value": "ops"}],
                "userType": "Employee",
                "shoeSize": 39,
                (ENTERPRISE_USER.id):
                    {"department": "Engines", "badge": "x", "manager": {"value": "m1"}},
                "urn:acme:2.0:User": {"deep": {"kept": [null]}},
            })
        );
    }

    #[test]
    fn a_qualified_name_in_the_body_finds_its_place() {
        let body = user(json!({
            "userName": "ada",
            (format!("{}:manager", ENTERPRISE_USER.id)): "m1",
            (format!("{}:title", USER.id)): "Countess",
        }));
        assert_eq!(body["title"], "Countess");
        assert_eq!(body[ENTERPRISE_USER.id], json!({"manager": {"value": "m1"}}));
        assert_eq!(body["schemas"], json!([USER.id, ENTERPRISE_USER.id]));
        assert_eq!(body["active"], true);
    }

    #[test]
    fn refusals() {
        for (body, scim_type, word) in [
            (json!([]), "invalidSyntax", "object"),
            (json!({}), "invalidValue", "userName"),
            (json!({"userName": ""}), "invalidValue", "empty"),
            (json!({"userName": 5}), "invalidValue", "userName"),
            (json!({"userName": "a\nb"}), "invalidValue", "U+000A"),
            (json!({"userName": "a", "USERNAME": "b"}), "invalidSyntax", "twice"),
            (json!({"userName": "a", "x": 1, "X": 2}), "invalidSyntax", "twice"),
            (json!({"userName": "a", "active": "yes"}), "invalidValue", "true or false"),
            (json!({"userName": "a", "active": 1}), "invalidValue", "true or false"),
            (json!({"userName": "a", "name": "Ada"}), "invalidValue", "name"),
            (json!({"userName": "a", "title": ["x", "y"]}), "invalidValue", "one value"),
            (json!({"userName": "a", "emails": [7]}), "invalidValue", "emails"),
            (json!({"userName": "a", "emails": [{"value": {}}]}), "invalidValue", "emails.value"),
            (json!({"userName": "a", "emails": [{"primary": true}, {"primary": "True"}]}), "invalidValue", "primary"),
            (json!({"userName": "a", (ENTERPRISE_USER.id): "x"}), "invalidValue", "object"),
            (json!({"userName": "a", "externalId": "x".repeat(1001)}), "invalidValue", "externalId"),
            (json!({"userName": "a", "x509Certificates": ["<>"]}), "invalidValue", "base64"),
            (json!({"userName": "a", "roles": vec!["x"; 1001]}), "invalidValue", "1000"),
        ] {
            let error = refused(body.clone());
            assert_eq!(error.to_json()["scimType"], scim_type, "{body} {error}");
            assert!(error.detail.contains(word), "{body} {error}");
        }
    }

    #[test]
    fn what_was_shown_and_what_was_stored_read_back() {
        let user = User::from_json(json!({"userName": "ada", "foo": {"bar": 1}})).unwrap();
        assert_eq!(User::from_json(shown(&user)).unwrap(), user);
        let stored = serde_json::to_string(&user).unwrap();
        assert_eq!(serde_json::from_str::<User>(&stored).unwrap(), user);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-zA-Z ]{0,6}".prop_map(Value::from),
            Just(json!("True")),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(any_key(), inner, 0..5)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    fn any_key() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(vec![
                "userName",
                "Active",
                "emails",
                "value",
                "type",
                "primary",
                "name",
                "roles",
                "familyName",
                "externalId",
                "schemas",
                "id",
                "meta",
                "password",
                "x509Certificates",
                "urn:acme:2.0:User",
                "urn:acme:2.0:User:x",
                "manager",
                "department",
            ])
            .prop_map(str::to_owned),
            Just(ENTERPRISE_USER.id.to_owned()),
            Just(format!("{}:manager", ENTERPRISE_USER.id)),
            Just(USER.id.to_owned()),
            "[a-z]{1,3}",
        ]
    }

    proptest! {
        #[test]
        fn reading_what_was_shown_changes_nothing(
            mut rest in proptest::collection::btree_map(any_key(), any_json(), 0..6),
            name in "[a-z]{1,8}",
        ) {
            rest.retain(|key, _| !key.eq_ignore_ascii_case("userName") && key != USER.id);
            rest.insert("userName".into(), json!(name));
            let body = Value::Object(rest.into_iter().collect());
            if let Ok(user) = User::from_json(body) {
                prop_assert_eq!(User::from_json(shown(&user)).unwrap(), user);
            }
        }

        #[test]
        fn any_json_is_taken_or_refused(body in any_json()) {
            if let Err(error) = User::from_json(body) {
                prop_assert_eq!(error.status, 400);
            }
        }
    }
}
