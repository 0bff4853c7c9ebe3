//! The checks, in the order in which one stands on another.

use super::finding::{Finding, Findings};
use crate::commands::local;
use crate::commands::opened::sentence;
use crate::config::{self, Key};
use crate::mail::Smtp;
use crate::postgres::{PostgresError, PrivatePostgres};
use chrono::{DateTime, TimeDelta, Utc};
use directory::keyring::{self, KeyError};
use directory::{Actor, Clock, Directory, health, servers};
use model::connection::Connection;
use provision::{Credentials, Outbound, test_connection};
use secrecy::ExposeSecret;
use std::net::{SocketAddr, TcpListener};

/// The oldest Postgres whose SQL is used.
const OLDEST_POSTGRES: i32 = 150_000;
/// Leases end by the database's clock and are renewed by ours: far less than their 15 s.
const SKEW_WARN: TimeDelta = TimeDelta::seconds(2);
const SKEW_FAIL: TimeDelta = TimeDelta::seconds(60);
/// Far longer than an entry waits while a server runs.
const UNSEALED: TimeDelta = TimeDelta::minutes(1);

/// A database to connect to.
pub(super) struct Database {
    pub(super) url: String,
    /// The private one, when that is it.
    pub(super) postgres: Option<PrivatePostgres>,
}

/// Where the data is, and whether its Postgres can run.
pub(super) async fn database(config: &config::Database, findings: &mut Findings) -> Option<Database> {
    if let Some(url) = &config.url {
        return Some(Database { url: url.expose_secret().to_owned(), postgres: None });
    }
    let folder = config.data_dir.display();
    if !config.data_dir.join("postgres").exists() {
        let found = format!("there is none in {folder} yet, and DATABASE_URL is not set");
        findings.say(Finding::warn("Database", found, "The first start of `rollcall serve` makes one there."));
        return None;
    }
    match PrivatePostgres::attach_or_start(&config.data_dir).await {
        Ok(postgres) => {
            findings.say(Finding::ok("Private Postgres", format!("runs, with its data in {folder}")));
            Some(Database { url: postgres.url(), postgres: Some(postgres) })
        }
        Err(error) => {
            let advice = match error {
                PostgresError::TooSlow { .. } | PostgresError::Failed { .. } | PostgresError::Io { .. } => {
                    "Look at what Postgres said; the disk may be full, or the folder may belong to another user."
                }
                _ => "Do what the sentence above says.",
            };
            findings.say(Finding::fail("Private Postgres", error.to_string(), advice));
            None
        }
    }
}

/// Whether the database answers, is new enough, has our schema, and takes our keys.
pub(super) async fn directory(url: &str, key: Key, findings: &mut Findings) -> Option<Directory> {
    let held = match key.load() {
        Ok(held) => held,
        Err(error) => {
            findings.say(Finding::fail("Key", error.to_string(), "Without the right key nothing starts."));
            return None;
        }
    };
    let lost = held.is_none();
    let first = held.as_ref().and_then(|ring| ring.ids().into_iter().next());
    let directory = match Directory::open(url, held.unwrap_or_default(), Clock::system()).await {
        Ok(directory) => directory,
        Err(directory::Error::Key(KeyError::Missing(missing))) => {
            findings.say(Finding::fail("Key", sentence(&key, lost, &missing), "Without the right key nothing starts."));
            return None;
        }
        Err(directory::Error::Key(KeyError::None)) => {
            let advice = "The next start of `rollcall serve` makes one.";
            findings.say(Finding::warn("Key", "there is none yet, and nothing that needs one", advice));
            return None;
        }
        Err(error) => {
            findings.say(not_opened(&error));
            return None;
        }
    };
    match health::look(&directory).await {
        Ok(health) if health.version_number < OLDEST_POSTGRES => {
            let found = format!("Postgres {} is too old", health.version);
            findings.say(Finding::fail("Database", found, "Use Postgres 15 or newer."));
        }
        Ok(health) => findings.say(Finding::ok("Database", format!("Postgres {} answers", health.version))),
        Err(error) => {
            findings.say(not_opened(&error));
            return None;
        }
    }
    findings.say(Finding::ok("Schema", "up to date"));
    findings.say(in_use(&directory, first.as_deref()).await);
    Some(directory)
}

