//! Going over to another key while servers run: from one moment on the new key encrypts, and what older keys wrapped is
//! wrapped anew, a few data keys in each transaction. What is encrypted stays as it is, so no hash and no secret changes.
//!
//! Each transaction leaves everything readable for whoever holds both keys, so a rotation may end anywhere and be begun
//! again, and two at once share the work. Start at [`Rotation::begin`].

use super::inventory::{self, describe};
use super::stored::{about, current_in, hold_alone, share};
use super::{KeyError, Keyring};
use crate::audit::Entry;
use crate::{Actor, Directory, Error, Result, Tx, servers};
use model::SecretId;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many data keys one transaction wraps.
pub const BATCH: usize = 20;

/// A rotation under way.
pub struct Rotation {
    directory: Directory,
    actor: Actor,
    to: String,
    /// Secrets that do not open, with either key.
    broken: Vec<Uuid>,
}

/// What a step did, and what is left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub rewrapped: usize,
    pub left: usize,
}

struct Wrapped {
    id: Uuid,
    belongs_to: String,
    key_id: String,
    wrapped_key: Vec<u8>,
}

impl Wrapped {
    fn rewrap(&self, ring: &Keyring, to: &str) -> Result<Vec<u8>, KeyError> {
        let about = about(&self.belongs_to, SecretId(self.id));
        ring.wrap(to, &ring.unwrap(&self.key_id, &self.wrapped_key, &about)?, &about)
    }
}

impl Rotation {
    /// Lets the key `to`, one of this process' own, encrypt from now on; none when everything is encrypted with it
    /// already. Refused while a server runs that does not hold it: that one could not read what is wrapped by it.
    pub async fn begin(directory: &Directory, actor: Actor, to: &str) -> Result<Option<Self>> {
        let mut tx = directory.begin(actor.clone()).await?;
        hold_alone(tx.db()).await?;
        let from = current_in(tx.db()).await?;
        if from == to && left(&mut tx, to, &[]).await? == 0 {
            return Ok(None);
        }
        refuse_if_some_lack(&mut tx, to).await?;
        if from != to {
            go_over(&mut tx, &from, to).await?;
        }
        tx.commit().await?;
        Ok(Some(Self { directory: directory.clone(), actor, to: to.to_owned(), broken: Vec::new() }))
    }

    /// Wraps some data keys anew, in one transaction; to be called until nothing is left.
    pub async fn step(&mut self) -> Result<Step> {
        let mut tx = self.directory.begin(self.actor.clone()).await?;
        share(tx.db()).await?;
        let current = current_in(tx.db()).await?;
        if current != self.to {
            return Err(Error::Refused(format!(
                "Another rotation went over to the key {current} meanwhile; this one stopped. `rollcall key list` shows \
                 what stands where."
            )));
        }
        let mut from: BTreeMap<String, usize> = BTreeMap::new();
        for wrapped in self.next(&mut tx).await? {
            match wrapped.rewrap(tx.keyring(), &self.to) {
                Ok(rewrapped) => {
                    replace(&mut tx, wrapped.id, &self.to, &rewrapped).await?;
                    *from.entry(wrapped.key_id).or_default() += 1;
                }
                Err(KeyError::NoRandom) => return Err(KeyError::NoRandom.into()),
                Err(_) => self.broken.push(wrapped.id),
            }
        }
        let rewrapped = from.values().sum();
        if rewrapped > 0 {
            let entry = Entry::new("key.rewrapped", "key", None, &self.to);
            tx.audit(entry.after(json!({ "key": self.to, "secrets": rewrapped, "from": from })));
        }
        let left = left(&mut tx, &self.to, &self.broken).await?;
        tx.commit().await?;
        Ok(Step { rewrapped, left })
    }

    async fn next(&self, tx: &mut Tx) -> Result<Vec<Wrapped>> {
        // In one order, so that two rotations wait for each other and never in a circle.
        Ok(sqlx::query_as!(
            Wrapped,
            "select id, belongs_to, key_id, wrapped_key from secret
             where key_id <> $1 and not (id = any($2)) order by id limit $3 for update",
            self.to,
            &self.broken,
            BATCH as i64
        )
        .fetch_all(tx.db())
        .await?)
    }

    /// In words, the secrets that did not open; none when all did.
    pub async fn broken(&self) -> Result<Option<String>> {
        let mut tx = self.directory.begin(self.actor.clone()).await?;
        let items = inventory::all(tx.db()).await?;
        let broken: Vec<_> = items.iter().filter(|item| self.broken.contains(&item.id)).collect();
        Ok((!broken.is_empty()).then(|| describe(broken)))
    }
}

async fn refuse_if_some_lack(tx: &mut Tx, to: &str) -> Result<()> {
    let lacking = servers::without_key(tx.db(), to).await?;
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "Nothing was changed: the key {to} was not given to every server yet. Without it, as they last said: {}. Give \
         each of them all keys in ROLLCALL_KEY and start it anew, then run this again. A server that is gone is forgotten \
         after {} seconds.",
        lacking.join(", "),
        servers::FORGOTTEN_AFTER.as_secs()
    )))
}

async fn go_over(tx: &mut Tx, from: &str, to: &str) -> Result<()> {
    let (directory, now) = (tx.directory().clone(), tx.now());
    sqlx::query!("update key set retired_at = $2 where id = $1", from, now).execute(tx.db()).await?;
    directory.note_key(tx.db(), to).await?;
    let entry = Entry::new("key.changed", "key", None, to);
    tx.audit(entry.before(json!({ "key": from })).after(json!({ "key": to })));
    Ok(())
}

async fn replace(tx: &mut Tx, id: Uuid, to: &str, rewrapped: &[u8]) -> Result<()> {
    let done = sqlx::query!("update secret set key_id = $2, wrapped_key = $3 where id = $1", id, to, rewrapped)
        .execute(tx.db())
        .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Stale("the secret")) }
}

async fn left(tx: &mut Tx, to: &str, but: &[Uuid]) -> Result<usize> {
    let count = sqlx::query_scalar!(
        "select count(*) as \"count!\" from secret where key_id <> $1 and not (id = any($2))",
        to,
        but
    );
    Ok(usize::try_from(count.fetch_one(tx.db()).await?).unwrap_or_default())
}
