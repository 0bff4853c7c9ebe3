//! `GET /auth/{slug}/start`: keeps a request for this browser and sends it to the provider.

use super::finish::Caller;
use super::flow::{self, FlowHash};
use super::known::Unready;
use super::provider::{Ready, ready};
use super::{Failed, JUST_NOW, finish, saml};
use crate::AppState;
use crate::http::cookies;
use ::login::oidc::RelyingParty;
use ::login::saml::{Freshness, RequestId, sign_on_address};
use app::session::SignedIn;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use directory::sign_in::{Purpose, Request};
use directory::{Actor, providers};
use http::header::SET_COOKIE;
use http::{Extensions, HeaderMap};
use model::{Permission, ProviderId};
use secrecy::ExposeSecret;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Start {
    #[serde(default)]
    return_to: String,
    /// The provider must ask again.
    fresh: Option<String>,
    /// Show what comes back instead of opening a session.
    test: Option<String>,
}

/// Where the browser goes, and what its answer is checked against.
struct Begun {
    to: String,
    state_hash: Vec<u8>,
    pending: Vec<u8>,
}

pub async fn start(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(query): Query<Start>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Failed> {
    let owner = |SignedIn(admin): &SignedIn| admin.role.allows(Permission::ManageProviders);
    let purpose = match (query.test.is_some(), extensions.get().is_some_and(owner)) {
        (false, _) => Purpose::SignIn,
        (true, true) => Purpose::Test,
        (true, false) => {
            return Err(Failed::Refused("a test sign-in was asked for by somebody who is no owner".into()));
        }
    };
    let mut tx = state.directory.begin(Actor::System).await?;
    let settings = providers::settings(&mut tx, &slug).await?;
    drop(tx);
    let settings = settings.ok_or_else(|| Failed::Refused("there is no provider of that name".into()))?;
    let provider = settings.provider.clone();
    if let Some(off) = finish::switched_off(&provider, purpose) {
        return Err(Failed::Refused(off));
    }
    let fresh = query.fresh.is_some();
    let begun = match ready(&state, settings).await {
        Ok(ready) => begin(&state, &ready, fresh)?,
        Err(unready) if unready.again && purpose == Purpose::SignIn => return Err(Failed::Noted),
        Err(Unready { why, .. }) => {
            let caller = Caller::of(&state, &extensions, &headers);
            return finish::failed(&state, &provider, purpose, caller, &why).await;
        }
    };
    let secret = match flow::of(&headers, state.https) {
        Some(secret) => secret,
        None => cookies::random().map_err(|error| Failed::Broken(error.to_string()))?,
    };
    keep(&state, provider.id, purpose, &begun, &FlowHash(cookies::hash(&secret)), flow::own_path(&query.return_to))
        .await?;
    Ok(([(SET_COOKIE, flow::cookie(&secret, state.https))], Redirect::to(&begun.to)).into_response())
}

fn begin(state: &AppState, ready: &Ready, fresh: bool) -> Result<Begun, Failed> {
    let now = state.directory.now();
    match ready {
        Ready::Oidc { client, discovery, http } => {
            let party = RelyingParty { client, discovery, http, keys: &state.sign_in.keys };
            let start =
                party.start(fresh.then_some(JUST_NOW), now).map_err(|error| Failed::Broken(error.to_string()))?;
            Ok(Begun {
                to: start.url.into(),
                state_hash: start.pending.state_hash().0,
                pending: start.pending.expose().expose_secret().as_bytes().to_vec(),
            })
        }
        Ready::Saml { portal, idp } => {
            let broken = |error: &dyn std::fmt::Display| Failed::Broken(error.to_string());
            let id = RequestId::generate().map_err(|error| broken(&error))?;
            let relay = cookies::random().map_err(|error| broken(&error))?;
            let freshness = if fresh { Freshness::SignInAgain } else { Freshness::SessionAllowed };
            let to = sign_on_address(portal, idp, &id, &relay, freshness, now).map_err(|error| broken(&error))?;
            let pending = saml::Pending { request_id: id.as_str().to_owned(), fresh };
            let pending = serde_json::to_vec(&pending).map_err(|error| broken(&error))?;
            Ok(Begun { to: to.into(), state_hash: cookies::hash(&relay), pending })
        }
    }
}

async fn keep(
    state: &AppState,
    provider: ProviderId,
    purpose: Purpose,
    begun: &Begun,
    flow: &FlowHash,
    return_to: &str,
) -> Result<(), Failed> {
    let request = Request { provider, purpose, pending: begun.pending.clone(), return_to: return_to.to_owned() };
    let mut tx = state.directory.begin(Actor::System).await?;
    directory::sign_in::begin(&mut tx, &begun.state_hash, &flow.0, &request).await?;
    Ok(tx.commit().await?)
}