/// The first key given is the one to go over to.
async fn in_use(directory: &Directory, first: Option<&str>) -> Finding {
    match keyring::current(directory).await {
        Ok(current) if first == Some(&current) => Finding::ok("Key", format!("{current} opens what is stored")),
        Ok(current) => Finding::warn(
            "Key",
            format!("everything opens, and {current} encrypts, which is not the first key given"),
            "Run `rollcall key rotate` when every server has both keys.",
        ),
        Err(error) => not_opened(&error),
    }
}

fn not_opened(error: &directory::Error) -> Finding {
    match error {
        directory::Error::Migration(_) => Finding::fail(
            "Schema",
            error.to_string(),
            "A newer Rollcall may have used this database, or its user may not change tables. Use that version, or give \
             the user the rights.",
        ),
        error => Finding::fail(
            "Database",
            error.to_string(),
            "Check that the Postgres of DATABASE_URL runs, that this machine reaches it, and its user name and password.",
        ),
    }
}

/// How far our clock and the database's are apart.
pub(super) async fn clock(directory: &Directory, clock: &Clock, findings: &mut Findings) {
    let before = clock.now();
    match health::look(directory).await {
        Ok(health) => findings.say(skew(before, health.now, clock.now())),
        Err(error) => findings.say(not_opened(&error)),
    }
}

/// The database looked at its clock somewhere between our two looks.
fn skew(before: DateTime<Utc>, theirs: DateTime<Utc>, after: DateTime<Utc>) -> Finding {
    let apart = (before - theirs).max(theirs - after).max(TimeDelta::zero());
    let found = format!("{} ms from the database's", apart.num_milliseconds());
    let advice = "Set both machines by NTP: leases and expiry times depend on it.";
    match apart {
        apart if apart >= SKEW_FAIL => Finding::fail("Clock", found, advice),
        apart if apart >= SKEW_WARN => Finding::warn("Clock", found, advice),
        _ => Finding::ok("Clock", found),
    }
}

/// Whether what is done is sealed into the audit log: until then it can be removed without a trace.
pub(super) async fn audit_log(directory: &Directory, findings: &mut Findings) {
    findings.say(match sealed(directory).await {
        Ok(finding) => finding,
        Err(error) => not_opened(&error),
    });
}

async fn sealed(directory: &Directory) -> directory::Result<Finding> {
    let mut tx = directory.begin(Actor::Command).await?;
    let log = directory::audit::state(&mut tx).await?;
    let Some(since) = log.waiting_since.filter(|since| tx.now() - *since > UNSEALED) else {
        return Ok(Finding::ok("Audit log", format!("sealed up to #{}", log.sealed)));
    };
    let waiting = match log.waiting {
        1 => "1 entry waits".to_owned(),
        n => format!("{n} entries wait"),
    };
    let found = format!("{waiting} to be sealed, since {}", since.format("%-d %b %Y, %H:%M:%S UTC"));
    Ok(if servers::any(directory).await? {
        let advice =
            "Look for the sealer in the server's log; `rollcall audit verify` says whether the log was altered.";
        Finding::fail("Audit log", found, advice)
    } else {
        Finding::warn("Audit log", found, "No server runs: the next one that does seals them.")
    })
}

/// Tests each connection as it is stored. What was found is not kept.
pub(super) async fn connections(directory: &Directory, allow_private_urls: bool, findings: &mut Findings) {
    let outbound = match Outbound::new(allow_private_urls) {
        Ok(outbound) => outbound,
        Err(error) => {
            let advice = "Check the system's certificates (the package ca-certificates).";
            return findings.say(Finding::fail("Zoom", error.to_string(), advice));
        }
    };
    let stored = match stored(directory).await {
        Ok(stored) => stored,
        Err(error) => return findings.say(not_opened(&error)),
    };
    if stored.is_empty() {
        let advice = "Make one on the Connections page or with `rollcall apply`.";
        findings.say(Finding::warn("Zoom", "there is no connection yet", advice));
    }
    for (connection, credentials) in stored {
        let found = test_connection(&outbound, &credentials, directory.now()).await;
        let about = format!("Zoom, connection `{}`", connection.name);
        findings.say(match found.failure {
            None => Finding::ok(about, "token obtained, users readable"),
            Some(failure) => {
                let said = failure.zoom_answered.map(|said| format!(" Zoom answered: {said}.")).unwrap_or_default();
                let (found, advice) = (format!("{}{said} {}", failure.happened, failure.likely), failure.advice);
                // One that is off may be a draft.
                if connection.enabled {
                    Finding::fail(about, found, advice)
                } else {
                    Finding::warn(about, found, advice)
                }
            }
        });
    }
}

