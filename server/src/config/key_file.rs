//! The file of the keys in the data folder: one a line, the newest first, readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};

use super::key::{KeyFileError, Keys, LENGTH};

pub(super) fn load(path: &Path) -> Result<Option<Keys>, KeyFileError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let damaged = |problem| KeyFileError::Damaged { path: path.to_owned(), problem };
            Keys::read(&text.into()).map(Some).map_err(damaged)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyFileError::Io { what: "read", path: path.to_owned(), source }),
    }
}

/// Made on the first start. Of two that make it at once the first wins, and both use the same.
pub(super) fn load_or_create(path: &Path) -> Result<Keys, KeyFileError> {
    if let Some(keys) = load(path)? {
        return Ok(keys);
    }
    if let Some(folder) = path.parent() {
        // Others may pass: the private Postgres in it may run as another user.
        std::fs::DirBuilder::new().recursive(true).mode(0o711).create(folder).map_err(|source| KeyFileError::Io {
            what: "make the folder for",
            path: path.to_owned(),
            source,
        })?;
    }
    let draft = Draft::write(path, &Keys(vec![random()?]))?;
    // A link never replaces a key that is there.
    draft.finish(|draft| match std::fs::hard_link(draft, path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    })?;
    let gone = || KeyFileError::Damaged { path: path.to_owned(), problem: "it is gone again".to_owned() };
    load(path)?.ok_or_else(gone)
}

/// Adds a new key before those that are there.
pub(super) fn put_in_front(path: &Path) -> Result<Keys, KeyFileError> {
    let io = |what| move |source| KeyFileError::Io { what, path: path.to_owned(), source };
    // One after the other: of two at once, the second would write the first one's key away.
    let folder = File::open(path.parent().unwrap_or(path)).map_err(io("find the folder of"))?;
    folder.lock().map_err(io("lock the folder of"))?;
    let mut keys = load_or_create(path)?;
    keys.0.insert(0, random()?);
    let owner = std::fs::metadata(path).map_err(io("look at"))?;
    let draft = Draft::write(path, &keys)?;
    // Run as root, the server's user must go on reading it.
    draft.finish(|draft| {
        std::os::unix::fs::chown(draft, Some(owner.uid()), Some(owner.gid()))?;
        std::fs::rename(draft, path)
    })?;
    Ok(keys)
}

/// The file whole and durable under another name.
struct Draft {
    path: PathBuf,
    of: PathBuf,
}

impl Draft {
    fn write(path: &Path, keys: &Keys) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io { what: "write", path: path.to_owned(), source };
        let mut name = [0_u8; 8];
        getrandom::fill(&mut name).map_err(KeyFileError::NoRandom)?;
        let draft = path.with_extension(format!("{:016x}.new", u64::from_ne_bytes(name)));
        let lines: String = keys.0.iter().map(|key| STANDARD.encode(key.expose_secret()) + "\n").collect();
        let lines = SecretString::from(lines);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(io)?;
        match file.write_all(lines.expose_secret().as_bytes()).and_then(|()| file.sync_all()) {
            Ok(()) => Ok(Self { path: draft, of: path.to_owned() }),
            // Half a file of keys is of no use.
            Err(source) => std::fs::remove_file(&draft).and(Err(source)).map_err(io),
        }
    }

    /// Puts it in its place, and leaves nothing of it elsewhere.
    fn finish(self, place: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), KeyFileError> {
        let placed = place(&self.path);
        let removed = match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        // The name is made durable as well.
        let synced = self.of.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all());
        let io = |source| KeyFileError::Io { what: "write", path: self.of.clone(), source };
        placed.and(removed).and(synced).map_err(io)
    }
}

fn random() -> Result<SecretBox<[u8; LENGTH]>, KeyFileError> {
    let mut key = SecretBox::new(Box::new([0_u8; LENGTH]));
    getrandom::fill(key.expose_secret_mut()).map_err(KeyFileError::NoRandom)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_first_start_makes_a_key_and_later_ones_keep_it() {
        let folder = std::env::temp_dir().join(format!("rc-key-{}", uuid::Uuid::now_v7()));
        let path = folder.join("data/key");
        let key = Key::InFile(path.clone());
        assert!(key.load().unwrap().is_none());
        let first = key.load_or_create().unwrap().ids();
        assert_eq!(first, key.load_or_create().unwrap().ids());
        assert_ne!(first, directory::Keyring::new([0; LENGTH]).ids());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.join("data")).unwrap().count(), 1);

        std::fs::write(&path, "AAAA\n").unwrap();
        assert!(matches!(key.load_or_create(), Err(KeyFileError::Damaged { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_new_key_comes_before_the_others_and_loses_none() {
        let folder = std::env::temp_dir().join(format!("rc-key-{}", uuid::Uuid::now_v7()));
        let key = Key::InFile(folder.join("key"));
        let first = key.load_or_create().unwrap().ids();
        let at_once = [(); 8].map(|()| {
            let key = Key::InFile(folder.join("key"));
            std::thread::spawn(move || key.add_new().unwrap().unwrap().ids().remove(0))
        });
        let added = at_once.map(|thread| thread.join().unwrap());
        let first = {
            let held = key.load().unwrap().unwrap().ids();
            assert!(held.ends_with(&first) && added.iter().all(|id| held.contains(id)), "{held:?} {added:?}");
            held
        };
        let second = key.add_new().unwrap().unwrap().ids();
        assert_eq!(second[1..], first);
        let third = key.add_new().unwrap().unwrap().ids();
        assert_eq!(third[1..], second);
        assert_eq!(key.load().unwrap().unwrap().ids(), third);
        let mode = std::fs::metadata(folder.join("key")).unwrap().permissions().mode();
        assert_eq!((mode & 0o777, std::fs::read_dir(&folder).unwrap().count()), (0o600, 1));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
