//! The browser's side of signing in by an identity provider: OIDC ([`oidc`]) and SAML ([`saml`]).
//!
//! [`start`] keeps a request for this browser and sends it away; the provider's answer is checked by the `login` crate;
//! [`finish`] uses the request up, asks the directory who this is, and opens the session. Whatever goes wrong, a stranger
//! reads one sentence; the cause goes to the log, to the audit log, and to the page of a test sign-in.

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
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
pub use finish::client_of;
use known::Known;
pub use provider::{check, sign_out_address};
use provision::Outbound;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So many SAML responses are checked at a time: it is work for the processor, in C for the most part.
const SAML_CHECKS: usize = 4;

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

/// Why a step of a sign-in ends here.
enum Failed {
    /// A stranger's mistake or worse; the sentence is for the log.
    Refused(String),
    /// Ours.
    Broken(String),
}

impl From<directory::Error> for Failed {
    fn from(error: directory::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// One answer for every cause.
impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(why) => tracing::warn!(why, "a sign-in was refused"),
            Self::Broken(why) => tracing::error!(why, "a sign-in failed"),
        }
        Redirect::to("/login?failed=sign-in").into_response()
    }
}
