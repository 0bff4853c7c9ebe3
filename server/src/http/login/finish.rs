//! The end of every sign-in: the session, the page of a test, or one sentence for strangers.

use super::Failed;
use crate::http::{client, sessions};
use crate::{AppState, http::sessions::Opened};
use ::login::Identity;
use axum::response::{IntoResponse, Redirect, Response};
use directory::sign_in::{self, Decision, Proof, Purpose, Request};
use directory::{Actor, Tx};
use http::header::USER_AGENT;
use http::{Extensions, HeaderMap};
use model::Administrator;
use model::provider::{Claims, Provider, TestOutcome, Verdict};
use model::session::SessionOrigin;
use secrecy::SecretString;
use tower_sessions::Session;

/// The longest description of a browser that is kept.
const AGENT_CHARACTERS: usize = 300;

/// What a provider's checked answer brought.
pub struct Vouched {
    pub identity: Identity,
    /// For the provider's own sign-out.
    pub id_token: Option<SecretString>,
}

/// From where, and by which provider, a session is opened.
pub fn origin(state: &AppState, provider: &Provider, extensions: &Extensions, headers: &HeaderMap) -> SessionOrigin {
    SessionOrigin {
        provider: Some(provider.id),
        provider_label: Some(provider.label.clone()),
        ..self::client_of(state, extensions, headers)
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

/// A provider vouched for somebody: opens the session, or shows the test.
pub async fn vouched(
    state: &AppState,
    session: &Session,
    provider: &Provider,
    request: Request,
    admin: Option<Administrator>,
    vouched: Vouched,
    origin: SessionOrigin,
) -> Result<Response, Failed> {
    let proof = proof(provider, &vouched.identity);
    let mut tx = state.directory.begin(Actor::System).await?;
    if request.purpose == Purpose::Test {
        let decision = sign_in::decide(&mut tx, provider, &proof).await?;
        let outcome = Ok((claims(&vouched.identity), verdict(provider, &proof, decision)));
        return show_test(tx, provider, admin, outcome).await;
    }
    let admitted = sign_in::admit(&mut tx, provider, &proof).await?;
    let id = match admitted {
        Ok(id) => id,
        Err(refusal) => {
            let who = proof.email.as_deref().unwrap_or(&proof.subject);
            sign_in::refused(&mut tx, provider, who, &refusal.to_string());
            tx.commit().await?;
            return Err(Failed::Refused(format!("{}: {who}: {refusal}", provider.slug)));
        }
    };
    tx.commit().await?;
    let opened = Opened { admin: id, origin, id_token: vouched.id_token };
    let broken = |error: &dyn std::fmt::Display| Failed::Broken(error.to_string());
    sessions::sign_in(session, &state.directory, opened).await.map_err(|error| broken(&*error))?;
    tracing::info!(provider = provider.slug, "signed in");
    Ok(Redirect::to(&request.return_to).into_response())
}

/// The provider's answer was none, or did not hold: the diagnosis for owners, one sentence for everybody else.
pub async fn failed(
    state: &AppState,
    provider: &Provider,
    purpose: Purpose,
    admin: Option<Administrator>,
    why: &str,
) -> Result<Response, Failed> {
    let mut tx = state.directory.begin(Actor::System).await?;
    if purpose == Purpose::Test {
        return show_test(tx, provider, admin, Err(why.to_owned())).await;
    }
    sign_in::refused(&mut tx, provider, "", why);
    tx.commit().await?;
    Err(Failed::Refused(format!("{}: {why}", provider.slug)))
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
