//! The one door from a server function to the data: [`begin`] asks who calls, whether the role allows it, and opens
//! the unit of work. The server puts [`Backend`] into every page's and function's context and [`SignedIn`] into the
//! extensions of every request that has a living session.

use crate::error::AppError;
use directory::{Actor, Directory, Tx};
use leptos::prelude::{expect_context, use_context};
use model::{Administrator, Permission};

/// What the server functions work with.
#[derive(Clone)]
pub struct Backend {
    pub directory: Directory,
    /// Where browsers and SCIM clients reach us, without a slash at the end.
    pub public_url: String,
    /// Whether outside addresses may be private ones (`ROLLCALL_ALLOW_PRIVATE_URLS`).
    pub allow_private_urls: bool,
    /// Where script, wasm and stylesheet of this build are found: `/pkg/<hash>`.
    pub assets: String,
}

/// Who is signed in; in the extensions of the request.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Administrator);

/// What the server gave to this request.
pub fn backend() -> Backend {
    expect_context::<Backend>()
}

/// Who calls.
pub fn signed_in() -> Result<Administrator, AppError> {
    use_context::<http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<SignedIn>().cloned())
        .map(|SignedIn(admin)| admin)
        .ok_or(AppError::NotSignedIn)
}

/// Opens a unit of work for whoever calls, if the role allows it.
pub async fn begin(needs: Permission) -> Result<Tx, AppError> {
    let admin = signed_in()?;
    if !admin.role.allows(needs) {
        return Err(AppError::Forbidden);
    }
    let actor = Actor::Admin { id: admin.id, email: admin.email };
    Ok(backend().directory.begin(actor).await?)
}

/// Goes to another page after the function: 303 for a plain form, a navigation of the router otherwise.
#[expect(clippy::disallowed_methods, reason = "the one home of redirects: only paths of ours, as text we made")]
pub fn go_to(path: &str) {
    leptos_axum::redirect(path);
}
