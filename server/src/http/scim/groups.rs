//! Changes of groups.

use super::answer::{failed, taken};
use super::change::{Change, Done, Members, check, not_found, stored};
use directory::groups::{self, Group};
use directory::search::{Of, Stored};
use directory::{Tx, Unique};
use model::{GroupId, SourceId};
use scim::etag::Condition;
use scim::{Error, GroupPatch, MemberChange, name, patch};
use uuid::Uuid;

pub async fn make(
    tx: &mut Tx,
    source: SourceId,
    change: Change<Members>,
    conditions: &[Condition],
) -> Result<Done, Error> {
    match change {
        Change::Create((group, members)) => {
            name::check_group_name(group.display_name())?;
            let made = groups::create(tx, source, &group, &members).await.map_err(|e| clash(&e, tx, &group))?;
            shown(&made).map(Done::Created)
        }
        Change::Replace(id, (group, members)) => {
            let held = held(tx, source, id, conditions).await?;
            save(tx, source, held, GroupPatch { group, members: vec![MemberChange::Replace(members)] }).await
        }
        Change::Patch(id, operations) => {
            let held = held(tx, source, id, conditions).await?;
            let patched = patch::apply_to_group(&held.group, &id.to_string(), &operations)?;
            save(tx, source, held, patched).await
        }
        Change::Delete(id) => {
            if !conditions.is_empty() {
                held(tx, source, id, conditions).await?;
            }
            if !groups::delete(tx, source, GroupId(id)).await.map_err(|e| failed(&e))? {
                return Err(not_found(Of::Groups, &id.to_string()));
            }
            Ok(Done::Deleted)
        }
    }
}

async fn save(tx: &mut Tx, source: SourceId, held: Group, patched: GroupPatch) -> Result<Done, Error> {
    let version = held.version;
    if patched.group.display_name() != held.group.display_name() {
        name::check_group_name(patched.group.display_name())?;
    }
    let group = patched.group.clone();
    let saved = groups::save(tx, source, held, patched.group, &patched.members).await;
    let saved = saved.map_err(|e| clash(&e, tx, &group))?;
    let done = if saved.version == version { Done::Same } else { Done::Changed };
    shown(&saved).map(done)
}

/// Which name is taken, where, and how to find the group that has it.
fn clash(error: &directory::Error, tx: &Tx, group: &scim::Group) -> Error {
    let (attribute, value, same) = match error {
        directory::Error::Taken(Unique::GroupName) => (
            "displayName",
            group.display_name(),
            " Upper and lower case count as one, as do the ways to compose a letter; blanks around a name and \
             characters that nobody sees do not count. With an externalId of its own each, several may have one name.",
        ),
        directory::Error::Taken(Unique::GroupExternalId) => ("externalId", group.external_id().unwrap_or_default(), ""),
        other => return failed(other),
    };
    taken(tx, "group", attribute, value, same)
}

async fn held(tx: &mut Tx, source: SourceId, id: Uuid, conditions: &[Condition]) -> Result<Group, Error> {
    let found = groups::lock(tx, source, GroupId(id)).await.map_err(|e| failed(&e))?;
    let group = found.ok_or_else(|| not_found(Of::Groups, &id.to_string()))?;
    check(conditions, group.version)?;
    Ok(group)
}

fn shown(group: &Group) -> Result<Stored, Error> {
    stored(&group.group, (group.id.0, group.version), (group.created_at, group.updated_at), false)
}
