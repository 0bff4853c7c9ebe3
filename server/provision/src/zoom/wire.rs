//! Zoom's JSON: the bodies that are sent, and what is read from the answers. Answers are read leniently: attributes come
//! as object or array, as number or text, or not at all; unknown ones are left alone.

use crate::attributes::{self as zoom, Attributes};
use serde_json::{Map, Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The body of POST /Users. Zoom takes the address from `userName`; `emails` and `active` are not part of a create.
pub fn create_body(attributes: &Attributes) -> Value {
    let mut body = body(attributes);
    if let Some(user_name) = attributes.get(zoom::USER_NAME) {
        body.insert(zoom::USER_NAME.to_owned(), user_name.into());
    }
    Value::Object(body)
}

/// The body of PUT /Users/{id}: only what changes, and the schemas. An empty text clears.
pub fn update_body(changes: &Attributes) -> Value {
    Value::Object(body(changes))
}

fn body(attributes: &Attributes) -> Map<String, Value> {
    let mut body = Map::new();
    let mut name = Map::new();
    let mut enterprise = Map::new();
    for (attribute, value) in attributes.iter() {
        match attribute {
            zoom::USER_NAME | zoom::EMAIL => {}
            zoom::GIVEN_NAME => _ = name.insert("givenName".to_owned(), value.into()),
            zoom::FAMILY_NAME => _ = name.insert("familyName".to_owned(), value.into()),
            zoom::DEPARTMENT | zoom::ORGANIZATION => _ = enterprise.insert(attribute.to_owned(), value.into()),
            zoom::PHONE if value.is_empty() => _ = body.insert(attribute.to_owned(), json!([])),
            zoom::PHONE => _ = body.insert(attribute.to_owned(), json!([{ "type": "work", "value": value }])),
            zoom::ROLE => {
                let role = json!([{ "display": value, "value": value, "primary": true }]);
                body.insert(attribute.to_owned(), role);
            }
            _ => _ = body.insert(attribute.to_owned(), value.into()),
        }
    }
    let mut schemas = vec![USER];
    if !name.is_empty() {
        body.insert("name".to_owned(), Value::Object(name));
    }
    if !enterprise.is_empty() {
        schemas.push(ENTERPRISE);
        body.insert(ENTERPRISE.to_owned(), Value::Object(enterprise));
    }
    body.insert("schemas".to_owned(), json!(schemas));
    body
}

/// The body of PATCH /Users/{id}: the one form that Zoom documents, with the key `Operations` in exactly that case.
pub fn active_body(active: bool) -> Value {
    json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "value": { "active": active } }] })
}

/// The body of POST /Groups. Members are never part of it.
pub fn group_body(display_name: &str) -> Value {
    json!({ "schemas": [GROUP], "displayName": display_name })
}

/// One operation of PATCH /Groups/{id}.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChange {
    Rename(String),
    /// Zoom ids of users.
    AddMembers(Vec<String>),
    RemoveMember(String),
}

/// The body of PATCH /Groups/{id}. The caller keeps it under 100,000 characters: at most 1,000 members.
pub fn group_patch_body(changes: &[GroupChange]) -> Value {
    let operations: Vec<Value> = changes
        .iter()
        .map(|change| match change {
            GroupChange::Rename(name) => json!({ "op": "replace", "value": { "displayName": name } }),
            GroupChange::AddMembers(ids) => {
                let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
                json!({ "op": "add", "path": "members", "value": members })
            }
            GroupChange::RemoveMember(id) => json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") }),
        })
        .collect();
    json!({ "schemas": [PATCH], "Operations": operations })
}

/// A user as Zoom answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub user_name: String,
    /// None when the answer does not say.
    pub active: Option<bool>,
    pub user_type: Option<String>,
    /// Names of roles; only GET and the answers to changes have them.
    pub roles: Vec<String>,
    /// Names of groups; only GET and the answers to changes have them.
    pub groups: Vec<String>,
    /// Everything of it that Rollcall maps and the answer shows.
    pub attributes: Attributes,
}

impl User {
    /// None when there is no usable id: it goes into addresses, so it is held to what an id can be.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let user_name = text("userName").or_else(|| first_mail(value)).unwrap_or_default();
        let names = |of: &str| {
            let all = many(value.get(of)).filter_map(|one| one.get("value")?.as_str());
            all.map(|name| name.replace('\0', "")).collect::<Vec<_>>()
        };
        let roles = names("roles");
        Some(Self {
            id: text("id").filter(|id| is_id(id))?,
            active: value.get("active").and_then(read_bool),
            user_type: text("userType"),
            attributes: shown(value, &user_name, &roles),
            user_name,
            roles,
            groups: names("groups"),
        })
    }

    /// Whether this is the user of that address.
    pub fn is(&self, address: &str) -> bool {
        self.user_name.to_lowercase() == address.to_lowercase()
    }
}

