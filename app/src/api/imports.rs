//! Imports from Zoom: begin one, see how it goes, decide what the accounts are to become, link them, start them.

#![expect(clippy::too_many_arguments, reason = "a server function has one for each field of its form")]

pub mod groups;
pub mod settings;

use super::connections::May;
use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::connections::import::{LIST_FIELDS, results};
use crate::written::Html;
use leptos::prelude::*;
use model::import::{AccountsShown, Confirmation, Import, ImportCounts, Pace};
use model::{AccountId, ConnectionId, PersonId};
#[cfg(feature = "ssr")]
use model::{Page, import::Account, person::PersonState};
use serde::{Deserialize, Serialize};

/// How many accounts one form may name.
#[cfg(feature = "ssr")]
const MOST: usize = 500;

/// What is said to whoever has ticked nobody.
pub(crate) const NOTHING_TICKED: &str = "Nothing is ticked. Tick at least one account in the list.";

/// The Import tab's head: the newest import, and how many accounts stand where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPage {
    pub newest: Option<Import>,
    /// How fast it reads.
    pub pace: Option<Pace>,
    pub history: Vec<Import>,
    pub counts: ImportCounts,
    pub may: May,
}

/// The newest import and how the accounts stand.
#[server]
pub async fn get_import(connection: ConnectionId) -> Result<ImportPage, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    directory::connections::get(&mut tx, connection).await?;
    let mut history = directory::imports::history(&mut tx, connection, 10).await?;
    let newest = (!history.is_empty()).then(|| history.remove(0));
    let counts = directory::imports::counts(&mut tx, connection).await?;
    let pace = newest.as_ref().and_then(|run| run.pace(tx.now()));
    Ok(ImportPage { newest, pace, history, counts, may: May::here()? })
}

/// What starting the provisioning of those who wait would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differences {
    /// How many wait.
    pub people: i64,
    /// For how many of them Zoom has something else.
    pub differing: i64,
    /// For how many nothing but what Zoom has not, or does not show.
    pub filled: i64,
    /// Accounts are deleted by it.
    pub deletes: bool,
    /// Attribute by attribute, what cannot be undone first.
    pub attributes: Vec<Difference>,
}

/// What differs, and for how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub what: String,
    pub people: i64,
    /// They lose their account by it, or the use of it.
    pub loss: bool,
}

/// What starting the provisioning of those who wait would change: everybody is compared, so it is asked for when it may
/// have changed, not at every news.
#[server]
pub async fn get_differences(connection: ConnectionId) -> Result<Differences, AppError> {
    use provision::import::compare::{self, Weight};
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let settings = directory::connections::get(&mut tx, connection).await?;
    let (mut people, mut differing, mut filled, mut after) = (0, 0, 0, None);
    let mut all = std::collections::BTreeMap::<(Weight, String), i64>::new();
    loop {
        let held = directory::imports::held(&mut tx, connection, after, 1_000).await?;
        let Some((last, _)) = held.last() else { break };
        after = Some(*last);
        for (_, subject) in &held {
            let lines = compare::differences(subject, settings.scope, &settings.actions);
            let fills = lines.iter().all(|line| compare::weight(line) == Weight::Fills);
            people += 1;
            differing += i64::from(!fills);
            filled += i64::from(fills && !lines.is_empty());
            for line in lines {
                let weight = compare::weight(&line);
                let what = match (weight, line.directory) {
                    (Weight::Changes, _) => line.attribute,
                    (Weight::Fills, _) => format!("{}, not known from Zoom", line.attribute),
                    (_, value) => format!("{} {}", line.attribute, value.unwrap_or_default().to_lowercase()),
                };
                *all.entry((weight, what)).or_default() += 1;
            }
        }
    }
    let mut all: Vec<((Weight, String), i64)> = all.into_iter().collect();
    all.sort_by_key(|((weight, what), people)| (*weight, std::cmp::Reverse(*people), what.clone()));
    let deletes = all.iter().any(|((weight, _), _)| *weight == Weight::Deletes);
    let one = |((weight, what), people)| Difference { what, people, loss: weight <= Weight::LocksOut };
    Ok(Differences { people, differing, filled, deletes, attributes: all.into_iter().map(one).collect() })
}

