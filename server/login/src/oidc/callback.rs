//! The way back: what the browser brings, checked step by step until somebody is known or the sign-in is refused.

use super::RelyingParty;
use super::claims;
use super::id_token::{self, Expected};
use super::refusal::{Refusal, shown, shown_without};
use super::request::{Pending, StateHash};
use crate::Identity;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

/// The query of the redirect address (RFC 6749, section 4.1.2; RFC 9207).
#[derive(Clone, Debug, Default)]
pub struct Callback {
    code: Option<SecretString>,
    state: Option<SecretString>,
    issuer: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// A sign-in whose every proof held.
#[derive(Clone, Debug)]
pub struct Verified {
    pub identity: Identity,
    /// For the logout request only; it opens nothing here.
    pub id_token: SecretString,
    /// When the person last proved who they are at the provider, if it says so.
    pub auth_time: Option<DateTime<Utc>>,
}

impl Callback {
    /// Reads the query. A parameter that comes twice is nobody's honest answer: which one would count (RFC 6749, section
    /// 3.1)?
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        let mut callback = Self::default();
        let mut texts = [const { None }; 3];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let repeated = match &*name {
                "code" => callback.code.replace(SecretString::from(&*value)).map(|_| "code"),
                "state" => callback.state.replace(SecretString::from(&*value)).map(|_| "state"),
                "iss" => texts[0].replace(value.into_owned()).map(|_| "iss"),
                "error" => texts[1].replace(value.into_owned()).map(|_| "error"),
                "error_description" => texts[2].replace(value.into_owned()).map(|_| "error_description"),
                _ => None,
            };
            if let Some(name) = repeated {
                return Err(Refusal::Repeated(name));
            }
        }
        [callback.issuer, callback.error, callback.error_description] = texts;
        Ok(callback)
    }

    /// Which pending sign-in it claims to answer.
    pub fn state_hash(&self) -> Option<StateHash> {
        self.state.as_ref().map(|state| StateHash::of(state.expose_secret()))
    }
}

impl RelyingParty<'_> {
    /// Checks an answer against what is pending, which the caller has taken out for good. `now` is the time it came.
    pub async fn finish(&self, callback: Callback, pending: &Pending, now: DateTime<Utc>) -> Result<Verified, Refusal> {
        let code = self.check(callback, pending, now)?;
        let tokens = self.exchange(&code, pending).await?;
        let expected = Expected {
            client_id: &self.client.client_id,
            issuer: &self.discovery.issuer,
            nonce: &pending.nonce,
            access_token: tokens.access_token.as_ref(),
            max_age: pending.max_age,
            requested_at: pending.requested_at,
            now,
        };
        let verified = self.verify(&tokens.id_token, &expected).await?;
        let rest = self.userinfo(&verified, tokens.access_token.as_ref()).await?;
        Ok(Verified {
            identity: claims::identity(&self.discovery.issuer, verified.subject, verified.claims, rest),
            id_token: tokens.id_token,
            auth_time: verified.auth_time,
        })
    }

    /// Everything that can be said without asking the provider; gives the code.
    fn check(&self, callback: Callback, pending: &Pending, now: DateTime<Utc>) -> Result<SecretString, Refusal> {
        let state = callback.state.ok_or(Refusal::State)?;
        if !same(&state, &pending.state) {
            return Err(Refusal::State);
        }
        if pending.issuer != self.discovery.issuer {
            return Err(Refusal::OtherProvider(shown(&pending.issuer)));
        }
        if pending.is_over(now) {
            return Err(Refusal::TooLate);
        }
        match callback.issuer {
            None if self.discovery.names_itself => return Err(Refusal::NoResponseIssuer),
            Some(found) if found != self.discovery.issuer => {
                let expected = self.discovery.issuer.clone();
                return Err(Refusal::ResponseIssuer { expected, found: shown(&found) });
            }
            _ => {}
        }
        if let Some(error) = callback.error {
            let secrets = [Some(&pending.state), Some(&pending.nonce), callback.code.as_ref()];
            let secrets: Vec<&SecretString> = secrets.into_iter().flatten().collect();
            let description = callback.error_description.unwrap_or_default();
            return Err(Refusal::Denied {
                error: shown_without(&error, &secrets),
                description: shown_without(&description, &secrets),
            });
        }
        callback.code.ok_or(Refusal::NoCode)
    }

    /// The id token against the keys we have, and once more against newer ones when its key is not among them.
    async fn verify(&self, token: &SecretString, expected: &Expected<'_>) -> Result<id_token::Verified, Refusal> {
        let keys = self.keys.current(self.http, self.discovery, expected.now).await?;
        match id_token::verify(token, &keys, expected) {
            Err(Refusal::UnknownKey) => {
                let newer = self.keys.newer(self.http, self.discovery, &keys, expected.now).await?;
                newer.map_or(Err(Refusal::UnknownKey), |keys| id_token::verify(token, &keys, expected))
            }
            done => done,
        }
    }
}

/// In constant time.
pub(super) fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret().as_bytes().ct_eq(other.expose_secret().as_bytes()).into()
}
