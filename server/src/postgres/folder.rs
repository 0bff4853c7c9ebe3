//! Where everything lies in the data folder, and who may use it.
//!
//! `postgres/` is the cluster, `run/` holds its socket, `rollcall.lock` is held by the one Rollcall that uses them.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::PostgresError;
use super::account::Account;

/// `sun_path` has 108 bytes with the final zero (unix(7)).
const SOCKET_PATH_LIMIT: usize = 107;
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// A Postgres whose Rollcall was killed gets this long to leave.
const PREDECESSOR_LIMIT: Duration = Duration::from_secs(60);

pub(super) struct Folder {
    data_dir: PathBuf,
    cluster: PathBuf,
    sockets: PathBuf,
}

/// Held as long as the file is open; the kernel gives it up when the process ends in any way.
pub(super) struct Lock(#[expect(dead_code, reason = "open files hold locks")] File);

impl Folder {
    /// Makes the folders that are missing and checks that whoever runs Postgres gets to them.
    pub(super) fn prepare(data_dir: &Path, account: Option<&Account>) -> Result<Self, PostgresError> {
        let absolute = std::path::absolute(data_dir).map_err(PostgresError::io("find", data_dir))?;
        // Before anything is made: what is there already must let that user pass.
        if let (Some(account), Some(there)) = (account, absolute.ancestors().find(|folder| folder.exists())) {
            account.check_can_enter(&there.canonicalize().map_err(PostgresError::io("find", there))?)?;
        }
        // Passable when Postgres runs as another user; what is secret inside has its own permissions.
        let mode = if account.is_some() { 0o711 } else { 0o700 };
        let made = DirBuilder::new().recursive(true).mode(mode).create(&absolute);
        made.map_err(PostgresError::io("make the folder", &absolute))?;
        let data_dir = absolute.canonicalize().map_err(PostgresError::io("find", absolute))?;
        let sockets = socket_folder(&data_dir, &std::env::temp_dir());
        own_folder(&sockets, account)?;
        Ok(Self { cluster: data_dir.join("postgres"), sockets, data_dir })
    }

    pub(super) fn cluster(&self) -> &Path {
        &self.cluster
    }

    pub(super) fn sockets(&self) -> &Path {
        &self.sockets
    }

    pub(super) fn url(&self, user: &str) -> String {
        let host = url::form_urlencoded::byte_serialize(self.sockets.as_os_str().as_bytes()).collect::<String>();
        format!("postgres://{user}@localhost:5432/postgres?host={}&sslmode=disable", host.replace('+', "%20"))
    }

    /// Taken by the one Rollcall that may use this folder; says whose it is when it is taken.
    pub(super) fn lock(&self) -> Result<Lock, PostgresError> {
        let path = self.data_dir.join("rollcall.lock");
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(PostgresError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
                return Err(PostgresError::InUse { folder: self.data_dir.clone(), pid });
            }
            Err(TryLockError::Error(source)) => return Err(PostgresError::Io { what: "lock", path, source }),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(PostgresError::io("write", path))?;
        Ok(Lock(file))
    }

    pub(super) fn has_cluster(&self) -> bool {
        self.cluster.join("PG_VERSION").is_file()
    }

    /// The major version the data was made by; nothing when there is no data yet.
    pub(super) fn version(&self) -> Result<Option<u32>, PostgresError> {
        let path = self.cluster.join("PG_VERSION");
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(PostgresError::Io { what: "read", path, source: error }),
        }
    }

    /// An empty folder for a cluster in the making.
    pub(super) fn clear_unfinished(&self, account: Option<&Account>) -> Result<PathBuf, PostgresError> {
        let path = self.data_dir.join("postgres.new");
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(PostgresError::io("remove", &path))?;
        }
        own_folder(&path, account)?;
        Ok(path)
    }

    /// The process that `postmaster.pid` names: alive, about to leave, or long gone.
    pub(super) fn server_pid(&self) -> Option<u32> {
        self.pid_file_line(0)?.parse().ok()
    }

    /// Postgres writes its state into the eighth line of its process file; `pg_ctl -w` looks there, too.
    pub(super) fn is_ready(&self) -> bool {
        self.pid_file_line(7).is_some_and(|state| state == "ready")
    }

    fn pid_file_line(&self, line: usize) -> Option<String> {
        let text = std::fs::read_to_string(self.pid_file()).ok()?;
        text.lines().nth(line).map(|line| line.trim().to_owned())
    }

    fn pid_file(&self) -> PathBuf {
        self.cluster.join("postmaster.pid")
    }

    /// With our lock held no Rollcall uses the data. A Postgres that still does lost its Rollcall a moment ago and is
    /// shutting down: waited for. A process file that names nobody, or another program that was given the same number,
    /// is removed, because Postgres itself would refuse to start over it.
    pub(super) async fn wait_for_predecessor(&self) -> Result<(), PostgresError> {
        let begun = Instant::now();
        while let Some(pid) = self.server_pid() {
            if !self.is_served_by(pid) {
                return match std::fs::remove_file(self.pid_file()) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        Err(PostgresError::Io { what: "remove", path: self.pid_file(), source: error })
                    }
                    _ => Ok(()),
                };
            }
            if begun.elapsed() > PREDECESSOR_LIMIT {
                return Err(PostgresError::StillRunning { folder: self.cluster.clone(), pid });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// A server is called `postgres` and its working folder is its cluster.
    fn is_served_by(&self, pid: u32) -> bool {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if name.trim_end() != "postgres" {
            return false;
        }
        match std::fs::read_link(format!("/proc/{pid}/cwd")) {
            Ok(folder) => folder == self.cluster,
            // Somebody else's process: not ours to judge, so it is believed.
            Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        }
    }
}

