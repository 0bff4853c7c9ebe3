//! One change of one resource, as an endpoint asks for it or an operation of a bulk request.

use super::answer::fault;
use super::{groups, users};
use directory::Tx;
use directory::search::{Of, Stored};
use http::Method;
use model::SourceId;
use scim::etag::Condition;
use scim::{Error, Group, PatchOp, User};
use serde_json::Value;
use uuid::Uuid;

/// What is to be done; its body has been read and is well-formed.
pub enum Change<R> {
    Create(R),
    Replace(Uuid, R),
    Patch(Uuid, PatchOp),
    Delete(Uuid),
}

/// A group with the ids of its members.
pub type Members = (Group, Vec<String>);

/// A change of either kind of resource.
pub enum Asked {
    OfUser(Change<User>),
    OfGroup(Change<Members>),
}

/// What came of it.
pub enum Done {
    Created(Stored),
    Changed(Stored),
    /// Everything was so already; nothing was written.
    Same(Stored),
    Deleted,
}

impl Asked {
    /// Reads what a method with this body asks for, of the resource with this id.
    pub fn read(of: Of, method: &Method, id: Option<&str>, body: Option<Value>) -> Result<Self, Error> {
        let id = id.map(|id| resource_id(of, id)).transpose()?;
        let body = body.unwrap_or_default();
        match of {
            Of::Users => Change::read(method, id, body, User::from_json).map(Self::OfUser),
            Of::Groups => Change::read(method, id, body, Group::from_json).map(Self::OfGroup),
        }
    }

    /// Makes it, if the resource is in the version that the client knows. What is made anew has none.
    pub async fn make(self, tx: &mut Tx, source: SourceId, conditions: &[Condition]) -> Result<Done, Error> {
        match self {
            Self::OfUser(change) => users::make(tx, source, change, conditions).await,
            Self::OfGroup(change) => groups::make(tx, source, change, conditions).await,
        }
    }
}

impl<R> Change<R> {
    fn read(
        method: &Method,
        id: Option<Uuid>,
        body: Value,
        read: impl FnOnce(Value) -> Result<R, Error>,
    ) -> Result<Self, Error> {
        match (method, id) {
            (&Method::POST, None) => read(body).map(Self::Create),
            (&Method::PUT, Some(id)) => read(body).map(|resource| Self::Replace(id, resource)),
            (&Method::PATCH, Some(id)) => PatchOp::from_json(body).map(|patch| Self::Patch(id, patch)),
            (&Method::DELETE, Some(id)) => Ok(Self::Delete(id)),
            // Only an operation of a bulk comes so far.
            (_, None) => Err(super::wrong_method("POST")),
            (_, Some(_)) => Err(super::wrong_method("PUT, PATCH and DELETE")),
        }
    }
}

/// An id that cannot be one of ours is nobody's; in another spelling (capitals, braces) it is another text (RFC 7643,
/// section 3.1: case exact).
pub fn resource_id(of: Of, id: &str) -> Result<Uuid, Error> {
    model::read_id(id).ok_or_else(|| not_found(of, id))
}

pub fn not_found(of: Of, id: &str) -> Error {
    Error::not_found(of.kind().name, id)
}

/// RFC 7644, section 3.14: nothing is done to a version that the client has not seen.
pub fn check(conditions: &[Condition], version: i64) -> Result<(), Error> {
    conditions.iter().find(|condition| !condition.holds(version)).map_or(Ok(()), |failed| Err(failed.refusal()))
}

/// What was kept, as it is shown.
pub fn stored<T: serde::Serialize>(
    resource: &T,
    (id, version): (Uuid, i64),
    (created_at, updated_at): (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>),
    in_groups: bool,
) -> Result<Stored, Error> {
    let resource = serde_json::to_string(resource).map_err(|error| {
        tracing::error!(%error, "a resource cannot be written");
        fault()
    })?;
    Ok(Stored { id, resource, version, created_at, updated_at, in_groups })
}
