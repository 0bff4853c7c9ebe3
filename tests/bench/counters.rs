//! What an operation costs apart from time: CPU of the server and of Postgres, statements, and transactions that wrote.
#![expect(clippy::disallowed_methods, reason = "the statistics of Postgres are not our schema")]

use crate::database;
use anyhow::Context;
use sqlx::postgres::PgConnection;
use std::ops::Sub;
use std::path::Path;
use std::time::Duration;

/// How `/proc` counts: a hundred a second on every Linux (USER_HZ).
const TICK: Duration = Duration::from_millis(10);

/// Sums since the start, and the difference of two of them.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    pub server: Duration,
    pub postgres: Duration,
    /// With those that begin and end transactions.
    pub statements: i64,
    /// Transactions that wrote and so had to reach the disk. Postgres' own count of commits (`pg_stat_database`) takes
    /// those that only read as well, and lags up to ten seconds behind.
    pub commits: i64,
}

impl Counters {
    pub fn cpu(&self) -> Duration {
        self.server + self.postgres
    }
}

impl Sub for Counters {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            postgres: self.postgres.saturating_sub(before.postgres),
            statements: self.statements - before.statements,
            commits: self.commits - before.commits,
        }
    }
}

/// Reads the counters of one server and its database.
pub struct Meter {
    /// To another database, so that it does not count itself.
    admin: PgConnection,
    /// Where a server tells whether it still has work from what it answered.
    own: Option<PgConnection>,
    name: String,
    server: u32,
    postgres: u32,
}

impl Meter {
    pub async fn new(admin: &str, database: &str, server: u32) -> anyhow::Result<Self> {
        let mut admin = database::connect(admin).await?;
        let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut admin).await?;
        let postgres = Process::read(u32::try_from(backend)?).context("Postgres is not on this machine")?.parent;
        let name = database.parse::<url::Url>()?.path().trim_start_matches('/').to_owned();
        Ok(Self { admin, own: None, name, server, postgres })
    }

    /// Waits for what the server does behind its answers: its sealing of the audit log.
    pub async fn until_sealed(mut self, database: &str) -> anyhow::Result<Self> {
        self.own = Some(database::connect(database).await?);
        Ok(self)
    }

    pub async fn settle(&mut self) -> anyhow::Result<()> {
        let Some(db) = &mut self.own else { return Ok(()) };
        let waits = "select exists (select from audit_entry where sequence is null) as still_waits";
        while sqlx::query_scalar(waits).fetch_one(&mut *db).await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub async fn read(&mut self) -> anyhow::Result<Counters> {
        let statements = sqlx::query_scalar(
            "select coalesce(sum(calls), 0)::bigint from pg_stat_statements s join pg_database d on d.oid = s.dbid
             where d.datname = $1 and query not like '% as still_waits'",
        )
        .bind(&self.name)
        .fetch_one(&mut self.admin)
        .await?;
        let commits = sqlx::query_scalar("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            .fetch_one(&mut self.admin)
            .await?;
        let server = Process::read(self.server).context("the server has ended")?.cpu;
        Ok(Counters { server, postgres: cpu_of_family(self.postgres)?, statements, commits })
    }

    /// The statements of the database since the last time, the most frequent first: how often, how many milliseconds in
    /// all, and the text.
    pub async fn statements(&mut self) -> anyhow::Result<Vec<(i64, f64, String)>> {
        let all = sqlx::query_as(
            "select calls, total_exec_time, regexp_replace(query, '\\s+', ' ', 'g')
             from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1 order by calls desc",
        )
        .bind(&self.name)
        .fetch_all(&mut self.admin)
        .await?;
        sqlx::query("select pg_stat_statements_reset()").execute(&mut self.admin).await?;
        Ok(all)
    }
}

/// The CPU of a process, of its children that live, and of those that have ended.
fn cpu_of_family(parent: u32) -> anyhow::Result<Duration> {
    let mut cpu = Process::read(parent).context("Postgres has ended")?.with_the_dead;
    for entry in std::fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        cpu += Process::read(id).filter(|process| process.parent == parent).map_or(Duration::ZERO, |child| child.cpu);
    }
    Ok(cpu)
}

struct Process {
    parent: u32,
    cpu: Duration,
    with_the_dead: Duration,
}

impl Process {
    /// None when it has ended.
    fn read(id: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat")).ok()?;
        Self::parse(&stat)
    }

    /// proc_pid_stat(5). The name, the second field, may hold anything, so what counts stands behind its bracket.
    fn parse(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u32>().ok();
        let own = number(14)? + number(15)?;
        Some(Self { parent: number(4)?, cpu: TICK * own, with_the_dead: TICK * (own + number(16)? + number(17)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_behind_its_name() {
        let stat = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 10 5 2 1 20 0 1 0 100 1000 10";
        let process = Process::parse(stat).unwrap();
        assert_eq!(process.parent, 7);
        assert_eq!(process.cpu, Duration::from_millis(150));
        assert_eq!(process.with_the_dead, Duration::from_millis(180));
        assert!(Process::parse("42 (a) S").is_none());
    }
}
