//! The Group of RFC 7643 section 4.2.

use super::{Attribute, ResourceType, Schema};

/// The core Group.
pub static GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Users and groups that belong together, as the identity source states it.",
    attributes: GROUP_ATTRIBUTES,
};

/// Groups: the core schema alone.
pub static GROUP_TYPE: ResourceType =
    ResourceType { name: "Group", endpoint: "/Groups", core: &GROUP, extensions: &[] };

const GROUP_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("displayName", "The group's name.").required(),
    Attribute::complex("members", MEMBER, "The users and groups that belong to the group.").many().kept_apart(),
];

/// A member is named by its `value` alone; the rest follows from who that is. So nothing of a
/// member can be changed: it comes and it goes.
const MEMBER: &[Attribute] = &[
    Attribute::text("value", "The id of the user or group.").case_exact().immutable(),
    Attribute::reference("$ref", &["User", "Group"], "The address of the user or group.").immutable(),
    Attribute::text("type", "Whether the member is a user or a group.").one_of(&["User", "Group"]).immutable(),
];
