//! The key of the chain's hashes: random bytes, made once and kept as an envelope like every secret, so that a change
//! of the key-encryption key wraps it anew and no hash has to be made again.

use super::entries;
use super::rows;
use crate::keyring::{self, KeyError, random};
use crate::{Actor, Directory, Error, Result, Tx};
use hmac::{Hmac, KeyInit};
use model::SecretId;
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

    pub(super) const fn keyed(&self) -> &Hmac<Sha256> {
        &self.keyed
    }

    /// From the text that is kept: 64 hexadecimal digits.
    pub(super) fn read(text: &SecretString) -> Result<Self> {
        let hash: super::chain::Hash = text.expose_secret().parse().map_err(|()| KeyError::Sealed)?;
        Ok(Self::new(hash.0))
    }

    fn text(&self) -> SecretString {
        SecretString::from(super::chain::Hash(*self.bytes).to_string())
    }
}

/// Opens the key. At the first start it makes one, begins the chain, and vouches for the entries that were written
/// before there was a chain.
pub(crate) async fn load(directory: &Directory) -> Result<AuditKey> {
    let mut tx = directory.begin(Actor::System).await?;
    if let Some(key) = stored(&mut tx).await? {
        return Ok(key);
    }
    // One start after the other: the second finds the key of the first.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall audit key'))").execute(tx.db()).await?;
    if let Some(key) = stored(&mut tx).await? {
        return Ok(key);
    }
    if rows::is_chained(tx.db()).await? {
        return Err(Error::Refused(
            "The audit log's entries are sealed, and the row that says with which key is gone from audit_chain. \
             Restore it from a backup; nothing was changed."
                .into(),
        ));
    }
    let key = AuditKey::new(random()?);
    let secret = keyring::store_hidden(&mut tx, BELONGS_TO, &key.text()).await?;
    rows::begin_chain(&mut tx, secret, &key).await?;
    entries::vouch(&mut tx, &key).await?;
    tx.commit().await?;
    Ok(key)
}

async fn stored(tx: &mut Tx) -> Result<Option<AuditKey>> {
    let id = sqlx::query_scalar!("select key_id from audit_chain").fetch_optional(tx.db()).await?;
    let Some(id) = id else { return Ok(None) };
    AuditKey::read(&keyring::reveal(tx, BELONGS_TO, SecretId(id)).await?).map(Some)
}

impl Directory {
    /// The key of the audit log's hashes, which every open directory has.
    pub(crate) fn audit_key(&self) -> Result<&AuditKey> {
        self.audit_key.get().ok_or(Error::Key(KeyError::Sealed))
    }
}