/// Accounts as their page shows them, by name when nothing else is said.
#[server]
pub async fn list_accounts(connection: ConnectionId, at: Query) -> Result<Html, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let settings = directory::connections::get(&mut tx, connection).await?;
    let filter = directory::imports::Filter { q: at.text("q"), shown: at.parsed("show") };
    let sort = at.parsed("sort").unwrap_or(model::sort::AccountsSort::Name);
    let page = directory::imports::list(&mut tx, connection, &filter, sort, &at.cursor(), 50).await?;
    let counts = directory::imports::counts(&mut tx, connection).await?;
    let rows = page.rows.into_iter().map(|listed| compared(listed, &settings)).collect();
    let (page, may) = (Page { rows, previous: page.previous, next: page.next }, May::here()?);
    Ok(Html::of(|| results::list(connection, counts, page, &at, may)))
}

/// An account with why it matches, or with what would change.
#[cfg(feature = "ssr")]
fn compared(listed: directory::imports::Listed, settings: &model::connection::Connection) -> Account {
    use provision::import::compare;
    let mut account = listed.account;
    if let Some(subject) = &listed.subject {
        if let Some(why) = &account.why {
            let attributes = provision::attributes::Attributes::from_json(&listed.attributes);
            account.compared = compare::because(why, &attributes, &subject.user_name, &subject.profile);
        }
        if account.held {
            account.differences = compare::differences(subject, settings.scope, &settings.actions);
        }
    }
    account
}

/// Those named, or all of the list where that is said.
#[cfg(feature = "ssr")]
fn which(
    accounts: Vec<AccountId>,
    all: bool,
    q: Option<String>,
    show: Option<AccountsShown>,
) -> Result<directory::imports::Which, AppError> {
    if all {
        return Ok(directory::imports::Which::All(directory::imports::Filter { q, shown: show }));
    }
    check_number(&accounts)?;
    Ok(directory::imports::Which::These(accounts))
}

#[cfg(feature = "ssr")]
fn check_number(accounts: &[AccountId]) -> Result<(), AppError> {
    match accounts.len() {
        0 => Err(AppError::invalid(NOTHING_TICKED)),
        1..=MOST => Ok(()),
        _ => Err(AppError::invalid(format!(
            "Too many accounts are ticked. Tick at most {MOST} at once, or confirm all of a list."
        ))),
    }
}

/// The list that was looked at, with whoever is ticked where that is in its address. `done` tells its page to read it anew.
#[cfg(feature = "ssr")]
fn go_to_list(id: ConnectionId, at: Option<&Query>, done: impl std::fmt::Display) {
    let list = at.map(|at| at.only(&[LIST_FIELDS, &["accounts[]"]].concat())).unwrap_or_default();
    let list = list.with("done", done.to_string()).on(format!("/connections/{id}/import"));
    crate::session::go_to(&list.href());
}

/// How many people confirming these accounts would link and make.
#[server]
pub async fn get_confirmation(
    connection: ConnectionId,
    #[server(default)] accounts: Vec<AccountId>,
    #[server(default)] all: bool,
    q: Option<String>,
    show: Option<AccountsShown>,
) -> Result<Confirmation, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let which = which(accounts, all, q, show)?;
    Ok(directory::imports::preview(&mut tx, connection, &which).await?)
}

/// Begins an import.
#[server]
pub async fn start_import(id: ConnectionId, at: Option<Query>) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    let import = directory::imports::start(&mut tx, id).await?;
    tx.commit().await?;
    go_to_list(id, at.as_ref(), import);
    Ok(())
}

/// Ends the import that runs or has stopped.
#[server]
pub async fn cancel_import(id: ConnectionId, at: Option<Query>) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    directory::imports::cancel(&mut tx, id).await?;
    tx.commit().await?;
    crate::flash::say("Import cancelled", "What it found until then is kept below.").await?;
    go_to_list(id, at.as_ref(), "cancel");
    Ok(())
}

/// Goes on with the import that stopped.
#[server]
pub async fn resume_import(id: ConnectionId, at: Option<Query>) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    directory::imports::resume(&mut tx, id).await?;
    tx.commit().await?;
    go_to_list(id, at.as_ref(), "resume");
    Ok(())
}

