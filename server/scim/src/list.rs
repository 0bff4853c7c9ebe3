//! Lists: what was asked for, and the ListResponse that answers (RFC 7644 section 3.4.2, RFC 9865).

mod query;

use serde_json::{Map, Value, json};

pub use query::{ListQuery, Page, SEARCH_SCHEMA, Sort};

/// The `schemas` value of a list.
pub const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Most resources in one page; `filter.maxResults` of the ServiceProviderConfig says so.
pub const MAX_COUNT: u32 = 200;

/// Resources in a page when the client does not say.
pub const DEFAULT_COUNT: u32 = 100;

/// The ListResponse: `total` results in all, `resources` of them here, from `start_index`.
pub fn response(total: u64, start_index: u64, resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST_SCHEMA],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// The ListResponse of a page by cursor (RFC 9865 section 2). The last page has no `next`, the
/// first no `previous`: a client goes on until it is missing.
pub fn cursor_response(total: u64, next: Option<String>, previous: Option<String>, resources: Vec<Value>) -> Value {
    let mut body = Map::new();
    body.insert("schemas".into(), json!([LIST_SCHEMA]));
    body.insert("totalResults".into(), json!(total));
    body.insert("itemsPerPage".into(), json!(resources.len()));
    for (name, cursor) in [("nextCursor", next), ("previousCursor", previous)] {
        if let Some(cursor) = cursor {
            body.insert(name.into(), json!(cursor));
        }
    }
    body.insert("Resources".into(), json!(resources));
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_has_its_keys() {
        let body = response(0, 1, Vec::new());
        assert_eq!(body["Resources"], json!([]));
        assert_eq!(body["totalResults"], 0);
        assert_eq!(body["itemsPerPage"], 0);
        assert_eq!(body["startIndex"], 1);
    }

    #[test]
    fn cursors_stand_only_where_there_are_pages() {
        let middle = cursor_response(9, Some("n".into()), Some("p".into()), vec![json!({})]);
        assert_eq!((&middle["nextCursor"], &middle["previousCursor"]), (&json!("n"), &json!("p")));
        assert_eq!((&middle["totalResults"], &middle["itemsPerPage"]), (&json!(9), &json!(1)));
        let only = cursor_response(0, None, None, Vec::new());
        assert!(only.get("nextCursor").is_none() && only.get("previousCursor").is_none());
        assert_eq!(only["Resources"], json!([]));
        assert!(only.get("startIndex").is_none());
    }
}
