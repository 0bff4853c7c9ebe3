//! The code against the tokens (Core, section 3.1.3; RFC 6749, section 4.1.3; RFC 7636, section 4.5).

use super::RelyingParty;
use super::discovery::TokenAuth;
use super::http::{Answer, Endpoint, HttpError};
use super::refusal::{Refusal, shown_without};
use super::request::Pending;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded;

/// What the token endpoint gave.
pub(super) struct Tokens {
    pub(super) id_token: SecretString,
    pub(super) access_token: Option<SecretString>,
}

impl RelyingParty<'_> {
    pub(super) async fn exchange(&self, code: &SecretString, pending: &Pending) -> Result<Tokens, Refusal> {
        let failed = |cause| Refusal::Endpoint { which: Endpoint::Token, cause };
        let request = self.exchange_request(code, pending).map_err(|_| failed(HttpError::Request))?;
        let answer = self.http.send(request).await.map_err(failed)?;
        if answer.status != StatusCode::OK {
            let secrets = [code, &pending.pkce_verifier, &self.client.client_secret];
            return Err(refused(&answer, &secrets).unwrap_or_else(|| failed(HttpError::Status(answer.status.as_u16()))));
        }
        let text = |name| answer.json.get(name).and_then(Value::as_str).map(SecretString::from);
        Ok(Tokens { id_token: text("id_token").ok_or(Refusal::NoIdToken)?, access_token: text("access_token") })
    }

    fn exchange_request(&self, code: &SecretString, pending: &Pending) -> Result<Request<Vec<u8>>, http::Error> {
        let (id, secret) = (&self.client.client_id, self.client.client_secret.expose_secret());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose_secret())
            .append_pair("redirect_uri", self.client.redirect_uri.as_str())
            .append_pair("code_verifier", pending.pkce_verifier.expose_secret());
        let mut request = Request::post(self.discovery.token_endpoint.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        match self.discovery.token_auth {
            TokenAuth::ClientSecretBasic => request = request.header(AUTHORIZATION, basic(id, secret)?),
            TokenAuth::ClientSecretPost => {
                form.append_pair("client_id", id).append_pair("client_secret", secret);
            }
        }
        request.body(form.finish().into_bytes())
    }
}

/// Both halves are form-encoded before they are joined, which plain Basic does not do (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &str) -> Result<HeaderValue, http::Error> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut value =
        HeaderValue::from_str(&format!("Basic {}", BASE64.encode(format!("{}:{}", encode(id), encode(secret)))))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The endpoint's own words, when it has any (RFC 6749, section 5.2).
fn refused(answer: &Answer, secrets: &[&SecretString]) -> Option<Refusal> {
    let text = |name| answer.json.get(name).and_then(Value::as_str).map(|text| shown_without(text, secrets));
    let description = text("error_description").unwrap_or_default();
    text("error").map(|error| Refusal::Exchange { status: answer.status.as_u16(), error, description })
}
