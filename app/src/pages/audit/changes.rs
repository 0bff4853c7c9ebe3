//! Before and after as values side by side: what an entry keeps as JSON, taken apart.

use crate::components::Changed;
use serde_json::Value;
use std::collections::BTreeMap;

/// Deeper than this a value is one text: a page must not follow hostile data without end.
const DEPTH: usize = 8;

/// Each value of either side by its name, such as `actions.create`.
pub(super) fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Changed> {
    let mut values: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    if let Some(value) = before {
        take_apart(value, String::new(), 0, &mut |name, text| values.entry(name).or_default().0 = Some(text));
    }
    if let Some(value) = after {
        take_apart(value, String::new(), 0, &mut |name, text| values.entry(name).or_default().1 = Some(text));
    }
    values.into_iter().map(|(name, (before, after))| Changed { name, before, after }).collect()
}

fn take_apart(value: &Value, name: String, depth: usize, keep: &mut dyn FnMut(String, String)) {
    match value {
        Value::Object(map) if depth < DEPTH => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                take_apart(value, name, depth + 1, keep);
            }
        }
        Value::Null => {}
        Value::String(text) => keep(name_or_value(name), text.clone()),
        other => keep(name_or_value(name), other.to_string()),
    }
}

/// What is no object has no names in it.
fn name_or_value(name: String) -> String {
    if name.is_empty() { "value".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_matched_by_their_whole_name() {
        let before = json!({ "name": "Zoom", "actions": { "create": true }, "gone": "x", "none": null });
        let after = json!({ "name": "Zoom", "actions": { "create": false } });
        let found = changes(Some(&before), Some(&after));
        let told: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.before.as_deref(), c.after.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("actions.create", Some("true"), Some("false")),
                ("gone", Some("x"), None),
                ("name", Some("Zoom"), Some("Zoom"))
            ]
        );
        assert_eq!(changes(None, Some(&json!("text")))[0].name, "value");
    }

    #[test]
    fn a_deep_value_ends() {
        let deep = (0..200).fold(json!(1), |inner, _| json!({ "a": inner }));
        let found = changes(Some(&deep), None);
        assert_eq!((found.len(), found[0].name.as_str()), (1, "a.a.a.a.a.a.a.a"));
    }
}
