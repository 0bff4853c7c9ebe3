//! The provider's own description (OpenID Connect Discovery 1.0, RFC 8414).

use super::http::{Http, HttpError};
use super::refusal::shown;
use serde::Deserialize;
use url::Url;

/// What we take from the document. The server keeps it in memory, and asks again from time to time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    pub issuer: String,
    pub authorization_endpoint: Url,
    pub token_endpoint: Url,
    pub jwks_uri: Url,
    pub userinfo_endpoint: Option<Url>,
    /// RP-initiated logout; without it, signing out ends our session only.
    pub end_session_endpoint: Option<Url>,
    /// The provider names itself in every answer (RFC 9207), so an answer without its name is not its own.
    pub names_itself: bool,
    pub token_auth: TokenAuth,
}

/// How the client secret goes to the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAuth {
    ClientSecretBasic,
    ClientSecretPost,
}

/// Why a provider cannot be used; each says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    #[error("The issuer is not an address. Enter it as the provider shows it, such as https://login.example.com.")]
    Issuer,
    #[error("The provider's discovery document at {url} {cause}.")]
    Unavailable { url: String, cause: HttpError },
    #[error("The discovery document cannot be read: {0}. Check that the issuer belongs to an OpenID Connect provider.")]
    Unreadable(String),
    #[error(
        "The discovery document names {found} as its issuer, not {asked}. If that is your provider, enter it exactly so, to the last slash."
    )]
    OtherIssuer { asked: String, found: String },
    #[error("The discovery document has no {0}. The provider cannot be used for sign-in without it.")]
    Missing(&'static str),
    #[error("The provider's {0} does not begin with https://. Turn on https there.")]
    Insecure(&'static str),
    #[error("The provider does not offer the authorization code flow. Turn it on there (response type code).")]
    NoCodeFlow,
    #[error("The provider does not offer PKCE with S256. Turn it on there.")]
    NoPkce,
    #[error("The provider signs id tokens with {0} only. Set it to RS256, PS256 or ES256.")]
    Algorithms(String),
    #[error("The provider's token endpoint takes no client secret ({0} only). Allow client_secret_basic there.")]
    TokenAuth(String),
}

#[derive(Deserialize)]
struct Document {
    issuer: Option<String>,
    authorization_endpoint: Option<Url>,
    token_endpoint: Option<Url>,
    jwks_uri: Option<Url>,
    userinfo_endpoint: Option<Url>,
    end_session_endpoint: Option<Url>,
    response_types_supported: Option<Vec<String>>,
    grant_types_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Reads the document of `issuer` and refuses a provider whose sign-ins could not be safe, or could not work.
pub async fn discover(http: &Http, issuer: &str) -> Result<Discovery, DiscoveryError> {
    let url = document_url(issuer).ok_or(DiscoveryError::Issuer)?;
    let json =
        http.get(&url, None).await.map_err(|cause| DiscoveryError::Unavailable { url: url.to_string(), cause })?;
    let document: Document =
        serde_json::from_value(json).map_err(|error| DiscoveryError::Unreadable(shown(&error.to_string())))?;
    document.check(issuer)
}

/// The well-known address below the issuer, whose last slash does not count here (Discovery, section 4.1).
fn document_url(issuer: &str) -> Option<Url> {
    let url = Url::parse(issuer).ok()?;
    let plain = matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none();
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    plain.then(|| Url::parse(&address).ok()).flatten()
}

impl Document {
    fn check(self, asked: &str) -> Result<Discovery, DiscoveryError> {
        let issuer = self.issuer.ok_or(DiscoveryError::Missing("issuer"))?;
        if issuer != asked {
            return Err(DiscoveryError::OtherIssuer { asked: asked.to_owned(), found: shown(&issuer) });
        }
        let lacks = |list: &Option<Vec<String>>, value: &str| list.as_ref().is_some_and(|list| !has(list, value));
        if lacks(&self.response_types_supported, "code") || lacks(&self.grant_types_supported, "authorization_code") {
            return Err(DiscoveryError::NoCodeFlow);
        }
        if lacks(&self.code_challenge_methods_supported, "S256") {
            return Err(DiscoveryError::NoPkce);
        }
        let algorithms = self.id_token_signing_alg_values_supported.unwrap_or_default();
        if !algorithms.is_empty() && !["RS256", "PS256", "ES256"].iter().any(|ours| has(&algorithms, ours)) {
            return Err(DiscoveryError::Algorithms(shown(&algorithms.join(", "))));
        }
        let secure = Secure { required: asked.starts_with("https:") };
        Ok(Discovery {
            issuer,
            authorization_endpoint: secure.required("authorization_endpoint", self.authorization_endpoint)?,
            token_endpoint: secure.required("token_endpoint", self.token_endpoint)?,
            jwks_uri: secure.required("jwks_uri", self.jwks_uri)?,
            userinfo_endpoint: secure.optional("userinfo_endpoint", self.userinfo_endpoint)?,
            end_session_endpoint: secure.optional("end_session_endpoint", self.end_session_endpoint)?,
            names_itself: self.authorization_response_iss_parameter_supported,
            token_auth: token_auth(self.token_endpoint_auth_methods_supported)?,
        })
    }
}

fn has(list: &[String], value: &str) -> bool {
    list.iter().any(|each| each == value)
}

/// Basic is what holds when nothing is said (Discovery, section 3).
fn token_auth(methods: Option<Vec<String>>) -> Result<TokenAuth, DiscoveryError> {
    match methods {
        None => Ok(TokenAuth::ClientSecretBasic),
        Some(methods) if has(&methods, "client_secret_basic") => Ok(TokenAuth::ClientSecretBasic),
        Some(methods) if has(&methods, "client_secret_post") => Ok(TokenAuth::ClientSecretPost),
        Some(methods) => Err(DiscoveryError::TokenAuth(shown(&methods.join(", ")))),
    }
}

/// A provider on https has all of its endpoints on https; one on plain http (the server lets none in but for the demo
/// and tests) may have either. Nothing else is an address to send a browser or a secret to.
struct Secure {
    required: bool,
}

impl Secure {
    fn optional(&self, name: &'static str, url: Option<Url>) -> Result<Option<Url>, DiscoveryError> {
        match url {
            Some(url) if url.scheme() == "https" || (!self.required && url.scheme() == "http") => Ok(Some(url)),
            Some(_) => Err(DiscoveryError::Insecure(name)),
            None => Ok(None),
        }
    }

    fn required(&self, name: &'static str, url: Option<Url>) -> Result<Url, DiscoveryError> {
        self.optional(name, url)?.ok_or(DiscoveryError::Missing(name))
    }
}

impl DiscoveryError {
    /// One word, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Issuer => "issuer_not_an_address",
            Self::Unavailable { .. } => "discovery_unavailable",
            Self::Unreadable(_) => "discovery_unreadable",
            Self::OtherIssuer { .. } => "other_issuer",
            Self::Missing(_) => "incomplete",
            Self::Insecure(_) => "insecure_endpoint",
            Self::NoCodeFlow => "no_code_flow",
            Self::NoPkce => "no_pkce",
            Self::Algorithms(_) => "algorithms",
            Self::TokenAuth(_) => "token_auth",
        }
    }
}
