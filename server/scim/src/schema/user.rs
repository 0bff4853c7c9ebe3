//! The User and the Enterprise User of RFC 7643 sections 4.1 and 4.3, without `password`: a
//! directory that never signs its people in has no use for one and keeps none.

use super::{Attribute, ResourceType, Schema};

/// The core User.
pub static USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person's account as the identity source states it.",
    attributes: USER_ATTRIBUTES,
};

/// The Enterprise User extension.
pub static ENTERPRISE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "Where a person stands in the organization.",
    attributes: ENTERPRISE_ATTRIBUTES,
};

/// Users: the core schema with the enterprise extension.
pub static USER_TYPE: ResourceType =
    ResourceType { name: "User", endpoint: "/Users", core: &USER, extensions: &[&ENTERPRISE_USER] };

const USER_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("userName", "The name by which the user signs in. Unique within the source, whatever the case.")
        .required()
        .unique(),
    Attribute::complex("name", NAME, "The parts of the user's name."),
    Attribute::text("displayName", "The name to show."),
    Attribute::text("nickName", "The casual name."),
    Attribute::reference("profileUrl", &["external"], "A page about the user."),
    Attribute::text("title", "The job title, such as \"Vice President\"."),
    Attribute::text("userType", "How the user relates to the organization, such as \"Employee\"."),
    Attribute::text("preferredLanguage", "The language the user prefers, as in Accept-Language."),
    Attribute::text("locale", "Where the user is, for formats of numbers and dates, such as \"en-US\"."),
    Attribute::text("timezone", "The time zone by its IANA name, such as \"Europe/Berlin\"."),
    Attribute::boolean("active", "Whether the account may be used. Unassigned counts as true."),
    Attribute::complex("emails", EMAIL, "E-mail addresses.").many(),
    Attribute::complex("phoneNumbers", PHONE_NUMBER, "Telephone numbers.").many(),
    Attribute::complex("ims", IM, "Instant messaging addresses.").many(),
    Attribute::complex("photos", PHOTO, "Addresses of pictures.").many(),
    Attribute::complex("addresses", ADDRESS, "Postal addresses.").many(),
    Attribute::complex("groups", GROUP, "The groups the user belongs to; changed through the groups.")
        .many()
        .read_only(),
    Attribute::complex("entitlements", PLAIN, "What the user is entitled to.").many(),
    Attribute::complex("roles", PLAIN, "The user's roles, such as \"Student\".").many(),
    Attribute::complex("x509Certificates", CERTIFICATE, "X.509 certificates.").many(),
];

const NAME: &[Attribute] = &[
    Attribute::text("formatted", "The whole name as it is shown."),
    Attribute::text("familyName", "The family name."),
    Attribute::text("givenName", "The given name."),
    Attribute::text("middleName", "The middle names."),
    Attribute::text("honorificPrefix", "Such as \"Ms.\"."),
    Attribute::text("honorificSuffix", "Such as \"III\"."),
];

const DISPLAY: Attribute = Attribute::text("display", "A form of the value to show.");
const TYPE: Attribute = Attribute::text("type", "What the value is for.");
const PRIMARY: Attribute = Attribute::boolean("primary", "Whether this is the preferred value. True at most once.");

const EMAIL: &[Attribute] =
    &[Attribute::text("value", "The e-mail address."), DISPLAY, TYPE.one_of(&["work", "home", "other"]), PRIMARY];

const PHONE_NUMBER: &[Attribute] = &[
    Attribute::text("value", "The telephone number."),
    DISPLAY,
    TYPE.one_of(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

const IM: &[Attribute] = &[
    Attribute::text("value", "The instant messaging address."),
    DISPLAY,
    TYPE.one_of(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
    PRIMARY,
];

const PHOTO: &[Attribute] = &[
    Attribute::reference("value", &["external"], "The address of the picture."),
    DISPLAY,
    TYPE.one_of(&["photo", "thumbnail"]),
    PRIMARY,
];

const ADDRESS: &[Attribute] = &[
    Attribute::text("formatted", "The whole address as it is shown."),
    Attribute::text("streetAddress", "Street, house number, post office box."),
    Attribute::text("locality", "The city."),
    Attribute::text("region", "The state or region."),
    Attribute::text("postalCode", "The postal code."),
    Attribute::text("country", "The country."),
    TYPE.one_of(&["work", "home", "other"]),
    PRIMARY,
];

const GROUP: &[Attribute] = &[
    Attribute::text("value", "The id of the group.").case_exact().read_only(),
    Attribute::reference("$ref", &["Group"], "The address of the group.").read_only(),
    Attribute::text("display", "The name of the group.").read_only(),
    Attribute::text("type", "Whether the user is a member itself or through another group.")
        .one_of(&["direct", "indirect"])
        .read_only(),
];

const PLAIN: &[Attribute] = &[Attribute::text("value", "The value."), DISPLAY, TYPE, PRIMARY];

const CERTIFICATE: &[Attribute] =
    &[Attribute::binary("value", "The certificate, DER in base64."), DISPLAY, TYPE, PRIMARY];

const ENTERPRISE_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("employeeNumber", "The number the organization gave the user."),
    Attribute::text("costCenter", "The cost center."),
    Attribute::text("organization", "The organization."),
    Attribute::text("division", "The division."),
    Attribute::text("department", "The department."),
    Attribute::complex("manager", MANAGER, "The user's manager."),
];

/// `displayName` is read-only in RFC 7643, where the server knows the manager's name; here the
/// source's word is kept, because the manager need not be one of its users.
const MANAGER: &[Attribute] = &[
    Attribute::text("value", "The manager's id.").case_exact(),
    Attribute::reference("$ref", &["User"], "The address of the manager."),
    Attribute::text("displayName", "The manager's name."),
];
