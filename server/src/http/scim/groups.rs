//! Changes of groups.

use super::answer::failed;
use super::change::{Change, Done, Members, check, not_found, stored};
use directory::Tx;
use directory::groups::{self, Group};
use directory::search::{Of, Stored};
use model::{GroupId, SourceId};
use scim::etag::Condition;
use scim::{Error, GroupPatch, MemberChange, patch};
use uuid::Uuid;

pub async fn make(
    tx: &mut Tx,
    source: SourceId,
    change: Change<Members>,
    condition: Option<&Condition>,
) -> Result<Done, Error> {
    match change {
        Change::Create((group, members)) => {
            let made = groups::create(tx, source, &group, &members).await.map_err(|e| failed(&e))?;
            shown(&made).map(Done::Created)
        }
        Change::Replace(id, (group, members)) => {
            let held = held(tx, source, id, condition).await?;
            save(tx, source, held, GroupPatch { group, members: vec![MemberChange::Replace(members)] }).await
        }
        Change::Patch(id, operations) => {
            let held = held(tx, source, id, condition).await?;
            let patched = patch::apply_to_group(&held.group, &id.to_string(), &operations)?;
            save(tx, source, held, patched).await
        }
        Change::Delete(id) => {
            if condition.is_some() {
                held(tx, source, id, condition).await?;
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
    let saved = groups::save(tx, source, held, patched.group, &patched.members).await.map_err(|e| failed(&e))?;
    let done = if saved.version == version { Done::Same } else { Done::Changed };
    shown(&saved).map(done)
}

async fn held(tx: &mut Tx, source: SourceId, id: Uuid, condition: Option<&Condition>) -> Result<Group, Error> {
    let found = groups::lock(tx, source, GroupId(id)).await.map_err(|e| failed(&e))?;
    let group = found.ok_or_else(|| not_found(Of::Groups, &id.to_string()))?;
    check(condition, group.version)?;
    Ok(group)
}

fn shown(group: &Group) -> Result<Stored, Error> {
    stored(&group.group, (group.id.0, group.version), (group.created_at, group.updated_at), false)
}
