//! `GET /auth/{slug}/callback`: the way back from an OpenID Connect provider.

use super::finish::{self, Caller, Vouched};
use super::provider::{Ready, ready};
use super::{Failed, ID_TOKEN, flow, just_now};
use crate::AppState;
use crate::http::cookies;
use ::login::oidc::{Callback, LEEWAY, Pending, RelyingParty};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use directory::sign_in::Request;
use directory::{Actor, providers, sign_in};
use http::{Extensions, HeaderMap};
use secrecy::SecretString;

pub async fn callback(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Failed> {
    let callback = Callback::from_query(query.as_deref().unwrap_or_default());
    let callback = callback.map_err(|refusal| Failed::Refused(refusal.to_string()))?;
    let no_request = || Failed::Refused("No sign-in of this browser is under way, or it was answered.".to_owned());
    let state_hash = callback.state_hash().ok_or_else(no_request)?;
    let secret = flow::of(&headers, state.https).ok_or_else(no_request)?;

    let mut tx = state.directory.begin(Actor::System).await?;
    let settings = providers::settings(&mut tx, &slug).await?.ok_or_else(no_request)?;
    let provider = settings.provider.clone();
    let request = sign_in::take(&mut tx, provider.id, &state_hash.0, &cookies::hash(&secret)).await?;
    let request = request.ok_or_else(no_request)?;
    tx.commit().await?;

    let caller = Caller::of(&state, &extensions, &headers);
    match verify(&state, settings, callback, &request).await {
        Ok(vouched) => {
            let tx = state.directory.begin(Actor::System).await?;
            finish::vouched(&state, tx, request, &provider, vouched, caller).await
        }
        Err(why) => finish::failed(&state, &provider, request.purpose, caller, &why).await,
    }
}

async fn verify(
    state: &AppState,
    settings: providers::ProviderSettings,
    callback: Callback,
    request: &Request,
) -> Result<Vouched, String> {
    if let Some(off) = finish::switched_off(&settings.provider, request.purpose) {
        return Err(off);
    }
    let version = settings.provider.version;
    let Ready::Oidc { client, discovery, http } = ready(state, settings).await? else {
        return Err("This provider speaks SAML; the answer is OpenID Connect's.".to_owned());
    };
    let pending = String::from_utf8(request.pending.clone()).map_err(|error| error.to_string())?;
    let pending = Pending::read(&SecretString::from(pending)).map_err(|error| error.to_string())?;
    let party = RelyingParty { client: &client, discovery: &discovery, http: &http, keys: &state.sign_in.keys };
    let now = state.directory.now();
    let verified = party.finish(callback, &pending, now).await.map_err(|refusal| {
        tracing::info!(kind = refusal.kind(), "an OpenID Connect answer was refused");
        refusal.to_string()
    })?;
    let fresh_at = just_now(verified.auth_time, LEEWAY, now);
    let id_token = state.directory.seal(ID_TOKEN, &verified.id_token).await.map_err(|error| error.to_string())?;
    Ok(Vouched { identity: verified.identity, version, fresh_at, id_token: Some(id_token) })
}
