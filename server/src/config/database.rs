//! Where the data is.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::reader::Reader;

const EXAMPLE: &str = "DATABASE_URL=postgres://rollcall:password@db.example.com/rollcall";

#[derive(Debug)]
pub struct Database {
    /// `DATABASE_URL`: the Postgres to use. Without it Rollcall runs a private one in the data folder. It carries a
    /// password, so it may come by `DATABASE_URL_FILE`.
    pub url: Option<SecretString>,
    /// `ROLLCALL_DATA_DIR` (`./data`): the private Postgres and the key made on first start.
    pub data_dir: PathBuf,
}

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let url = reader.secret("DATABASE_URL", EXAMPLE);
        if let Some(problem) = url.as_ref().and_then(|url| Self::problem(url.expose_secret())) {
            reader.refuse("DATABASE_URL", problem, EXAMPLE);
        }
        Self { url, data_dir: reader.text("ROLLCALL_DATA_DIR").map_or_else(|| PathBuf::from("./data"), PathBuf::from) }
    }

    /// What is wrong with it, without repeating it.
    fn problem(url: &str) -> Option<&'static str> {
        match Url::parse(url) {
            Err(_) => Some("the value is not a URL"),
            Ok(url) if !matches!(url.scheme(), "postgres" | "postgresql") => {
                Some("the value is not the URL of a Postgres; it begins with postgres://")
            }
            Ok(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problem, read};
    use super::*;

    const KEY: (&str, &str) = ("ROLLCALL_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

    #[test]
    fn the_url_is_taken_and_not_shown() {
        let config = read(&[("DATABASE_URL", "postgres://u:hunter2@h/d"), KEY]).unwrap();
        assert_eq!(config.database.url.as_ref().unwrap().expose_secret(), "postgres://u:hunter2@h/d");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn another_database_is_refused_without_repeating_the_password() {
        let said = problem(&[("DATABASE_URL", "mysql://u:hunter2@h/d"), KEY]);
        assert!(said.starts_with("DATABASE_URL: the value is not the URL of a Postgres"), "{said}");
        assert!(!said.contains("hunter2"));
    }

    #[test]
    fn a_secret_comes_from_a_file_and_not_from_both() {
        let path = std::env::temp_dir().join(format!("rc-url-{}", uuid::Uuid::now_v7()));
        std::fs::write(&path, "postgres://u@h/d\n").unwrap();
        let file = ("DATABASE_URL_FILE", path.to_str().unwrap());
        let config = read(&[file, KEY]).unwrap();
        assert_eq!(config.database.url.unwrap().expose_secret(), "postgres://u@h/d");
        assert!(problem(&[file, ("DATABASE_URL", "postgres://u@h/d")]).contains("keep one of the two"));
        std::fs::remove_file(&path).unwrap();
        assert!(problem(&[file]).contains("cannot be read"));
    }
}
