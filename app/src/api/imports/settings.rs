//! How a connection imports.

#![expect(clippy::too_many_arguments, reason = "a server function has one for each field of its form")]

use crate::error::AppError;
use leptos::prelude::*;
use model::ConnectionId;
use model::import::settings::{Day, ImportSettings, Schedule};
use model::import::{MatchAttribute, Proposal};

/// How a connection imports.
#[server]
pub async fn get_import_settings(connection: ConnectionId) -> Result<ImportSettings, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    directory::connections::get(&mut tx, connection).await?;
    Ok(directory::imports::settings(&mut tx, connection).await?)
}

/// Sets what confirms itself, the schedule, and how many accounts are read one by one.
#[server]
pub async fn save_import_settings(
    id: ConnectionId,
    version: i64,
    #[server(default)] exact: bool,
    #[server(default)] partial: bool,
    #[server(default)] new: bool,
    #[server(default)] activate: bool,
    schedule: Schedule,
    #[server(default)] at: String,
    day: Day,
    #[server(default)] details: String,
) -> Result<(), AppError> {
    use model::import::settings::{AutoConfirm, Timetable};
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    let mut problems = crate::error::Problems::default();
    let minute = Timetable::minute_of(&at).unwrap_or_else(|| {
        problems.add("at", "This is not a time of day. Write hours and minutes, such as 02:30.");
        0
    });
    let most = ImportSettings::MOST_DETAILS;
    let number = details.trim().parse().ok().filter(|number| (0..=most).contains(number)).unwrap_or_else(|| {
        problems.add("details", format!("Write a number from 0 to {}.", crate::components::grouped(most)));
        0
    });
    problems.check()?;
    let confirm = AutoConfirm { exact, partial, new, activate };
    directory::imports::set(&mut tx, id, version, confirm, Timetable { schedule, minute, day }, number).await?;
    tx.commit().await?;
    crate::flash::say("Import settings saved", "They hold from the next import.").await?;
    crate::session::go_to(&changed(id, "saved", version).href());
    Ok(())
}

/// Adds a match rule after the others.
#[server]
pub async fn add_match_rule(
    id: ConnectionId,
    version: i64,
    first: MatchAttribute,
    #[server(default)] second: String,
    #[server(default)] third: String,
    makes: Proposal,
) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    let mut problems = crate::error::Problems::default();
    let mut all_of = vec![first];
    for (field, chosen) in [("second", &second), ("third", &third)] {
        match chosen.as_str() {
            "" => {}
            word => match word.parse() {
                Ok(attribute) => all_of.push(attribute),
                Err(_) => problems.add(field, "Choose one of the attributes, or none."),
            },
        }
    }
    problems.check()?;
    let mut rules = directory::imports::settings(&mut tx, id).await?.rules;
    rules.push(model::import::MatchRule { all_of, exact: makes == Proposal::Exact });
    directory::imports::set_rules(&mut tx, id, version, rules).await?;
    tx.commit().await?;
    crate::flash::say("Rule added", "It is tried after the others, from the next import.").await?;
    crate::session::go_to(&changed(id, "rules", version).href());
    Ok(())
}

model::words! {
    /// What is done with a match rule.
    RuleMove {
        Up = "up", "Up";
        Down = "down", "Down";
        Remove = "remove", "Remove";
        Usual = "usual", "Back to the usual rules";
    }
}

/// Moves a match rule up or down, removes it, or goes back to the usual ones.
#[server]
pub async fn move_match_rule(id: ConnectionId, version: i64, rule: usize, to: RuleMove) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    let mut rules = directory::imports::settings(&mut tx, id).await?.rules;
    let other = match to {
        RuleMove::Up => rule.checked_sub(1),
        RuleMove::Down => rule.checked_add(1),
        RuleMove::Remove | RuleMove::Usual => Some(rule),
    };
    let there = other.is_some_and(|other| rule < rules.len() && other < rules.len());
    match (to, other) {
        (RuleMove::Usual, _) => rules = model::import::MatchRule::usual(),
        _ if !there => return Err(AppError::no("match rule")),
        (RuleMove::Remove, _) => _ = rules.remove(rule),
        (_, other) => rules.swap(rule, other.unwrap_or(rule)),
    }
    let last = rules.len().saturating_sub(1);
    directory::imports::set_rules(&mut tx, id, version, rules).await?;
    tx.commit().await?;
    let (title, text) = ("Match rules changed", "They hold from the next import.");
    let page = changed(id, "rules", version);
    match other.filter(|_| matches!(to, RuleMove::Up | RuleMove::Down)) {
        // Whoever moves a rule goes on with it.
        Some(place) => {
            crate::flash::mention(title, text).await?;
            crate::session::go_to(&page.with("moved", button_of(to, place, last)).href());
        }
        None => {
            crate::flash::say(title, text).await?;
            crate::session::go_to(&page.href());
        }
    }
    Ok(())
}

/// The page, which reads the rules or all of the settings anew as its address says that they are others.
#[cfg(feature = "ssr")]
fn changed(id: ConnectionId, what: &str, before: i64) -> crate::components::Query {
    let page = crate::components::Query::default().on(format!("/connections/{id}/import/settings"));
    page.with(what, (before + 1).to_string())
}

/// The id of the button that moves a rule on; at an end, of the one that leads back from there.
#[cfg(feature = "ssr")]
fn button_of(to: RuleMove, place: usize, last: usize) -> String {
    let to = match to {
        RuleMove::Up if place == 0 => RuleMove::Down,
        RuleMove::Down if place == last => RuleMove::Up,
        to => to,
    };
    format!("{}-{place}", to.as_str())
}
