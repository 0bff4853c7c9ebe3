//! What a provider says, and everything that can be wrong with it.

use super::keys::Keys;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// How a provider behaves. As made, it does everything right; what is laid over its documents replaces a member, or
/// takes it away where it is null.
pub struct Behaviour {
    /// Its clock.
    pub now: DateTime<Utc>,
    /// The person: claims of the id token.
    pub person: Map<String, Value>,
    /// What userinfo says instead, `sub` included; nothing: the same as the id token.
    pub userinfo: Option<Value>,
    /// Laid over the discovery document.
    pub discovery: Value,
    /// Laid over the id token's claims and its header.
    pub claims: Value,
    pub header: Value,
    pub signing: Signing,
    pub keys: Arc<Keys>,
    /// The key set, where it is not [`Keys::published`].
    pub published: Option<Value>,
    /// Laid over the answer of the token endpoint.
    pub tokens: Value,
    /// Laid over the parameters of the redirect back.
    pub callback: Value,
    /// By path.
    pub faults: HashMap<&'static str, Fault>,
}

/// How the id token is signed. The key id in the header is always the honest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    Rs256,
    Ps256,
    Es256,
    /// With the algorithm `none` and no signature.
    Unsigned,
    /// HS256 with our public key, which everybody has, as the secret.
    PublicKeyAsSecret,
    /// HS256 with the client secret: allowed by the standard, and not here.
    ClientSecret,
    /// RS256 with a signature over other claims.
    Tampered,
    /// RS512: an honest one that is not on the list.
    Rs512,
}

/// What an endpoint does instead of answering.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, content type and body.
    Answer(u16, &'static str, String),
    /// To an address that must not be followed; it counts as `/elsewhere`.
    Redirect,
    /// Two MiB.
    Huge,
    /// Nothing, for ever.
    Silence,
    /// The connection is closed.
    HangUp,
}

impl Behaviour {
    pub(super) fn new() -> Self {
        let person = json!({
            "sub": "248289761001",
            "name": "Jane Doe",
            "email": "jane@example.com",
            "email_verified": true,
            "groups": ["admins", "staff"],
        });
        Self {
            now: DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default(),
            person: person.as_object().cloned().unwrap_or_default(),
            userinfo: None,
            discovery: json!({}),
            claims: json!({}),
            header: json!({}),
            signing: Signing::Rs256,
            keys: Keys::first(),
            published: None,
            tokens: json!({}),
            callback: json!({}),
            faults: HashMap::new(),
        }
    }
}

/// `over`'s members in place of `under`'s, without those that are null.
pub(super) fn laid(under: Value, over: &Value) -> Value {
    let (Value::Object(mut map), Value::Object(over)) = (under, over) else { panic!("objects lie over objects") };
    map.extend(over.clone());
    map.retain(|_, value| !value.is_null());
    Value::Object(map)
}
