//! Identity providers for tests, over real HTTP on loopback, that misbehave on demand.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a provider that cannot be set up is a failed test")]

mod answers;
mod behaviour;
mod keys;
mod serve;

pub use behaviour::{Behaviour, Fault, Signing};
pub use keys::Keys;

use crate::oidc::Client;
use secrecy::SecretString;
use serve::Shared;
use std::sync::Arc;
use tokio::task::JoinHandle;
use url::Url;

/// An OpenID Connect provider at work. Everybody who asks is signed in as the person that its [`Behaviour`] describes.
pub struct OidcProvider {
    pub issuer: String,
    shared: Arc<Shared>,
    acceptor: JoinHandle<()>,
}

impl OidcProvider {
    pub const CLIENT_ID: &'static str = "rollcall & co";
    pub const CLIENT_SECRET: &'static str = "s3cret+with/odd:letters%";

    /// Listens on a free port of loopback until it is dropped.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::new(issuer.clone()));
        let acceptor = tokio::spawn(serve::accept(listener, Arc::clone(&shared)));
        Self { issuer, shared, acceptor }
    }

    /// Changes how it behaves from the next request on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.shared.state().behaviour);
    }

    /// How many requests came for a path.
    pub fn requests(&self, path: &str) -> usize {
        self.shared.state().requests.iter().filter(|each| *each == path).count()
    }

    /// A registration that it accepts.
    pub fn client(&self, redirect_uri: Url) -> Client {
        Client {
            issuer: self.issuer.clone(),
            client_id: Self::CLIENT_ID.to_owned(),
            client_secret: SecretString::from(Self::CLIENT_SECRET),
            redirect_uri,
            scopes: vec!["email".to_owned(), "profile".to_owned()],
            claims: vec!["groups".to_owned()],
        }
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        self.acceptor.abort();
    }
}
