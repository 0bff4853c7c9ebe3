//! The key of the chain's hashes: random bytes, made once and kept as an envelope like every secret, so that a change
//! of the key-encryption key wraps it anew and no hash has to be made again.

use crate::keyring::{KeyError, random};
use crate::{Directory, Error, Result};
use hmac::{Hmac, KeyInit};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What the secret belongs to, as its envelope names it.
pub const BELONGS_TO: &str = "audit_chain.key";

/// The key that all hashes of the audit log are made with.
pub(crate) struct AuditKey {
    bytes: Zeroizing<[u8; 32]>,
    /// HMAC as it begins with this key: half the work of hashing an entry.
    keyed: Hmac<Sha256>,
}

impl AuditKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        // A key shorter than a block is filled up with zeros (RFC 2104, section 2).
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(&bytes);
        Self { bytes: Zeroizing::new(bytes), keyed: Hmac::new((&*block).into()) }
    }

    pub(super) fn random() -> Result<Self> {
        Ok(Self::new(random()?))
    }

    pub(super) const fn keyed(&self) -> &Hmac<Sha256> {
        &self.keyed
    }

    /// From the text that is kept: 64 hexadecimal digits.
    pub(super) fn read(text: &SecretString) -> Result<Self> {
        let hash: super::chain::Hash = text.expose_secret().parse().map_err(|()| KeyError::Sealed)?;
        Ok(Self::new(hash.0))
    }

    pub(super) fn text(&self) -> SecretString {
        SecretString::from(super::chain::Hash(*self.bytes).to_string())
    }
}

impl Directory {
    /// The key of the audit log's hashes. A directory has none when it is gone from the database.
    pub(crate) fn audit_key(&self) -> Result<&AuditKey> {
        self.audit_key.get().ok_or_else(|| {
            Error::Refused(
                "The audit log's key is gone from the database, so nothing is sealed. `rollcall audit verify` says more."
                    .into(),
            )
        })
    }
}
