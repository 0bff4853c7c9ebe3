//! The providers' public keys, kept for a while.

use super::discovery::Discovery;
use super::http::{Endpoint, Http};
use super::refusal::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;

/// How long a key stays good without being seen again: a key that the provider withdrew dies here.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);
/// How soon an unknown key may make us ask again. Whoever brings tokens with made-up keys gets one request a minute out
/// of us, not one for each.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(60);
/// How soon after a failure.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// One for a process; every provider has its place in it. Requests that come while keys are fetched wait for them.
#[derive(Debug, Default)]
pub struct KeyCache(std::sync::Mutex<HashMap<Place, Arc<Mutex<Slot>>>>);

/// Issuer and `jwks_uri`: a provider that is saved anew with another address starts anew.
type Place = (String, String);

#[derive(Debug, Default)]
struct Slot {
    keys: Option<(Arc<CoreJsonWebKeySet>, DateTime<Utc>)>,
    failed_at: Option<DateTime<Utc>>,
    renewed_at: Option<DateTime<Utc>>,
}

impl KeyCache {
    pub fn new() -> Self {
        Self::default()
    }

    /// The provider's keys, fetched when there are none or they are too old.
    pub(super) async fn current(
        &self,
        http: &Http,
        of: &Discovery,
        now: DateTime<Utc>,
    ) -> Result<Arc<CoreJsonWebKeySet>, Refusal> {
        let slot = self.slot(of);
        let mut slot = slot.lock().await;
        match &slot.keys {
            Some((keys, fetched_at)) if now - *fetched_at < GOOD_FOR => Ok(Arc::clone(keys)),
            _ => slot.fetch(http, of, now).await,
        }
    }

    /// The keys after `known`, in which a token's key was not: what somebody else fetched meanwhile, or fetched now, or
    /// nothing when that was done a moment ago.
    pub(super) async fn newer(
        &self,
        http: &Http,
        of: &Discovery,
        known: &Arc<CoreJsonWebKeySet>,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<CoreJsonWebKeySet>>, Refusal> {
        let slot = self.slot(of);
        let mut slot = slot.lock().await;
        if let Some((keys, _)) = slot.keys.as_ref().filter(|(keys, _)| !Arc::ptr_eq(keys, known)) {
            return Ok(Some(Arc::clone(keys)));
        }
        if slot.renewed_at.is_some_and(|at| now - at < ASK_AGAIN) {
            return Ok(None);
        }
        slot.renewed_at = Some(now);
        slot.fetch(http, of, now).await.map(Some)
    }

    fn slot(&self, of: &Discovery) -> Arc<Mutex<Slot>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry((of.issuer.clone(), of.jwks_uri.to_string())).or_default())
    }
}

impl Slot {
    async fn fetch(
        &mut self,
        http: &Http,
        of: &Discovery,
        now: DateTime<Utc>,
    ) -> Result<Arc<CoreJsonWebKeySet>, Refusal> {
        if self.failed_at.is_some_and(|at| now - at < TRY_AGAIN) {
            return Err(Refusal::KeysFailed);
        }
        self.failed_at = Some(now);
        let fetched = http.get(&of.jwks_uri, None).await;
        let json = fetched.map_err(|cause| Refusal::Endpoint { which: Endpoint::Keys, cause })?;
        let keys = Arc::new(read(&json).ok_or(Refusal::NoKeys)?);
        self.failed_at = None;
        self.keys = Some((Arc::clone(&keys), now));
        Ok(keys)
    }
}

/// The keys that can sign (RFC 7517): what is not understood is left out, and so is an RSA key shorter than 2048 bits
/// (RFC 7518, section 3.3).
fn read(json: &Value) -> Option<CoreJsonWebKeySet> {
    let keys = json.get("keys")?.as_array()?.iter().filter(|key| !is_short_rsa(key));
    let keys: Vec<CoreJsonWebKey> = keys.filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
    (!keys.is_empty()).then(|| CoreJsonWebKeySet::new(keys))
}

fn is_short_rsa(key: &Value) -> bool {
    let modulus = key.get("n").and_then(Value::as_str).and_then(|n| BASE64.decode(n).ok()).unwrap_or_default();
    let significant = modulus.iter().skip_while(|byte| **byte == 0).count();
    key.get("kty").and_then(Value::as_str) == Some("RSA") && significant < 256
}
