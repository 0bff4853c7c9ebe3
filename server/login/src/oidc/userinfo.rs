//! What the id token left out (Core, section 5.3). Providers that keep it small give e-mail and groups here only.

use super::RelyingParty;
use super::claims::Claims;
use super::http::{Endpoint, HttpError};
use super::id_token::Verified;
use super::refusal::Refusal;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

impl RelyingParty<'_> {
    /// Asks only when a claim that is needed is not in the id token; nothing otherwise. A provider that should answer
    /// and does not is a refusal: half of the claims could be a lesser role than the real one, or none.
    pub(super) async fn userinfo(
        &self,
        verified: &Verified,
        access_token: Option<&SecretString>,
    ) -> Result<Claims, Refusal> {
        let needed = self.client.claims.iter().map(String::as_str).chain(["email"]);
        let missing = needed.into_iter().any(|claim| !verified.claims.contains_key(claim));
        let (true, Some(url), Some(token)) = (missing, &self.discovery.userinfo_endpoint, access_token) else {
            return Ok(Claims::new());
        };
        let failed = |cause| Refusal::Endpoint { which: Endpoint::Userinfo, cause };
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
        let mut bearer = bearer.map_err(|_| failed(HttpError::Request))?;
        bearer.set_sensitive(true);
        match self.http.get(url, Some(bearer)).await.map_err(failed)? {
            // Without this, a token swapped for another person's would bring that person's claims (Core, section 5.3.2).
            Value::Object(claims) if claims.get("sub").and_then(Value::as_str) == Some(&verified.subject) => Ok(claims),
            _ => Err(Refusal::UserinfoSubject),
        }
    }
}