/// `run/` beside the data; a folder of its own under the temporary one where that path is too long for a socket. The
/// name depends on the data folder only, so that other commands find it.
fn socket_folder(data_dir: &Path, temp: &Path) -> PathBuf {
    let near = data_dir.join("run");
    if near.join(SOCKET_NAME).as_os_str().len() <= SOCKET_PATH_LIMIT {
        return near;
    }
    let hash = Sha256::digest(data_dir.as_os_str().as_bytes());
    let name: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    temp.join(OsStr::new(&format!("rollcall-{name}")))
}

/// A folder that only the user who runs Postgres can enter. Under `/tmp` others could have made it before us, so one
/// that exists must be theirs and closed.
fn own_folder(path: &Path, account: Option<&Account>) -> Result<(), PostgresError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => match account {
            Some(account) => std::os::unix::fs::chown(path, Some(account.uid), Some(account.gid))
                .map_err(PostgresError::io("hand over", path)),
            None => Ok(()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let meta = std::fs::symlink_metadata(path).map_err(PostgresError::io("look at", path))?;
            let owner = account.map_or_else(super::process::effective_uid, |account| account.uid);
            if meta.is_dir() && meta.uid() == owner && meta.mode() & 0o077 == 0 {
                return Ok(());
            }
            Err(PostgresError::UnsafeSocketFolder { folder: path.to_owned() })
        }
        Err(error) => Err(PostgresError::Io { what: "make the folder", path: path.to_owned(), source: error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_moves_the_socket_to_the_temporary_folder() {
        let temp = Path::new("/tmp");
        assert_eq!(socket_folder(Path::new("/srv/data"), temp), Path::new("/srv/data/run"));
        let deep = PathBuf::from(format!("/{}", "d".repeat(100)));
        let moved = socket_folder(&deep, temp);
        assert!(moved.starts_with("/tmp"));
        assert!(moved.join(SOCKET_NAME).as_os_str().len() <= SOCKET_PATH_LIMIT);
        assert_eq!(moved, socket_folder(&deep, temp));
        assert_ne!(moved, socket_folder(&deep.join("x"), temp));
    }
}
