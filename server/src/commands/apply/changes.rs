//! Brings sources and administrators to the file.

use super::Refusal;
use super::entry::{AdminEntry, SourceEntry};
use directory::{Tx, admins, people, sources};

pub(super) async fn sources(tx: &mut Tx, entries: &[SourceEntry], lines: &mut Vec<String>) -> Result<(), Refusal> {
    for SourceEntry { name, kind } in entries {
        match sources::by_name(tx, &name.value).await? {
            None => {
                sources::create(tx, &name.value, kind.value).await?;
                lines.push(format!("source {}: made ({})", name.value, kind.value));
            }
            Some(stored) if stored.kind != kind.value => {
                let reason =
                    format!("the source is {} already, and the kind of a source cannot be changed", stored.kind);
                return Err(Refusal::File(kind.problem(reason)));
            }
            Some(_) => {}
        }
    }
    order(tx, entries, lines).await
}

/// Those listed stand in the order of the file, in the places they have among all.
async fn order(tx: &mut Tx, entries: &[SourceEntry], lines: &mut Vec<String>) -> Result<(), Refusal> {
    let mut listed = Vec::new();
    for entry in entries {
        listed.extend(sources::by_name(tx, &entry.name.value).await?.map(|source| source.id));
    }
    if people::order::set(tx, &listed).await? {
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.value.as_str()).collect();
        lines.push(format!("sources: in the order {}", names.join(", ")));
    }
    Ok(())
}

/// Those listed are made or get the role; all others are left alone.
pub(super) async fn admins(tx: &mut Tx, entries: &[AdminEntry], lines: &mut Vec<String>) -> Result<(), Refusal> {
    // Owners first: a file may hand the last owner's role on.
    let mut entries: Vec<&AdminEntry> = entries.iter().collect();
    entries.sort_by_key(|entry| entry.role.value);
    for AdminEntry { email, role } in entries {
        match admins::by_email(tx, &email.value).await? {
            None => {
                admins::invite(tx, &email.value, role.value).await?;
                lines.push(format!("admin {}: invited ({})", email.value, role.value));
            }
            Some(admin) if admin.role != role.value || admin.role_from.is_some() => {
                admins::give_role(tx, admin.id, role.value).await.map_err(|error| match error {
                    directory::Error::Refused(reason) => Refusal::File(role.problem(reason)),
                    error => Refusal::Directory(error),
                })?;
                lines.push(if admin.role == role.value {
                    format!("admin {}: role {}, whatever the groups say", email.value, role.value)
                } else {
                    format!("admin {}: role {} -> {}", email.value, admin.role, role.value)
                });
            }
            Some(_) => {}
        }
    }
    Ok(())
}