/// Links accounts to the people proposed, and makes people of those nobody knew.
#[server]
pub async fn confirm_import(
    id: ConnectionId,
    #[server(default)] accounts: Vec<AccountId>,
    #[server(default)] all: bool,
    q: Option<String>,
    show: Option<AccountsShown>,
    #[server(default)] activate: bool,
    #[server(default)] mail: bool,
    at: Option<Query>,
) -> Result<(), AppError> {
    let begin = || crate::session::begin(model::Permission::Assign);
    drop(begin().await?);
    let first = accounts.first().copied().filter(|_| !all);
    let which = which(accounts, all, q, show)?;
    let mail = mail && crate::session::backend().sends_mail;
    let terms = directory::imports::Terms { mail, ..provision::import::terms(activate) };
    let (done, ended) = directory::imports::confirm_all(begin, id, &which, &terms).await;
    if let (Err(error), 0) = (&ended, done.linked()) {
        return Err(error.clone());
    }
    let (title, text) = told(done, ended.as_ref().err());
    crate::flash::say(title, text).await?;
    match (first, ended) {
        (_, Err(_)) => go_to_list(id, at.as_ref(), done.linked()),
        // Whoever decides on some goes on with the list; after all of it, the differences are next.
        (Some(first), Ok(())) => go_to_list(id, at.as_ref(), first),
        (None, Ok(())) => crate::session::go_to(&format!("/connections/{id}/import?show=held")),
    }
    Ok(())
}

/// What a confirmation has done, and what follows from it.
#[cfg(feature = "ssr")]
fn told(done: directory::imports::Confirmed, failed: Option<&AppError>) -> (String, String) {
    let linked = done.linked();
    if let Some(error) = failed {
        return (
            format!("{} linked, the rest is not", accounts_in_words(linked)),
            format!("{error} Confirm again for the rest."),
        );
    }
    if linked == 0 {
        let why = "They are linked, ignored or gone meanwhile, or nobody is decided on.";
        return ("Nothing was linked".to_owned(), why.to_owned());
    }
    let mut text = "Nothing was changed in Zoom. Look at the differences, then start provisioning.".to_owned();
    if done.new > 0 {
        let made = crate::components::plural(number(done.new), "person was", "people were");
        text = format!("{made} made in the directory. {text}");
    }
    if done.left > 0 {
        text = format!("{text} {} left as they are; the list says why.", accounts_in_words(done.left));
    }
    (format!("{} linked", accounts_in_words(linked)), text)
}

#[cfg(feature = "ssr")]
fn accounts_in_words(accounts: usize) -> String {
    crate::components::plural(number(accounts), "account", "accounts")
}

#[cfg(feature = "ssr")]
fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

model::words! {
    /// What is decided for accounts in bulk.
    AccountChoice {
        New = "new", "New person";
        Ignore = "ignore", "Ignore";
        Undo = "undo", "Undo";
        Activate = "activate", "Activate";
        ActivateAndMail = "activate_and_mail", "Activate and e-mail";
        Unlink = "unlink", "Unlink";
        Again = "again", "Create again";
    }
}

/// What the accounts are then.
#[cfg(feature = "ssr")]
const fn became(choice: AccountChoice) -> &'static str {
    match choice {
        AccountChoice::New => "marked as new",
        AccountChoice::Ignore => "ignored",
        AccountChoice::Undo => "put back",
        AccountChoice::Activate | AccountChoice::ActivateAndMail => "activated",
        AccountChoice::Unlink => "unlinked",
        AccountChoice::Again => "to be created again",
    }
}

