//! Users and groups, kept whole: core, enterprise and unknown extensions, unknown attributes, all
//! as the source sent them, in canonical spelling. Not typed structs, which would lose what they
//! do not know.

pub(crate) mod check;
mod group;
pub(crate) mod members;
mod read;
mod user;

pub use group::Group;
pub use user::User;
