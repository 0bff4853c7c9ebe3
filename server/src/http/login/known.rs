//! What providers say of themselves, kept for a while: a document that was read for an hour, a failure for a moment.

use ::login::oidc::{Discovery, Http, discover};
use ::login::saml::{Addresses, IdentityProvider};
use chrono::{DateTime, TimeDelta, Utc};
use model::ProviderId;
use model::provider::Provider;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a discovery document is good for.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);
/// How soon a provider that did not answer is asked again: whoever begins sign-ins gets no call out of us for each.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// One for a process; every provider has its place in it, and who comes while it is filled waits for that.
#[derive(Default)]
pub struct Known(Mutex<HashMap<ProviderId, Arc<Place>>>);

#[derive(Default)]
struct Place {
    discovery: tokio::sync::Mutex<Option<Asked>>,
    metadata: tokio::sync::Mutex<Option<(i64, Arc<IdentityProvider>)>>,
}

/// What a provider answered to which version of our settings, and when.
struct Asked {
    version: i64,
    at: DateTime<Utc>,
    answer: Result<Arc<Discovery>, String>,
}

/// Why a provider cannot be used; a diagnosis for owners.
pub struct Unready {
    pub why: String,
    /// Nothing was asked: it failed a moment ago, and was written down then.
    pub again: bool,
}

impl From<String> for Unready {
    fn from(why: String) -> Self {
        Self { why, again: false }
    }
}

impl From<&str> for Unready {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

impl From<Unready> for String {
    fn from(unready: Unready) -> Self {
        unready.why
    }
}

impl Asked {
    fn holds(&self, version: i64, now: DateTime<Utc>) -> bool {
        let life = if self.answer.is_ok() { GOOD_FOR } else { TRY_AGAIN };
        self.version == version && now - self.at < life
    }
}

impl Place {
    async fn discovery(
        &self,
        version: i64,
        issuer: &str,
        http: &Http,
        now: DateTime<Utc>,
    ) -> Result<Arc<Discovery>, Unready> {
        let mut asked = self.discovery.lock().await;
        if let Some(known) = asked.as_ref().filter(|known| known.holds(version, now)) {
            return known.answer.clone().map_err(|why| Unready { why, again: true });
        }
        let answer = discover(http, issuer).await.map(Arc::new).map_err(|error| error.to_string());
        *asked = Some(Asked { version, at: now, answer: answer.clone() });
        Ok(answer?)
    }
}

impl Known {
    /// The discovery document of a provider.
    pub async fn discovery(
        &self,
        provider: &Provider,
        issuer: &str,
        http: &Http,
        now: DateTime<Utc>,
    ) -> Result<Arc<Discovery>, Unready> {
        let (place, version) = (self.place(provider.id), provider.version);
        let (issuer, http) = (issuer.to_owned(), http.clone());
        // In a task of its own: whoever hangs up while it is asked does not make the next one ask again.
        let asking = tokio::spawn(async move { place.discovery(version, &issuer, &http, now).await });
        asking.await.map_err(|error| error.to_string())?
    }

    /// The metadata of a provider, read where blocking is allowed: it may be half a megabyte.
    pub async fn metadata(
        &self,
        provider: &Provider,
        xml: String,
        addresses: Addresses,
    ) -> Result<Arc<IdentityProvider>, Unready> {
        let place = self.place(provider.id);
        let mut read = place.metadata.lock().await;
        if let Some((_, idp)) = read.as_ref().filter(|(version, _)| *version == provider.version) {
            return Ok(Arc::clone(idp));
        }
        let idp = tokio::task::spawn_blocking(move || IdentityProvider::saved(&xml, addresses));
        let idp = idp.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let idp = Arc::new(idp);
        *read = Some((provider.version, Arc::clone(&idp)));
        Ok(idp)
    }

    fn place(&self, id: ProviderId) -> Arc<Place> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default())
    }
}