async fn stored(directory: &Directory) -> directory::Result<Vec<(Connection, Credentials)>> {
    let mut tx = directory.begin(Actor::Command).await?;
    let mut stored = Vec::new();
    for summary in directory::connections::list(&mut tx).await? {
        let settings = directory::connections::settings(&mut tx, summary.id).await?;
        let auth = settings.connection.auth.clone();
        let credentials = Credentials {
            scim_url: settings.connection.scim_url.clone(),
            token_url: auth.token_url,
            account_id: auth.account_id,
            client_id: auth.client_id,
            client_secret: settings.client_secret.unwrap_or_default(),
        };
        stored.push((settings.connection, credentials));
    }
    Ok(stored)
}

/// Whether the mail server lets us in. Nothing is sent.
pub(super) async fn mail(smtp: &Smtp, findings: &mut Findings) {
    let about = format!("Mail server {}", smtp.place());
    findings.say(match smtp.check().await {
        Ok(()) => Finding::ok(about, "answers, and takes our sign-in where one is set"),
        Err(said) => {
            Finding::fail(about, said, "Correct ROLLCALL_SMTP_URL, or let this machine through to the mail server.")
        }
    });
}

/// Whether clients can be told apart behind the proxy that speaks https for us.
pub(super) fn proxy(web: &config::Web, findings: &mut Findings) {
    if web.has_unknown_proxy() {
        let found = "the public URL is https, and ROLLCALL_TRUSTED_PROXY_HOPS is 0";
        findings.say(Finding::warn("Proxy", found, config::UNKNOWN_PROXY));
    }
}

/// Whether the address is free, or a Rollcall answers there.
pub(super) async fn listen(address: SocketAddr, findings: &mut Findings) {
    let about = format!("Address {address}");
    let taken = match TcpListener::bind(address) {
        Ok(_) => return findings.say(Finding::ok(about, "free")),
        Err(error) => error,
    };
    if taken.kind() == std::io::ErrorKind::AddrInUse && is_rollcall(address).await {
        return findings.say(Finding::ok(about, "a running Rollcall answers there"));
    }
    let advice = "Stop what uses it, or set ROLLCALL_LISTEN to another address of this machine.";
    findings.say(Finding::fail(about, format!("cannot be listened on ({taken})"), advice));
}

async fn is_rollcall(address: SocketAddr) -> bool {
    let Ok(client) = local::client() else { return false };
    let address = format!("http://{}/healthz", local::reached_at(address));
    client.get(address).send().await.is_ok_and(|answer| answer.status().is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_compared_both_ways_and_the_way_to_the_database_does_not_count() {
        let at = |ms: i64| DateTime::from_timestamp_millis(1_000_000 + ms).unwrap();
        assert_eq!(skew(at(0), at(400), at(900)), Finding::ok("Clock", "0 ms from the database's"));
        let fast = skew(at(0), at(-3_000), at(5));
        let slow = skew(at(0), at(3_005), at(5));
        assert_eq!(fast, slow);
        assert_ne!(fast, Finding::ok("Clock", "3000 ms from the database's"));
        assert_ne!(skew(at(0), at(70_000), at(5)), skew(at(0), at(20_000), at(5)));
    }

    #[tokio::test]
    async fn an_address_somebody_else_uses_is_a_failure() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let answering = std::thread::spawn(move || drop(taken.accept().unwrap()));
        let mut findings = Findings::default();
        listen(address, &mut findings).await;
        answering.join().unwrap();
        assert_eq!(findings.failed(), 1);
        listen("127.0.0.1:0".parse().unwrap(), &mut findings).await;
        assert_eq!(findings.failed(), 1);
    }
}
