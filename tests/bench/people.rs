//! The people of a benchmark, with about what an identity provider says of somebody.

use serde_json::{Value, json};
use uuid::Uuid;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The one person of whom all that are not pushed are copies.
pub const MODEL: &str = "p000000";

/// The id of copy `n` in SQL: in the order of their numbers, as ids made by time are.
pub const SEQUENCE: &str = "('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";

/// The user name of a copy.
pub fn there(number: usize) -> String {
    user_name(&format!("p{number:06}"))
}

/// The id of a copy, on the floor, of the product's person and of its record.
pub fn id(number: usize) -> Uuid {
    Uuid::from_u64_pair(0x0189_0000_0000_7000, 0x8000_0000_0000_0000 | number as u64)
}

pub fn user_name(local: &str) -> String {
    format!("{local}@example.com")
}

pub fn user(local: &str) -> Value {
    json!({
        "schemas": [CORE, ENTERPRISE],
        "userName": user_name(local),
        "externalId": format!("00u{local}"),
        "name": { "givenName": "Grace", "familyName": format!("Hopper {local}") },
        "displayName": format!("Grace Hopper {local}"),
        "emails": [{ "primary": true, "type": "work", "value": user_name(local) }],
        "phoneNumbers": [{ "type": "work", "value": "+441632960001" }],
        "title": "Rear Admiral",
        "locale": "en-GB",
        "active": true,
        ENTERPRISE: { "department": "Compilers", "organization": "Example Ltd", "employeeNumber": local },
    })
}

/// One copy after the other, far from the one before.
pub fn anyone(number: usize, people: usize) -> usize {
    1 + number.wrapping_mul(7_919) % (people - 1)
}

/// One copy after the other, to inactive at first, then back: each a change. From the last one down, as those of a smaller
/// crowd have been changed already.
pub fn other_value(number: usize, people: usize) -> (usize, bool) {
    let copies = people - 1;
    (copies - number % copies, (number / copies) % 2 == 1)
}

/// Somebody who is not there yet.
pub fn newcomer(number: usize) -> String {
    user(&format!("n{number:06}")).to_string()
}

/// A PatchOp as Entra and Okta send it.
pub fn set_active(active: bool) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": active }],
    })
    .to_string()
}
