//! What the sources say of a person.

use crate::components::{Card, Kv, Look, Status, Time, Tone, pair};
use crate::now::use_now;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::PersonId;
use model::group::OfPerson;
use model::person::{Held, RecordSummary};
use serde_json::Value;

/// What each source says, in short. Where several hold the person, each can be separated; what one deleted can be
/// restored while another one holds the person still.
#[component]
pub fn Records(person: PersonId, records: Vec<RecordSummary>, may_manage: bool) -> impl IntoView {
    let living = records.iter().filter(|record| record.deleted_at.is_none()).count();
    let now = use_now().get_untracked();
    let items = records.into_iter().map(move |record| {
        let look = match (record.deleted_at, record.active) {
            (Some(_), _) => Look::new(Tone::Idle, "trash-2", "Deleted there"),
            (None, true) => Look::new(Tone::Ok, "circle-check", "Active there"),
            (None, false) => Look::new(Tone::Idle, "user-x", "Inactive there"),
        };
        let action = match record.deleted_at {
            None if living > 1 => Some(("separate", "Separate")),
            Some(_) if living > 0 && record.restorable_until().is_some_and(|end| end > now) => Some(("restore", "Restore")),
            _ => None,
        };
        let action = action.filter(|_| may_manage).map(|(dialog, label)| {
            let href = format!("/people/{person}?dialog={dialog}&record={}", record.id);
            let whole = format!("{label} {} of {}", record.user_name, record.source_name);
            view! { <a class="btn" data-variant="outline" data-size="sm" href=href aria-label=whole>{label}</a> }
        });
        view! {
            <li>
                <div class="body">
                    <p class="title"><a href=format!("/sources/{}", record.source_id)>{record.source_name}</a></p>
                    <p class="desc">
                        <span class="mono wrap-anywhere">{record.user_name}</span>
                        {record.external_id.map(|id| view! { ", there as "<span class="mono wrap-anywhere">{id}</span> })}
                        ", "<Time at=record.deleted_at.unwrap_or(record.updated_at)/>
                    </p>
                </div>
                <span class="actions grid gap-2 justify-items-end"><Status look=look/>{action}</span>
            </li>
        }
    });
    let items = items.collect_view();
    let several = (living > 1).then(|| {
        view! { <footer class="hint">"The first of them that gives an attribute decides."</footer> }
    });
    view! { <Card id="records" title="Sources"><ul class="rows">{items}</ul>{several}</Card> }
}

/// The groups the person is in.
#[component]
pub fn Groups(groups: Vec<OfPerson>, more: bool) -> impl IntoView {
    let none = groups
        .is_empty()
        .then(|| view! { <section><p class="muted">"In none that a source has pushed."</p></section> });
    let rows = groups.into_iter().map(|group| {
        let way = if group.direct { "" } else { ", by way of another group" };
        view! {
            <li><div class="body">
                <p class="title wrap-anywhere"><a href=format!("/groups/{}", group.id)>{group.display_name}</a></p>
                <p class="desc">{group.source_name}{way}</p>
            </div></li>
        }
    });
    let more = more.then(|| view! { <footer class="hint">"There are more. These are the first by name."</footer> });
    view! { <Card id="groups" title="Groups">{none}<ul class="rows">{rows.collect_view()}</ul>{more}</Card> }
}

/// The SCIM attributes; with the source of each where several hold the person.
#[component]
pub fn Profile(
    profile: Value,
    held: Vec<Held>,
    manager: Option<(PersonId, String)>,
    since: DateTime<Utc>,
) -> impl IntoView {
    let attributes = if held.is_empty() {
        flatten(&profile).into_iter().map(|(name, value)| (name, value, None)).collect()
    } else {
        held.into_iter().flat_map(from_its_source).collect::<Vec<_>>()
    };
    let row = |(name, value, source): (String, String, Option<String>)| {
        let source = source.map(|source| view! { " "<span class="tag">{source}</span> });
        match &manager {
            Some((id, who)) if name.eq_ignore_ascii_case("manager.value") => {
                pair("manager", view! { <a href=format!("/people/{id}")>{who.clone()}</a>{source} })
            }
            _ => pair(name, view! { {value}{source} }),
        }
    };
    let mut rows: Vec<(String, AnyView)> = attributes.into_iter().map(row).collect();
    rows.push(pair("Known since", view! { <Time at=since/> }));
    view! { <Card id="profile" title="Profile"><section><Kv rows=rows/></section></Card> }
}

/// An attribute that one of several sources gave.
fn from_its_source(held: Held) -> Vec<(String, String, Option<String>)> {
    let attributes = flatten(&serde_json::json!({ held.name: held.value })).into_iter();
    attributes.map(|(name, value)| (name, value, Some(held.source_name.clone()))).collect()
}

/// Attributes a person need not see: what the protocol needs, and what the page shows elsewhere.
const LEFT_OUT: &[&str] = &["schemas", "id", "meta", "password", "userName", "active"];

/// A SCIM resource as names and values, in its own words: `name.givenName`, `emails`, and what stands below an
/// extension's URN by its bare name.
pub(super) fn flatten(resource: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    if let Value::Object(map) = resource {
        for (key, value) in map.iter().filter(|(key, _)| !LEFT_OUT.contains(&key.as_str())) {
            let prefix = if key.starts_with("urn:") { "" } else { key.as_str() };
            collect(prefix, value, &mut rows);
        }
    }
    rows
}

fn collect(name: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                collect(&name, value, rows);
            }
        }
        Value::Array(items) => {
            let values: Vec<String> = items.iter().map(element).filter(|text| !text.is_empty()).collect();
            if !values.is_empty() {
                rows.push((name.to_owned(), values.join(", ")));
            }
        }
        Value::Null => {}
        other => rows.push((name.to_owned(), plain(other))),
    }
}

/// An element of a multi-valued attribute (RFC 7643, section 2.4): its value, with its type.
fn element(item: &Value) -> String {
    let Value::Object(map) = item else { return plain(item) };
    let value = map.get("value").or_else(|| map.get("formatted")).or_else(|| map.get("display"));
    let Some(value) = value.map(plain) else { return item.to_string() };
    match map.get("type").and_then(Value::as_str) {
        Some(kind) => format!("{value} ({kind})"),
        None => value,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_reads_as_names_and_values() {
        let profile = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "name": {"givenName": "Ada", "familyName": null},
            "emails": [{"value": "ada@example.com", "type": "work", "primary": true}, {"value": "a@example.com"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "7"}},
        });
        let rows = flatten(&profile);
        let find = |name: &str| rows.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(find("name.givenName"), Some("Ada"));
        assert_eq!(find("emails"), Some("ada@example.com (work), a@example.com"));
        assert_eq!(find("department"), Some("Sales"));
        assert_eq!(find("manager.value"), Some("7"));
        assert_eq!((find("schemas"), find("name.familyName")), (None, None));
    }
}
