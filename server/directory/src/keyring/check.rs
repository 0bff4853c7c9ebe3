//! At the start: the keys that were given must open everything that is stored.

use super::{KeyError, inventory, stored};
use crate::{Directory, Result};
use sqlx::{PgConnection, Postgres, Transaction};

const CHECK: &[u8] = b"rollcall key check";
const ABOUT: &str = "key";

impl Directory {
    /// Notes a key at its first use; later refuses keys that do not open what is stored, and names it.
    pub(crate) async fn check_key(&self) -> Result<()> {
        // One start after the other: of two with different keys on an empty database, the second is refused.
        let mut tx = self.pool.begin().await?;
        stored::hold_alone(&mut tx).await?;
        let known = sqlx::query!("select id, check_text from key where retired_at is null").fetch_optional(&mut *tx);
        let Some(known) = known.await? else { return self.note_first_key(tx).await };
        let missing = inventory::missing(&mut tx, &self.keyring).await?;
        if !missing.is_none() {
            return Err(KeyError::Missing(missing).into());
        }
        self.keyring.unwrap(&known.id, &known.check_text, ABOUT)?;
        Ok(())
    }

    async fn note_first_key(&self, mut tx: Transaction<'_, Postgres>) -> Result<()> {
        let first = self.keyring.ids().into_iter().next().ok_or(KeyError::None)?;
        self.note_key(&mut tx, &first).await?;
        Ok(tx.commit().await?)
    }

    /// Writes down that this key encrypts from now on; no other one may at the same time.
    pub(super) async fn note_key(&self, db: &mut PgConnection, id: &str) -> Result<()> {
        let (check, now) = (self.keyring.wrap(id, CHECK, ABOUT)?, self.now());
        sqlx::query!(
            "insert into key (id, check_text, created_at) values ($1, $2, $3)
             on conflict (id) do update set check_text = $2, created_at = $3, retired_at = null",
            id,
            check,
            now
        )
        .execute(db)
        .await?;
        Ok(())
    }
}
