//! The private Postgres that serves when `DATABASE_URL` is not set.
//!
//! Rollcall starts the system's own `initdb` and `postgres` as children: reachable through a socket in a folder that
//! only their user can enter, never over the network, and as durable as any other Postgres (`fsync` stays on). The
//! children end with this process, however it ends. Start at [`PrivatePostgres::start`]; a command that may run beside
//! a server uses [`PrivatePostgres::attach_or_start`].

mod account;
mod folder;
mod process;
mod programs;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use account::Account;
use folder::{Folder, Lock};
use process::Process;
use programs::Programs;

/// How long a start may take: after a crash Postgres first reads back what it had promised to keep.
const START_LIMIT: Duration = Duration::from_secs(300);

/// The superuser of the private cluster, and so of the one database in it.
const USER: &str = "rollcall";

/// Why the private Postgres could not be started. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "no Postgres was found on this machine (looked for initdb and postgres in PATH and in /usr/lib/postgresql). \
         Install it, for example with `apt-get install postgresql`, or set DATABASE_URL to one that runs elsewhere"
    )]
    NotInstalled,
    #[error(
        "the data in {} belongs to Postgres {data}, and this machine has Postgres {installed}. Install Postgres \
         {data}, or move the data over with pg_dump and pg_restore", folder.display()
    )]
    OtherVersion { folder: PathBuf, data: u32, installed: String },
    #[error(
        "Postgres refuses to run as root, and there is no user `postgres` on this machine to run it as. Install the \
         package postgresql, which makes that user, or start Rollcall as an ordinary user"
    )]
    NoAccount,
    #[error(
        "the user {user}, who runs the private Postgres, cannot enter the folder {}. Set ROLLCALL_DATA_DIR to a folder \
         that everybody may enter, for example /var/lib/rollcall, or run `chmod o+x {}`", folder.display(), folder.display()
    )]
    NotSearchable { user: String, folder: PathBuf },
    #[error(
        "another Rollcall{} already uses the data folder {}. Stop it first, or set ROLLCALL_DATA_DIR to another folder",
        .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(), folder.display()
    )]
    InUse { folder: PathBuf, pid: Option<u32> },
    #[error(
        "a Postgres (process {pid}) that this Rollcall did not start still serves the data in {}. Stop it first",
        folder.display()
    )]
    StillRunning { folder: PathBuf, pid: u32 },
    #[error(
        "the folder {} for the database's socket belongs to somebody else or is open to others. Remove it, or set \
         TMPDIR to a folder of your own", folder.display()
    )]
    UnsafeSocketFolder { folder: PathBuf },
    #[error("{program} failed{}. It said: {said}", .status.as_ref().map(|s| format!(" ({s})")).unwrap_or_default())]
    Failed { program: &'static str, status: Option<String>, said: String },
    #[error("Postgres was not ready after {} seconds. It said: {said}", .waited.as_secs())]
    TooSlow { waited: Duration, said: String },
    #[error("could not {what} {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
}

impl PostgresError {
    fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}

/// A Postgres of our own, running until [`stop`](Self::stop) or until this value is dropped.
pub struct PrivatePostgres {
    url: String,
    /// Nothing when somebody else runs it ([`PrivatePostgres::attach_or_start`]).
    running: Option<Process>,
    /// Given up after the process has ended: fields are dropped in this order.
    _lock: Option<Lock>,
}

impl PrivatePostgres {
    /// Starts the Postgres whose data is in `data_dir`, making it on the first start. Returns when it takes
    /// connections: in about 0.7 s the first time, later in 0.15 s.
    ///
    /// A data folder has one Rollcall at a time; a second one is refused. What an earlier one left behind when it was
    /// killed (a socket, a process file, a Postgres on its way out) is put right first.
    pub async fn start(data_dir: &Path) -> Result<Self, PostgresError> {
        let account = Account::to_run_as()?;
        let folder = Folder::prepare(data_dir, account.as_ref())?;
        let lock = folder.lock()?;
        let programs = Programs::find(&folder)?;
        folder.wait_for_predecessor().await?;
        if !folder.has_cluster() {
            make_cluster(&folder, &programs, account.as_ref()).await?;
        }
        let running = start_server(&folder, &programs, account.as_ref())?;
        wait_until_ready(&folder, &running).await?;
        tracing::info!(version = programs.major, folder = %folder.cluster().display(), "private Postgres is ready");
        Ok(Self { url: folder.url(USER), running: Some(running), _lock: Some(lock) })
    }

