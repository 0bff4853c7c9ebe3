//! The schemas of the discovery documents themselves (RFC 7643 sections 5, 6, 7 and 8.7.2): read
//! by clients that look up everything, written by nobody.

use super::{Attribute, Schema};

/// The ServiceProviderConfig.
pub(crate) static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "ServiceProviderConfig",
    description: "What this server can do.",
    attributes: CONFIG,
};

/// A resource type.
pub(crate) static RESOURCE_TYPE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "A kind of resource and where it lives.",
    attributes: RESOURCE_TYPE_ATTRIBUTES,
};

/// A schema.
pub(crate) static SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "A schema and its attributes.",
    attributes: SCHEMA_ATTRIBUTES,
};

const fn fixed_text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::text(name, description).required().read_only()
}

const fn fixed_flag(name: &'static str, description: &'static str) -> Attribute {
    Attribute::boolean(name, description).required().read_only()
}

const fn fixed_number(name: &'static str, description: &'static str) -> Attribute {
    Attribute::integer(name, description).required().read_only()
}

const fn feature(name: &'static str, sub_attributes: &'static [Attribute], description: &'static str) -> Attribute {
    Attribute::complex(name, sub_attributes, description).required().read_only()
}

const SUPPORTED: Attribute = fixed_flag("supported", "Whether this server can do it.");

const CONFIG: &[Attribute] = &[
    Attribute::reference("documentationUri", &["external"], "The server's documentation.").read_only(),
    feature("patch", &[SUPPORTED], "PATCH."),
    feature(
        "bulk",
        &[
            SUPPORTED,
            fixed_number("maxOperations", "Most operations in one request."),
            fixed_number("maxPayloadSize", "Most bytes in one request."),
        ],
        "Bulk requests.",
    ),
    feature("filter", &[SUPPORTED, fixed_number("maxResults", "Most resources in one answer.")], "Filters."),
    feature("changePassword", &[SUPPORTED], "Changing a password."),
    feature("sort", &[SUPPORTED], "Sorting."),
    feature("etag", &[SUPPORTED], "Entity tags."),
    Attribute::complex("pagination", PAGINATION, "How lists are paged (RFC 9865).").read_only(),
    feature(
        "authenticationSchemes",
        &[
            fixed_text("type", "The kind of scheme.").one_of(&[
                "oauth",
                "oauth2",
                "oauthbearertoken",
                "httpbasic",
                "httpdigest",
            ]),
            fixed_text("name", "The scheme's common name."),
            fixed_text("description", "What the scheme is."),
            Attribute::reference("specUri", &["external"], "The scheme's specification.").read_only(),
            Attribute::reference("documentationUri", &["external"], "How to use it.").read_only(),
            Attribute::boolean("primary", "Whether this scheme is preferred.").read_only(),
        ],
        "How a client signs in.",
    )
    .many(),
];

const PAGINATION: &[Attribute] = &[
    fixed_flag("cursor", "Whether pages can be turned by cursor."),
    fixed_flag("index", "Whether pages can be asked for by index."),
    Attribute::text("defaultPaginationMethod", "How a list is paged when the client does not say.")
        .one_of(&["cursor", "index"])
        .read_only(),
    Attribute::integer("defaultPageSize", "Resources in a page when the client does not say.").read_only(),
    Attribute::integer("maxPageSize", "Most resources in one page.").read_only(),
];

const RESOURCE_TYPE_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("id", "The id of the resource type.").read_only(),
    fixed_text("name", "The name of the resource type."),
    Attribute::text("description", "What the resource type is.").read_only(),
    Attribute::reference("endpoint", &["uri"], "Where the resources live, below the base address.")
        .required()
        .read_only(),
    Attribute::reference("schema", &["uri"], "The core schema.").required().read_only(),
    Attribute::complex(
        "schemaExtensions",
        &[
            Attribute::reference("schema", &["uri"], "The extension's schema.").required().read_only(),
            fixed_flag("required", "Whether every resource must have it."),
        ],
        "The extensions of the resource type.",
    )
    .many()
    .read_only(),
];

const SCHEMA_ATTRIBUTES: &[Attribute] = &[
    fixed_text("id", "The URN of the schema."),
    Attribute::text("name", "The schema's name.").read_only(),
    Attribute::text("description", "What the schema is for.").read_only(),
    feature("attributes", ATTRIBUTE, "The attributes.").many(),
];

/// RFC 7643 nests definitions to no stated depth; as there, one level is written out.
const ATTRIBUTE: &[Attribute] = &[
    NAME,
    TYPE,
    MULTI_VALUED,
    DESCRIPTION,
    REQUIRED,
    CANONICAL_VALUES,
    CASE_EXACT,
    MUTABILITY,
    RETURNED,
    UNIQUENESS,
    REFERENCE_TYPES,
    Attribute::complex("subAttributes", SUB_ATTRIBUTE, "The sub-attributes.").many().read_only(),
];

const SUB_ATTRIBUTE: &[Attribute] = &[
    NAME,
    TYPE,
    MULTI_VALUED,
    DESCRIPTION,
    REQUIRED,
    CANONICAL_VALUES,
    CASE_EXACT,
    MUTABILITY,
    RETURNED,
    UNIQUENESS,
    REFERENCE_TYPES,
];

const NAME: Attribute = fixed_text("name", "The attribute's name.").case_exact();
const TYPE: Attribute = fixed_text("type", "The data type.").one_of(&[
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "binary",
    "reference",
    "complex",
]);
const MULTI_VALUED: Attribute = fixed_flag("multiValued", "Whether there may be several values.");
const DESCRIPTION: Attribute = Attribute::text("description", "What the attribute is.").read_only();
const REQUIRED: Attribute = Attribute::boolean("required", "Whether a value must be given.").read_only();
const CANONICAL_VALUES: Attribute =
    Attribute::text("canonicalValues", "Values with a known meaning.").many().read_only();
const CASE_EXACT: Attribute = Attribute::boolean("caseExact", "Whether upper and lower case differ.").read_only();
const MUTABILITY: Attribute = Attribute::text("mutability", "Who may write it.")
    .one_of(&["readOnly", "readWrite", "immutable", "writeOnly"])
    .read_only();
const RETURNED: Attribute =
    Attribute::text("returned", "When it is returned.").one_of(&["always", "never", "default", "request"]).read_only();
const UNIQUENESS: Attribute =
    Attribute::text("uniqueness", "Among what it is unique.").one_of(&["none", "server", "global"]).read_only();
const REFERENCE_TYPES: Attribute =
    Attribute::text("referenceTypes", "What a reference may point to.").many().read_only();
