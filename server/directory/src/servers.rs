//! Which servers run and which keys each was given, as they say themselves every few seconds.

use crate::keyring::{self, KeyError};
use crate::{Directory, Error, Result};
use sqlx::PgConnection;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// A server that has not been heard of for so long does not run.
pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// How often it says that it runs.
const BEAT: Duration = Duration::from_secs(3);

/// A running server, as the others know it.
pub struct Presence {
    directory: Directory,
    id: Uuid,
    name: String,
}

impl Presence {
    /// Makes this server known, before it serves. Refused when the key that encrypts changed since the directory was
    /// opened and is not one of its own.
    pub async fn announce(directory: &Directory, name: String) -> Result<Self> {
        let presence = Self { directory: directory.clone(), id: Uuid::now_v7(), name };
        let mut tx = directory.pool.begin().await?;
        keyring::share(&mut tx).await?;
        let current = keyring::current_in(&mut tx).await?;
        if !directory.keyring.holds(&current) {
            return Err(KeyError::NotGiven { id: current }.into());
        }
        presence.say(&mut tx).await?;
        sqlx::query!("delete from server where alive_at < clock_timestamp() - interval '1 hour'")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(presence)
    }

    /// Says that it runs, until `stopped`; then that it does not any more.
    pub async fn keep(self, stopped: impl Future<Output = ()>) {
        tokio::pin!(stopped);
        let mut told = Told(None);
        loop {
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                () = &mut stopped => break,
            }
            if let Err(error) = self.beat().await {
                told.tell(&error);
            }
        }
        if let Err(error) = self.leave().await {
            tracing::debug!(%error, "the other servers were not told that this one ends");
        }
    }

    /// A server that was away, frozen or cut off, may have missed a rotation: it is told of in its log.
    async fn beat(&self) -> Result<()> {
        let mut db = self.directory.pool.acquire().await.map_err(Error::Database)?;
        self.say(&mut db).await?;
        let current = keyring::current_in(&mut db).await?;
        if self.directory.keyring.holds(&current) { Ok(()) } else { Err(KeyError::NotGiven { id: current }.into()) }
    }

    async fn say(&self, db: &mut PgConnection) -> Result<()> {
        sqlx::query!(
            "insert into server (id, name, key_ids, started_at, alive_at)
             values ($1, $2, $3, clock_timestamp(), clock_timestamp())
             on conflict (id) do update set key_ids = $3, alive_at = clock_timestamp()",
            self.id,
            self.name,
            &self.directory.keyring.ids()
        )
        .execute(db)
        .await?;
        Ok(())
    }

    async fn leave(&self) -> Result<()> {
        sqlx::query!("delete from server where id = $1", self.id).execute(&self.directory.pool).await?;
        Ok(())
    }
}

/// The same trouble, beat after beat, is told of once a minute.
struct Told(Option<(String, Instant)>);

impl Told {
    fn tell(&mut self, error: &Error) {
        let text = error.to_string();
        let again =
            self.0.as_ref().is_none_or(|(before, at)| *before != text || at.elapsed() > Duration::from_secs(60));
        if again {
            match error {
                Error::Key(_) => tracing::error!(%error, "stored secrets cannot be read: give this server that key"),
                _ => tracing::warn!(%error, "the other servers were not told that this one runs"),
            }
            self.0 = Some((text, Instant::now()));
        }
    }
}

/// Whether any server runs.
pub async fn any(directory: &Directory) -> Result<bool> {
    let forgotten = FORGOTTEN_AFTER.as_secs_f64();
    let any = sqlx::query_scalar!(
        "select exists (
            select from server where alive_at > clock_timestamp() - make_interval(secs => $1)) as \"any!\"",
        forgotten
    );
    Ok(any.fetch_one(&directory.pool).await?)
}

/// The running servers that were not given this key.
pub async fn lacking(directory: &Directory, key: &str) -> Result<Vec<String>> {
    let mut db = directory.pool.acquire().await.map_err(Error::Database)?;
    without_key(&mut db, key).await
}

pub(crate) async fn without_key(db: &mut PgConnection, key: &str) -> Result<Vec<String>> {
    let forgotten = FORGOTTEN_AFTER.as_secs_f64();
    let names = sqlx::query_scalar!(
        "select name from server
         where alive_at > clock_timestamp() - make_interval(secs => $2) and not ($1 = any(key_ids)) order by name",
        key,
        forgotten
    );
    Ok(names.fetch_all(db).await?)
}
