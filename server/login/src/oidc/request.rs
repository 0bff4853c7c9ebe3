//! The way there: the address a browser is sent to, and what is kept until it comes back.

use super::RelyingParty;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthUrl, ClientId, CsrfToken, IssuerUrl, JsonWebKeySet, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

/// How long somebody may take to sign in at the provider.
const LASTS: TimeDelta = TimeDelta::minutes(10);

/// A sign-in that begins.
#[derive(Debug)]
pub struct Start {
    /// Where the browser goes.
    pub url: Url,
    pub pending: Pending,
}

/// What must still be known when the browser comes back. The server keeps it under [`Pending::state_hash`], takes it out
/// once, and only for the browser that began.
#[derive(Clone, Debug)]
pub struct Pending {
    pub(super) issuer: String,
    pub(super) state: SecretString,
    pub(super) nonce: SecretString,
    pub(super) pkce_verifier: SecretString,
    /// The sign-in at the provider may be this old at most.
    pub(super) max_age: Option<TimeDelta>,
    pub(super) requested_at: DateTime<Utc>,
}

/// SHA-256 of a state: the key a pending sign-in is stored under, so that the stored row opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StateHash(pub Vec<u8>);

/// Why a sign-in could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("The system gave no random bytes: {0}. Try again.")]
    Random(#[from] getrandom::Error),
    #[error(
        "The provider's issuer, its authorization endpoint or our redirect address is not an address: {0}. Save the provider again."
    )]
    Address(#[from] url::ParseError),
}

/// What was stored cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("The pending sign-in cannot be read; it was stored by another version. Start again from the sign-in page.")]
pub struct PendingError;

impl RelyingParty<'_> {
    /// Begins a sign-in. With `max_age`, whoever is signed in at the provider is asked again, and the answer must say
    /// that they were, at most so long ago: for actions that ask for a fresh sign-in.
    pub fn start(&self, max_age: Option<TimeDelta>, now: DateTime<Utc>) -> Result<Start, StartError> {
        let pending = Pending {
            issuer: self.discovery.issuer.clone(),
            state: random()?,
            nonce: random()?,
            pkce_verifier: random()?,
            max_age,
            requested_at: now,
        };
        Ok(Start { url: self.url(&pending)?, pending })
    }

    /// The authentication request (Core, section 3.1.2.1; RFC 7636, section 4.3).
    fn url(&self, pending: &Pending) -> Result<Url, StartError> {
        let client_id = ClientId::new(self.client.client_id.clone());
        let issuer = IssuerUrl::new(self.discovery.issuer.clone())?;
        let client = CoreClient::new(client_id, issuer, JsonWebKeySet::default())
            .set_auth_uri(AuthUrl::from_url(self.discovery.authorization_endpoint.clone()))
            .set_redirect_uri(RedirectUrl::new(self.client.redirect_uri.to_string())?);
        let verifier = PkceCodeVerifier::new(pending.pkce_verifier.expose_secret().to_owned());
        let state = CsrfToken::new(pending.state.expose_secret().to_owned());
        let nonce = Nonce::new(pending.nonce.expose_secret().to_owned());
        let scopes = self.client.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(max_age) = pending.max_age {
            // Not every provider keeps to `max_age`; what holds is the `auth_time` it answers with.
            request = request.set_max_age(max_age.to_std().unwrap_or_default()).add_prompt(CoreAuthPrompt::Login);
        }
        Ok(request.url().0)
    }
}

impl Pending {
    pub fn state_hash(&self) -> StateHash {
        StateHash::of(self.state.expose_secret())
    }

    /// Whether it has waited too long; such rows can be thrown away.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        now - self.requested_at > LASTS
    }

    /// As text for the database, secrets and all: whoever reads it and the browser's cookie could finish the sign-in.
    pub fn expose(&self) -> SecretString {
        let stored = Stored {
            issuer: self.issuer.clone(),
            state: self.state.expose_secret().to_owned(),
            nonce: self.nonce.expose_secret().to_owned(),
            pkce_verifier: self.pkce_verifier.expose_secret().to_owned(),
            max_age: self.max_age.map(|age| age.num_seconds()),
            requested_at: self.requested_at,
        };
        SecretString::from(serde_json::json!(stored).to_string())
    }

    /// Back from [`Pending::expose`].
    pub fn read(stored: &SecretString) -> Result<Self, PendingError> {
        let stored: Stored = serde_json::from_str(stored.expose_secret()).map_err(|_| PendingError)?;
        let max_age = stored.max_age.map(|age| TimeDelta::try_seconds(age).ok_or(PendingError)).transpose()?;
        Ok(Self {
            issuer: stored.issuer,
            state: SecretString::from(stored.state),
            nonce: SecretString::from(stored.nonce),
            pkce_verifier: SecretString::from(stored.pkce_verifier),
            max_age,
            requested_at: stored.requested_at,
        })
    }
}

impl StateHash {
    pub(super) fn of(state: &str) -> Self {
        Self(Sha256::digest(state).to_vec())
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    issuer: String,
    state: String,
    nonce: String,
    pkce_verifier: String,
    /// Seconds.
    max_age: Option<i64>,
    requested_at: DateTime<Utc>,
}

/// 256 bits, 43 characters: also what a PKCE verifier has to be (RFC 7636, section 4.1).
fn random() -> Result<SecretString, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(SecretString::from(BASE64.encode(bytes)))
}
