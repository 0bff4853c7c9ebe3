//! Secrets in the database: each in an envelope of its own.

use super::{KeyError, Keyring, open, random, seal};
use crate::{Directory, Error, Result, Tx};
use model::SecretId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A secret as it is stored: of no use without the key.
pub(crate) struct Envelope {
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

impl Keyring {
    /// Opens an envelope.
    pub(crate) fn reveal(&self, belongs_to: &str, id: SecretId, envelope: &Envelope) -> Result<SecretString, KeyError> {
        let about = about(belongs_to, id);
        let data_key = self.unwrap(&envelope.key_id, &envelope.wrapped_key, &about)?;
        let data_key: Zeroizing<[u8; 32]> =
            Zeroizing::new(data_key.as_slice().try_into().map_err(|_| KeyError::Sealed)?);
        let plain = open(&data_key, &envelope.ciphertext, &about)?;
        let text = std::str::from_utf8(&plain).map_err(|_| KeyError::Sealed)?;
        Ok(SecretString::from(text.to_owned()))
    }
}

/// What a secret belongs to: table and column; the row is the secret's own id.
pub(super) fn about(belongs_to: &str, id: SecretId) -> String {
    format!("secret/{belongs_to}/{id}")
}

/// Which key encrypts: the same for every server.
pub async fn current(directory: &Directory) -> Result<String> {
    let mut db = directory.pool.acquire().await.map_err(Error::Database)?;
    current_in(&mut db).await
}

/// Which key encrypts, as this transaction sees it.
pub(crate) async fn current_in(db: &mut PgConnection) -> Result<String> {
    Ok(sqlx::query_scalar!("select id from key where retired_at is null").fetch_one(db).await?)
}

/// Until this transaction ends, no rotation goes over to another key: what was encrypted with the one that was read
/// after this is committed before a rotation looks for what is left.
pub(crate) async fn share(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared(hashtext('rollcall key'))").execute(db).await?;
    Ok(())
}

/// Until this transaction ends, nothing else is encrypted, and which key encrypts is this transaction's to say.
pub(super) async fn hold_alone(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rollcall key'))").execute(db).await?;
    Ok(())
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
    share(tx.db()).await?;
    let key_id = current_in(tx.db()).await?;
    let wrapped = tx.keyring().wrap(&key_id, data_key.as_slice(), &about)?;
    let now = tx.now();
    sqlx::query!(
        "insert into secret (id, belongs_to, key_id, wrapped_key, ciphertext, ends_in, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        belongs_to,
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

pub(crate) async fn envelope(tx: &mut Tx, id: SecretId) -> Result<Envelope> {
    let row = sqlx::query_as!(Envelope, "select key_id, wrapped_key, ciphertext from secret where id = $1", id.0);
    Ok(row.fetch_one(tx.db()).await?)
}

/// Removes a secret that nothing refers to any more.
pub(crate) async fn forget(tx: &mut Tx, id: SecretId) -> Result<()> {
    sqlx::query!("delete from secret where id = $1", id.0).execute(tx.db()).await?;
    Ok(())
}

/// The last characters, at most four, and never more than a quarter of the secret.
fn ends_in(secret: &str) -> String {
    let length = secret.chars().count();
    secret.chars().skip(length - (length / 4).min(4)).collect()
}

#[cfg(test)]
mod tests {
    use super::ends_in;

    #[test]
    fn only_the_end_of_a_secret_is_kept_readable() {
        assert_eq!(ends_in("abcdefghijklmnopqrstuvwxyz"), "wxyz");
        assert_eq!(ends_in("abcdefgh"), "gh");
        assert_eq!(ends_in("abc"), "");
    }
}
