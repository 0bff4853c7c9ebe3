//! Whose record a new one is: somebody's who was here before, somebody's whom another source knows, or a new person's.

use super::rule;
use crate::{Error, Result, Tx};
use model::source::LinkRule;
use model::{PersonId, SourceId};
use scim::User;

/// Whose record a new one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    New,
    /// This source deleted a user of that name: the person from before, whose Zoom account it is; gone, unless another
    /// source knows them.
    Returns {
        person: PersonId,
        gone: bool,
    },
    /// The rule says that another source's person is the same human.
    Links(PersonId, LinkRule),
}

/// Decides it, with one statement while the rule is off.
pub(crate) async fn decide(tx: &mut Tx, source: SourceId, key: &str, user: &User) -> Result<Arrival> {
    let (returning, by) = who_left(tx, source, key, user.external_id()).await?;
    Ok(match returning {
        Some((person, gone)) => Arrival::Returns { person, gone },
        None if by == LinkRule::Off => Arrival::New,
        None => {
            let found = rule::the_one(tx, by, key, user.email(), None).await?;
            match found {
                Some(person) if rule::may_join(tx, person, &[source]).await? => Arrival::Links(person, by),
                _ => Arrival::New,
            }
        }
    })
}

/// The person of the record that this source deleted last under this user name, if the source has no other record of
/// them now. With another `externalId` it is another human who was given a name that had become free. And the rule.
async fn who_left(
    tx: &mut Tx,
    source: SourceId,
    key: &str,
    external_id: Option<&str>,
) -> Result<(Option<(PersonId, bool)>, LinkRule)> {
    let row = sqlx::query!(
        "with returning_person as materialized (
            select p.id, p.gone from record r join person p on p.id = r.person_id
            where r.source_id = $1 and r.user_name_key = $2 and r.deleted_at is not null
              and (p.gone or not exists (select from record l
                    where l.person_id = p.id and l.source_id = $1 and l.deleted_at is null))
              and (r.external_id is null or $3::text is null or r.external_id = $3)
            order by r.deleted_at desc, r.id desc limit 1 for update of p)
         select r.id as \"person?\", r.gone as \"gone?\", s.link_by from people_rule s left join returning_person r on true",
        source.0,
        key,
        external_id
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the rule that links people"))?;
    Ok((row.person.map(PersonId).zip(row.gone), row.link_by.parse()?))
}
