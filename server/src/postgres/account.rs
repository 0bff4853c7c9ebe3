//! Whom Postgres runs as: it refuses root, so root runs it as the user `postgres`.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::PostgresError;

const NAME: &str = "postgres";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The user to change to: nobody unless we are root.
    pub(super) fn to_run_as() -> Result<Option<Self>, PostgresError> {
        if super::process::effective_uid() != 0 {
            return Ok(None);
        }
        let users = std::fs::read_to_string("/etc/passwd").map_err(PostgresError::io("read", "/etc/passwd"))?;
        Self::named(NAME, &users).map(Some).ok_or(PostgresError::NoAccount)
    }

    /// `name:password:uid:gid:...`, one user to a line (passwd(5)).
    fn named(name: &str, users: &str) -> Option<Self> {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == name;
            let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
            (found && uid != 0).then(|| Self { name: name.to_owned(), uid, gid })
        })
    }

    /// Every folder down to `path` must let this user through; the first that does not is named.
    pub(super) fn check_can_enter(&self, path: &Path) -> Result<(), PostgresError> {
        let mut folders: Vec<&Path> = path.ancestors().collect();
        folders.reverse();
        for folder in folders {
            let meta = std::fs::metadata(folder).map_err(PostgresError::io("look at", folder))?;
            if !self.may_search(meta.mode(), meta.uid(), meta.gid()) {
                return Err(PostgresError::NotSearchable { user: self.name.clone(), folder: folder.to_owned() });
            }
        }
        Ok(())
    }

    fn may_search(&self, mode: u32, uid: u32, gid: u32) -> bool {
        let bit = match () {
            () if uid == self.uid => 0o100,
            () if gid == self.gid => 0o010,
            () => 0o001,
        };
        mode & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    const USERS: &str =
        "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n";

    fn postgres() -> Account {
        Account { name: "postgres".into(), uid: 101, gid: 104 }
    }

    #[test]
    fn the_user_is_read_from_passwd_and_is_never_root() {
        assert_eq!(Account::named("postgres", USERS), Some(postgres()));
        assert_eq!(Account::named("nobody", USERS), None);
        assert_eq!(Account::named("root", USERS), None);
    }

    #[test]
    fn only_the_class_that_fits_counts() {
        assert!(postgres().may_search(0o700, 101, 0));
        assert!(!postgres().may_search(0o700, 0, 0));
        assert!(postgres().may_search(0o711, 0, 0));
        assert!(postgres().may_search(0o710, 0, 104));
        // The owner's bits hold for the owner even where everybody else may enter.
        assert!(!postgres().may_search(0o077, 101, 104));
    }
}
