//! What the provider knows us by.

use secrecy::SecretString;
use url::Url;

/// Our registration at the provider, as an owner typed it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The provider's own name, letter by letter as its discovery document has it.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Where the provider sends browsers back to; registered there in exactly this form.
    pub redirect_uri: Url,
    /// What to ask for beside `openid`, such as `email`, `profile` and `groups`.
    pub scopes: Vec<String>,
    /// Claims that decide something here, such as the one with the groups. One that the id token does not have is looked
    /// for at the userinfo endpoint.
    pub claims: Vec<String>,
}
