//! The end of every sign-in: the session, the page of a test, or one sentence for strangers.

use super::Failed;
use crate::AppState;
use crate::http::{client, sessions};
use ::login::Identity;
use app::session::{SignedIn, ThisSession};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use directory::sessions::Opened;
use directory::sign_in::{self, Decision, Failure, Proof, Purpose, Request};
use directory::{Actor, Tx, providers};
use http::header::{SET_COOKIE, USER_AGENT};
use http::{Extensions, HeaderMap};
use model::Administrator;
use model::provider::{Claims, Provider, TestOutcome, Verdict};
use model::session::SessionOrigin;

/// The longest description of a browser that is kept.
const AGENT_CHARACTERS: usize = 300;

/// What a provider's checked answer brought.
pub struct Vouched {
    pub identity: Identity,
    /// The version of the provider's settings that it was checked with.
    pub version: i64,
    /// When the person proved who they are, if that has just happened.
    pub fresh_at: Option<DateTime<Utc>>,
    /// For the provider's own sign-out, encrypted.
    pub id_token: Option<String>,
}

/// The browser that came back: who is signed in there, in which session, and from where it calls.
pub struct Caller {
    admin: Option<Administrator>,
    former: Option<Vec<u8>>,
    origin: SessionOrigin,
}

impl Caller {
    pub fn of(state: &AppState, extensions: &Extensions, headers: &HeaderMap) -> Self {
        Self {
            admin: extensions.get::<SignedIn>().map(|SignedIn(admin)| admin.clone()),
            former: extensions.get::<ThisSession>().map(|session| session.hash.clone()),
            origin: client_of(state, extensions, headers),
        }
    }
}

/// The client of a request.
pub fn client_of(state: &AppState, extensions: &Extensions, headers: &HeaderMap) -> SessionOrigin {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    SessionOrigin {
        address: Some(client::address(extensions, headers, state.proxy_hops).to_string()),
        agent: agent.map(|agent| agent.chars().take(AGENT_CHARACTERS).collect()),
        ..SessionOrigin::default()
    }
}

/// A provider vouched for somebody: opens the session in the unit of work that lets them in, or shows the test.
pub async fn vouched(
    state: &AppState,
    mut tx: Tx,
    request: Request,
    provider: &Provider,
    vouched: Vouched,
    caller: Caller,
) -> Result<Response, Failed> {
    let proof = proof(provider, &vouched.identity);
    // Between the reading of the settings and now the provider was asked, which takes its time.
    let held = providers::hold(&mut tx, request.provider).await?;
    let why = match &held {
        None => Some(format!("{} was removed while this sign-in was under way.", provider.label)),
        Some(now) if now.version != vouched.version => {
            Some(format!("{} was changed while this sign-in was under way. Sign in again.", provider.label))
        }
        Some(now) => switched_off(now, request.purpose),
    };
    if let Some(why) = why {
        tx.commit().await?;
        return failed(state, provider, request.purpose, caller, &why).await;
    }
    if request.purpose == Purpose::Test {
        let decision = sign_in::decide(&mut tx, provider, &proof).await?;
        let outcome = Ok((claims(&vouched.identity), verdict(provider, &proof, decision)));
        return show_test(tx, provider, caller.admin, outcome).await;
    }
    let admin = match sign_in::admit(&mut tx, provider, &proof).await? {
        Ok(admin) => admin,
        Err(refusal) => return refused(tx, provider, &proof, &refusal.to_string(), &caller).await,
    };
    let id = sessions::new_id(state.https).map_err(|error| Failed::Broken(error.to_string()))?;
    let origin =
        SessionOrigin { provider: Some(provider.id), provider_label: Some(provider.label.clone()), ..caller.origin };
    let opened = Opened { id_hash: id.hash, admin, origin, fresh_at: vouched.fresh_at, id_token: vouched.id_token };
    if !directory::sessions::open(&mut tx, &opened, caller.former.as_deref()).await? {
        return Err(Failed::Refused(
            "The account was unlinked while this sign-in was under way. Sign in again.".into(),
        ));
    }
    tx.commit().await?;
    tracing::info!(provider = provider.slug, "signed in");
    Ok(([(SET_COOKIE, id.cookie)], Redirect::to(&request.return_to)).into_response())
}

