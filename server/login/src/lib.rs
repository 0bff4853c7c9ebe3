//! Turns what a browser brings into a proof of who this is.
//!
//! Holds no database and opens no session: it checks the proof, and the server decides what to do with it. So far there
//! is one proof, the one-time link ([`OneTimeLink`]); what identity providers prove comes to an [`Identity`].

mod identity;
mod link;

pub use identity::{Email, Identity};
pub use link::{LinkError, LinkHash, OneTimeLink};
