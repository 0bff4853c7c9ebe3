//! Why a sign-in was refused, for owners: the page of a failed sign-in says the same whatever this says.

use super::http::{Endpoint, HttpError};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

/// The diagnosis. It repeats what the provider said where that helps, cut short and without control characters, and
/// never a token, a code or a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // The browser's answer.
    #[error(
        "The answer has the parameter {0} more than once. Nothing that the provider sends looks like this; start again from the sign-in page."
    )]
    Repeated(&'static str),
    #[error(
        "The answer carries another state than this sign-in began with. Start again from the sign-in page, in one window."
    )]
    State,
    #[error("The sign-in began with another provider ({0}). Start again from the sign-in page.")]
    OtherProvider(String),
    #[error("The sign-in took longer than 10 minutes. Start again from the sign-in page.")]
    TooLate,
    #[error(
        "The answer does not name its issuer, which this provider always does. Start again from the sign-in page; if it stays so, something between browser and server drops the parameter iss."
    )]
    NoResponseIssuer,
    #[error(
        "The answer comes from another provider ({found}) than the one asked ({expected}). Start again from the sign-in page; if it stays so, check the issuer."
    )]
    ResponseIssuer { expected: String, found: String },
    #[error("The provider refused: {error}{}. Look it up in the provider's own sign-in log.", after_colon(.description))]
    Denied { error: String, description: String },
    #[error(
        "The answer carries no code. Start again from the sign-in page; if it stays so, check that the provider uses the authorization code flow with the response mode query."
    )]
    NoCode,

    // The provider's endpoints.
    #[error("The provider's {which} {cause}.")]
    Endpoint { which: Endpoint, cause: HttpError },
    #[error("The token endpoint refused: {error}{} (status {status}). {}", after_colon(.description), advice(.error))]
    Exchange { status: u16, error: String, description: String },
    #[error(
        "The token endpoint gave no id token. Check that the client at the provider is an OpenID Connect one and may use the scope openid."
    )]
    NoIdToken,
    #[error("The provider's key set has no key that can be used. Check jwks_uri; RSA keys need 2048 bits at least.")]
    NoKeys,
    #[error("The provider's key set could not be had a moment ago. Try again in ten seconds.")]
    KeysFailed,

    // The id token.
    #[error("The id token cannot be read: {0}. Check the claims that the provider is set to send.")]
    IdTokenUnreadable(String),
    #[error("The id token is signed with {0}. Set the client at the provider to RS256, PS256 or ES256.")]
    Algorithm(String),
    #[error(
        "The provider's key set has no key that fits the id token's. If its keys were just changed, try again in a minute; then check jwks_uri."
    )]
    UnknownKey,
    #[error("Several keys of the provider fit the id token, which does not say which. Let the provider send kid.")]
    AmbiguousKey,
    #[error("The id token's signature is wrong. Check that the issuer's jwks_uri belongs to the provider that signs.")]
    Signature,
    #[error("The id token comes from {found}, not {expected}. Check the issuer.")]
    Issuer { expected: String, found: String },
    #[error(
        "The id token is for {0}, not for our client id alone. Check the client id, and that the provider adds no other audience."
    )]
    Audience(String),
    #[error("The id token was given to {0} (azp), not to our client id. Check the client id.")]
    AuthorizedParty(String),
    #[error("The id token ended at {0}. Compare the clocks of the provider and of this server.")]
    Expired(DateTime<Utc>),
    #[error("The id token is not good before {0}. Compare the clocks of the provider and of this server.")]
    NotYet(DateTime<Utc>),
    #[error("The id token was issued in the future, at {0}. Compare the clocks of the provider and of this server.")]
    IssuedInFuture(DateTime<Utc>),
    #[error(
        "The id token was issued at {0}, before this sign-in began. Compare the clocks of the provider and of this server."
    )]
    IssuedBefore(DateTime<Utc>),
    #[error("The id token belongs to another sign-in: its nonce is not ours. Start again from the sign-in page.")]
    Nonce,
    #[error(
        "The id token does not belong to the access token that came with it (at_hash). The provider is at fault; report it there."
    )]
    AccessTokenHash,
    #[error(
        "The id token names nobody: sub is empty, longer than 255 characters, or has control characters. Check which attribute the provider sends as sub."
    )]
    Subject,
    #[error(
        "The provider does not say when the person signed in (auth_time), and this action asks for a fresh sign-in. Let the provider send the claim auth_time."
    )]
    NoAuthTime,
    #[error(
        "The provider says that the person signed in there at {0}, which is not recent enough for this action, or in the future. Sign in there once more; if it stays so, the provider does not keep to max_age."
    )]
    AuthTime(DateTime<Utc>),

    // The userinfo endpoint.
    #[error(
        "The userinfo endpoint answered about somebody else than the id token. The provider is at fault; report it there."
    )]
    UserinfoSubject,
}

impl Refusal {
    /// One word, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Repeated(_) => "repeated_parameter",
            Self::State => "state",
            Self::OtherProvider(_) => "other_provider",
            Self::TooLate => "too_late",
            Self::NoResponseIssuer => "response_issuer_missing",
            Self::ResponseIssuer { .. } => "response_issuer",
            Self::Denied { .. } => "denied",
            Self::NoCode => "no_code",
            Self::Endpoint { which: Endpoint::Token, .. } => "token_endpoint",
            Self::Endpoint { which: Endpoint::Userinfo, .. } => "userinfo_endpoint",
            Self::Endpoint { .. } | Self::NoKeys | Self::KeysFailed => "keys",
            Self::Exchange { .. } => "exchange",
            Self::NoIdToken => "no_id_token",
            Self::IdTokenUnreadable(_) => "id_token_unreadable",
            Self::Algorithm(_) => "algorithm",
            Self::UnknownKey => "unknown_key",
            Self::AmbiguousKey => "ambiguous_key",
            Self::Signature => "signature",
            Self::Issuer { .. } => "issuer",
            Self::Audience(_) => "audience",
            Self::AuthorizedParty(_) => "azp",
            Self::Expired(_) => "expired",
            Self::NotYet(_) => "not_yet",
            Self::IssuedInFuture(_) => "issued_in_future",
            Self::IssuedBefore(_) => "issued_before",
            Self::Nonce => "nonce",
            Self::AccessTokenHash => "at_hash",
            Self::Subject => "subject",
            Self::NoAuthTime => "auth_time_missing",
            Self::AuthTime(_) => "auth_time",
            Self::UserinfoSubject => "userinfo_subject",
        }
    }
}

/// What to change for an error of the token endpoint (RFC 6749, section 5.2).
fn advice(error: &str) -> &'static str {
    match error {
        "invalid_client" | "unauthorized_client" => "Check the client id and the client secret.",
        "invalid_grant" => "Start again from the sign-in page; if it stays so, check the redirect address there.",
        _ => "Check the client's settings at the provider.",
    }
}

fn after_colon(description: &str) -> String {
    // Some providers end it with a full stop; ours follows.
    let description = description.trim_end_matches(['.', ' ']);
    if description.is_empty() { String::new() } else { format!(": {description}") }
}

/// Somebody else's text, fit to be shown: one line, at most 200 characters.
pub(super) fn shown(text: &str) -> String {
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    line.truncate(line.trim_end().len());
    line
}

/// The same for a text that may have secrets of ours in it, as when an endpoint repeats what it was sent.
pub(super) fn shown_without(text: &str, secrets: &[&SecretString]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "[removed]");
    }
    shown(&text)
}
