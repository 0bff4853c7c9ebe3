//! SCIM 2.0 as data (RFC 7643, RFC 7644): what a resource may hold, what a filter means, what a
//! PATCH does, what an error says. It reads the RFCs to the letter and also what identity
//! providers really send; both are brought into one form at the door, by `dialect`, so that nothing
//! behind it knows dialects.
//!
//! It never does I/O, knows no HTTP framework, no database and no other crate of ours. Bounds on
//! hostile input are kept here, except the size of a body.
//!
//! Start at [`schema`], the table that everything else reads; then [`User::from_json`] and
//! [`Group::from_json`] for a POST or PUT, [`patch`] for a PATCH, [`ListQuery`] and [`Filter`] for a
//! search, [`Projection`] for what an answer carries, [`bulk`] for many in one, [`Error`] for a
//! refusal.

mod dialect;
mod error;
mod resource;

pub mod bulk;
pub mod client;
pub mod discovery;
pub mod etag;
pub mod filter;
pub mod json;
pub mod key;
pub mod list;
pub mod name;
pub mod patch;
pub mod path;
pub mod projection;
pub mod schema;

pub use error::{ERROR_SCHEMA, Error, Result, ScimType};
pub use etag::{etag, etag_with};
pub use filter::{CompareOp, Filter};
pub use key::{group_name_key, user_name_key};
pub use list::{ListQuery, Page, Sort};
pub use patch::{GroupPatch, MemberChange, PatchOp};
pub use path::{AttrPath, Place};
pub use projection::Projection;
pub use resource::{Group, User};
