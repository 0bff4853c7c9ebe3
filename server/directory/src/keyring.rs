//! The keys that protect stored secrets, and the envelopes these lie in.
//!
//! A secret is encrypted with a data key of its own (AES-256-GCM); the data key is wrapped by a key-encryption key,
//! which never enters the database. The additional data of both layers names what the secret belongs to, so a
//! ciphertext copied to another row does not open.
//!
//! A process may hold several key-encryption keys, each known by the start of its SHA-256. All of them open; which one
//! encrypts is said by the database, the same to every server, and changed by a [`rotation`] only. So servers can be
//! given a new key one after the other, and lose a former one in the same way.

mod brief;
mod check;
mod inventory;
pub mod rotation;
mod stored;

pub use inventory::{KeyUse, Missing, list};
pub use stored::current;

pub(crate) use brief::{open_brief, seal_briefly};
pub(crate) use stored::{Envelope, current_in, envelope, forget, reveal, share, store, store_hidden};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use sha2::{Digest, Sha256};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// Why a key or a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// At the start: what is stored needs keys that were not given.
    #[error("ROLLCALL_KEY does not hold {0}; nothing was changed")]
    Missing(Missing),
    /// Later: it was encrypted with a key that came after the start.
    #[error("ROLLCALL_KEY does not hold the key {id}, which a stored secret is encrypted with")]
    NotGiven { id: String },
    #[error("no key was given, and nothing is encrypted yet")]
    None,
    #[error("a stored secret does not open: it was altered, or moved from another row")]
    Sealed,
    #[error("the system gave no random bytes")]
    NoRandom,
}

/// The key-encryption keys that this process was given, the one to go over to first.
#[derive(Default)]
pub struct Keyring {
    // The file of the keys may gain one while the server runs.
    keys: RwLock<Vec<Arc<KeyEncryptionKey>>>,
}

struct KeyEncryptionKey {
    /// The start of its SHA-256: not secret.
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

impl KeyEncryptionKey {
    fn new(key: [u8; 32]) -> Self {
        let id = Sha256::digest(key).iter().take(8).map(|b| format!("{b:02x}")).collect();
        Self { id, bytes: Zeroizing::new(key) }
    }
}

impl Keyring {
    pub fn new(key: [u8; 32]) -> Self {
        Self::of([key])
    }

    /// Several; the first is the one that a rotation goes over to.
    pub fn of(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        let ring = Self::default();
        keys.into_iter().for_each(|key| ring.add(Arc::new(KeyEncryptionKey::new(key))));
        ring
    }

    /// Which keys they are: not secret.
    pub fn ids(&self) -> Vec<String> {
        self.held().iter().map(|key| key.id.clone()).collect()
    }

    /// Takes over those of another ring that are not here yet, behind the others.
    pub(crate) fn learn(&self, other: &Self) {
        other.held().into_iter().for_each(|key| self.add(key));
    }

    fn add(&self, key: Arc<KeyEncryptionKey>) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if !keys.iter().any(|held| held.id == key.id) {
            keys.push(key);
        }
    }

    fn held(&self) -> Vec<Arc<KeyEncryptionKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn holds(&self, id: &str) -> bool {
        self.held().iter().any(|key| key.id == id)
    }

    fn find(&self, id: &str) -> Result<Arc<KeyEncryptionKey>, KeyError> {
        let found = self.held().into_iter().find(|key| key.id == id);
        found.ok_or_else(|| KeyError::NotGiven { id: id.to_owned() })
    }

    fn wrap(&self, id: &str, plain: &[u8], about: &str) -> Result<Vec<u8>, KeyError> {
        seal(&self.find(id)?.bytes, plain, about)
    }

    fn unwrap(&self, id: &str, sealed: &[u8], about: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        open(&self.find(id)?.bytes, sealed, about)
    }

    /// For what does not say which key it was sealed with.
    fn unwrap_by_any(&self, sealed: &[u8], about: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.held().iter().find_map(|key| open(&key.bytes, sealed, about).ok()).ok_or(KeyError::Sealed)
    }
}

/// Fills with the system's random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandom)?;
    Ok(bytes)
}

fn seal(key: &[u8; 32], plain: &[u8], about: &str) -> Result<Vec<u8>, KeyError> {
    let nonce = random::<NONCE>()?;
    let payload = Payload { msg: plain, aad: about.as_bytes() };
    let sealed = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| KeyError::Sealed)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], sealed: &[u8], about: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>().ok_or(KeyError::Sealed)?;
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
        .decrypt(&Nonce::from(*nonce), Payload { msg: text, aad: about.as_bytes() })
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_its_place() {
        let sealed = seal(&[7; 32], b"s3cret", "secret/a/1").unwrap();
        assert_eq!(open(&[7; 32], &sealed, "secret/a/1").unwrap().as_slice(), b"s3cret");
        assert!(open(&[8; 32], &sealed, "secret/a/1").is_err());
        assert!(open(&[7; 32], &sealed, "secret/a/2").is_err());
        let mut altered = sealed.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert!(open(&[7; 32], &altered, "secret/a/1").is_err());
        assert!(open(&[7; 32], &sealed[..5], "secret/a/1").is_err());
        assert_ne!(sealed, seal(&[7; 32], b"s3cret", "secret/a/1").unwrap(), "each sealing has its own nonce");
    }

    #[test]
    fn each_key_opens_what_it_sealed_and_nothing_else() {
        let ring = Keyring::of([[8; 32], [7; 32], [8; 32]]);
        let ids = ring.ids();
        assert_eq!(ids.len(), 2, "a key is there once: {ids:?}");
        assert_eq!(ids[1], Keyring::new([7; 32]).ids()[0], "the id is the key's alone");
        let sealed = ring.wrap(&ids[1], b"s3cret", "a").unwrap();
        assert_eq!(ring.unwrap(&ids[1], &sealed, "a").unwrap().as_slice(), b"s3cret");
        assert_eq!(ring.unwrap_by_any(&sealed, "a").unwrap().as_slice(), b"s3cret");
        assert!(matches!(ring.unwrap(&ids[0], &sealed, "a"), Err(KeyError::Sealed)));
        assert!(ring.unwrap_by_any(&sealed, "b").is_err());
        let other = Keyring::new([9; 32]);
        assert!(matches!(other.unwrap(&ids[1], &sealed, "a"), Err(KeyError::NotGiven { id }) if id == ids[1]));
        assert!(matches!(other.wrap(&ids[1], b"s3cret", "a"), Err(KeyError::NotGiven { .. })));
        assert!(other.unwrap_by_any(&sealed, "a").is_err());
    }

    #[test]
    fn a_key_that_is_learned_opens_and_changes_no_order() {
        let ring = Keyring::new([7; 32]);
        ring.learn(&Keyring::of([[8; 32], [7; 32]]));
        assert_eq!(ring.ids(), Keyring::of([[7; 32], [8; 32]]).ids());
    }
}
