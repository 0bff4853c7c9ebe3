//! The rule that links people without an administrator: when a record is made, or its key changes, and exactly one other
//! person has the same key. Whoever the rule cannot decide about stays a person of their own, and the person page
//! proposes the two.

use super::joined;
use crate::audit::Entry;
use crate::{Error, Result, Tx};
use model::source::LinkRule;
use model::{PersonId, SourceId};
use scim::{User, user_name_key};
use serde_json::json;
use uuid::Uuid;

/// The rule in force.
pub async fn get(tx: &mut Tx) -> Result<LinkRule> {
    let word = sqlx::query_scalar!("select link_by from people_rule").fetch_one(tx.db()).await?;
    Ok(word.parse()?)
}

/// Sets the rule. It is about records that come or change from now on; nobody who is here is linked by it.
pub async fn set(tx: &mut Tx, rule: LinkRule) -> Result<()> {
    let before: LinkRule =
        sqlx::query_scalar!("select link_by from people_rule for update").fetch_one(tx.db()).await?.parse()?;
    if before == rule {
        return Ok(());
    }
    let done = sqlx::query!("update people_rule set link_by = $1", rule.as_str()).execute(tx.db()).await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound("the rule that links people"));
    }
    let entry = Entry::new("people.rule_changed", "people", None, "Link people automatically");
    tx.audit(entry.before(json!({ "link_by": before })).after(json!({ "link_by": rule })));
    Ok(())
}

/// Whether a change of a record changes what the rule looks at.
pub(crate) fn key_changed(by: LinkRule, before: &User, after: &User) -> bool {
    match by {
        LinkRule::Off => false,
        LinkRule::UserName => user_name_key(before.user_name()).ok() != user_name_key(after.user_name()).ok(),
        LinkRule::Email => before.email() != after.email(),
    }
}

/// The one living person who has the key; none when nobody has, or several have. Whoever looks for one key at the same
/// time comes one after the other, so that of two records made at once the second sees the first.
pub(crate) async fn the_one(
    tx: &mut Tx,
    by: LinkRule,
    user_name_key: &str,
    email: Option<&str>,
    except: Option<PersonId>,
) -> Result<Option<PersonId>> {
    let key = match (by, email) {
        (LinkRule::UserName, _) => user_name_key,
        (LinkRule::Email, Some(email)) => email,
        (LinkRule::Off, _) | (LinkRule::Email, None) => return Ok(None),
    };
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('rollcall link ' || coalesce(email_key($1), $1))) as lock",
        key
    )
    .fetch_one(tx.db())
    .await?;
    let except = except.map(|id| id.0);
    let found = if by == LinkRule::Email {
        sqlx::query_scalar!(
            "select id from person where email_key(email) = email_key($1) and not gone and id is distinct from $2 limit 2",
            key,
            except
        )
        .fetch_all(tx.db())
        .await?
    } else {
        of_user_name(tx, key, except).await?
    };
    Ok(match found.as_slice() {
        [one] => Some(PersonId(*one)),
        _ => None,
    })
}

/// Source by source, as the index on user names begins with the source.
async fn of_user_name(tx: &mut Tx, key: &str, except: Option<Uuid>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select distinct r.person_id from source s
         join record r on r.source_id = s.id and r.user_name_key = $1 and r.deleted_at is null
         where r.person_id is distinct from $2 limit 2",
        key,
        except
    )
    .fetch_all(tx.db())
    .await?)
}

/// Whether records of these sources may come to the person: there, and with none of any of them yet. The person is
/// locked. A record that has just been deleted in another transaction is no harm: the merge sees what is there.
pub(crate) async fn may_join(tx: &mut Tx, person: PersonId, sources: &[SourceId]) -> Result<bool> {
    let living = sqlx::query_scalar!("select id from person where id = $1 and not gone for update", person.0)
        .fetch_optional(tx.db())
        .await?;
    if living.is_none() {
        return Ok(false);
    }
    let sources: Vec<Uuid> = sources.iter().map(|id| id.0).collect();
    let there = sqlx::query_scalar!(
        "select exists (select from record where person_id = $1 and source_id = any($2) and deleted_at is null) as \"it!\"",
        person.0,
        &sources
    )
    .fetch_one(tx.db())
    .await?;
    Ok(!there)
}

/// After a change of a record's key: joins its person to the one who has the same key now, if the rule decides that.
/// The one who was found stays. Says who holds the record now.
pub(crate) async fn follow(tx: &mut Tx, by: LinkRule, person: PersonId, user: &User) -> Result<PersonId> {
    let key = user_name_key(user.user_name()).map_err(|e| Error::Refused(e.detail))?;
    let Some(stays) = the_one(tx, by, &key, user.email(), Some(person)).await? else { return Ok(person) };
    Ok(if joined::join_by_rule(tx, stays, person, by).await? { stays } else { person })
}
