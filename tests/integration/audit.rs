//! The audit log: its chain under attack, its sealer, its retention, its exports, its pages.

mod attacks;
mod beginning;
mod export;
mod pages;
mod retention;
mod sealing;

use chrono::{DateTime, TimeDelta, Utc};
use directory::audit::{Entry, Keeping, prune, sealer, verify};
use directory::{Actor, Clock, Directory};
use model::audit::{Fault, Report};
use std::path::PathBuf;
use tests::{Database, wait_sealed};
use tokio::task::JoinHandle;

/// A database with a sealer and nothing else, and a folder for checkpoints.
struct Chain {
    directory: Directory,
    clock: Clock,
    file: PathBuf,
    sealer: JoinHandle<()>,
    database: Database,
}

impl Chain {
    async fn new() -> Self {
        let (database, clock) = (Database::create().await, Clock::manual(start()));
        let file = std::env::temp_dir().join(format!("rc-audit-{}.jsonl", uuid::Uuid::now_v7().simple()));
        let keeping = Keeping { checkpoints: Some(file.clone()), retention: None };
        let directory = database.open(clock.clone()).await.keeping(keeping);
        let sealer = seal(&directory);
        Self { directory, clock, file, sealer, database }
    }

    /// With that many sealed entries.
    async fn of(entries: usize) -> Self {
        let chain = Self::new().await;
        chain.write(entries).await;
        chain
    }

    /// Writes entries, each in a transaction of its own, and waits until they are sealed.
    async fn write(&self, entries: usize) -> i64 {
        for number in 0..entries {
            write_one(&self.directory, &format!("entry {number}")).await;
        }
        wait_sealed(&self.directory).await
    }

    async fn verify(&self) -> Report {
        verify(&self.directory, |_| ()).await.unwrap()
    }

    /// As a server that is started now finds it.
    async fn reopened(&self) -> Directory {
        let keeping = Keeping { checkpoints: Some(self.file.clone()), retention: None };
        self.database.open(self.clock.clone()).await.keeping(keeping)
    }

    /// Waits until the file has so many lines.
    async fn wait_lines(&self, lines: usize) {
        let count = || std::fs::read_to_string(&self.file).unwrap_or_default().lines().count();
        for _ in 0..600 {
            if count() >= lines {
                return;
            }
            // The file tells nobody that it grew.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the file has {} lines", count());
    }

    /// Removes what is older than a year, which the sealer of this chain does not do by itself.
    async fn prune(&self) -> directory::Result<u64> {
        let keeping = Keeping { checkpoints: Some(self.file.clone()), retention: Some(TimeDelta::days(365)) };
        prune(&self.directory.clone().keeping(keeping)).await
    }

    /// What is found, in short.
    async fn found(&self) -> Option<(Fault, i64)> {
        self.verify().await.finding.map(|finding| (finding.fault, finding.sequence))
    }

    /// Statements of somebody who may do everything, also switch our own guards off.
    async fn attack(&self, statements: &[&str]) {
        self.database.change("alter table audit_entry disable trigger user").await;
        for statement in statements {
            self.database.change(statement).await;
        }
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        self.sealer.abort();
        std::fs::remove_file(&self.file).ok();
    }
}

fn start() -> DateTime<Utc> {
    "2026-11-19T14:00:00Z".parse().unwrap()
}

fn seal(directory: &Directory) -> JoinHandle<()> {
    tokio::spawn(sealer::run(directory.clone(), std::future::pending()))
}

async fn write_one(directory: &Directory, name: &str) {
    let mut tx = directory.begin(Actor::Command).await.unwrap();
    let entry = Entry::new("link.retried", "test", uuid::Uuid::now_v7(), name);
    tx.audit(entry.before(serde_json::json!({ "n": 1 })).after(serde_json::json!({ "n": 1.50, "name": name })));
    tx.commit().await.unwrap();
}
