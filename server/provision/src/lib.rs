//! Everything that goes out to Zoom: what an account should be, what has to change, the calls, and the engine that
//! makes them.
//!
//! It never calls Zoom on behalf of a request in progress (the connection test apart), never holds a transaction open
//! while Zoom is being called, and never changes an account that Rollcall did not create or link. Start with [`engine`]
//! for the road of a change, [`desired`] and [`plan`] for the decisions, [`zoom`] for what Zoom is really like.

pub mod attributes;
mod causes;
pub mod desired;
pub mod engine;
pub mod import;
pub mod mapping;
pub mod outbound;
pub mod pace;
pub mod plan;
mod test;
pub mod zoom;

pub use engine::{Options, Worker, import as run_import};
pub use outbound::{FetchError, Outbound, check_url};
pub use test::test_connection;
pub use zoom::Credentials;
