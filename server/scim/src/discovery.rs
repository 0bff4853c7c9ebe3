//! What the server says of itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7644
//! section 4). Printed from the tables that also check writes, and from the bounds that also hold.
//!
//! `base` is always the address that ends in `/scim/v2`, without a slash at its end.

use serde_json::{Value, json};

use crate::bulk::MAX_BULK_OPERATIONS;
use crate::list::{DEFAULT_COUNT, MAX_COUNT};
use crate::schema::{
    ENTERPRISE_USER, GROUP, GROUP_TYPE, RESOURCE_TYPE, ResourceType, SCHEMA, SERVICE_PROVIDER_CONFIG, Schema, USER,
    USER_TYPE,
};

/// Largest request body in bytes; the HTTP layer holds it.
pub const MAX_PAYLOAD_BYTES: usize = 1_048_576;

static RESOURCE_TYPES: &[&ResourceType] = &[&USER_TYPE, &GROUP_TYPE];
static SCHEMAS: &[&Schema] = &[&USER, &ENTERPRISE_USER, &GROUP, &SERVICE_PROVIDER_CONFIG, &RESOURCE_TYPE, &SCHEMA];

/// `GET /ServiceProviderConfig`. `bulk.maxOperations` is also what one PATCH takes, because authentik
/// cuts its PATCH requests by it. Index pages are the default, which clients knew before there were
/// cursors; a cursor has no timeout (RFC 9865 section 4).
pub fn service_provider_config(base: &str) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG.id],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": MAX_BULK_OPERATIONS,
            "maxPayloadSize": MAX_PAYLOAD_BYTES,
        },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token made on the page of the source, sent in the Authorization header.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    })
}

/// `GET /ResourceTypes`, to be put into a list.
pub fn resource_types(base: &str) -> Vec<Value> {
    RESOURCE_TYPES.iter().map(|t| shown(t, base)).collect()
}

/// `GET /ResourceTypes/{name}`.
pub fn resource_type(base: &str, name: &str) -> Option<Value> {
    RESOURCE_TYPES.iter().find(|t| t.name == name).map(|t| shown(t, base))
}

/// `GET /Schemas`, to be put into a list.
pub fn schemas(base: &str) -> Vec<Value> {
    SCHEMAS.iter().map(|s| s.to_json(base)).collect()
}

/// `GET /Schemas/{urn}`; a URN counts in any case (RFC 8141).
pub fn schema(base: &str, urn: &str) -> Option<Value> {
    SCHEMAS.iter().find(|s| s.id.eq_ignore_ascii_case(urn)).map(|s| s.to_json(base))
}

fn shown(resource_type: &ResourceType, base: &str) -> Value {
    let extensions: Vec<Value> =
        resource_type.extensions.iter().map(|s| json!({ "schema": s.id, "required": false })).collect();
    json!({
        "schemas": [RESOURCE_TYPE.id],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.core.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.core.id,
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base}/ResourceTypes/{}", resource_type.name),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://x/scim/v2";

    #[test]
    fn every_document_is_found_at_its_own_location() {
        for document in schemas(BASE) {
            let id = document["id"].as_str().unwrap();
            assert_eq!(schema(BASE, &id.to_uppercase()).unwrap(), document);
        }
        for document in resource_types(BASE) {
            let id = document["id"].as_str().unwrap();
            assert_eq!(resource_type(BASE, id).unwrap(), document);
            assert!(schema(BASE, document["schema"].as_str().unwrap()).is_some());
        }
        assert!(schema(BASE, "urn:no:such").is_none());
        assert!(resource_type(BASE, "Robot").is_none());
    }

    #[test]
    fn the_config_says_only_what_holds() {
        let config = service_provider_config(BASE);
        assert_eq!(config["filter"]["maxResults"], 200);
        for on in ["patch", "bulk", "filter", "sort", "etag"] {
            assert_eq!(config[on]["supported"], true, "{on}");
        }
        assert_eq!(config["changePassword"]["supported"], false);
        assert_eq!(config["pagination"]["maxPageSize"], config["filter"]["maxResults"]);
        assert_eq!(config["bulk"]["maxOperations"], crate::patch::MAX_OPERATIONS);
    }

    #[test]
    fn the_config_has_what_its_schema_describes_and_nothing_else() {
        fn described(value: &Value, attributes: &[crate::schema::Attribute], skip: &[&str]) {
            for (name, value) in value.as_object().unwrap() {
                let Some(known) = attributes.iter().find(|a| a.name == name) else {
                    assert!(skip.contains(&name.as_str()), "{name}");
                    continue;
                };
                for element in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                    assert_eq!(element.is_object(), !known.sub_attributes.is_empty(), "{name}");
                    if element.is_object() {
                        described(element, known.sub_attributes, &[]);
                    }
                }
            }
            for required in attributes.iter().filter(|a| a.required) {
                assert!(value.get(required.name).is_some(), "{}", required.name);
            }
        }
        let config = service_provider_config(BASE);
        described(&config, SERVICE_PROVIDER_CONFIG.attributes, &["schemas", "meta"]);
    }
}
