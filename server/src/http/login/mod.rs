//! The browser's side of signing in by an identity provider: OIDC ([`oidc`]) and SAML ([`saml`]).
//!
//! [`start`] keeps a request for this browser and sends it away; the provider's answer is checked by the `login` crate;
//! [`finish`] uses the request up, asks the directory who this is, and opens the session. Whatever goes wrong, a stranger
//! reads one sentence; the cause goes to the log and to the audit log ([`failed`]), and to the page of a test sign-in.

mod failed;
mod finish;
mod flow;
mod known;
mod oidc;
mod provider;
mod saml;
mod start;

use crate::AppState;
use ::login::oidc::KeyCache;
use axum::Router;
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use failed::Failed;
pub use failed::note_failures;
pub use finish::client_of;
use known::Known;
pub use provider::{check, sign_out_address};
use provision::Outbound;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So many SAML responses are checked at a time: it is work for the processor, in C for the most part.
const SAML_CHECKS: usize = 4;

/// What the ID token of a session is encrypted as.
pub const ID_TOKEN: &str = "id_token";

/// A fresh sign-in: whoever signed in proved it at the provider no longer ago than this.
const JUST_NOW: TimeDelta = TimeDelta::minutes(1);

/// When somebody proved who they are, if that has just happened. Nothing else counts as a fresh sign-in: what the browser
/// asked the provider for, anybody at the browser may have changed on the way.
fn just_now(at: Option<DateTime<Utc>>, leeway: TimeDelta, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    at.filter(|&at| at <= now + leeway && now - at <= JUST_NOW + leeway).map(|at| at.min(now))
}

/// What signing in keeps in memory.
pub struct SignIn {
    pub outbound: Outbound,
    keys: KeyCache,
    known: Known,
    saml_checks: Arc<Semaphore>,
}

impl SignIn {
    pub fn new(outbound: Outbound) -> Self {
        Self {
            outbound,
            keys: KeyCache::new(),
            known: Known::default(),
            saml_checks: Arc::new(Semaphore::new(SAML_CHECKS)),
        }
    }
}

/// Where a browser goes and comes back. Not the ACS, to which another site posts.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/auth/{slug}/start", get(start::start))
        .route("/auth/{slug}/callback", get(oidc::callback))
        .route("/auth/{slug}/finish", get(saml::finish))
        .route("/auth/{slug}/metadata", get(saml::metadata))
}

/// The assertion consumer service: another site makes the browser post to it, so it stands outside of the same-origin
/// guard, and has no session.
pub fn acs_router() -> Router<AppState> {
    Router::new().route("/auth/{slug}/acs", post(saml::acs))
}
