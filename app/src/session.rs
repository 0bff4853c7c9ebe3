//! The one door from a server function to the data: [`begin`] asks who calls, whether the role allows it, and opens
//! the unit of work. The server puts [`Backend`] into every page's and function's context and [`SignedIn`] into the
//! extensions of every request that has a living session.

use crate::error::AppError;
use chrono::{DateTime, Utc};
use directory::{Actor, Directory, Tx};
use leptos::prelude::{expect_context, use_context};
use model::admin::FRESH_FOR;
use model::provider::{Checked, Draft, Wrong};
use model::trace::{Replayed, TracedRequest};
use model::{Administrator, Permission};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What the server functions work with.
#[derive(Clone)]
pub struct Backend {
    pub directory: Directory,
    /// Where browsers and SCIM clients reach us, without a slash at the end.
    pub public_url: String,
    /// Whether a mail server is set.
    pub sends_mail: bool,
    /// Whether outside addresses may be private ones (`ROLLCALL_ALLOW_PRIVATE_URLS`).
    pub allow_private_urls: bool,
    /// Where script, wasm and stylesheet of this build are found: `/pkg/<hash>`.
    pub assets: String,
    pub check_provider: CheckProvider,
    pub replay: Replay,
}

/// Who is signed in; in the extensions of the request.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Administrator);

/// The session of the request.
#[derive(Debug, Clone)]
pub struct ThisSession {
    /// The SHA-256 of its id.
    pub hash: Vec<u8>,
    /// When it began, which stays when it gets a new id.
    pub started_at: DateTime<Utc>,
    /// When whoever signed in proved who they are, if that was shown to have just happened.
    pub fresh_at: Option<DateTime<Utc>>,
}

impl ThisSession {
    /// Its name in lists.
    pub fn name(&self) -> String {
        self.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Asks a provider's own description whether a draft can work: the sign-in room does it, which this one does not see.
pub type CheckProvider = Arc<dyn Fn(Draft) -> Checking + Send + Sync>;
pub type Checking = Pin<Box<dyn Future<Output = Result<Checked, Wrong>> + Send>>;

/// Sends a request of a source's trace once more, in a dry run: the room of SCIM does it, which this one does not see either.
pub type Replay = Arc<dyn Fn(TracedRequest) -> Replaying + Send + Sync>;
pub type Replaying = Pin<Box<dyn Future<Output = Result<Replayed, String>> + Send>>;

/// What the server gave to this request.
pub fn backend() -> Backend {
    expect_context::<Backend>()
}

/// Who called, as it was when the request came: for what a page shows. What somebody may do, [`begin`] and [`caller`] say.
pub fn signed_in() -> Result<Administrator, AppError> {
    use_context::<http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<SignedIn>().cloned())
        .map(|SignedIn(admin)| admin)
        .ok_or(AppError::NotSignedIn)
}

/// The session of whoever calls.
pub fn this_session() -> Result<ThisSession, AppError> {
    let parts = use_context::<http::request::Parts>();
    parts.and_then(|parts| parts.extensions.get::<ThisSession>().cloned()).ok_or(AppError::NotSignedIn)
}

/// Whether whoever calls proved who they are not long ago. That a session was opened is no proof: a provider may have
/// answered from a session of its own, with nobody sitting there.
fn is_fresh() -> bool {
    let fresh_at = this_session().ok().and_then(|session| session.fresh_at);
    fresh_at.is_some_and(|at| backend().directory.now() - at <= FRESH_FOR)
}

/// Who calls, as they stand in this unit of work. Since the request came its body was read, a provider may have been asked
/// and a lock waited for: whoever was removed or signed out meanwhile is nobody, and a role that was taken is gone.
pub async fn caller(tx: &mut Tx) -> Result<Administrator, AppError> {
    let (admin, session) = (signed_in()?, this_session()?);
    directory::admins::in_session(tx, admin.id, session.started_at).await?.ok_or(AppError::NotSignedIn)
}

/// Opens a unit of work for whoever calls, if the role that they have in it allows it.
pub async fn begin(needs: Permission) -> Result<Tx, AppError> {
    let admin = signed_in()?;
    let mut tx = backend().directory.begin(Actor::Admin { id: admin.id, email: admin.email }).await?;
    if !caller(&mut tx).await?.role.allows(needs) {
        return Err(AppError::Forbidden);
    }
    if needs.needs_fresh_sign_in() && !is_fresh() {
        return Err(AppError::NotFresh);
    }
    Ok(tx)
}

/// Goes to another page after the function: 303 for a plain form, a navigation of the router otherwise.
#[expect(clippy::disallowed_methods, reason = "the one home of redirects: only paths of ours, as text we made")]
pub fn go_to(path: &str) {
    leptos_axum::redirect(path);
}
