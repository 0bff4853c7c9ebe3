//! What came of a mail that was taken up. A taker that was too slow finds the row taken anew, or gone, and changes it no
//! more; that a mail left is noted in the audit log in any case.

use super::{Claimed, LIFE, Letter};
use crate::audit::Entry;
use crate::{Actor, Directory, Result, Tx};
use chrono::{DateTime, Duration, Utc};
use model::mail::MailState;

impl Claimed {
    /// Whether its time was over before anybody could send it.
    pub fn is_too_old(&self, now: DateTime<Utc>) -> bool {
        now > self.queued_at + LIFE
    }

    /// When it is tried again: after half a minute, then twice as long each time, an hour at most. None when it would be
    /// too old then.
    fn again_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let doublings = self.attempts.clamp(1, 8).unsigned_abs() - 1;
        let pause = Duration::seconds(30 << doublings).min(Duration::hours(1));
        Some(now + pause).filter(|at| *at <= self.queued_at + LIFE)
    }

    fn entry(&self, what: Outcome<'_>) -> Entry {
        let (sent, failed, kind, id, name, to) = match &self.letter {
            Letter::Invitation { admin, .. } => {
                ("admin.invitation_mailed", "admin.invitation_not_mailed", "admin", admin.id.0, &admin.email, None)
            }
            Letter::Activation { person, name, address, .. } => {
                ("person.activation_mailed", "person.activation_not_mailed", "person", person.0, name, Some(address))
            }
            Letter::TokenExpiry { admin, token } => {
                let to = Some(&admin.email);
                ("token.expiry_mailed", "token.expiry_not_mailed", "token", token.id.0, &token.name, to)
            }
        };
        let (action, why) = match what {
            Outcome::Sent => (sent, None),
            Outcome::Failed(why) => (failed, Some(why)),
        };
        let entry = Entry::new(action, kind, id, name);
        match (to, why) {
            (None, None) => entry,
            (None, Some(why)) => entry.after(serde_json::json!({ "why": why })),
            (Some(to), None) => entry.after(serde_json::json!({ "to": to })),
            (Some(to), Some(why)) => entry.after(serde_json::json!({ "to": to, "why": why })),
        }
    }
}

enum Outcome<'a> {
    Sent,
    Failed(&'a str),
}

/// A mail server took it.
pub async fn sent(directory: &Directory, mail: &Claimed) -> Result<()> {
    let mut tx = directory.begin(Actor::System).await?;
    end(&mut tx, mail, MailState::Sent, None).await?;
    tx.audit(mail.entry(Outcome::Sent));
    tx.commit().await
}

/// It is refused for good.
pub async fn failed(directory: &Directory, mail: &Claimed, why: &str) -> Result<()> {
    let mut tx = directory.begin(Actor::System).await?;
    if end(&mut tx, mail, MailState::Failed, Some(why)).await? {
        tx.audit(mail.entry(Outcome::Failed(why)));
    }
    tx.commit().await
}

/// It could not be sent now. Says when it is tried again; none when it is given up instead.
pub async fn not_now(directory: &Directory, mail: &Claimed, why: &str) -> Result<Option<DateTime<Utc>>> {
    let Some(at) = mail.again_at(directory.now()) else {
        failed(directory, mail, &format!("{why} It was tried for a day.")).await?;
        return Ok(None);
    };
    let mut tx = directory.begin(Actor::System).await?;
    sqlx::query!(
        "update mail set due_at = $3, problem = $4 where id = $1 and attempts = $2 and state = 'waiting'",
        mail.id.0,
        mail.attempts,
        at,
        why
    )
    .execute(tx.db())
    .await?;
    tx.commit().await?;
    Ok(Some(at))
}

/// Ends the mail; false when it is somebody else's by now, or there no more.
async fn end(tx: &mut Tx, mail: &Claimed, state: MailState, problem: Option<&str>) -> Result<bool> {
    let now = tx.now();
    let done = sqlx::query!(
        "update mail set state = $3, due_at = null, ended_at = $4, problem = $5
         where id = $1 and attempts = $2 and state = 'waiting'",
        mail.id.0,
        mail.attempts,
        state.as_str(),
        now,
        problem
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}
