//! What each answer shows of a user or a group. No two of Zoom's answers show
//! the same; the rules below are the presence matrix of its SCIM2 reference.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::{
    group::Group,
    urn,
    user::{User, is_custom},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    List,
    Get,
    Create,
    Update,
    Activate,
}

pub(crate) fn user(user: &User, groups: &[&str], view: View, base_url: &str) -> Value {
    let mut out = Map::new();
    let mut schemas = vec![urn::USER];
    out.insert("id".to_owned(), json!(user.id));
    out.insert("meta".to_owned(), meta("User", &user.id, user.created, user.last_modified, base_url));
    out.insert("userName".to_owned(), json!(user.user_name));
    out.insert("emails".to_owned(), json!([{ "type": "work", "value": user.user_name, "primary": true }]));
    out.insert("active".to_owned(), json!(user.active));
    out.insert("userType".to_owned(), json!(user.user_type));
    let mut name = Map::new();
    put(&mut name, "givenName", user.given_name.as_ref());
    put(&mut name, "familyName", user.family_name.as_ref());
    out.insert("name".to_owned(), Value::Object(name));
    put(&mut out, "displayName", user.display_name.as_ref());
    if !matches!(view, View::List | View::Get) {
        put(&mut out, "title", user.title.as_ref());
        put(&mut out, "locale", user.locale.as_ref());
    }
    if view != View::List {
        if !user.phone_numbers.is_empty() {
            out.insert("phoneNumbers".to_owned(), json!(user.phone_numbers));
        }
        let roles: Vec<&str> = user.roles.iter().map(String::as_str).collect();
        put_named(&mut out, "roles", &roles, None, view);
        put_named(&mut out, "groups", groups, Some("direct"), view);
    }
    if let Some(enterprise) = extension(&user.enterprise, |key| shows_enterprise(view, key)) {
        schemas.push(urn::ENTERPRISE);
        out.insert(urn::ENTERPRISE.to_owned(), enterprise);
    }
    if let Some(zoom) = extension(&user.zoom, |key| shows_zoom(view, key)) {
        schemas.push(urn::ZOOM);
        out.insert(urn::ZOOM.to_owned(), zoom);
    }
    if matches!(view, View::List | View::Get) {
        schemas.push(urn::LOGIN);
        // SCIM can only make users that sign in by SSO.
        out.insert(urn::LOGIN.to_owned(), json!({ "loginType": { "workEmail": false, "sso": true } }));
    }
    out.insert("schemas".to_owned(), json!(schemas));
    Value::Object(out)
}

/// The same in every answer; members are in none.
pub(crate) fn group(group: &Group, base_url: &str) -> Value {
    let mut out = json!({
        "schemas": [urn::GROUP, urn::ZOOM_GROUP],
        "id": group.id,
        "meta": meta("Group", &group.id, group.created, group.last_modified, base_url),
        "displayName": group.display_name,
    });
    if let (Some(alias), Some(out)) = (&group.email_alias, out.as_object_mut()) {
        out.insert(urn::ZOOM_GROUP.to_owned(), json!({ "emailAlias": alias }));
    }
    out
}

pub(crate) fn list(resources: Vec<Value>, total: usize, start_index: usize) -> Value {
    json!({
        "schemas": [urn::LIST],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// `location` repeats the id as it is, not percent-encoded, as Zoom's does.
fn meta(kind: &str, id: &str, created: DateTime<Utc>, modified: DateTime<Utc>, base_url: &str) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "resourceType": kind,
        "location": format!("{base_url}/scim2/{kind}s/{id}"),
        "version": "1.0.0",
        "created": time(created),
        "lastModified": time(modified),
    })
}

fn put(out: &mut Map<String, Value>, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        out.insert(key.to_owned(), json!(value));
    }
}

/// Roles and groups: lists everywhere but in GET, which documents a single
/// object. With several to show, GET gives the list here too (assumed).
fn put_named(out: &mut Map<String, Value>, key: &str, names: &[&str], kind: Option<&str>, view: View) {
    let mut elements: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let mut element = json!({ "display": name, "value": name });
            if let Some(kind) = kind {
                element["type"] = json!(kind);
            }
            if view != View::Get || kind.is_none() {
                element["primary"] = json!(index == 0);
            }
            element
        })
        .collect();
    match elements.len() {
        0 => {}
        1 if view == View::Get => {
            out.insert(key.to_owned(), elements.remove(0));
        }
        _ => {
            out.insert(key.to_owned(), Value::Array(elements));
        }
    }
}

fn extension(all: &Map<String, Value>, shows: impl Fn(&str) -> bool) -> Option<Value> {
    let shown = all.iter().filter(|(key, _)| shows(key));
    let shown: Map<String, Value> = shown.map(|(key, value)| (key.clone(), value.clone())).collect();
    (!shown.is_empty()).then_some(Value::Object(shown))
}

fn shows_enterprise(view: View, key: &str) -> bool {
    match view {
        View::List => key == "department",
        View::Update | View::Activate => matches!(key, "department" | "organization"),
        View::Get | View::Create => {
            matches!(key, "department" | "organization" | "costCenter" | "employeeNumber" | "manager")
        }
    }
}

fn shows_zoom(view: View, key: &str) -> bool {
    let write_only = key.starts_with("zoomPhone") || key.starts_with("zoomContactCenter");
    !write_only
        && match view {
            View::List => false,
            View::Get => key != "zoomRevenueAcceleratorRole" && !is_custom(key),
            View::Create => true,
            View::Update => !matches!(key, "zoomMailAndCalendar" | "visitorManagement" | "zoomAICompanion"),
            View::Activate => key != "zoomRevenueAcceleratorRole",
        }
}
