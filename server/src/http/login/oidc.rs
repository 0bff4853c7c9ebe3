//! `GET /auth/{slug}/callback`: the way back from an OpenID Connect provider.

use super::finish::{self, Vouched};
use super::provider::{Ready, ready};
use super::{Failed, flow};
use crate::AppState;
use ::login::oidc::{Callback, Pending, RelyingParty};
use app::session::SignedIn;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use directory::sign_in::Request;
use directory::{Actor, providers, sign_in};
use http::{Extensions, HeaderMap};
use model::provider::Provider;
use secrecy::SecretString;
use tower_sessions::Session;

pub async fn callback(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    session: Session,
    admin: Option<Extension<SignedIn>>,
    extensions: Extensions,
) -> Result<Response, Failed> {
    let callback = Callback::from_query(query.as_deref().unwrap_or_default());
    let callback = callback.map_err(|refusal| Failed::Refused(refusal.to_string()))?;
    let no_request = || Failed::Refused(format!("{slug}: no sign-in of this browser is under way, or it was answered"));
    let state_hash = callback.state_hash().ok_or_else(no_request)?;
    let secret = flow::of(&headers, state.https).ok_or_else(no_request)?;

    let mut tx = state.directory.begin(Actor::System).await?;
    let settings = providers::settings(&mut tx, &slug).await?.ok_or_else(no_request)?;
    let provider = settings.provider.clone();
    let request = sign_in::take(&mut tx, provider.id, &state_hash.0, &flow::hash(&secret)).await?;
    let request = request.ok_or_else(no_request)?;
    tx.commit().await?;

    let admin = admin.map(|Extension(SignedIn(admin))| admin);
    match verify(&state, settings, callback, &request).await {
        Ok(vouched) => {
            let origin = finish::origin(&state, &provider, &extensions, &headers);
            finish::vouched(&state, &session, &provider, request, admin, vouched, origin).await
        }
        Err(why) => finish::failed(&state, &provider, request.purpose, admin, &why).await,
    }
}

async fn verify(
    state: &AppState,
    settings: providers::ProviderSettings,
    callback: Callback,
    request: &Request,
) -> Result<Vouched, String> {
    let off = |provider: &Provider| format!("The provider {} was switched off meanwhile.", provider.label);
    if !settings.provider.enabled && request.purpose == sign_in::Purpose::SignIn {
        return Err(off(&settings.provider));
    }
    let Ready::Oidc { client, discovery, http } = ready(state, settings).await? else {
        return Err("This provider speaks SAML; the answer is OpenID Connect's.".to_owned());
    };
    let pending = String::from_utf8(request.pending.clone()).map_err(|error| error.to_string())?;
    let pending = Pending::read(&SecretString::from(pending)).map_err(|error| error.to_string())?;
    let party = RelyingParty { client: &client, discovery: &discovery, http: &http, keys: &state.sign_in.keys };
    let verified = party.finish(callback, &pending, state.directory.now()).await.map_err(|refusal| {
        tracing::info!(kind = refusal.kind(), "an OpenID Connect answer was refused");
        refusal.to_string()
    })?;
    Ok(Vouched { identity: verified.identity, id_token: Some(verified.id_token) })
}
