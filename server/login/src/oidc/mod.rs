//! OpenID Connect, the authorization code flow with PKCE: Rollcall as the relying party of one provider.
//!
//! No database, no session, no clock of its own. The server keeps what is [`Pending`] between the two halves (once, and
//! bound to the browser), hands in the [`Http`] client that keeps the limits, and decides what an identity may do.
//!
//! Start with [`discover`] when an owner saves a provider; then [`RelyingParty::start`] sends a browser off, and
//! [`RelyingParty::finish`] makes of what it brings back a [`Verified`] sign-in or a [`Refusal`]. The road of an answer:
//! `callback` (state, issuer, error), `token` (the code against the tokens), `id_token` with `keys` (signature and
//! claims), `userinfo` (what the id token left out), `claims` (the identity).

mod callback;
mod claims;
mod client;
mod discovery;
mod http;
mod id_token;
mod keys;
mod logout;
mod refusal;
mod request;
#[cfg(test)]
mod tests;
mod token;
mod userinfo;

pub use callback::{Callback, Verified};
pub use client::Client;
pub use discovery::{Discovery, DiscoveryError, TokenAuth, discover};
pub use http::{Endpoint, Exchange, Http, HttpError, MAX_BODY, TIMEOUT};
pub use keys::KeyCache;
pub use refusal::Refusal;
pub use request::{Pending, PendingError, Start, StartError, StateHash};

use chrono::TimeDelta;

/// How far the provider's clock may be from ours.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Rollcall towards one provider: everything a sign-in needs but the time.
#[derive(Clone, Copy)]
pub struct RelyingParty<'a> {
    pub client: &'a Client,
    pub discovery: &'a Discovery,
    pub http: &'a Http,
    pub keys: &'a KeyCache,
}
