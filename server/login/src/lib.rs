//! Turns what a browser brings into a proof of who this is.
//!
//! Holds no database and opens no session: it checks the proof, and the server decides what to do with it. The proofs:
//! the one-time link ([`OneTimeLink`]), and what identity providers say by OpenID Connect ([`oidc`]) or SAML ([`saml`]),
//! which comes to an [`Identity`].

#[cfg(test)]
mod counted;
mod identity;
mod link;
pub mod oidc;
pub mod saml;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use identity::{Email, Identity};
pub use link::{LinkError, LinkHash, OneTimeLink};