/// Why nobody comes in by this provider, when it is switched off. A test may.
pub fn switched_off(provider: &Provider, purpose: Purpose) -> Option<String> {
    let off = !provider.enabled && purpose == Purpose::SignIn;
    off.then(|| format!("The provider {} is switched off.", provider.label))
}

/// The provider vouched, and our tables say no.
async fn refused(
    mut tx: Tx,
    provider: &Provider,
    proof: &Proof,
    why: &str,
    caller: &Caller,
) -> Result<Response, Failed> {
    let who = proof.email.as_deref().unwrap_or(&proof.subject);
    let address = caller.origin.address.as_deref().unwrap_or_default();
    sign_in::failed(&mut tx, &Failure { provider: Some(provider), who, why, address }).await?;
    tx.commit().await?;
    tracing::warn!(provider = provider.slug, address, who, why, "a sign-in was refused");
    Err(Failed::Noted)
}

/// The provider's answer was none, or did not hold: the diagnosis for owners, one sentence for everybody else.
pub async fn failed(
    state: &AppState,
    provider: &Provider,
    purpose: Purpose,
    caller: Caller,
    why: &str,
) -> Result<Response, Failed> {
    if purpose == Purpose::Test {
        let tx = state.directory.begin(Actor::System).await?;
        return show_test(tx, provider, caller.admin, Err(why.to_owned())).await;
    }
    Err(Failed::Refused(why.to_owned()))
}

async fn show_test(
    mut tx: Tx,
    provider: &Provider,
    admin: Option<Administrator>,
    outcome: Result<(Claims, Verdict), String>,
) -> Result<Response, Failed> {
    // The session may have ended meanwhile: then there is nobody to show it to.
    let admin = admin.ok_or_else(|| Failed::Refused("a test sign-in came back to nobody who is signed in".into()))?;
    let outcome = TestOutcome { label: provider.label.clone(), at: tx.now(), outcome };
    let text = serde_json::to_vec(&outcome).map_err(|error| Failed::Broken(error.to_string()))?;
    let id = sign_in::keep_test(&mut tx, admin.id, provider.id, &text).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/settings/sign-in/{}/test?id={id}", provider.slug)).into_response())
}

fn proof(provider: &Provider, identity: &Identity) -> Proof {
    let email = identity.email.as_ref();
    Proof {
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        email: email.map(|email| email.address.clone()),
        email_verified: email.is_some_and(|email| email.verified),
        name: identity.name.clone(),
        groups: identity.claims.get(&provider.groups_claim).cloned().unwrap_or_default(),
    }
}

fn claims(identity: &Identity) -> Claims {
    Claims {
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        email: identity.email.as_ref().map(|email| email.address.clone()),
        email_verified: identity.email.as_ref().is_some_and(|email| email.verified),
        all: identity.claims.clone(),
    }
}

fn verdict(provider: &Provider, proof: &Proof, decision: Decision) -> Verdict {
    let rule = provider.rule_for(&proof.groups).map(|rule| rule.value.clone());
    match decision {
        Decision::Known { admin, role } => Verdict::In {
            email: admin.email,
            role,
            rule: admin.role_from.and(rule),
            how: "Linked to this account.".into(),
        },
        Decision::Invited { admin, role } => Verdict::In {
            email: admin.email,
            role,
            rule: admin.role_from.and(rule),
            how: "An open invitation has this e-mail; the first sign-in links the account to it.".into(),
        },
        Decision::New { email, role } => {
            Verdict::In { email, role, rule, how: "Not an administrator yet; the first sign-in makes them one.".into() }
        }
        Decision::Refused(refusal) => Verdict::Refused(refusal.to_string()),
    }
}
