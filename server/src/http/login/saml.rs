//! SAML: our metadata, the assertion consumer service, and the step after it.
//!
//! The provider makes the browser post the response from its own site, so no Lax cookie arrives with it: what the
//! response proves waits under a code for a minute, until the same browser brings code and cookie to
//! `/auth/{slug}/finish`.

use super::finish::{self, Caller, Vouched};
use super::provider::{Ready, portal, ready};
use super::{Failed, flow, just_now};
use crate::AppState;
use crate::http::cookies;
use ::login::saml::{CLOCK_SKEW, Verified, verify};
use ::login::{Email, Identity};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use directory::{Actor, Tx, providers, sign_in};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Extensions, HeaderMap};
use model::provider::{Protocol, Provider};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub struct Posted {
    #[serde(rename = "SAMLResponse", default)]
    response: String,
    #[serde(rename = "RelayState", default)]
    relay_state: String,
}

/// What a response is checked against.
#[derive(Serialize, Deserialize)]
pub struct Pending {
    pub request_id: String,
    /// Whoever sits there has to prove it now.
    pub fresh: bool,
}

/// What a response proved.
struct Proven {
    verified: Verified,
    version: i64,
    fresh_at: Option<DateTime<Utc>>,
}

/// What waits for the browser: the identity, or the diagnosis.
#[derive(Serialize, Deserialize)]
enum Answer {
    Vouched {
        version: i64,
        fresh_at: Option<DateTime<Utc>>,
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
    let no_request = || Failed::Refused("The SAML response answers no request that is under way.".to_owned());
    let state_hash = cookies::hash(&posted.relay_state);
    let mut tx = state.directory.begin(Actor::System).await?;
    let settings = providers::settings(&mut tx, &slug).await?.ok_or_else(no_request)?;
    let provider = settings.provider.clone();
    let request = sign_in::waiting(&mut tx, provider.id, &state_hash).await?.ok_or_else(no_request)?;
    // No transaction is open while the response is checked; that the request is answered once, `answer` sees to.
    drop(tx);
    let checked = match finish::switched_off(&provider, request.purpose) {
        None => check(&state, settings, posted.response, &request.pending).await,
        Some(off) => Err(off),
    };
    let mut tx = state.directory.begin(Actor::System).await?;
    let answer = match checked {
        Ok(proven) => use_once(&mut tx, &provider, proven).await?,
        Err(why) => Answer::Refused(why),
    };
    let code = cookies::random().map_err(|error| Failed::Broken(error.to_string()))?;
    let text = serde_json::to_vec(&answer).map_err(|error| Failed::Broken(error.to_string()))?;
    if !sign_in::answer(&mut tx, &state_hash, &cookies::hash(&code), &text).await? {
        return Err(no_request());
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/auth/{slug}/finish?code={code}")).into_response())
}

/// Checks the response where blocking is allowed, a few at a time.
async fn check(
    state: &AppState,
    settings: providers::ProviderSettings,
    response: String,
    pending: &[u8],
) -> Result<Proven, String> {
    let version = settings.provider.version;
    let Ready::Saml { portal, idp } = ready(state, settings).await? else {
        return Err("This provider speaks OpenID Connect; the answer is SAML's.".to_owned());
    };
    let Pending { request_id, fresh } = serde_json::from_slice(pending).map_err(|error| error.to_string())?;
    let now = state.directory.now();
    let turn = state.sign_in.saml_checks.clone().acquire_owned().await.map_err(|error| error.to_string())?;
    let checked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        verify(&portal, &idp, &response, &request_id, now)
    });
    let verified = checked.await.map_err(|error| error.to_string())?.map_err(|refusal| {
        tracing::info!(kind = refusal.kind(), "a SAML response was refused");
        refusal.to_string()
    })?;
    let fresh_at = just_now(verified.authenticated_at, CLOCK_SKEW, now);
    match (fresh, fresh_at) {
        (true, None) => Err(not_fresh(verified.authenticated_at)),
        _ => Ok(Proven { verified, version, fresh_at }),
    }
}

fn not_fresh(at: Option<DateTime<Utc>>) -> String {
    let said = match at {
        Some(at) => format!("says that the person signed in there at {at}, which is not recent enough"),
        None => "does not say when the person signed in there (AuthnInstant)".to_owned(),
    };
    format!(
        "A fresh sign-in was asked for, and the provider {said}. Let it ask again when the request says ForceAuthn."
    )
}

async fn use_once(tx: &mut Tx, provider: &Provider, proven: Proven) -> Result<Answer, Failed> {
    let Proven { verified, version, fresh_at } = proven;
    let until = verified.not_on_or_after + CLOCK_SKEW;
    if !sign_in::use_assertion(tx, provider.id, &verified.assertion_id, until).await? {
        return Ok(Answer::Refused("This assertion has been used before; somebody may have recorded it.".to_owned()));
    }
    let Identity { issuer, subject, email, name, claims } = verified.identity;
    let email = email.map(|email| (email.address, email.verified));
    Ok(Answer::Vouched { version, fresh_at, issuer, subject, email, name, claims })
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
    extensions: Extensions,
) -> Result<Response, Failed> {
    let no_request = || Failed::Refused("No answer waits for this browser under that code.".to_owned());
    let secret = flow::of(&headers, state.https).ok_or_else(no_request)?;
    let mut tx = state.directory.begin(Actor::System).await?;
    let provider = providers::by_slug(&mut tx, &slug).await?.ok_or_else(no_request)?;
    // Held before the request is: in this order, whoever removes a provider takes them as well.
    let provider = providers::hold(&mut tx, provider.id).await?.ok_or_else(no_request)?;
    let (code, flow) = (cookies::hash(&query.code), cookies::hash(&secret));
    let (request, text) = sign_in::take_answer(&mut tx, provider.id, &code, &flow).await?.ok_or_else(no_request)?;
    let caller = Caller::of(&state, &extensions, &headers);
    match serde_json::from_slice(&text).map_err(|error| Failed::Broken(error.to_string()))? {
        Answer::Refused(why) => {
            tx.commit().await?;
            finish::failed(&state, &provider, request.purpose, caller, &why).await
        }
        Answer::Vouched { version, fresh_at, issuer, subject, email, name, claims } => {
            let email = email.map(|(address, verified)| Email { address, verified });
            let identity = Identity { issuer, subject, email, name, claims };
            let vouched = Vouched { identity, version, fresh_at, id_token: None };
            finish::vouched(&state, tx, request, &provider, vouched, caller).await
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
