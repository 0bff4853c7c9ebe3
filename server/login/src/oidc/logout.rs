//! RP-initiated logout: signing out at the provider as well (OpenID Connect RP-Initiated Logout 1.0).

use super::RelyingParty;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

impl RelyingParty<'_> {
    /// Where to send the browser once our session is over; nothing when the provider offers no logout. `return_to` is
    /// registered at the provider in exactly this form, which then hands `state` back there. The address holds the id
    /// token: it goes to that browser and into no log.
    pub fn logout_url(&self, id_token: Option<&SecretString>, return_to: &Url, state: &str) -> Option<SecretString> {
        let mut url = self.discovery.end_session_endpoint.clone()?;
        let mut query = url.query_pairs_mut();
        if let Some(id_token) = id_token {
            query.append_pair("id_token_hint", id_token.expose_secret());
        }
        query
            .append_pair("client_id", &self.client.client_id)
            .append_pair("post_logout_redirect_uri", return_to.as_str())
            .append_pair("state", state);
        drop(query);
        Some(SecretString::from(String::from(url)))
    }
}
