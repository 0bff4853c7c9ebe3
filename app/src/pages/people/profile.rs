//! What the sources say of a person.

use crate::components::{Card, Kv, Look, Status, Time, Tone, pair};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::person::RecordSummary;
use serde_json::Value;

/// What each source says, in short.
#[component]
pub fn Records(records: Vec<RecordSummary>) -> impl IntoView {
    let items = records.into_iter().map(|record| {
        let look = match (record.deleted_at, record.active) {
            (Some(_), _) => Look::new(Tone::Idle, "trash-2", "Deleted there"),
            (None, true) => Look::new(Tone::Ok, "circle-check", "Active there"),
            (None, false) => Look::new(Tone::Idle, "user-x", "Inactive there"),
        };
        view! {
            <li>
                <div class="body">
                    <p class="title"><a href=format!("/sources/{}", record.source_id)>{record.source_name}</a></p>
                    <p class="desc">
                        <span class="mono">{record.user_name}</span>
                        {record.external_id.map(|id| view! { ", there as "<span class="mono">{id}</span> })}
                        ", "<Time at=record.deleted_at.unwrap_or(record.updated_at)/>
                    </p>
                </div>
                <Status look=look/>
            </li>
        }
    });
    view! { <Card id="records" title="Sources"><ul class="rows">{items.collect_view()}</ul></Card> }
}

/// The SCIM attributes.
#[component]
pub fn Profile(profile: Value, since: DateTime<Utc>) -> impl IntoView {
    let mut rows: Vec<(String, AnyView)> =
        flatten(&profile).into_iter().map(|(name, value)| pair(name, value)).collect();
    rows.push(pair("Known since", view! { <Time at=since/> }));
    view! { <Card id="profile" title="Profile"><section><Kv rows=rows/></section></Card> }
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
