//! The ways in and out: the one-time link, signing out, and the choice of theme.

use crate::AppState;
use crate::http::login::{self, client_of};
use crate::http::sessions;
use ::login::OneTimeLink;
use app::session::{SignedIn, ThisSession};
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use directory::Actor;
use directory::sessions::{Closed, Opened};
use http::header::{CACHE_CONTROL, REFRESH, SET_COOKIE};
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;

pub fn router() -> Router<AppState> {
    Router::new().route("/auth/logout", post(sign_out)).route("/preferences/theme", post(theme))
}

/// The one-time link, which may be tried so often only.
pub fn link_router() -> Router<AppState> {
    Router::new().route("/auth/setup", get(setup))
}

#[derive(Deserialize)]
struct Setup {
    #[serde(default)]
    token: String,
}

/// `GET /auth/setup?token=`: lets an owner in, once. Every wrong link gets the same answer.
async fn setup(
    State(state): State<AppState>,
    method: Method,
    former: Option<Extension<ThisSession>>,
    Query(query): Query<Setup>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, StatusCode> {
    if method == Method::HEAD {
        // A link checker does not use the link up.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a sign-in by a one-time link failed");
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let mut tx = state.directory.begin(Actor::System).await.map_err(|e| failed(&e))?;
    let origin = client_of(&state, &extensions, &headers);
    let link = OneTimeLink::from_query(query.token).hash();
    let admin = directory::admins::redeem_setup_link(&mut tx, &link.0).await.map_err(|e| failed(&e))?;
    let Some(admin) = admin else {
        tracing::warn!("a one-time sign-in link was refused: wrong, used or too old");
        let address = origin.address.as_deref().unwrap_or_default();
        if directory::sign_in::link_refused(&mut tx, address).await.map_err(|e| failed(&e))? {
            tx.commit().await.map_err(|e| failed(&e))?;
        }
        return Ok(Redirect::to("/login?failed=1").into_response());
    };
    let id = sessions::new_id(state.https).map_err(|e| failed(&e))?;
    let fresh_at = Some(tx.now());
    let opened = Opened { id_hash: id.hash, admin: admin.id, origin, fresh_at, id_token: None };
    let former = former.as_ref().map(|Extension(session)| session.hash.as_slice());
    if !directory::sessions::open(&mut tx, &opened, former).await.map_err(|e| failed(&e))? {
        return Ok(Redirect::to("/login?failed=1").into_response());
    }
    tx.commit().await.map_err(|e| failed(&e))?;
    tracing::info!(admin = admin.email, "signed in by a one-time link");
    Ok(([(SET_COOKIE, id.cookie)], Redirect::to("/")).into_response())
}

/// `POST /auth/logout`: ends the session, and leads on to the provider's own sign-out when it has one.
async fn sign_out(
    State(state): State<AppState>,
    session: Option<Extension<ThisSession>>,
    admin: Option<Extension<SignedIn>>,
) -> Result<Response, StatusCode> {
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a sign-out failed");
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let mut closed = None;
    if let (Some(Extension(session)), Some(Extension(SignedIn(admin)))) = (session, admin) {
        let actor = Actor::Admin { id: admin.id, email: admin.email.clone() };
        let mut tx = state.directory.begin(actor).await.map_err(|e| failed(&e))?;
        closed = directory::sessions::close(&mut tx, &session.hash).await.map_err(|e| failed(&e))?;
        if closed.is_some() {
            directory::admins::signed_out(&mut tx, &admin);
        }
        tx.commit().await.map_err(|e| failed(&e))?;
    }
    let there = match closed {
        Some(closed) => at_provider(&state, closed).await,
        None => None,
    };
    let there = there.unwrap_or_else(|| Redirect::to("/login?signed_out=1").into_response());
    Ok(([(SET_COOKIE, sessions::forget(state.https))], there).into_response())
}

/// The page that leads on to the provider's sign-out. No redirect: it would end the form's own submission, which the
/// content policy lets go to our pages only.
async fn at_provider(state: &AppState, closed: Closed) -> Option<Response> {
    let id = closed.provider?;
    let id_token = closed.id_token.and_then(|sealed| state.directory.unseal(login::ID_TOKEN, &sealed).ok());
    let mut tx = state.directory.begin(Actor::System).await.ok()?;
    let provider = directory::providers::list(&mut tx).await.ok()?.into_iter().find(|provider| provider.id == id)?;
    drop(tx);
    let address = login::sign_out_address(state, provider, id_token.as_ref()).await?;
    let refresh = HeaderValue::from_str(&format!("0; url={}", address.expose_secret())).ok()?;
    let page = "<!DOCTYPE html><html lang=\"en\"><title>Signing out</title><p>You are signed out of Rollcall. Signing out \
                of your identity provider…</p>";
    Some(([(REFRESH, refresh), (CACHE_CONTROL, HeaderValue::from_static("no-store"))], Html(page)).into_response())
}

#[derive(Deserialize)]
struct Theme {
    theme: String,
    /// The page it was chosen on.
    #[serde(default)]
    back: String,
}

/// `POST /preferences/theme`: light, dark, or as the system has it. Back to the page it was chosen on.
async fn theme(State(state): State<AppState>, Form(form): Form<Theme>) -> Response {
    let secure = if state.https { "; Secure" } else { "" };
    let cookie = match form.theme.as_str() {
        theme @ ("light" | "dark") => format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"),
        _ => format!("theme=; Path=/; Max-Age=0; SameSite=Lax{secure}"),
    };
    let back: Option<http::Uri> = form.back.parse().ok();
    let back = back.as_ref().and_then(http::Uri::path_and_query).map_or("/", |path| path.as_str());
    // To a browser, both of these begin another host's address.
    let back = if back.starts_with("//") || back.starts_with("/\\") { "/" } else { back };
    ([(SET_COOKIE, cookie)], Redirect::to(back)).into_response()
}
