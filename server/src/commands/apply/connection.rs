//! Brings one connection to the file: its integration, its rules, its switch, its people.

use super::Refusal;
use super::entry::{ActionsEntry, ConnectionEntry};
use super::reader::At;
use super::trial::{Outcome, Trial, changed, wanted};
use directory::connections::{self, ConnectionSettings, Integration};
use directory::{Tx, assignments, people};
use model::connection::{Actions, Connection};
use model::{ConnectionId, PersonId};
use std::collections::BTreeSet;

/// In the order of the tabs. A line for each change.
pub(super) async fn bring(
    tx: &mut Tx,
    entry: &ConnectionEntry,
    trial: Trial,
    lines: &mut Vec<String>,
) -> Result<(), Refusal> {
    let mut told = Told { name: &entry.name.value, lines };
    let stored = match connections::by_name(tx, &entry.name.value).await? {
        Some(connection) => Some(connections::settings(tx, connection.id).await?),
        None => None,
    };
    // The test was made without a transaction: it must be one of what stands here now.
    if stored.as_ref().map(|stored| stored.connection.version) != trial.version {
        return Err(directory::Error::Stale("the connection").into());
    }
    let was_on = stored.as_ref().is_some_and(|stored| stored.connection.enabled);
    let id = integration(tx, entry, stored, &mut told).await?;
    rules(tx, id, entry, &mut told).await?;
    switch(tx, id, entry.enabled.unwrap_or(was_on), was_on, trial.outcome, &mut told).await?;
    if let Some(wanted) = &entry.assign {
        assign(tx, id, wanted, &mut told).await?;
    }
    Ok(())
}

/// The lines of one connection.
struct Told<'a> {
    name: &'a str,
    lines: &'a mut Vec<String>,
}

impl Told<'_> {
    fn say(&mut self, what: impl std::fmt::Display) {
        self.lines.push(format!("connection {}: {what}", self.name));
    }

    fn moved(&mut self, key: &str, from: impl std::fmt::Display, to: impl std::fmt::Display) {
        self.say(format_args!("{key} {from} -> {to}"));
    }
}

async fn integration(
    tx: &mut Tx,
    entry: &ConnectionEntry,
    stored: Option<ConnectionSettings>,
    told: &mut Told<'_>,
) -> Result<ConnectionId, Refusal> {
    let wanted = wanted(entry, stored.as_ref())?;
    let Some(stored) = stored else {
        let id = connections::create(tx, wanted).await?;
        told.say("made");
        return Ok(id);
    };
    let before = &stored.connection;
    let changed = changed(&wanted, &stored);
    let renamed = before.name != wanted.name || before.description != wanted.description;
    if changed.is_empty() && !renamed {
        return Ok(before.id);
    }
    tell(before, &wanted, &changed, told);
    let client_secret = wanted.client_secret.clone().filter(|_| changed.contains(&"auth.client_secret"));
    let settings = Integration { client_secret, ..wanted };
    connections::update(tx, before.id, before.version, settings).await?;
    Ok(before.id)
}

fn tell(before: &Connection, wanted: &Integration, changed: &[&str], told: &mut Told<'_>) {
    for (key, from, to) in [
        ("name", &before.name, &wanted.name),
        ("description", &before.description, &wanted.description),
        ("scim_url", &before.scim_url, &wanted.scim_url),
        ("auth.token_url", &before.auth.token_url, &wanted.token_url),
        ("auth.account_id", &before.auth.account_id, &wanted.account_id),
        ("auth.client_id", &before.auth.client_id, &wanted.client_id),
    ] {
        if from != to {
            told.moved(key, format_args!("\"{from}\""), format_args!("\"{to}\""));
        }
    }
    if changed.contains(&"auth.client_secret") {
        told.say("auth.client_secret replaced");
    }
}

/// Actions and scope.
async fn rules(tx: &mut Tx, id: ConnectionId, entry: &ConnectionEntry, told: &mut Told<'_>) -> Result<(), Refusal> {
    let before = connections::get(tx, id).await?;
    let actions = merged(&entry.actions, before.actions);
    let scope = entry.scope.unwrap_or(before.scope);
    if actions == before.actions && scope == before.scope {
        return Ok(());
    }
    let old = before.actions;
    for (key, from, to) in [
        ("actions.create", old.create, actions.create),
        ("actions.update", old.update, actions.update),
        ("actions.disable", old.disable, actions.disable),
        ("actions.deprovision", old.deprovision, actions.deprovision),
    ] {
        if from != to {
            told.moved(key, from, to);
        }
    }
    if old.remove_action != actions.remove_action {
        told.moved("actions.remove_action", old.remove_action, actions.remove_action);
    }
    if before.scope != scope {
        told.moved("scope.mode", before.scope, scope);
    }
    connections::set_rules(tx, id, before.version, actions, scope).await?;
    Ok(())
}

fn merged(entry: &ActionsEntry, before: Actions) -> Actions {
    Actions {
        create: entry.create.unwrap_or(before.create),
        update: entry.update.unwrap_or(before.update),
        disable: entry.disable.unwrap_or(before.disable),
        deprovision: entry.deprovision.unwrap_or(before.deprovision),
        remove_action: entry.remove_action.unwrap_or(before.remove_action),
    }
}

/// Keeps the test, then turns provisioning on or off. Changed credentials have switched it off on the way here.
async fn switch(
    tx: &mut Tx,
    id: ConnectionId,
    on: bool,
    was_on: bool,
    outcome: Outcome,
    told: &mut Told<'_>,
) -> Result<(), Refusal> {
    match outcome {
        Outcome::NotNeeded => connections::set_enabled(tx, id, on).await?,
        Outcome::LeftOut => told.say("tested first"),
        Outcome::Passed(test) => {
            let version = connections::get(tx, id).await?.version;
            connections::keep_test(tx, id, version, &test).await?;
            told.say("tested, all checks passed");
            connections::set_enabled(tx, id, on).await?;
        }
    }
    match (was_on, on) {
        (false, true) => told.say("switched on"),
        (true, false) => told.say("switched off"),
        _ => {}
    }
    Ok(())
}

/// Exactly the people of the file.
async fn assign(tx: &mut Tx, id: ConnectionId, wanted: &[At<String>], told: &mut Told<'_>) -> Result<(), Refusal> {
    let assigned = assignments::assigned(tx, id).await?;
    let before: BTreeSet<PersonId> = assigned.iter().map(|(person, ..)| *person).collect();
    let (mut keep, mut add) = (BTreeSet::new(), Vec::new());
    for person in wanted {
        let found = people::by_name(tx, &person.value).await?.ok_or_else(|| {
            let reason = format!("nobody, or more than one, has the user name or e-mail `{}`", person.value);
            Refusal::File(person.problem(reason))
        })?;
        if keep.insert(found) && !before.contains(&found) {
            told.say(format_args!("assigned {}", person.value));
            add.push(found);
        }
    }
    let mut remove = Vec::new();
    for (person, user_name, _) in assigned {
        if !keep.contains(&person) {
            told.say(format_args!("unassigned {user_name}"));
            remove.push(person);
        }
    }
    if !add.is_empty() {
        assignments::assign(tx, id, &add).await?;
    }
    if !remove.is_empty() {
        assignments::unassign(tx, id, &remove).await?;
    }
    Ok(())
}
