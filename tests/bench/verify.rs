//! The audit log: how fast entries are written and sealed, and how fast the whole of it is checked.

use crate::database;
use crate::numbers::median;
use crate::process::KEY;
use crate::table::{self, number};
use anyhow::ensure;
use directory::audit::{Entry, begin, sealer, state, verify};
use directory::{Actor, Clock, Directory, Keyring};
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Entries of one transaction.
const TOGETHER: u32 = 1_000;

pub async fn run(admin: &str, quick: bool) -> anyhow::Result<()> {
    let (transactions, rounds) = if quick { (5, 1) } else { (100, 5) };
    let entries = transactions * TOGETHER;
    eprintln!("an audit log of {entries} entries");
    let url = database::create(admin, "audit").await?;
    let directory = Directory::open(&url, Keyring::new(KEY), Clock::system()).await?;
    begin(&directory).await?;
    let sealer = tokio::spawn(sealer::run(directory.clone(), std::future::pending()));
    let begun = Instant::now();
    for _ in 0..transactions {
        write(&directory).await?;
    }
    wait_sealed(&directory).await?;
    let sealed = begun.elapsed();
    sealer.abort();
    let mut checked = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        let report = verify(&directory, |_| ()).await?;
        checked.push(begun.elapsed().as_secs_f64());
        ensure!(
            report.finding.is_none() && report.entries == i64::from(entries),
            "the log does not verify: {report:?}"
        );
    }
    print(entries, sealed, median(checked));
    directory.close().await;
    Ok(())
}

async fn write(directory: &Directory) -> anyhow::Result<()> {
    let mut tx = directory.begin(Actor::System).await?;
    for n in 0..TOGETHER {
        let entry = Entry::new("person.changed", "person", Uuid::new_v4(), "Ada Lovelace");
        tx.audit(entry.after(json!({ "userName": "ada.lovelace@example.com", "active": true, "n": n })));
    }
    Ok(tx.commit().await?)
}

async fn wait_sealed(directory: &Directory) -> anyhow::Result<()> {
    while state(&mut directory.begin(Actor::System).await?).await?.waiting > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

fn print(entries: u32, sealed: Duration, checked: f64) {
    let rate = |seconds: f64| number(f64::from(entries) / seconds, 0);
    println!("\nThe audit log; the whole of it is checked, the median of some rounds");
    let head = ["", "entries", "written and sealed/s", "s", "checked/s", "s"];
    let seconds = sealed.as_secs_f64();
    let line = vec![
        "verify".to_owned(),
        entries.to_string(),
        rate(seconds),
        number(seconds, 1),
        rate(checked),
        number(checked, 2),
    ];
    table::print(&head, &[line]);
}
