//! SAML: our metadata, the assertion consumer service, and the step after it.
//!
//! The provider makes the browser post the response from its own site, so no Lax cookie arrives with it: what the
//! response proves waits under a code for a minute, until the same browser brings code and cookie to
//! `/auth/{slug}/finish`.

use super::finish::{self, Vouched};
use super::provider::{Ready, portal, ready};
use super::{Failed, flow};
use crate::AppState;
use ::login::saml::{CLOCK_SKEW, Verified, verify};
use ::login::{Email, Identity};
use app::session::SignedIn;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use directory::sign_in::Purpose;
use directory::{Actor, Tx, providers, sign_in};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Extensions, HeaderMap};
use model::provider::{Protocol, Provider};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tower_sessions::Session;

#[derive(Deserialize)]
pub struct Posted {
    #[serde(rename = "SAMLResponse", default)]
    response: String,
    #[serde(rename = "RelayState", default)]
    relay_state: String,
}

/// What waits for the browser: the identity, or the diagnosis.
#[derive(Serialize, Deserialize)]
enum Answer {
    Vouched {
        issuer: String,
        subject: String,
        email: Option<(String, bool)>,
        name: Option<String>,
        claims: BTreeMap<String, Vec<String>>,
    },
    Refused(String),
}

/// `POST /auth/{slug}/acs`
pub async fn acs(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Form(posted): Form<Posted>,
) -> Result<Response, Failed> {
    let no_request = || Failed::Refused(format!("{slug}: a SAML response answers no request that is under way"));
    let state_hash = flow::hash(&posted.relay_state);
    let mut tx = state.directory.begin(Actor::System).await?;
    let settings = providers::settings(&mut tx, &slug).await?.ok_or_else(no_request)?;
    let provider = settings.provider.clone();
    let request = sign_in::waiting(&mut tx, provider.id, &state_hash).await?.ok_or_else(no_request)?;
    // No transaction is open while the response is checked; that the request is answered once, `answer` sees to.
    drop(tx);
    let checked = match provider.enabled || request.purpose == Purpose::Test {
        true => check(&state, settings, posted.response, &request.pending).await,
        false => Err(format!("The provider {} was switched off meanwhile.", provider.label)),
    };
    let mut tx = state.directory.begin(Actor::System).await?;
    let answer = match checked {
        Ok(verified) => use_once(&mut tx, &provider, verified).await?,
        Err(why) => Answer::Refused(why),
    };
    let code = flow::random()?;
    let text = serde_json::to_vec(&answer).map_err(|error| Failed::Broken(error.to_string()))?;
    sign_in::answer(&mut tx, &state_hash, &flow::hash(&code), &text).await.map_err(|_| no_request())?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/auth/{slug}/finish?code={code}")).into_response())
}

/// Checks the response where blocking is allowed, a few at a time.
async fn check(
    state: &AppState,
    settings: providers::ProviderSettings,
    response: String,
    pending: &[u8],
) -> Result<Verified, String> {
    let Ready::Saml { portal, idp } = ready(state, settings).await? else {
        return Err("This provider speaks OpenID Connect; the answer is SAML's.".to_owned());
    };
    let request_id = String::from_utf8(pending.to_vec()).map_err(|error| error.to_string())?;
    let now = state.directory.now();
    let turn = state.sign_in.saml_checks.clone().acquire_owned().await.map_err(|error| error.to_string())?;
    let checked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        verify(&portal, &idp, &response, &request_id, now)
    });
    checked.await.map_err(|error| error.to_string())?.map_err(|refusal| {
        tracing::info!(kind = refusal.kind(), "a SAML response was refused");
        refusal.to_string()
    })
}

async fn use_once(tx: &mut Tx, provider: &Provider, verified: Verified) -> Result<Answer, Failed> {
    let until = verified.not_on_or_after + CLOCK_SKEW;
    if !sign_in::use_assertion(tx, provider.id, &verified.assertion_id, until).await? {
        return Ok(Answer::Refused("This assertion has been used before; somebody may have recorded it.".to_owned()));
    }
    let Identity { issuer, subject, email, name, claims } = verified.identity;
    let email = email.map(|email| (email.address, email.verified));
    Ok(Answer::Vouched { issuer, subject, email, name, claims })
}

#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

/// `GET /auth/{slug}/finish?code=`
pub async fn finish(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(query): Query<Code>,
    headers: HeaderMap,
    session: Session,
    admin: Option<Extension<SignedIn>>,
    extensions: Extensions,
) -> Result<Response, Failed> {
    let no_request = || Failed::Refused(format!("{slug}: no answer waits for this browser under that code"));
    let secret = flow::of(&headers, state.https).ok_or_else(no_request)?;
    let mut tx = state.directory.begin(Actor::System).await?;
    let provider = providers::by_slug(&mut tx, &slug).await?.ok_or_else(no_request)?;
    let taken = sign_in::take_answer(&mut tx, provider.id, &flow::hash(&query.code), &flow::hash(&secret)).await?;
    let (request, text) = taken.ok_or_else(no_request)?;
    tx.commit().await?;
    let admin = admin.map(|Extension(SignedIn(admin))| admin);
    match serde_json::from_slice(&text).map_err(|error| Failed::Broken(error.to_string()))? {
        Answer::Refused(why) => finish::failed(&state, &provider, request.purpose, admin, &why).await,
        Answer::Vouched { issuer, subject, email, name, claims } => {
            let email = email.map(|(address, verified)| Email { address, verified });
            let vouched = Vouched { identity: Identity { issuer, subject, email, name, claims }, id_token: None };
            let origin = finish::origin(&state, &provider, &extensions, &headers);
            finish::vouched(&state, &session, &provider, request, admin, vouched, origin).await
        }
    }
}

/// `GET /auth/{slug}/metadata`: ours, for the provider to load.
pub async fn metadata(State(state): State<AppState>, Path(slug): Path<String>) -> Result<Response, Failed> {
    let mut tx = state.directory.begin(Actor::System).await?;
    let provider = providers::by_slug(&mut tx, &slug).await?;
    if !provider.is_some_and(|provider| matches!(provider.protocol, Protocol::Saml(_))) {
        return Ok((http::StatusCode::NOT_FOUND, "There is no SAML provider of that name.\n").into_response());
    }
    let xml = portal(&state.backend.public_url, &slug).metadata().map_err(|error| Failed::Broken(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, "application/samlmetadata+xml".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"rollcall-{slug}.xml\"")),
    ];
    Ok((headers, xml).into_response())
}
