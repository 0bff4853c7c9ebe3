//! A provider as it is needed for signing in: its own description at hand, our side of it filled in.

use super::known::Unready;
use crate::AppState;
use ::login::oidc::{self, Client, Discovery, Exchange, Http, HttpError, RelyingParty, discover};
use ::login::saml::{Addresses, IdentityProvider, ServiceProvider};
use chrono::{DateTime, Utc};
use directory::providers::ProviderSettings;
use model::provider::{Certificate, Checked, Draft, Oidc, Protocol, Provider, Saml, Wrong};
use provision::{FetchError, Outbound};
use secrecy::SecretString;
use std::sync::Arc;
use url::Url;

/// The largest metadata document that is fetched.
const METADATA_BYTES: usize = 1024 * 1024;

/// Everything for one sign-in.
pub enum Ready {
    Oidc { client: Client, discovery: Arc<Discovery>, http: Http },
    Saml { portal: ServiceProvider, idp: Arc<IdentityProvider> },
}

/// Gets a provider ready.
pub async fn ready(state: &AppState, settings: ProviderSettings) -> Result<Ready, Unready> {
    let ProviderSettings { provider, client_secret, metadata } = settings;
    match &provider.protocol {
        Protocol::Oidc(oidc) => {
            let client = client(&state.backend.public_url, &provider, oidc, client_secret)?;
            let http = http(&state.sign_in.outbound);
            let known = &state.sign_in.known;
            let discovery = known.discovery(&provider, &oidc.issuer, &http, state.directory.now()).await?;
            Ok(Ready::Oidc { client, discovery, http })
        }
        Protocol::Saml(_) => {
            let xml = metadata.ok_or("No metadata is stored for this provider. Save it again.")?;
            let idp = state.sign_in.known.metadata(&provider, xml, addresses(&state.backend)).await?;
            Ok(Ready::Saml { portal: portal(&state.backend.public_url, &provider.slug), idp })
        }
    }
}

fn addresses(backend: &app::session::Backend) -> Addresses {
    if backend.allow_private_urls { Addresses::HttpToo } else { Addresses::Https }
}

fn client(public_url: &str, provider: &Provider, oidc: &Oidc, secret: Option<SecretString>) -> Result<Client, String> {
    let redirect_uri = Url::parse(&format!("{public_url}/auth/{}/callback", provider.slug));
    Ok(Client {
        issuer: oidc.issuer.clone(),
        client_id: oidc.client_id.clone(),
        client_secret: secret.ok_or("No client secret is stored for this provider. Enter it and save.")?,
        redirect_uri: redirect_uri.map_err(|error| error.to_string())?,
        scopes: oidc.scopes.clone(),
        claims: vec![provider.groups_claim.clone(), "email".to_owned()],
    })
}

/// Our side of a SAML provider.
pub fn portal(public_url: &str, slug: &str) -> ServiceProvider {
    ServiceProvider {
        entity_id: format!("{public_url}/auth/{slug}/metadata"),
        acs_url: format!("{public_url}/auth/{slug}/acs"),
    }
}

/// The guarded client, in the shape that `login` takes.
fn http(outbound: &Outbound) -> Http {
    let outbound = outbound.clone();
    Http::new(move |request| -> Exchange {
        let outbound = outbound.clone();
        Box::pin(async move {
            outbound.fetch(request, oidc::MAX_BODY).await.map_err(|error| match error {
                FetchError::TooLarge(_) => HttpError::TooLarge,
                FetchError::Timeout => HttpError::Timeout,
                other => HttpError::Unreachable(other.to_string()),
            })
        })
    })
}

/// Where signing out goes on at the provider, when it has such an address.
pub async fn sign_out_address(
    state: &AppState,
    provider: Provider,
    id_token: Option<&SecretString>,
) -> Option<SecretString> {
    let Protocol::Oidc(oidc) = &provider.protocol else { return None };
    let http = http(&state.sign_in.outbound);
    let known = &state.sign_in.known;
    let discovery = known.discovery(&provider, &oidc.issuer, &http, state.directory.now()).await.ok()?;
    // The secret is not sent to this address.
    let client = client(&state.backend.public_url, &provider, oidc, Some(SecretString::default())).ok()?;
    let back = Url::parse(&format!("{}/login?signed_out=1", state.backend.public_url)).ok()?;
    let party = RelyingParty { client: &client, discovery: &discovery, http: &http, keys: &state.sign_in.keys };
    let state = crate::http::cookies::random().ok()?;
    party.logout_url(id_token, &back, &state)
}

/// Checks a provider that is to be saved: asks the issuer for its description, reads the metadata.
pub async fn check(outbound: &Outbound, draft: Draft, private: bool, now: DateTime<Utc>) -> Result<Checked, Wrong> {
    match draft {
        Draft::Oidc { issuer, client_id, scopes } => {
            let wrong = |message: String| Wrong { field: "issuer", message };
            provision::check_url(&issuer, private).map_err(wrong)?;
            discover(&http(outbound), &issuer).await.map_err(|error| wrong(error.to_string()))?;
            let protocol = Protocol::Oidc(Oidc { issuer, client_id, scopes, secret_ends_in: None });
            Ok(Checked { protocol, metadata: None })
        }
        Draft::Saml { metadata_url, metadata } => saml(outbound, metadata_url, metadata, private, now).await,
    }
}

async fn saml(
    outbound: &Outbound,
    metadata_url: Option<String>,
    metadata: Option<String>,
    private: bool,
    now: DateTime<Utc>,
) -> Result<Checked, Wrong> {
    let (field, xml) = match (&metadata_url, metadata) {
        (_, Some(xml)) => ("metadata", xml),
        (Some(url), None) => ("metadata_url", fetch_metadata(outbound, url).await?),
        (None, None) => {
            let message = "Enter the metadata's address, or paste the metadata itself.".to_owned();
            return Err(Wrong { field: "metadata_url", message });
        }
    };
    let addresses = if private { Addresses::HttpToo } else { Addresses::Https };
    let idp =
        IdentityProvider::new(&xml, addresses, now).map_err(|error| Wrong { field, message: error.to_string() })?;
    let certificates = idp.certificates.iter().map(|certificate| Certificate {
        fingerprint: certificate.fingerprint.clone(),
        subject: certificate.subject.clone(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
    });
    let protocol = Protocol::Saml(Saml {
        metadata_url,
        entity_id: idp.entity_id.clone(),
        sign_on_url: idp.sign_on_url.to_string(),
        certificates: certificates.collect(),
    });
    Ok(Checked { protocol, metadata: Some(xml) })
}

async fn fetch_metadata(outbound: &Outbound, url: &str) -> Result<String, Wrong> {
    let wrong = |why: String| {
        let message = format!("The metadata could not be fetched: {why}. Correct the address, or paste the metadata.");
        Wrong { field: "metadata_url", message }
    };
    let request = http::Request::get(url).body(Vec::new()).map_err(|_| wrong("it is not an address".into()))?;
    let answer = outbound.fetch(request, METADATA_BYTES).await.map_err(|error| wrong(error.to_string()))?;
    if !answer.status().is_success() {
        return Err(wrong(format!("the answer was {}", answer.status().as_u16())));
    }
    String::from_utf8(answer.into_body()).map_err(|_| wrong("the answer is no text".into()))
}
