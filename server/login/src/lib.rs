//! Turns what a browser brings into a proof of who this is.
//!
//! Holds no database and opens no session: it checks the proof, and the server decides what to do with it. What
//! identity providers prove comes to an [`Identity`]: SAML's responses in [`saml`]. The other proof is the one-time link
//! ([`OneTimeLink`]).

mod identity;
mod link;
pub mod saml;

pub use identity::{Email, Identity};
pub use link::{LinkError, LinkHash, OneTimeLink};
