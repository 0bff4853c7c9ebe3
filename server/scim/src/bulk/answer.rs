//! The answer to a bulk request (RFC 7644 section 3.7.3).

use serde_json::{Map, Value, json};

use super::Operation;
use crate::error::Error;
use crate::etag::etag;

/// The `schemas` value of a bulk response.
pub const RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// An operation that was done; `location` is the resource's full address, `version` the one it is
/// in now (not after DELETE).
pub fn done(operation: &Operation, status: u16, location: Option<&str>, version: Option<i64>) -> Value {
    let mut body = answered(operation, status, location);
    if let Some(version) = version {
        body.insert("version".into(), json!(etag(version)));
    }
    Value::Object(body)
}

/// An operation that was refused. `location` is the full address of the resource it was about; only
/// a POST has none.
pub fn failed(operation: &Operation, error: &Error, location: Option<&str>) -> Value {
    let mut body = answered(operation, error.status, location);
    body.insert("response".into(), error.to_json());
    Value::Object(body)
}

/// The whole answer: of all operations, or of those before it stopped.
pub fn response(operations: Vec<Value>) -> Value {
    json!({ "schemas": [RESPONSE_SCHEMA], "Operations": operations })
}

fn answered(operation: &Operation, status: u16, location: Option<&str>) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("method".into(), json!(operation.method.as_str()));
    if let Some(bulk_id) = &operation.bulk_id {
        body.insert("bulkId".into(), json!(bulk_id));
    }
    if let Some(location) = location {
        body.insert("location".into(), json!(location));
    }
    body.insert("status".into(), json!(status.to_string()));
    body
}

#[cfg(test)]
mod tests {
    use super::super::Method;
    use super::*;

    #[test]
    fn each_operation_is_answered_as_if_alone() {
        let post = Operation {
            number: 1,
            method: Method::Post,
            bulk_id: Some("a".into()),
            version: None,
            path: vec!["Users".into()],
            data: Some(json!({})),
        };
        assert_eq!(
            done(&post, 201, Some("https://x/Users/1"), Some(1)),
            json!({"method": "POST", "bulkId": "a", "location": "https://x/Users/1", "status": "201",
                "version": "W/\"1\""})
        );
        let refused = failed(&post, &Error::uniqueness("taken"), None);
        assert_eq!((&refused["status"], &refused["response"]["scimType"]), (&json!("409"), &json!("uniqueness")));
        assert!(refused.get("location").is_none());
        let whole = response(vec![refused]);
        assert_eq!(
            (&whole["schemas"][0], whole["Operations"].as_array().map(Vec::len)),
            (&json!(RESPONSE_SCHEMA), Some(1))
        );
    }
}
