//! What is encrypted for minutes or hours only, with the key-encryption key itself. A rotation leaves it alone: it opens
//! for as long as the former key is held.

use super::{KeyError, current, current_in};
use crate::{Directory, Result, Tx};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Encrypts what is kept for minutes only, such as a sign-in under way. `about` names the row it belongs to.
pub(crate) async fn seal_briefly(tx: &mut Tx, about: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let key = current_in(tx.db()).await?;
    Ok(tx.keyring().wrap(&key, plain, about)?)
}

/// Opens what [`seal_briefly`] encrypted.
pub(crate) fn open_brief(tx: &Tx, about: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    Ok(tx.keyring().unwrap_by_any(sealed, about)?)
}

impl Directory {
    /// Encrypts a text that is kept elsewhere for hours at most, such as in a session.
    pub async fn seal(&self, about: &str, text: &SecretString) -> Result<String> {
        let key = current(self).await?;
        Ok(BASE64.encode(self.keyring.wrap(&key, text.expose_secret().as_bytes(), about)?))
    }

    /// Opens what [`Directory::seal`] encrypted.
    pub fn unseal(&self, about: &str, sealed: &str) -> Result<SecretString> {
        let sealed = BASE64.decode(sealed).map_err(|_| KeyError::Sealed)?;
        let plain = self.keyring.unwrap_by_any(&sealed, about)?;
        let text = std::str::from_utf8(&plain).map_err(|_| KeyError::Sealed)?;
        Ok(SecretString::from(text.to_owned()))
    }
}
