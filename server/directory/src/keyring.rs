//! The key that protects stored secrets, and the envelope they lie in.
//!
//! A secret is encrypted with a data key of its own (AES-256-GCM); the data key is wrapped by the key-encryption key,
//! which never enters the database. The additional data of both layers names what the secret belongs to, so a
//! ciphertext copied to another row does not open.

use crate::{Directory, Result, Tx};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::SecretId;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const CHECK: &[u8] = b"rollcall key check";

/// Why a key or a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("ROLLCALL_KEY is not the key that the stored secrets were encrypted with; nothing was changed")]
    WrongKey,
    #[error("a stored secret does not open: it was altered, or moved from another row")]
    Sealed,
    #[error("the system gave no random bytes")]
    NoRandom,
}

/// The key-encryption key and its id, which is the start of its SHA-256.
pub struct Keyring {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

impl Keyring {
    pub fn new(key: [u8; 32]) -> Self {
        let id = Sha256::digest(key).iter().take(8).map(|b| format!("{b:02x}")).collect();
        Self { id, key: Zeroizing::new(key) }
    }

    /// Which key it is: not secret.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Opens an envelope.
    pub(crate) fn reveal(&self, belongs_to: &str, id: SecretId, envelope: &Envelope) -> Result<SecretString, KeyError> {
        let about = about(belongs_to, id);
        let data_key = self.unwrap(&envelope.wrapped_key, &about)?;
        let data_key: Zeroizing<[u8; 32]> =
            Zeroizing::new(data_key.as_slice().try_into().map_err(|_| KeyError::Sealed)?);
        let plain = open(&data_key, &envelope.ciphertext, &about)?;
        let text = std::str::from_utf8(&plain).map_err(|_| KeyError::Sealed)?;
        Ok(SecretString::from(text.to_owned()))
    }

    fn wrap(&self, plain: &[u8], about: &str) -> Result<Vec<u8>, KeyError> {
        seal(&self.key, plain, about)
    }

    fn unwrap(&self, sealed: &[u8], about: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        open(&self.key, sealed, about)
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

impl Directory {
    /// Encrypts a text that is kept elsewhere for hours at most, such as in a session.
    pub fn seal(&self, about: &str, text: &SecretString) -> Result<String> {
        Ok(BASE64.encode(self.keyring.wrap(text.expose_secret().as_bytes(), about)?))
    }

    /// Opens what [`Directory::seal`] encrypted.
    pub fn unseal(&self, about: &str, sealed: &str) -> Result<SecretString> {
        let sealed = BASE64.decode(sealed).map_err(|_| KeyError::Sealed)?;
        let plain = self.keyring.unwrap(&sealed, about)?;
        let text = std::str::from_utf8(&plain).map_err(|_| KeyError::Sealed)?;
        Ok(SecretString::from(text.to_owned()))
    }

    /// Notes a key at its first use, and refuses one that does not open what older starts noted.
    pub(crate) async fn check_key(&self) -> Result<()> {
        // One start after the other: of two with different keys on an empty database, the second is refused.
        let mut tx = self.pool.begin().await?;
        sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall key'))").execute(&mut *tx).await?;
        let known = sqlx::query!("select id, check_text from key").fetch_all(&mut *tx).await?;
        if known.is_empty() {
            let check = self.keyring.wrap(CHECK, "key")?;
            let (id, now) = (&self.keyring.id, self.now());
            sqlx::query!(
                "insert into key (id, check_text, created_at) values ($1, $2, $3) on conflict do nothing",
                id,
                check,
                now
            )
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            return Ok(());
        }
        let ours = known.iter().find(|key| key.id == self.keyring.id).ok_or(KeyError::WrongKey)?;
        self.keyring.unwrap(&ours.check_text, "key").map_err(|_| KeyError::WrongKey)?;
        Ok(())
    }
}

/// What a secret belongs to: table and column; the row is the secret's own id.
fn about(belongs_to: &str, id: SecretId) -> String {
    format!("secret/{belongs_to}/{id}")
}

/// Stores a secret for a column such as `connection.client_secret`.
pub(crate) async fn store(tx: &mut Tx, belongs_to: &str, secret: &SecretString) -> Result<SecretId> {
    store_ending(tx, belongs_to, secret, ends_in(secret.expose_secret())).await
}

/// Stores a secret of which nothing stays readable: one that we made, that nobody has to know again.
pub(crate) async fn store_hidden(tx: &mut Tx, belongs_to: &str, secret: &SecretString) -> Result<SecretId> {
    store_ending(tx, belongs_to, secret, String::new()).await
}

async fn store_ending(tx: &mut Tx, belongs_to: &str, secret: &SecretString, ends: String) -> Result<SecretId> {
    let id = SecretId(Uuid::now_v7());
    let about = about(belongs_to, id);
    let data_key = Zeroizing::new(random::<32>()?);
    let ciphertext = seal(&data_key, secret.expose_secret().as_bytes(), &about)?;
    let wrapped = tx.keyring().wrap(data_key.as_slice(), &about)?;
    let (key_id, now) = (tx.keyring().id.clone(), tx.now());
    sqlx::query!(
        "insert into secret (id, key_id, wrapped_key, ciphertext, ends_in, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        key_id,
        wrapped,
        ciphertext,
        ends,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

/// Opens a secret of that column.
pub(crate) async fn reveal(tx: &mut Tx, belongs_to: &str, id: SecretId) -> Result<SecretString> {
    let envelope = envelope(tx, id).await?;
    Ok(tx.keyring().reveal(belongs_to, id, &envelope)?)
}

/// A secret as it is stored: of no use without the key.
pub(crate) struct Envelope {
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

pub(crate) async fn envelope(tx: &mut Tx, id: SecretId) -> Result<Envelope> {
    let row = sqlx::query_as!(Envelope, "select key_id, wrapped_key, ciphertext from secret where id = $1", id.0);
    Ok(row.fetch_one(tx.db()).await?)
}

/// Removes a secret that nothing refers to any more.
pub(crate) async fn forget(tx: &mut Tx, id: SecretId) -> Result<()> {
    sqlx::query!("delete from secret where id = $1", id.0).execute(tx.db()).await?;
    Ok(())
}

/// Encrypts what is kept for minutes only, such as a sign-in under way. `about` names the row it belongs to.
pub(crate) fn seal_briefly(tx: &Tx, about: &str, plain: &[u8]) -> Result<Vec<u8>> {
    Ok(tx.keyring().wrap(plain, about)?)
}

/// Opens what [`seal_briefly`] encrypted.
pub(crate) fn open_brief(tx: &Tx, about: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    Ok(tx.keyring().unwrap(sealed, about)?)
}

/// The last characters, at most four, and never more than a quarter of the secret.
fn ends_in(secret: &str) -> String {
    let length = secret.chars().count();
    secret.chars().skip(length - (length / 4).min(4)).collect()
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
    fn only_the_end_of_a_secret_is_kept_readable() {
        assert_eq!(ends_in("abcdefghijklmnopqrstuvwxyz"), "wxyz");
        assert_eq!(ends_in("abcdefgh"), "gh");
        assert_eq!(ends_in("abc"), "");
    }
}