/// Decides for accounts.
#[server]
pub async fn choose_accounts(
    id: ConnectionId,
    #[server(default)] accounts: Vec<AccountId>,
    choice: AccountChoice,
    at: Option<Query>,
) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Assign).await?;
    check_number(&accounts)?;
    use directory::imports::{self, Choice};
    let (chosen, text) = match choice {
        AccountChoice::New => {
            (imports::choose(&mut tx, id, &accounts, Choice::New).await?, "Confirming makes a new person of each.")
        }
        AccountChoice::Ignore => (
            imports::choose(&mut tx, id, &accounts, Choice::Ignore).await?,
            "Left out of this and later imports. Undo stands under Ignored.",
        ),
        AccountChoice::Undo => (
            imports::choose(&mut tx, id, &accounts, Choice::Undo).await?,
            "What a rule proposed stands again, a choice by hand does not. The next import looks anew.",
        ),
        AccountChoice::Activate | AccountChoice::ActivateAndMail => {
            let people = imports::people_of(&mut tx, id, &accounts).await?;
            let mail = choice == AccountChoice::ActivateAndMail && crate::session::backend().sends_mail;
            (
                imports::activate(&mut tx, &people, mail.then_some(id)).await?,
                "Staged people are active now; whoever was active stays so.",
            )
        }
        AccountChoice::Unlink => (
            imports::unlink(&mut tx, id, &accounts).await?,
            "Not linked and not assigned any more. Nothing was changed in Zoom.",
        ),
        AccountChoice::Again => (
            imports::create_again(&mut tx, id, &accounts).await?,
            "Each person gets a new Zoom account while provisioning is on.",
        ),
    };
    if chosen == 0 {
        return Err(AppError::invalid(match choice {
            AccountChoice::Activate | AccountChoice::ActivateAndMail => {
                "Nobody was activated: none of these people is staged."
            }
            _ => {
                "Nothing was changed: these accounts were linked, unlinked, started or gone meanwhile. Load the page again to see how they stand."
            }
        }));
    }
    tx.commit().await?;
    crate::flash::say(format!("{} {}", accounts_in_words(chosen), became(choice)), text).await?;
    go_to_list(id, at.as_ref(), choice);
    Ok(())
}

/// Decides that an account is a person's.
#[server]
pub async fn choose_person(
    id: ConnectionId,
    account: AccountId,
    person: Option<PersonId>,
    at: Option<Query>,
) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Assign).await?;
    let person = person.ok_or_else(|| AppError::invalid("Nobody is selected. Choose a person."))?;
    directory::imports::choose(&mut tx, id, &[account], directory::imports::Choice::Person(person)).await?;
    tx.commit().await?;
    crate::flash::say("Person chosen", "The account is linked to the person when it is confirmed.").await?;
    go_to_list(id, at.as_ref(), person);
    Ok(())
}

/// What one is to be chosen from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// What it is chosen for: its name, and what tells it from others of that name.
    pub of: Option<(String, String)>,
    /// What was looked for.
    pub q: String,
    pub found: Vec<Choosable>,
}

/// One of them: what is sent when it is chosen, its name, and what tells it from others of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choosable {
    pub id: String,
    pub name: String,
    pub sub: String,
}

/// People who have no account on the connection, for one who is to be chosen: whom `q` finds, or of its `own`
/// whom the account's name finds, or else its user name.
#[server]
pub async fn list_free_people(
    connection: ConnectionId,
    account: AccountId,
    #[server(default)] q: String,
    #[server(default)] own: bool,
) -> Result<Choices, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let of = directory::imports::named(&mut tx, connection, account).await?;
    let names = [of.0.clone(), of.1.clone()].into_iter().filter(|name| !name.trim().is_empty());
    let tried: Vec<String> = if own { names.collect() } else { vec![q] };
    let (mut q, mut people) = (tried.first().cloned().unwrap_or_default(), Vec::new());
    for try_this in tried {
        people = directory::imports::candidates(&mut tx, connection, account, try_this.trim(), 20).await?;
        if !people.is_empty() {
            q = try_this;
            break;
        }
    }
    let found = people.into_iter().map(|person| {
        let (id, name) = (person.id.to_string(), person.display_name);
        let sub = match person.state {
            PersonState::Active => person.user_name,
            other => format!("{} · {}", person.user_name, other.label()),
        };
        Choosable { id, name, sub }
    });
    Ok(Choices { of: Some(of), q, found: found.collect() })
}

/// Starts the provisioning of everybody whom imports linked.
#[server]
pub async fn begin_imported(id: ConnectionId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageConnections).await?;
    let started = directory::imports::begin(&mut tx, id).await?;
    if started == 0 {
        return Err(AppError::invalid(
            "Nobody waits to be started any more. Load the page again to see how they stand.",
        ));
    }
    let connection = directory::connections::get(&mut tx, id).await?;
    tx.commit().await?;
    let started = i64::try_from(started).unwrap_or(i64::MAX);
    let started = crate::components::plural(started, "person", "people");
    let text = if connection.enabled {
        "The differences are sent to Zoom now. Each change stands in the provisioning log with its old and new value."
    } else {
        "The differences are sent when provisioning is turned on."
    };
    crate::flash::say(format!("Provisioning started for {started}"), text).await?;
    crate::session::go_to(&format!("/connections/{id}/import?show=linked"));
    Ok(())
}
