//! The id token (Core, sections 2 and 3.1.3.7): who signed it, for whom, when, and in answer to what.
//!
//! openidconnect checks the signature, the header, the issuer, the audience and the end. The rest it leaves to us: who
//! was given the token, when it was issued, from when it is good, and whether the access token belongs to it.

use super::LEEWAY;
use super::callback::same;
use super::claims::{self, Claims};
use super::refusal::{Refusal, shown};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::str::FromStr;

/// What the token has to agree with.
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    pub(super) issuer: &'a str,
    pub(super) nonce: &'a SecretString,
    pub(super) access_token: Option<&'a SecretString>,
    pub(super) max_age: Option<TimeDelta>,
    pub(super) requested_at: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
}

/// What it says, once all of it agreed.
pub(super) struct Verified {
    pub(super) subject: String,
    pub(super) claims: Claims,
    pub(super) auth_time: Option<DateTime<Utc>>,
}

const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
];

pub(super) fn verify(
    raw: &SecretString,
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
) -> Result<Verified, Refusal> {
    let token = CoreIdToken::from_str(raw.expose_secret()).map_err(|error| unreadable(raw, &error))?;
    let payload = part(raw, 1).ok_or_else(|| Refusal::IdTokenUnreadable("it holds no claims".to_owned()))?;
    let verifier = verifier(keys, expected)?;
    let nonce = |found: Option<&Nonce>| match found {
        Some(found) if same(&SecretString::from(found.secret().as_str()), expected.nonce) => Ok(()),
        _ => Err(String::new()),
    };
    let typed = token.claims(&verifier, nonce).map_err(|error| refusal(error, raw, &payload, expected))?;

    authorized_party(typed, expected)?;
    times(typed, &payload, expected)?;
    access_token_hash(&token, typed, &verifier, expected)?;
    let subject = typed.subject().as_str();
    if subject.is_empty() || subject.chars().count() > 255 || subject.chars().any(char::is_control) {
        return Err(Refusal::Subject);
    }
    Ok(Verified { subject: subject.to_owned(), auth_time: typed.auth_time(), claims: payload })
}

/// A "public" client on purpose: it has no secret for an HMAC, so none can ever be made with one that leaked.
fn verifier<'a>(keys: &CoreJsonWebKeySet, expected: &Expected<'a>) -> Result<CoreIdTokenVerifier<'a>, Refusal> {
    let issuer = IssuerUrl::new(expected.issuer.to_owned());
    let issuer = issuer.map_err(|_| Refusal::Issuer { expected: shown(expected.issuer), found: String::new() })?;
    let client_id = ClientId::new(expected.client_id.to_owned());
    let clock = expected.now - LEEWAY;
    Ok(CoreIdTokenVerifier::new_public_client(client_id, issuer, keys.clone())
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || clock))
}

/// Who the token was given to, when it says so (Core, section 3.1.3.7, step 5).
fn authorized_party(typed: &CoreIdTokenClaims, expected: &Expected<'_>) -> Result<(), Refusal> {
    match typed.authorized_party() {
        Some(azp) if azp.as_str() != expected.client_id => Err(Refusal::AuthorizedParty(shown(azp))),
        _ => Ok(()),
    }
}

/// Dated neither in the future nor before we asked, good already, and of a sign-in that is fresh enough.
fn times(typed: &CoreIdTokenClaims, payload: &Claims, expected: &Expected<'_>) -> Result<(), Refusal> {
    let (now, issued_at) = (expected.now, typed.issue_time());
    if issued_at > now + LEEWAY {
        return Err(Refusal::IssuedInFuture(issued_at));
    }
    if issued_at < expected.requested_at - LEEWAY {
        return Err(Refusal::IssuedBefore(issued_at));
    }
    if let Some(not_before) = payload.get("nbf") {
        let unreadable = || Refusal::IdTokenUnreadable("nbf is not a time".to_owned());
        let not_before =
            not_before.as_f64().and_then(|at| DateTime::from_timestamp(at as i64, 0)).ok_or_else(unreadable)?;
        if not_before > now + LEEWAY {
            return Err(Refusal::NotYet(not_before));
        }
    }
    let Some(max_age) = expected.max_age else { return Ok(()) };
    match typed.auth_time() {
        None => Err(Refusal::NoAuthTime),
        Some(at) if at > now + LEEWAY || now - at > max_age + LEEWAY => Err(Refusal::AuthTime(at)),
        Some(_) => Ok(()),
    }
}

/// Optional in this flow; when it is there it has to be right (Core, section 3.1.3.8).
fn access_token_hash(
    token: &CoreIdToken,
    typed: &CoreIdTokenClaims,
    verifier: &CoreIdTokenVerifier<'_>,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    let (Some(access_token), Some(said)) = (expected.access_token, typed.access_token_hash()) else { return Ok(()) };
    let access_token = AccessToken::new(access_token.expose_secret().to_owned());
    let (algorithm, key) = (token.signing_alg(), token.signing_key(verifier));
    let (Ok(algorithm), Ok(key)) = (algorithm, key) else { return Err(Refusal::AccessTokenHash) };
    match AccessTokenHash::from_token(&access_token, algorithm, key) {
        Ok(made) if made == *said => Ok(()),
        _ => Err(Refusal::AccessTokenHash),
    }
}

/// What openidconnect found, in our words.
fn refusal(error: ClaimsVerificationError, raw: &SecretString, payload: &Claims, expected: &Expected<'_>) -> Refusal {
    use SignatureVerificationError as S;
    let claim = |name: &str| shown(&payload.get(name).map(|value| claims::texts(value).join(", ")).unwrap_or_default());
    match error {
        ClaimsVerificationError::InvalidIssuer(_) => {
            Refusal::Issuer { expected: shown(expected.issuer), found: claim("iss") }
        }
        ClaimsVerificationError::InvalidAudience(_) => Refusal::Audience(claim("aud")),
        ClaimsVerificationError::InvalidNonce(_) => Refusal::Nonce,
        ClaimsVerificationError::Expired(_) => {
            let at = payload.get("exp").and_then(Value::as_f64).and_then(|at| DateTime::from_timestamp(at as i64, 0));
            Refusal::Expired(at.unwrap_or_default())
        }
        ClaimsVerificationError::SignatureVerification(error) => match error {
            S::NoMatchingKey => Refusal::UnknownKey,
            S::AmbiguousKeyId(_) => Refusal::AmbiguousKey,
            S::DisallowedAlg(_) | S::UnsupportedAlg(_) | S::NoSignature => Refusal::Algorithm(algorithm(raw)),
            _ => Refusal::Signature,
        },
        other => Refusal::IdTokenUnreadable(shown(&other.to_string())),
    }
}

/// An algorithm nobody knows makes the whole token unreadable; say that it is the algorithm.
fn unreadable(raw: &SecretString, error: &serde_json::Error) -> Refusal {
    match algorithm(raw) {
        name if !["", "RS256", "PS256", "ES256"].contains(&name.as_str()) => Refusal::Algorithm(name),
        _ => Refusal::IdTokenUnreadable(shown(&error.to_string())),
    }
}

fn algorithm(raw: &SecretString) -> String {
    let header = part(raw, 0).unwrap_or_default();
    shown(header.get("alg").and_then(Value::as_str).unwrap_or_default())
}

/// One part of the token, header or claims, as plain JSON.
fn part(raw: &SecretString, index: usize) -> Option<Claims> {
    let part = raw.expose_secret().split('.').nth(index)?;
    serde_json::from_slice(&BASE64.decode(part).ok()?).ok()
}
