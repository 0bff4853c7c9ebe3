//! Turns what a browser brings into a proof of who this is.
//!
//! Holds no database and opens no session: it checks the proof, and the server decides what to do with it. So far there
//! is one proof, the one-time link ([`OneTimeLink`]); sign-in by an identity provider joins it here.

mod link;

pub use link::{LinkError, LinkHash, OneTimeLink};
