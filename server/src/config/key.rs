//! The key that encrypts stored secrets.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::database::Database;
use super::reader::Reader;

const LENGTH: usize = 32;

/// `ROLLCALL_KEY`: 32 random bytes in base64. Required with `DATABASE_URL`: every replica needs the same one, and the
/// database alone must not be enough to read the secrets in it. Without `DATABASE_URL` it is made on the first start
/// and kept in the data folder, readable by its owner only. Keep a copy: without it stored secrets are lost.
#[derive(Debug)]
pub enum Key {
    Given(SecretBox<[u8; LENGTH]>),
    /// Kept in this file, which is made when it is not there.
    InFile(PathBuf),
}

/// Why the key in the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error(
        "{} does not hold a key (32 bytes in base64). Put the copy you kept there; without it the stored secrets cannot \
         be read", .0.display()
    )]
    Damaged(PathBuf),
    #[error("could not {what} the key in {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the system gave no random bytes for a new key: {0}")]
    NoRandom(getrandom::Error),
}

impl Key {
    pub(super) fn read(reader: &mut Reader<'_>, database: &Database) -> Self {
        const EXAMPLE: &str = "ROLLCALL_KEY=$(openssl rand -base64 32)";
        let in_file = || Self::InFile(database.data_dir.join("key"));
        match reader.secret("ROLLCALL_KEY", EXAMPLE) {
            Some(text) => match decode(&text) {
                Some(key) => Self::Given(key),
                None => {
                    reader.refuse("ROLLCALL_KEY", "the value is not 32 bytes in base64", EXAMPLE);
                    in_file()
                }
            },
            None => {
                if database.url.is_some() && reader.text("ROLLCALL_KEY_FILE").is_none() {
                    let problem = "it is required when DATABASE_URL is set, the same on every replica";
                    reader.refuse("ROLLCALL_KEY", problem, EXAMPLE);
                }
                in_file()
            }
        }
    }

    /// The key itself, when there is one.
    pub fn load(self) -> Result<Option<SecretBox<[u8; LENGTH]>>, KeyFileError> {
        match self {
            Self::Given(key) => Ok(Some(key)),
            Self::InFile(path) => load(&path),
        }
    }

    /// The key itself; makes and keeps one on the first start.
    pub fn load_or_create(self) -> Result<SecretBox<[u8; LENGTH]>, KeyFileError> {
        match self {
            Self::Given(key) => Ok(key),
            Self::InFile(path) => match load(&path)? {
                Some(key) => Ok(key),
                None => {
                    create(&path)?;
                    // Read back: of two that make it at once, the first wins and both use the same.
                    load(&path)?.ok_or(KeyFileError::Damaged(path))
                }
            },
        }
    }
}

fn decode(text: &SecretString) -> Option<SecretBox<[u8; LENGTH]>> {
    let bytes = SecretBox::new(Box::new(STANDARD.decode(text.expose_secret().trim()).ok()?));
    let key: [u8; LENGTH] = bytes.expose_secret().as_slice().try_into().ok()?;
    Some(SecretBox::new(Box::new(key)))
}

fn load(path: &Path) -> Result<Option<SecretBox<[u8; LENGTH]>>, KeyFileError> {
    match std::fs::read_to_string(path) {
        Ok(text) => decode(&text.into()).map(Some).ok_or_else(|| KeyFileError::Damaged(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyFileError::Io { what: "read", path: path.to_owned(), source }),
    }
}

/// Written whole and made durable under another name first, then linked: a link never replaces a key that is there.
fn create(path: &Path) -> Result<(), KeyFileError> {
    let io = |what| move |source| KeyFileError::Io { what, path: path.to_owned(), source };
    let mut key = SecretBox::new(Box::new([0_u8; LENGTH]));
    let mut name = [0_u8; 8];
    getrandom::fill(secrecy::ExposeSecretMut::expose_secret_mut(&mut key)).map_err(KeyFileError::NoRandom)?;
    getrandom::fill(&mut name).map_err(KeyFileError::NoRandom)?;
    if let Some(folder) = path.parent() {
        // Others may pass: the private Postgres in it may run as another user.
        std::fs::DirBuilder::new().recursive(true).mode(0o711).create(folder).map_err(io("make the folder for"))?;
    }
    let draft = path.with_extension(format!("{:016x}.new", u64::from_ne_bytes(name)));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
    let mut file = file.map_err(io("write"))?;
    let text = SecretString::from(STANDARD.encode(key.expose_secret()));
    let linked =
        writeln!(file, "{}", text.expose_secret()).and_then(|()| file.sync_all()).and_then(
            |()| match std::fs::hard_link(&draft, path) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
                _ => Ok(()),
            },
        );
    std::fs::remove_file(&draft).and(linked).map_err(io("write"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::tests::{problem, read};
    use super::*;

    #[test]
    fn with_a_database_of_its_own_the_key_is_required() {
        let said = problem(&[("DATABASE_URL", "postgres://u@h/d")]);
        assert!(said.starts_with("ROLLCALL_KEY: it is required when DATABASE_URL is set"), "{said}");
    }

    #[test]
    fn a_given_key_has_32_bytes_and_is_not_shown() {
        let config = read(&[("ROLLCALL_KEY", &STANDARD.encode([7; 32]))]).unwrap();
        assert!(!format!("{:?}", config.key).contains('7'));
        assert_eq!(config.key.load_or_create().unwrap().expose_secret(), &[7; 32]);
        let said = problem(&[("ROLLCALL_KEY", &STANDARD.encode([7; 31]))]);
        assert!(said.starts_with("ROLLCALL_KEY: the value is not 32 bytes in base64"), "{said}");
        assert!(!said.contains("BwcH"), "{said}");
    }

    #[test]
    fn the_first_start_makes_a_key_and_later_ones_keep_it() {
        let folder = std::env::temp_dir().join(format!("rc-key-{}", uuid::Uuid::now_v7()));
        let path = folder.join("data/key");
        let first = Key::InFile(path.clone()).load_or_create().unwrap();
        let again = Key::InFile(path.clone()).load_or_create().unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_ne!(first.expose_secret(), &[0; 32]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.join("data")).unwrap().count(), 1);

        std::fs::write(&path, "AAAA\n").unwrap();
        assert!(matches!(Key::InFile(path).load_or_create(), Err(KeyFileError::Damaged(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
