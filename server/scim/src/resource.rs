//! Users and groups, kept whole: core, enterprise and unknown extensions, unknown attributes, all
//! as the source sent them, in canonical spelling. Not typed structs, which would lose what they
//! do not know.

pub(crate) mod check;
mod group;
pub(crate) mod members;
mod read;
mod user;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::etag::etag;
use crate::schema::ResourceType;

pub use group::Group;
pub use user::User;

/// What the server adds to a resource that it shows.
struct Shown<'s> {
    kind: &'static ResourceType,
    id: &'s str,
    created: DateTime<Utc>,
    last_modified: DateTime<Utc>,
    version: i64,
    /// The full address.
    location: &'s str,
}

impl Shown<'_> {
    fn with(&self, attributes: &Map<String, Value>) -> Map<String, Value> {
        let time = |t: DateTime<Utc>| t.to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut body = attributes.clone();
        body.insert("id".into(), json!(self.id));
        body.insert(
            "meta".into(),
            json!({
                "resourceType": self.kind.name,
                "created": time(self.created),
                "lastModified": time(self.last_modified),
                "version": etag(self.version),
                "location": self.location,
            }),
        );
        body
    }
}
