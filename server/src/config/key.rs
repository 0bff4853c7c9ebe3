//! The keys that encrypt stored secrets.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::Keyring;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::database::Database;
use super::key_file;
use super::reader::Reader;

pub(super) const LENGTH: usize = 32;

/// `ROLLCALL_KEY`: 32 random bytes in base64. Required with `DATABASE_URL`: every replica needs the same, and the
/// database alone must not be enough to read the secrets in it. Without `DATABASE_URL` it is made on the first start
/// and kept in the data folder, readable by its owner only. Keep a copy: without it stored secrets are lost.
///
/// Several with commas between them, or one a line in a file, all open what is stored; the first is the one that
/// `rollcall key rotate` goes over to.
#[derive(Debug)]
pub enum Key {
    Given(Keys),
    /// Kept in this file, which is made when it is not there.
    InFile(PathBuf),
}

/// One key or more, none twice.
#[derive(Debug)]
pub struct Keys(pub(super) Vec<SecretBox<[u8; LENGTH]>>);

/// Why the keys in the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error(
        "{} does not hold a key (32 bytes in base64): {problem}. Put the copy you kept there; without it the stored \
         secrets cannot be read", path.display()
    )]
    Damaged { path: PathBuf, problem: String },
    #[error("could not {what} the key in {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the system gave no random bytes for a new key: {0}")]
    NoRandom(getrandom::Error),
}

impl Key {
    pub(super) fn read(reader: &mut Reader<'_>, database: &Database) -> Self {
        const EXAMPLE: &str = "ROLLCALL_KEY=$(openssl rand -base64 32)";
        const SEVERAL: &str = "ROLLCALL_KEY=$(openssl rand -base64 32),$OLD_KEY";
        let in_file = || Self::InFile(database.data_dir.join("key"));
        match reader.secret("ROLLCALL_KEY", EXAMPLE) {
            Some(text) => match Keys::read(&text) {
                Ok(keys) => Self::Given(keys),
                Err(problem) => {
                    let several = text.expose_secret().trim().contains([',', '\n']);
                    reader.refuse("ROLLCALL_KEY", problem, if several { SEVERAL } else { EXAMPLE });
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

    /// The keys themselves, when there are any.
    pub fn load(&self) -> Result<Option<Keyring>, KeyFileError> {
        match self {
            Self::Given(keys) => Ok(Some(keys.ring())),
            Self::InFile(path) => Ok(key_file::load(path)?.map(|keys| keys.ring())),
        }
    }

    /// The keys themselves; makes and keeps one on the first start.
    pub fn load_or_create(&self) -> Result<Keyring, KeyFileError> {
        match self {
            Self::Given(keys) => Ok(keys.ring()),
            Self::InFile(path) => Ok(key_file::load_or_create(path)?.ring()),
        }
    }

    /// A new key in front of those in the file; none when the keys do not come from the file of the data folder.
    pub fn add_new(&self) -> Result<Option<Keyring>, KeyFileError> {
        match self {
            Self::Given(_) => Ok(None),
            Self::InFile(path) => key_file::put_in_front(path).map(|keys| Some(keys.ring())),
        }
    }
}

impl Keys {
    /// With commas or line ends between them. What is wrong is said without repeating any of it.
    pub(super) fn read(text: &SecretString) -> Result<Self, String> {
        let words = text.expose_secret().split(|c: char| c == ',' || c.is_whitespace());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let mut keys: Vec<SecretBox<[u8; LENGTH]>> = Vec::new();
        for (place, word) in (1..).zip(&words) {
            let key = decode(word).ok_or_else(|| match words.len() {
                1 => "the value is not 32 bytes in base64".to_owned(),
                all => format!("key {place} of {all} is not 32 bytes in base64"),
            })?;
            if keys.iter().any(|other| other.expose_secret() == key.expose_secret()) {
                return Err(format!("key {place} of {} stands there twice", words.len()));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err("the value is not 32 bytes in base64".to_owned()) } else { Ok(Self(keys)) }
    }

    fn ring(&self) -> Keyring {
        Keyring::of(self.0.iter().map(|key| *key.expose_secret()))
    }
}

fn decode(word: &str) -> Option<SecretBox<[u8; LENGTH]>> {
    let bytes = SecretBox::new(Box::new(STANDARD.decode(word).ok()?));
    let key: [u8; LENGTH] = bytes.expose_secret().as_slice().try_into().ok()?;
    Some(SecretBox::new(Box::new(key)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problem, read};
    use super::*;

    fn text(byte: u8) -> String {
        STANDARD.encode([byte; LENGTH])
    }

    fn ids(value: &str) -> Vec<String> {
        read(&[("ROLLCALL_KEY", value)]).unwrap().key.load().unwrap().unwrap().ids()
    }

    #[test]
    fn with_a_database_of_its_own_the_key_is_required() {
        let said = problem(&[("DATABASE_URL", "postgres://u@h/d")]);
        assert!(said.starts_with("ROLLCALL_KEY: it is required when DATABASE_URL is set"), "{said}");
    }

    #[test]
    fn a_given_key_has_32_bytes_and_is_not_shown() {
        let config = read(&[("ROLLCALL_KEY", &text(7))]).unwrap();
        assert!(!format!("{:?}", config.key).contains('7'));
        assert_eq!(ids(&text(7)), Keyring::new([7; LENGTH]).ids());
        let said = problem(&[("ROLLCALL_KEY", &STANDARD.encode([7; 31]))]);
        assert!(said.starts_with("ROLLCALL_KEY: the value is not 32 bytes in base64"), "{said}");
        assert!(!said.contains("BwcH"), "{said}");
        assert!(problem(&[("ROLLCALL_KEY", ",")]).contains("not 32 bytes in base64"));
    }

    #[test]
    fn several_keys_stand_behind_commas_or_on_lines_and_keep_their_order() {
        let both = Keyring::of([[8; LENGTH], [7; LENGTH]]).ids();
        for between in [",", ", ", "\n", ",\n", "\r\n"] {
            assert_eq!(ids(&format!("{}{between}{}\n", text(8), text(7))), both);
        }
        let said = problem(&[("ROLLCALL_KEY", &format!("{},{},AAAA", text(8), text(7)))]);
        assert!(said.starts_with("ROLLCALL_KEY: key 3 of 3 is not 32 bytes in base64"), "{said}");
        let said = problem(&[("ROLLCALL_KEY", &format!("{},{}", text(8), text(8)))]);
        assert!(said.starts_with("ROLLCALL_KEY: key 2 of 2 stands there twice"), "{said}");
        assert!(!said.contains("CAgI") && said.ends_with(",$OLD_KEY"), "{said}");
    }

    #[test]
    fn a_file_that_is_named_has_one_key_a_line() {
        let path = std::env::temp_dir().join(format!("rc-keys-{}", uuid::Uuid::now_v7()));
        std::fs::write(&path, format!("{}\n{}\n", text(8), text(7))).unwrap();
        let config = read(&[("ROLLCALL_KEY_FILE", path.to_str().unwrap())]).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!(config.key.load().unwrap().unwrap().ids(), Keyring::of([[8; LENGTH], [7; LENGTH]]).ids());
    }
}