/// What an answer shows of an account, by Zoom's attribute names. Texts are trimmed, and empty ones left out.
fn shown(user: &Value, user_name: &str, roles: &[String]) -> Attributes {
    let enterprise = |name: &str| user.get(ENTERPRISE).and_then(|extension| extension.get(name));
    let phone = many(user.get("phoneNumbers"))
        .find(|phone| phone.get("type").and_then(Value::as_str).is_none_or(|kind| kind.eq_ignore_ascii_case("work")));
    let found = [
        (zoom::GIVEN_NAME, user.pointer("/name/givenName")),
        (zoom::FAMILY_NAME, user.pointer("/name/familyName")),
        (zoom::DISPLAY_NAME, user.get("displayName")),
        (zoom::USER_TYPE, user.get("userType")),
        (zoom::TITLE, user.get("title")),
        (zoom::LOCALE, user.get("locale")),
        (zoom::PHONE, phone.and_then(|phone| phone.get("value"))),
        (zoom::DEPARTMENT, enterprise("department")),
        (zoom::ORGANIZATION, enterprise("organization")),
        (zoom::EMPLOYEE_NUMBER, enterprise("employeeNumber")),
    ];
    let texts = found.into_iter().filter_map(|(name, value)| Some((name, value?.as_str()?)));
    let mail = first_mail(user);
    let own = [
        (zoom::USER_NAME, Some(user_name)),
        (zoom::EMAIL, mail.as_deref()),
        (zoom::ROLE, roles.first().map(String::as_str)),
    ];
    let mut shown = Attributes::default();
    for (name, text) in texts.chain(own.into_iter().filter_map(|(name, text)| Some((name, text?)))) {
        // No database holds a NUL.
        let text = text.replace('\0', "");
        if !text.trim().is_empty() {
            shown.set(name, text.trim());
        }
    }
    shown
}

/// A group as Zoom answers it; its members cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub display_name: String,
}

impl Group {
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text("id").filter(|id| is_id(id))?,
            display_name: text("displayName").unwrap_or_default().replace('\0', ""),
        })
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    pub total: u64,
    pub resources: Vec<T>,
    /// How many entries could not be read.
    pub unreadable: usize,
}

impl<T> Listing<T> {
    /// None when it is no list.
    pub fn lenient(value: &Value, each: impl Fn(&Value) -> Option<T>) -> Option<Self> {
        let total = value.get("totalResults").and_then(read_number)?;
        let entries = many(value.get("Resources")).count();
        let resources: Vec<T> = many(value.get("Resources")).filter_map(each).collect();
        let unreadable = entries - resources.len();
        Some(Self { total, resources, unreadable })
    }

    /// None when it is no list, or something in it cannot be read.
    pub fn read(value: &Value, each: impl Fn(&Value) -> Option<T>) -> Option<Self> {
        Self::lenient(value, each).filter(|listing| listing.unreadable == 0)
    }
}

/// Printable, not longer than any id seen by far, and not a path of its own.
fn is_id(id: &str) -> bool {
    let length = id.chars().count();
    (1..=128).contains(&length)
        && !id.chars().all(|c| c == '.')
        && !id.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// The elements of an array; a single object counts as one.
fn many(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let items: &[Value] = match value {
        Some(Value::Array(items)) => items,
        Some(Value::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    };
    items.iter()
}

fn first_mail(value: &Value) -> Option<String> {
    many(value.get("emails")).find_map(|mail| mail.get("value")?.as_str().map(str::to_owned))
}

fn read_bool(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.to_ascii_lowercase().parse().ok())
}

pub(crate) fn read_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_create_has_the_documented_shape() {
        let attributes: Attributes = [
            (zoom::USER_NAME, "jchill@example.com"),
            (zoom::EMAIL, "jchill@example.com"),
            (zoom::GIVEN_NAME, "Jill"),
            (zoom::FAMILY_NAME, "Chill"),
            (zoom::USER_TYPE, "Licensed"),
            (zoom::PHONE, "+015550100"),
            (zoom::ROLE, "Developer"),
            (zoom::DEPARTMENT, "Development"),
        ]
        .into();
        let expected = json!({
            "schemas": [USER, ENTERPRISE], "userName": "jchill@example.com", "userType": "Licensed",
            "name": { "givenName": "Jill", "familyName": "Chill" },
            "phoneNumbers": [{ "type": "work", "value": "+015550100" }],
            "roles": [{ "display": "Developer", "value": "Developer", "primary": true }],
            (ENTERPRISE): { "department": "Development" },
        });
        assert_eq!(create_body(&attributes), expected);
    }

    #[test]
    fn an_update_has_nothing_but_the_changes() {
        let changes: Attributes = [(zoom::TITLE, "")].into();
        assert_eq!(update_body(&changes), json!({ "schemas": [USER], "title": "" }));
        assert_eq!(update_body(&[(zoom::PHONE, "")].into()), json!({ "schemas": [USER], "phoneNumbers": [] }));
    }

    #[test]
    fn a_user_is_read_in_every_shape_zoom_answers() {
        let user = json!({ "id": "k&Kd-_", "userName": "a@b.c", "active": "True", "roles": { "value": "Admin" } });
        let user = User::read(&user).unwrap();
        assert_eq!((user.active, user.roles), (Some(true), vec!["Admin".to_owned()]));
        assert!(User::read(&json!({ "id": "..", "userName": "a@b.c" })).is_none());
        assert!(User::read(&json!({ "id": "a\u{0}b" })).is_none());
        assert!(User::read(&json!({ "userName": "a@b.c" })).is_none());
        let list = json!({ "totalResults": "1", "Resources": [{ "id": "x" }] });
        assert_eq!(Listing::read(&list, User::read).unwrap().total, 1);
        assert!(Listing::read(&json!({ "Resources": [] }), User::read).is_none(), "no count, no list");
    }
}