    /// For commands beside a running server (`setup-link`, `token`, `status`): uses its Postgres, or starts one when
    /// no server runs. An attached Postgres is left alone by [`stop`](Self::stop).
    pub async fn attach_or_start(data_dir: &Path) -> Result<Self, PostgresError> {
        match Self::start(data_dir).await {
            Err(PostgresError::InUse { .. }) => {
                let folder = Folder::prepare(data_dir, Account::to_run_as()?.as_ref())?;
                let begun = Instant::now();
                while !folder.is_ready() {
                    if begun.elapsed() > START_LIMIT {
                        let said = "nothing: another process runs it".to_owned();
                        return Err(PostgresError::TooSlow { waited: begun.elapsed(), said });
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(Self { url: folder.url(USER), running: None, _lock: None })
            }
            started => started,
        }
    }

    /// `postgres://...?host=<socket folder>`, for sqlx and psql alike.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Ends Postgres in an orderly way: open transactions are rolled back, everything is written, the process is gone
    /// when this returns.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

/// Makes the cluster beside its final place and moves it there whole, so that a start which was cut short leaves
/// nothing that looks like a database.
async fn make_cluster(folder: &Folder, programs: &Programs, account: Option<&Account>) -> Result<(), PostgresError> {
    let unfinished = folder.clear_unfinished(account)?;
    let mut command = process::command(&programs.initdb, account);
    command.arg("--pgdata").arg(&unfinished).args([
        "--username",
        USER,
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        // The folder of the socket is what keeps others out; nothing listens on the network.
        "--auth-local=trust",
        "--auth-host=reject",
    ]);
    let made = tokio::process::Command::from(command).kill_on_drop(true).output().await;
    let made = made.map_err(PostgresError::io("run", &programs.initdb))?;
    if !made.status.success() {
        let said = String::from_utf8_lossy(&made.stderr).trim().replace('\n', " / ");
        return Err(PostgresError::Failed { program: "initdb", status: Some(made.status.to_string()), said });
    }
    std::fs::rename(&unfinished, folder.cluster()).map_err(PostgresError::io("rename", unfinished))
}

fn start_server(folder: &Folder, programs: &Programs, account: Option<&Account>) -> Result<Process, PostgresError> {
    let mut command = process::command(&programs.postgres, account);
    command.arg("-D").arg(folder.cluster());
    command.arg("-k").arg(folder.sockets());
    for setting in [
        "listen_addresses=",
        "port=5432",
        "unix_socket_permissions=0700",
        "fsync=on",
        "full_page_writes=on",
        "max_connections=200",
        "logging_collector=off",
        "log_destination=stderr",
        "log_timezone=UTC",
        "timezone=UTC",
    ] {
        command.arg("-c").arg(setting);
    }
    Process::start(command, &programs.postgres)
}

async fn wait_until_ready(folder: &Folder, running: &Process) -> Result<(), PostgresError> {
    let begun = Instant::now();
    loop {
        if let Some(status) = running.ended() {
            let said = running.said();
            return Err(PostgresError::Failed { program: "postgres", status: Some(status), said });
        }
        if folder.is_ready() && folder.server_pid() == running.pid() {
            return Ok(());
        }
        if begun.elapsed() > START_LIMIT {
            return Err(PostgresError::TooSlow { waited: begun.elapsed(), said: running.said() });
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[cfg(test)]
mod tests;
