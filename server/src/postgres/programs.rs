//! Finds the Postgres that is installed: `PATH` first, then where Debian keeps one folder per version.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;
use super::folder::Folder;

pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) postgres: PathBuf,
    pub(super) major: u32,
}

impl Programs {
    /// The installed version that the data wants; for new data the one in `PATH`, else the newest.
    pub(super) fn find(folder: &Folder) -> Result<Self, PostgresError> {
        let installed = installed();
        if installed.is_empty() {
            return Err(PostgresError::NotInstalled);
        }
        let wanted = folder.version()?;
        let versions = installed.iter().map(|p| p.major.to_string()).collect::<Vec<_>>().join(", ");
        match wanted {
            None => installed.into_iter().next().ok_or(PostgresError::NotInstalled),
            Some(data) => installed.into_iter().find(|p| p.major == data).ok_or(PostgresError::OtherVersion {
                folder: folder.cluster().to_owned(),
                data,
                installed: versions,
            }),
        }
    }
}

fn installed() -> Vec<Programs> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).filter_map(|dir| at(&dir));
    let mut packaged: Vec<Programs> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| at(&entry.path().join("bin")))
        .collect();
    packaged.sort_by_key(|p| std::cmp::Reverse(p.major));
    in_path.chain(packaged).collect()
}

fn at(dir: &Path) -> Option<Programs> {
    let (initdb, postgres) = (dir.join("initdb"), dir.join("postgres"));
    if !initdb.is_file() || !postgres.is_file() {
        return None;
    }
    let answer = Command::new(&postgres).arg("--version").output().ok()?;
    let major = major(&String::from_utf8_lossy(&answer.stdout))?;
    Some(Programs { initdb, postgres, major })
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` gives 15; also `17beta1` and `18devel`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 17beta1"), Some(17));
        assert_eq!(major("something else"), None);
    }
}
