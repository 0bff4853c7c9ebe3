//! SAML 2.0 sign-in, started here: a request by the HTTP-Redirect binding, the response by HTTP-POST.
//!
//! An owner brings the provider's metadata ([`IdentityProvider`]) and takes ours ([`ServiceProvider::metadata`]).
//! [`sign_on_address`] sends the browser away, [`verify`] reads what it comes back with. Signatures are xmlsec's work,
//! by way of samael, behind a gate that lets nothing else through to it. Not here: the pending request, which must be
//! bound to the browser and used once; and the ids of assertions, of which each may be used once.
//!
//! There is no LogoutRequest: it must be signed (SAML 2.0 Profiles, section 4.4.3.1), and this portal has no key.

mod certificate;
mod expected;
mod gate;
mod identity;
mod metadata;
mod name;
mod refusal;
mod request;
mod response;
mod service_provider;
mod statement;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod xml;
mod xmlsec;

pub use certificate::{Certificate, CertificateError};
pub use expected::CLOCK_SKEW;
pub use identity::NAME_ID_CLAIM;
pub use metadata::{Addresses, IdentityProvider, MetadataError};
pub use refusal::Refusal;
pub use request::{Freshness, RequestId, sign_on_address};
pub use response::{Verified, verify};
pub use service_provider::ServiceProvider;
pub use xml::Violation;
