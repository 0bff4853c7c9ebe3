//! Many operations in one request (RFC 7644 section 3.7): reading it, its references by `bulkId`,
//! and the answer. To do the operations, and in which order, is the endpoint's.

mod answer;
mod reference;

use serde_json::{Map, Value};

use crate::error::{Error, Result, shown};
use crate::path::{each_name_once, get};

pub use answer::{RESPONSE_SCHEMA, done, failed, response};
pub use reference::{references, resolve};

/// The `schemas` value of a bulk request.
pub const REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Most operations in one request.
pub const MAX_BULK_OPERATIONS: usize = 1000;

/// Longest `bulkId` in bytes.
const MAX_BULK_ID_BYTES: usize = 1000;

/// A bulk request whose form is right.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// After how many errors to stop; never 0.
    pub fail_on_errors: Option<u32>,
    pub operations: Vec<Operation>,
}

/// One operation: the request it would be alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its place in the request, from 1; for errors.
    pub number: usize,
    pub method: Method,
    /// The client's own name for what a POST makes; unique in the request.
    pub bulk_id: Option<String>,
    /// The version the resource must be in, as in If-Match.
    pub version: Option<String>,
    /// Below the base address, decoded, such as `["Users", "id"]`.
    pub path: Vec<String>,
    /// The body; always there but for DELETE.
    pub data: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Request {
    /// Reads the body of a POST to `/Bulk`. An operation of the wrong form makes the whole request
    /// a 400, before anything is done; what an operation asks for is looked at when its turn comes.
    pub fn from_json(body: Value) -> Result<Self> {
        let Value::Object(mut body) = body else {
            return Err(Error::syntax("The body must be a JSON object, a BulkRequest."));
        };
        each_name_once(&body)?;
        let fail_on_errors = fail_on_errors(get(&body, "failOnErrors"))?;
        let Some(Value::Array(given)) = take(&mut body, "Operations") else {
            return Err(Error::syntax("Operations is missing. Send a list of operations, each with method and path."));
        };
        if given.len() > MAX_BULK_OPERATIONS {
            let count = given.len();
            return Err(Error::plain(
                413,
                format!("The request has {count} operations; at most {MAX_BULK_OPERATIONS} are taken. Send several."),
            ));
        }
        let mut operations = Vec::with_capacity(given.len());
        for (index, operation) in given.into_iter().enumerate() {
            let number = index + 1;
            operations.push(Operation::read(number, operation).map_err(|e| e.at(&format!("Operation {number}")))?);
        }
        each_bulk_id_once(&operations)?;
        Ok(Self { fail_on_errors, operations })
    }
}

impl Operation {
    /// Method and path, as a request begins.
    pub fn line(&self) -> String {
        format!("{} /{}", self.method.as_str(), self.path.join("/"))
    }

    fn read(number: usize, given: Value) -> Result<Self> {
        let Value::Object(mut given) = given else {
            return Err(Error::syntax("An operation must be an object."));
        };
        each_name_once(&given)?;
        let method = text(&mut given, "method")?.unwrap_or_default();
        let method = Method::ALL.into_iter().find(|m| m.as_str().eq_ignore_ascii_case(&method)).ok_or_else(|| {
            Error::syntax(format!("method is {}; it must be POST, PUT, PATCH or DELETE.", shown(&method)))
        })?;
        let bulk_id = text(&mut given, "bulkId")?.filter(|id| !id.is_empty());
        if bulk_id.as_ref().is_some_and(|id| id.len() > MAX_BULK_ID_BYTES) {
            return Err(Error::value(format!("bulkId is longer than {MAX_BULK_ID_BYTES} bytes.")));
        }
        if method == Method::Post && bulk_id.is_none() {
            return Err(Error::syntax("A POST needs a bulkId, by which the answer names it."));
        }
        let path = text(&mut given, "path")?.ok_or_else(|| Error::syntax("path is missing."))?;
        let data = take(&mut given, "data").filter(|data| !data.is_null() && method != Method::Delete);
        if data.is_none() && method != Method::Delete {
            return Err(Error::syntax(format!("{} needs data, the body of the request.", method.as_str())));
        }
        Ok(Self { number, method, bulk_id, version: text(&mut given, "version")?, path: segments(&path)?, data })
    }
}

/// 0 is read as 1: who accepts no error stops at the first.
fn fail_on_errors(given: Option<&Value>) -> Result<Option<u32>> {
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(most) => Ok(Some(u32::try_from(most).unwrap_or(u32::MAX).max(1))),
            None => Err(Error::value("failOnErrors must be a whole number, 1 or more.")),
        },
    }
}

fn each_bulk_id_once(operations: &[Operation]) -> Result<()> {
    let mut seen = std::collections::HashSet::new();
    for operation in operations {
        if let Some(id) = operation.bulk_id.as_deref().filter(|id| !seen.insert(*id)) {
            return Err(Error::value(format!(
                "Operation {}: the bulkId {} is given twice.",
                operation.number,
                shown(id)
            )));
        }
    }
    Ok(())
}

fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.remove(&key)
}

fn text(object: &mut Map<String, Value>, name: &str) -> Result<Option<String>> {
    match take(object, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::syntax(format!("{name} must be text."))),
    }
}

/// The path in its parts; empty ones are left out, as in an address. A query has no place in it:
/// the answer carries no resources that it could shape.
fn segments(path: &str) -> Result<Vec<String>> {
    if path.contains(['?', '#']) {
        return Err(Error::path("path takes no query. Right: /Users/id."));
    }
    let segments = path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect::<Option<Vec<_>>>();
    let segments = segments.ok_or_else(|| Error::path("path is not valid percent-encoded UTF-8."))?;
    if segments.is_empty() {
        return Err(Error::path("path is empty. Right: /Users, /Users/id."));
    }
    Ok(segments)
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte == b'%' {
            let hex = rest.get(..2).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(operations: Value) -> Result<Request> {
        Request::from_json(json!({"schemas": [REQUEST_SCHEMA], "Operations": operations}))
    }

    #[test]
    fn the_example_of_the_rfc() {
        let request = Request::from_json(json!({
            "failOnErrors": 1,
            "Operations": [
                {"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": {"userName": "Alice"}},
                {"method": "put", "path": "Users/b%2Fc/", "version": "W/\"3\"", "data": {"userName": "Bob"}},
                {"method": "PATCH", "path": "/Groups/bulkId:ytrewq", "data": {"Operations": []}},
                {"method": "DELETE", "path": "/Users/e9", "data": null},
            ],
        }))
        .unwrap();
        assert_eq!(request.fail_on_errors, Some(1));
        let paths: Vec<_> = request.operations.iter().map(|o| o.path.join(" ")).collect();
        assert_eq!(paths, ["Users", "Users b/c", "Groups bulkId:ytrewq", "Users e9"]);
        let [post, put, _, delete] = request.operations.as_slice() else { panic!("four operations") };
        assert_eq!((post.number, post.method, post.bulk_id.as_deref()), (1, Method::Post, Some("qwerty")));
        assert_eq!(put.version.as_deref(), Some("W/\"3\""));
        assert_eq!((delete.method, &delete.data), (Method::Delete, &None));
        assert!(read(json!([])).unwrap().operations.is_empty());
    }

    #[test]
    fn a_request_of_the_wrong_form() {
        let post = json!({"method": "POST", "path": "/Users", "bulkId": "a", "data": {}});
        for (operations, scim_type) in [
            (json!(5), "invalidSyntax"),
            (json!([5]), "invalidSyntax"),
            (json!([{"path": "/Users"}]), "invalidSyntax"),
            (json!([{"method": "GET", "path": "/Users"}]), "invalidSyntax"),
            (json!([{"method": "DELETE"}]), "invalidSyntax"),
            (json!([{"method": "DELETE", "path": 5}]), "invalidSyntax"),
            (json!([{"method": "DELETE", "path": "/Users/1", "Path": "/Users/2"}]), "invalidSyntax"),
            (json!([{"method": "DELETE", "path": "/"}]), "invalidPath"),
            (json!([{"method": "DELETE", "path": "/Users/%zz"}]), "invalidPath"),
            (json!([{"method": "DELETE", "path": "/Users/%+1"}]), "invalidPath"),
            (json!([{"method": "DELETE", "path": "/Users/1?x=y"}]), "invalidPath"),
            (json!([{"method": "POST", "path": "/Users", "data": {}}]), "invalidSyntax"),
            (json!([{"method": "PUT", "path": "/Users/1"}]), "invalidSyntax"),
            (json!([post, post]), "invalidValue"),
        ] {
            let error = read(operations.clone()).expect_err(&operations.to_string());
            assert_eq!(error.to_json()["scimType"], scim_type, "{operations}");
        }
        for most in [json!(-1), json!("x"), json!(1.5)] {
            assert!(Request::from_json(json!({"failOnErrors": most, "Operations": []})).is_err(), "{most}");
        }
        assert!(Request::from_json(json!({"Operations": [], "operations": []})).is_err());
        let none = Request::from_json(json!({"failOnErrors": 0, "Operations": []})).unwrap();
        assert_eq!(none.fail_on_errors, Some(1));
        let delete = json!({"method": "DELETE", "path": "/Users/1"});
        assert!(read(json!(vec![delete.clone(); MAX_BULK_OPERATIONS])).is_ok());
        assert_eq!(read(json!(vec![delete; MAX_BULK_OPERATIONS + 1])).unwrap_err().status, 413);
    }

    proptest! {
        #[test]
        fn no_path_panics(path in "\\PC{0,30}", tail in "[/%0-9a-f?é]{0,20}") {
            for path in [path, tail] {
                let _ = read(json!([{"method": "DELETE", "path": path}]));
            }
        }
    }
}
