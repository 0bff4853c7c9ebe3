//! Warns before a token ends: once each, 14, 3 and 1 day before, by mail to owners and admins. The pages warn by
//! themselves.

use super::list;
use crate::{Actor, Directory, Result, Tx, mail};
use chrono::{DateTime, Duration, Utc};
use model::source::{ScimToken, WARNED_BEFORE};

/// How many days before the end somebody is warned.
const DAYS: [i16; 3] = [14, 3, 1];

/// The tokens whose end is near enough to warn of, the first to end first. One that was replaced is among them only
/// while somebody still uses it.
pub async fn ending(tx: &mut Tx) -> Result<Vec<ScimToken>> {
    let now = tx.now();
    let mut tokens: Vec<ScimToken> = list(tx, None).await?.into_iter().filter(|token| ends_soon(token, now)).collect();
    tokens.sort_by_key(|token| token.expires_at);
    Ok(tokens)
}

fn ends_soon(token: &ScimToken, now: DateTime<Utc>) -> bool {
    let soon = token.expires_at.is_some_and(|end| end > now && end <= now + WARNED_BEFORE);
    soon && token.revoked_at.is_none() && (token.replaced_by.is_none() || is_used(token, now))
}

/// Whether somebody used it within the last day.
fn is_used(token: &ScimToken, now: DateTime<Utc>) -> bool {
    token.last_used_at.is_some_and(|at| at > now - Duration::days(1))
}

/// The nearest warning that the token has come to, in days. None where whoever made it, or rotated it, knew.
fn warning(token: &ScimToken, now: DateTime<Utc>) -> Option<i16> {
    let left = token.expires_at? - now;
    let days = DAYS.into_iter().filter(|days| left <= Duration::days(i64::from(*days))).min()?;
    let knew = token.expires_at? - token.created_at <= Duration::days(i64::from(days));
    let rotated = token.replaced_by.is_some() && days == DAYS[0];
    (!knew && !rotated).then_some(days)
}

/// Queues the warnings that are due. Says how many there were.
pub async fn warn(directory: &Directory) -> Result<u64> {
    let mut tx = directory.begin(Actor::System).await?;
    let now = tx.now();
    let mut queued = 0;
    for token in ending(&mut tx).await? {
        if let Some(days) = warning(&token, now) {
            queued += mail::queue_expiry(&mut tx, token.id, days).await?;
        }
    }
    mail::forget_ended(&mut tx).await?;
    tx.commit().await?;
    Ok(queued)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SourceId, TokenId};
    use uuid::Uuid;

    /// A token with so many hours left, made so many days ago.
    fn token(left: i64, age: i64) -> ScimToken {
        let now = DateTime::UNIX_EPOCH;
        ScimToken {
            id: TokenId(Uuid::nil()),
            source_id: SourceId(Uuid::nil()),
            source_name: "Okta".into(),
            name: "Okta".into(),
            prefix: "rc_scim_x".into(),
            created_at: now - Duration::days(age),
            created_by: "ada@example.com".into(),
            expires_at: Some(now + Duration::hours(left)),
            revoked_at: None,
            last_used_at: Some(now),
            last_used_from: None,
            last_client: None,
            last_refusal: None,
            read_only: false,
            ranges: Vec::new(),
            replaced_by: None,
        }
    }

    #[test]
    fn each_distance_has_its_warning() {
        let days = |left| warning(&token(left, 100), DateTime::UNIX_EPOCH);
        assert_eq!(
            [337, 336, 73, 72, 25, 24, 1].map(days),
            [None, Some(14), Some(14), Some(3), Some(3), Some(1), Some(1)]
        );
    }

    #[test]
    fn whoever_made_it_for_a_week_is_not_warned_of_that() {
        assert_eq!(warning(&token(7 * 24, 0), DateTime::UNIX_EPOCH), None);
        assert_eq!(warning(&token(3 * 24, 4), DateTime::UNIX_EPOCH), Some(3));
        assert_eq!(warning(&token(2, 0), DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn a_token_that_was_rotated_is_warned_of_while_it_is_used_and_not_at_once() {
        let rotated = |left| ScimToken { replaced_by: Some("Okta 2".into()), ..token(left, 100) };
        let now = DateTime::UNIX_EPOCH;
        assert_eq!((warning(&rotated(7 * 24), now), warning(&rotated(70), now)), (None, Some(3)));
        let idle = ScimToken { last_used_at: Some(now - Duration::days(2)), ..rotated(70) };
        assert!(ends_soon(&rotated(70), now) && !ends_soon(&idle, now));
    }
}
