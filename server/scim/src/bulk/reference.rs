//! `bulkId:x` in place of an id that is not there yet (RFC 7644 section 3.7.2).

use std::collections::BTreeSet;

use serde_json::Value;

use super::Operation;

const PREFIX: &str = "bulkId:";

/// The bulkIds that data refers to, wherever in it they stand.
pub fn references(data: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(data, &mut found);
    found
}

/// Puts the ids in place of the references that `id_of` knows; the others stay.
pub fn resolve(data: &mut Value, id_of: impl Fn(&str) -> Option<String>) {
    put_ids(data, &id_of);
}

impl Operation {
    /// The bulkIds that this operation refers to, in its data and in its path.
    pub fn references(&self) -> BTreeSet<String> {
        let mut found = self.data.as_ref().map(references).unwrap_or_default();
        found.extend(self.path.iter().filter_map(|segment| segment.strip_prefix(PREFIX)).map(str::to_owned));
        found
    }

    /// Puts the ids in place of the references that `id_of` knows; the others stay.
    pub fn resolve(&mut self, id_of: impl Fn(&str) -> Option<String>) {
        for segment in &mut self.path {
            put_id(segment, &id_of);
        }
        if let Some(data) = &mut self.data {
            put_ids(data, &id_of);
        }
    }
}

fn collect(data: &Value, found: &mut BTreeSet<String>) {
    match data {
        Value::String(text) => found.extend(text.strip_prefix(PREFIX).map(str::to_owned)),
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        Value::Object(map) => map.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn put_ids(data: &mut Value, id_of: &impl Fn(&str) -> Option<String>) {
    match data {
        Value::String(text) => put_id(text, id_of),
        Value::Array(list) => list.iter_mut().for_each(|value| put_ids(value, id_of)),
        Value::Object(map) => map.values_mut().for_each(|value| put_ids(value, id_of)),
        _ => {}
    }
}

fn put_id(text: &mut String, id_of: &impl Fn(&str) -> Option<String>) {
    if let Some(id) = text.strip_prefix(PREFIX).and_then(id_of) {
        *text = id;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Method, Operation};
    use serde_json::json;

    #[test]
    fn references_are_found_and_resolved() {
        let mut operation = Operation {
            number: 1,
            method: Method::Patch,
            bulk_id: None,
            version: None,
            path: vec!["Groups".into(), "bulkId:g".into()],
            data: Some(json!({"members": [{"value": "bulkId:a"}, "bulkId:b", "bulkId", "x bulkId:c"], "n": 1})),
        };
        let found = |operation: &Operation| operation.references().into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(found(&operation), "a b g");
        operation.resolve(|id| (id != "b").then(|| format!("id-{id}")));
        assert_eq!(found(&operation), "b");
        assert_eq!(operation.path, ["Groups", "id-g"]);
        assert_eq!(
            operation.data,
            Some(json!({"members": [{"value": "id-a"}, "bulkId:b", "bulkId", "x bulkId:c"], "n": 1}))
        );
    }
}
