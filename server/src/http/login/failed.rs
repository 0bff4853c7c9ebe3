//! A sign-in that ends badly: one sentence for strangers, the cause for owners.

use crate::AppState;
use crate::http::client;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use directory::sign_in::{self, Failure};
use directory::{Actor, providers};
use model::provider::SLUG_LENGTH;

/// Why a step of a sign-in ends here.
pub enum Failed {
    /// A stranger's mistake or worse.
    Refused(String),
    /// Refused, and in the audit log already, together with what was done about it.
    Noted,
    /// Ours.
    Broken(String),
}

impl From<directory::Error> for Failed {
    fn from(error: directory::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// What an answer carries to [`note_failures`].
#[derive(Clone)]
struct Unnoted {
    why: String,
    ours: bool,
}

/// One answer for every cause.
impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let unnoted = match self {
            Self::Noted => None,
            Self::Refused(why) => Some(Unnoted { why, ours: false }),
            Self::Broken(why) => Some(Unnoted { why, ours: true }),
        };
        let mut response = Redirect::to("/login?failed=sign-in").into_response();
        if let Some(unnoted) = unnoted {
            response.extensions_mut().insert(unnoted);
        }
        response
    }
}

/// Puts failures into the audit log, whatever step they ended at.
pub async fn note_failures(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    request: Request,
    next: Next,
) -> Response {
    let address = client::address(request.extensions(), request.headers(), state.proxy_hops).to_string();
    let response = next.run(request).await;
    if let Some(Unnoted { why, ours }) = response.extensions().get() {
        // Whoever calls may have written a book into the address.
        let named: String = slug.chars().take(SLUG_LENGTH).collect();
        // What is ours may have words of the database in it, which are for the log alone.
        let told = if *ours {
            tracing::error!(provider = ?named, address, why, "a sign-in failed");
            "Something went wrong on the server; its log has the cause."
        } else {
            tracing::warn!(provider = ?named, address, why, "a sign-in was refused");
            why
        };
        if let Err(error) = note(&state, &slug, told, &address).await {
            tracing::error!(%error, "a sign-in that failed could not be put into the audit log");
        }
    }
    response
}

async fn note(state: &AppState, slug: &str, why: &str, address: &str) -> directory::Result<()> {
    let mut tx = state.directory.begin(Actor::System).await?;
    let provider = providers::by_slug(&mut tx, slug).await?;
    if sign_in::failed(&mut tx, &Failure { provider: provider.as_ref(), who: "", why, address }).await? {
        tx.commit().await?;
    }
    Ok(())
}
