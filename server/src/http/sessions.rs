//! The browser's side of sessions: their cookie, and the middleware that finds who is signed in.

use crate::AppState;
use crate::http::cookies;
use app::call::BACKGROUND;
use app::session::{SignedIn, ThisSession};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use directory::Directory;
use directory::sessions::ABSOLUTE_LIFE;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use model::Administrator;

/// The idle limit is renewed once a minute at most: it is a write.
const RENEWED_EVERY: TimeDelta = TimeDelta::minutes(1);

const fn name(https: bool) -> &'static str {
    if https { "__Host-rollcall" } else { "rollcall" }
}

/// What a browser is to know a session by.
pub struct NewId {
    pub hash: Vec<u8>,
    pub cookie: String,
}

/// A new id, which nobody had before.
pub fn new_id(https: bool) -> Result<NewId, getrandom::Error> {
    let id = cookies::random()?;
    let cookie = cookies::set(name(https), &id, ABSOLUTE_LIFE.num_seconds(), https);
    Ok(NewId { hash: cookies::hash(&id), cookie })
}

/// Takes the cookie from a browser that has signed out.
pub fn forget(https: bool) -> String {
    cookies::set(name(https), "", 0, https)
}

/// Finds who is signed in and says so in the request's extensions. An administrator who was removed is nobody from the
/// next request on; after a change of role the session goes on under a new id. A cookie that opens nothing is left
/// alone: the browser may have a newer one already, from a request that was answered meanwhile. One that cannot be looked
/// up is no sign-out: what was typed would be lost, so the answer is 503.
pub async fn find_admin(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let mut renamed = None;
    if let Some(id) = cookies::of(request.headers(), name(state.https)) {
        let by_person = by_person(&request);
        match find(&state, cookies::hash(id), by_person).await {
            Ok(Some(Found { session, admin, cookie })) => {
                request.extensions_mut().insert(session);
                request.extensions_mut().insert(SignedIn(admin));
                renamed = cookie;
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                return not_now();
            }
        }
    }
    let mut response = next.run(request).await;
    if let Some(cookie) = renamed.filter(|_| !sets(response.headers(), name(state.https))) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn not_now() -> Response {
    let text = "Rollcall cannot reach its database just now, so nothing was changed. Repeat it in a moment: nobody was \
                signed out.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], text).into_response()
}

/// Whether an answer sets that cookie.
fn sets(headers: &HeaderMap, name: &str) -> bool {
    let mut set = headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    set.any(|line| line.split_once('=').is_some_and(|(key, _)| key == name))
}

/// What an open page does by itself keeps no session alive: nobody may be sitting there.
fn by_person(request: &Request) -> bool {
    request.uri().path() != "/live" && !request.headers().contains_key(BACKGROUND)
}

struct Found {
    session: ThisSession,
    admin: Administrator,
    /// The cookie of a session that goes on under another id.
    cookie: Option<HeaderValue>,
}

async fn find(state: &AppState, hash: Vec<u8>, by_person: bool) -> anyhow::Result<Option<Found>> {
    let directory = &state.directory;
    let Some(session) = directory::sessions::find(directory, &hash).await? else { return Ok(None) };
    let Some(admin) = directory::admins::find(directory, session.admin).await? else { return Ok(None) };
    let mut this = ThisSession { hash, started_at: session.started_at, fresh_at: session.fresh_at };
    let mut cookie = None;
    if by_person {
        if directory.now() - session.last_seen_at >= RENEWED_EVERY {
            directory::sessions::renew(directory, &this.hash).await?;
        }
        if session.role.as_deref() != Some(admin.role.as_str()) {
            cookie = rename(directory, &mut this, &admin, state.https).await?;
        }
    }
    Ok(Some(Found { session: this, admin, cookie }))
}

/// Several requests may find the new role at once: one of them gives the new id, the others end as they began.
async fn rename(
    directory: &Directory,
    this: &mut ThisSession,
    admin: &Administrator,
    https: bool,
) -> anyhow::Result<Option<HeaderValue>> {
    let new = new_id(https)?;
    if !directory::sessions::rename(directory, &this.hash, &new.hash, admin.role).await? {
        return Ok(None);
    }
    this.hash = new.hash;
    Ok(Some(HeaderValue::from_str(&new.cookie)?))
}
