//! Changes of users.

use super::answer::{failed, taken};
use super::change::{Change, Done, check, not_found, stored};
use directory::records::{self, Record};
use directory::search::{Of, Stored};
use directory::{Tx, Unique};
use model::{RecordId, SourceId};
use scim::etag::Condition;
use scim::{Error, User, name, patch};
use uuid::Uuid;

pub async fn make(
    tx: &mut Tx,
    source: SourceId,
    change: Change<User>,
    conditions: &[Condition],
) -> Result<Done, Error> {
    match change {
        Change::Create(user) => {
            name::check_user_name(user.user_name())?;
            let record = records::create(tx, source, &user).await.map_err(|e| clash(&e, tx, &Names::of(&user)))?;
            shown(record).map(Done::Created)
        }
        Change::Replace(id, user) => save(tx, source, id, conditions, |_| Ok(user)).await,
        Change::Patch(id, operations) => {
            save(tx, source, id, conditions, |mut user| {
                patch::apply(&mut user, &id.to_string(), &operations)?;
                Ok(user)
            })
            .await
        }
        Change::Delete(id) => {
            held(tx, source, id, conditions).await?;
            records::delete(tx, source, RecordId(id)).await.map_err(|e| failed(&e))?;
            Ok(Done::Deleted)
        }
    }
}

/// Reads the record under a lock, changes the user, saves. What does not change is not written.
async fn save(
    tx: &mut Tx,
    source: SourceId,
    id: Uuid,
    conditions: &[Condition],
    alter: impl FnOnce(User) -> Result<User, Error>,
) -> Result<Done, Error> {
    let record = held(tx, source, id, conditions).await?;
    let user = alter(record.user.clone())?;
    if user == record.user {
        return shown(record).map(Done::Same);
    }
    if user.user_name() != record.user.user_name() {
        name::check_user_name(user.user_name())?;
    }
    let names = Names::of(&user);
    let record = records::save(tx, record, user).await.map_err(|e| clash(&e, tx, &names))?;
    shown(record).map(Done::Changed)
}

/// What nobody else of a source may have, as it was sent.
struct Names {
    user_name: String,
    external_id: String,
}

impl Names {
    fn of(user: &User) -> Self {
        let external_id = user.external_id().unwrap_or_default().to_owned();
        Self { user_name: user.user_name().to_owned(), external_id }
    }
}

/// Which name is taken, where, and how to find whoever has it.
fn clash(error: &directory::Error, tx: &Tx, sent: &Names) -> Error {
    let (attribute, value) = match error {
        directory::Error::Taken(Unique::UserName) => ("userName", &sent.user_name),
        directory::Error::Taken(Unique::ExternalId) => ("externalId", &sent.external_id),
        other => return failed(other),
    };
    let same = match attribute {
        "userName" => " Upper and lower case count as one, and so do the ways to write an accent.",
        _ => "",
    };
    taken(tx, "user", attribute, value, same)
}

async fn held(tx: &mut Tx, source: SourceId, id: Uuid, conditions: &[Condition]) -> Result<Record, Error> {
    let found = records::lock(tx, source, RecordId(id)).await.map_err(|e| failed(&e))?;
    let record = found.ok_or_else(|| not_found(Of::Users, &id.to_string()))?;
    check(conditions, record.version)?;
    Ok(record)
}

fn shown(record: Record) -> Result<Stored, Error> {
    let times = (record.created_at, record.updated_at);
    stored(&record.user, (record.id.0, record.version), times, record.in_groups)
}
