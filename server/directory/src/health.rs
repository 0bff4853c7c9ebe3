//! How the database itself does: for `rollcall doctor`.

use crate::{Directory, Result};
use chrono::{DateTime, Utc};

/// The database's own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Such as `15.14`.
    pub version: String,
    /// `server_version_num`: 150014 for 15.14.
    pub version_number: i32,
    /// The database's clock, which ends leases.
    pub now: DateTime<Utc>,
}

pub async fn look(directory: &Directory) -> Result<Health> {
    let row = sqlx::query!(
        "select current_setting('server_version') as \"version!\",
                current_setting('server_version_num')::int as \"number!\", clock_timestamp() as \"now!\""
    )
    .fetch_one(&directory.pool)
    .await?;
    Ok(Health { version: row.version, version_number: row.number, now: row.now })
}
