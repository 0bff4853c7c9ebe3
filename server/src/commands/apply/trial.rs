//! Tries credentials that are to be used, before anything is written and with no transaction open.

use super::Refusal;
use super::entry::ConnectionEntry;
use directory::connections::{self, ConnectionSettings, Integration};
use directory::{Actor, Directory};
use model::connection::{ConnectionTest, TestFailure};
use provision::{Credentials, Outbound, test_connection};
use secrecy::ExposeSecret;

const SCIM_URL: &str = "https://api.zoom.us/scim2";
const TOKEN_URL: &str = "https://zoom.us/oauth/token";

/// What came of one connection, and the version of its settings that was looked at; none for a new one.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) version: Option<i64>,
    pub(super) outcome: Outcome,
}

#[derive(Debug)]
pub(super) enum Outcome {
    /// The stored test still counts, or the connection is to be off.
    NotNeeded,
    Passed(ConnectionTest),
    /// A dry run does not ask Zoom.
    LeftOut,
}

/// One trial for each entry, in the same order; the first that fails ends it all.
pub(super) async fn run(
    directory: &Directory,
    entries: &[ConnectionEntry],
    allow_private_urls: bool,
    dry_run: bool,
) -> Result<Vec<Trial>, Refusal> {
    let mut trials = Vec::new();
    for entry in entries {
        let mut tx = directory.begin(Actor::Command).await?;
        let stored = match connections::by_name(&mut tx, &entry.name.value).await? {
            Some(connection) => Some(connections::settings(&mut tx, connection.id).await?),
            None => None,
        };
        drop(tx);
        let settings = wanted(entry, stored.as_ref())?;
        let outcome = match is_needed(entry, stored.as_ref(), &settings) {
            false => Outcome::NotNeeded,
            true if dry_run => Outcome::LeftOut,
            true => Outcome::Passed(ask_zoom(directory, &settings, allow_private_urls).await?),
        };
        trials.push(Trial { version: stored.map(|stored| stored.connection.version), outcome });
    }
    Ok(trials)
}

/// The integration as the file wants it: its own words, else what is stored, else the defaults. The secret is always
/// given, and compared by [`changed`].
pub(super) fn wanted(entry: &ConnectionEntry, stored: Option<&ConnectionSettings>) -> Result<Integration, Refusal> {
    let before = stored.map(|stored| &stored.connection);
    let or = |given: Option<&String>, stored: Option<&String>, default: &str| {
        given.or(stored).cloned().unwrap_or_else(|| default.to_owned())
    };
    let auth = entry.auth.as_ref();
    let token_url = auth.and_then(|auth| auth.token_url.as_ref());
    let (account_id, client_id, client_secret) = match (auth, stored) {
        (Some(auth), _) => (auth.account_id.clone(), auth.client_id.clone(), Some(auth.client_secret.clone())),
        (None, Some(stored)) => {
            let auth = &stored.connection.auth;
            (auth.account_id.clone(), auth.client_id.clone(), stored.client_secret.clone())
        }
        (None, None) => {
            let mut problem = entry.name.problem("a new connection needs this");
            problem.key = "connection.auth".to_owned();
            return Err(Refusal::File(problem));
        }
    };
    Ok(Integration {
        name: entry.name.value.clone(),
        description: or(entry.description.as_ref(), before.map(|before| &before.description), ""),
        scim_url: or(entry.scim_url.as_ref(), before.map(|before| &before.scim_url), SCIM_URL),
        token_url: or(token_url, before.map(|before| &before.auth.token_url), TOKEN_URL),
        account_id,
        client_id,
        client_secret,
    })
}

/// The keys that a test depends on and that differ from what is stored.
pub(super) fn changed(wanted: &Integration, stored: &ConnectionSettings) -> Vec<&'static str> {
    let before = &stored.connection;
    let secret = |settings: &Option<secrecy::SecretString>| settings.as_ref().map(|s| s.expose_secret().to_owned());
    [
        ("scim_url", wanted.scim_url == before.scim_url),
        ("auth.token_url", wanted.token_url == before.auth.token_url),
        ("auth.account_id", wanted.account_id == before.auth.account_id),
        ("auth.client_id", wanted.client_id == before.auth.client_id),
        ("auth.client_secret", secret(&wanted.client_secret) == secret(&stored.client_secret)),
    ]
    .into_iter()
    .filter_map(|(key, same)| (!same).then_some(key))
    .collect()
}

/// Whether the connection is to be on and no test that passed covers its settings.
fn is_needed(entry: &ConnectionEntry, stored: Option<&ConnectionSettings>, wanted: &Integration) -> bool {
    let is_on = stored.is_some_and(|stored| stored.connection.enabled);
    let covered = stored.is_some_and(|stored| stored.connection.is_valid() && changed(wanted, stored).is_empty());
    entry.enabled.unwrap_or(is_on) && !covered
}

async fn ask_zoom(
    directory: &Directory,
    settings: &Integration,
    allow_private_urls: bool,
) -> Result<ConnectionTest, Refusal> {
    let outbound = Outbound::new(allow_private_urls).map_err(|error| Refusal::Zoom(format!("{error}.")))?;
    let credentials = Credentials {
        scim_url: settings.scim_url.clone(),
        token_url: settings.token_url.clone(),
        account_id: settings.account_id.clone(),
        client_id: settings.client_id.clone(),
        client_secret: settings.client_secret.clone().unwrap_or_default(),
    };
    let test = test_connection(&outbound, &credentials, directory.now()).await;
    match &test.failure {
        None => Ok(test),
        Some(failure) => Err(Refusal::Zoom(sentences(&settings.name, failure))),
    }
}

fn sentences(name: &str, failure: &TestFailure) -> String {
    let TestFailure { happened, zoom_answered, likely, advice, .. } = failure;
    let answered = zoom_answered.as_ref().map(|said| format!(" Zoom answered: {said}.")).unwrap_or_default();
    format!("the test of connection `{name}` failed. {happened}{answered} {likely} {advice}")
}
