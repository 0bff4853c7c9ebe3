//! Zoom's SCIM 2.0, as it is: eleven operations and no more, answers that mean something else than their status says,
//! tokens of an hour that may kill each other. Start with [`client`]; [`error`] holds what an answer means.

pub mod auth;
pub mod client;
pub mod error;
mod http;
pub mod wire;

pub use auth::Credentials;
pub use client::{Answer, Zoom};
pub use error::{Failure, Kind};
