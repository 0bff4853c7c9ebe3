//! The demo's folder, and what is kept in it between two starts.

use crate::commands::Failure;
use model::ConnectionId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Tells a demo's folder from one that must not be removed.
const MARKER: &str = "rollcall-demo";
const MARKER_TEXT: &str = "This folder belongs to `rollcall demo`. `rollcall demo --fresh` removes it.\n";
/// What [`crate::postgres`] holds while it uses a data folder.
const LOCK: &str = "rollcall.lock";

/// Something that is kept in a file of its own.
pub(super) trait InFile: Serialize + DeserializeOwned {
    const NAME: &'static str;
}

/// What the demo's directory knows of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// All names and changes follow from it.
    pub(super) seed: u64,
    /// The source's SCIM token, which is shown only once.
    pub(super) token: Option<String>,
    pub(super) connection: Option<ConnectionId>,
    /// How many of the seed's people have been hired; the next one has this number.
    pub(super) hired: u64,
    /// Changes made after the first push.
    pub(super) changes: u64,
}

impl InFile for Kept {
    const NAME: &'static str = "directory.json";
}

impl Kept {
    pub(super) fn new() -> Result<Self, Failure> {
        let seed = getrandom::u64().map_err(|error| Failure::problem(format!("no random bytes: {error}")))?;
        Ok(Self { seed, token: None, connection: None, hired: 0, changes: 0 })
    }
}

/// `demo` in the data folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it when it is missing; `fresh` removes an older one first, when it is a demo's and nobody uses it.
    pub(super) fn open(data_dir: &Path, fresh: bool) -> Result<Self, Failure> {
        let io = |what: &str, path: &Path, error: std::io::Error| {
            Failure::problem(format!("could not {what} {}: {error}", path.display()))
        };
        let path = std::path::absolute(data_dir).map_err(|e| io("find", data_dir, e))?.join("demo");
        if path.exists() && !path.join(MARKER).exists() && !is_empty(&path).map_err(|e| io("read", &path, e))? {
            return Err(Failure::usage(format!(
                "{} is not the folder of a demo, so it is left alone. Move it away, or set ROLLCALL_DATA_DIR to another \
                 folder.",
                path.display()
            )));
        }
        if fresh && path.exists() {
            check_unused(&path)?;
            std::fs::remove_dir_all(&path).map_err(|e| io("remove", &path, e))?;
        }
        // Others may pass: the private Postgres in it may run as another user.
        let made = DirBuilder::new().recursive(true).mode(0o711).create(&path);
        made.map_err(|e| io("make the folder", &path, e))?;
        std::fs::write(path.join(MARKER), MARKER_TEXT).map_err(|e| io("write in", &path, e))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// What an earlier demo kept; nothing on the first start.
    pub(super) fn load<T: InFile>(&self) -> Result<Option<T>, Failure> {
        let path = self.0.join(T::NAME);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::problem(format!("could not read {}: {error}", path.display()))),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            Failure::problem(format!(
                "{} is damaged ({error}). Begin again with rollcall demo --fresh.",
                path.display()
            ))
        })
    }

    /// Written whole under another name first: a demo that is killed meanwhile keeps the old one.
    pub(super) fn save<T: InFile>(&self, value: &T) -> Result<(), Failure> {
        let path = self.0.join(T::NAME);
        let draft = self.0.join(format!("{}.new", T::NAME));
        let write = || {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(&serde_json::to_vec(value)?)?;
            std::fs::rename(&draft, &path)
        };
        write().map_err(|error| Failure::problem(format!("could not write {}: {error}", path.display())))
    }
}

fn is_empty(path: &Path) -> std::io::Result<bool> {
    Ok(std::fs::read_dir(path)?.next().is_none())
}

fn check_unused(path: &Path) -> Result<(), Failure> {
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path.join(LOCK)) else { return Ok(()) };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Failure::problem(format!(
            "a demo uses {} now, so it cannot begin again. Stop it first.",
            path.display()
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data_dir() -> PathBuf {
        std::env::temp_dir().join(format!("rc-demo-{}", uuid::Uuid::now_v7()))
    }

    #[test]
    fn what_was_kept_is_found_again_until_a_fresh_start() {
        let data = data_dir();
        let folder = Folder::open(&data, false).unwrap();
        let mut kept = Kept::new().unwrap();
        kept.hired = 7;
        folder.save(&kept).unwrap();
        assert_eq!(Folder::open(&data, false).unwrap().load::<Kept>().unwrap().unwrap().hired, 7);
        assert!(Folder::open(&data, true).unwrap().load::<Kept>().unwrap().is_none());
        std::fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_folder_that_is_no_demo_is_never_touched() {
        let data = data_dir();
        std::fs::create_dir_all(data.join("demo")).unwrap();
        std::fs::write(data.join("demo/thesis.txt"), "years of work").unwrap();
        for fresh in [false, true] {
            let said = Folder::open(&data, fresh).unwrap_err().to_string();
            assert!(said.contains("is not the folder of a demo"), "{said}");
        }
        assert_eq!(std::fs::read_dir(data.join("demo")).unwrap().count(), 1);
        std::fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_running_demo_is_not_removed() {
        let data = data_dir();
        let folder = Folder::open(&data, false).unwrap();
        let lock = std::fs::File::create(folder.path().join(LOCK)).unwrap();
        lock.lock().unwrap();
        assert!(Folder::open(&data, true).unwrap_err().to_string().contains("Stop it first"));
        drop(lock);
        Folder::open(&data, true).unwrap();
        std::fs::remove_dir_all(data).unwrap();
    }
}
