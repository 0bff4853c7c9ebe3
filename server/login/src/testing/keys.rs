//! Real keys, and signatures that are made by other code than checks them.

use super::behaviour::Signing;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

/// An RSA key and an EC key of one generation.
pub struct Keys {
    name: &'static str,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

static FIRST: LazyLock<Arc<Keys>> = LazyLock::new(|| Arc::new(Keys::generate("first")));
static SECOND: LazyLock<Arc<Keys>> = LazyLock::new(|| Arc::new(Keys::generate("second")));

impl Keys {
    pub fn first() -> Arc<Self> {
        Arc::clone(&FIRST)
    }

    /// Those after a roll-over.
    pub fn second() -> Arc<Self> {
        Arc::clone(&SECOND)
    }

    fn generate(name: &'static str) -> Self {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self { name, rsa, ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    /// The key set (RFC 7517).
    pub fn published(&self) -> Value {
        json!({ "keys": [self.rsa_key(), self.ec_key()] })
    }

    pub fn rsa_key(&self) -> Value {
        // RSAPublicKey (RFC 8017, appendix A.1.1) of 2048 bits: a head of nine bytes, n, a head of two, e.
        let der = self.rsa.public_key().as_ref();
        let (n, e) = (BASE64.encode(&der[9..265]), BASE64.encode(&der[267..]));
        json!({ "kty": "RSA", "use": "sig", "kid": self.rsa_id(), "n": n, "e": e })
    }

    pub fn ec_key(&self) -> Value {
        // An uncompressed point: 4, x, y.
        let point = self.ec.public_key().as_ref();
        let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..65]));
        json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": self.ec_id(), "crv": "P-256", "x": x, "y": y })
    }

    pub fn rsa_id(&self) -> String {
        format!("{}-rsa", self.name)
    }

    pub fn ec_id(&self) -> String {
        format!("{}-ec", self.name)
    }

    pub(super) fn header(&self, signing: Signing) -> Value {
        let (alg, kid) = match signing {
            Signing::Rs256 | Signing::Tampered => ("RS256", Some(self.rsa_id())),
            Signing::Rs512 => ("RS512", Some(self.rsa_id())),
            Signing::Ps256 => ("PS256", Some(self.rsa_id())),
            Signing::Es256 => ("ES256", Some(self.ec_id())),
            Signing::PublicKeyAsSecret => ("HS256", Some(self.rsa_id())),
            Signing::ClientSecret => ("HS256", None),
            Signing::Unsigned => ("none", None),
        };
        json!({ "typ": "JWT", "alg": alg, "kid": kid })
    }

    pub(super) fn sign(&self, signing: Signing, client_secret: &str, input: &str) -> Vec<u8> {
        let hmac = |secret: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
        match signing {
            Signing::Rs256 => self.rsa(&RSA_PKCS1_SHA256, input),
            Signing::Rs512 => self.rsa(&RSA_PKCS1_SHA512, input),
            Signing::Ps256 => self.rsa(&RSA_PSS_SHA256, input),
            Signing::Tampered => self.rsa(&RSA_PKCS1_SHA256, "other claims"),
            Signing::Es256 => self.ec.sign(&SystemRandom::new(), input.as_bytes()).unwrap().as_ref().to_vec(),
            Signing::PublicKeyAsSecret => hmac(self.rsa.public_key().as_ref()).as_ref().to_vec(),
            Signing::ClientSecret => hmac(client_secret.as_bytes()).as_ref().to_vec(),
            Signing::Unsigned => Vec::new(),
        }
    }

    fn rsa(&self, encoding: &'static dyn RsaEncoding, input: &str) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa.sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
        signature
    }
}
