//! What can go wrong in the directory.

/// The outcome of a command or query.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of a command or query. Its text is for the log; what a person reads is made at the edge.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// A unique name is taken: which one, by the constraint's name.
    #[error("{0} is already taken")]
    Taken(Unique),
    /// The row was changed since the caller read it.
    #[error("{0} was changed meanwhile")]
    Stale(&'static str),
    /// The command's own rule forbids it; the sentence may be shown.
    #[error("{0}")]
    Refused(String),
    /// More than one answer may hold; the sentence may be shown.
    #[error("{0}")]
    TooMuch(String),
    /// The list's cursor is not one of ours.
    #[error("the cursor is not valid")]
    BadCursor,
    #[error(transparent)]
    Key(#[from] crate::keyring::KeyError),
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// What stands in the database cannot be read by this version.
    #[error("stored {what} cannot be read: {why}")]
    Unreadable { what: &'static str, why: String },
}

impl Error {
    /// The database was too busy for it, or two changes waited for each other: the same may do in a moment.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::PoolTimedOut) => true,
            // A deadlock, a lock that did not come free.
            Self::Database(error) => matches!(code(error).as_deref(), Some("40P01" | "55P03")),
            _ => false,
        }
    }

    /// It took longer than a statement may.
    pub fn is_too_slow(&self) -> bool {
        matches!(self, Self::Database(error) if code(error).as_deref() == Some("57014"))
    }
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error()?.code()
}

/// The unique names of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    SourceName,
    ConnectionName,
    AdminEmail,
    ProviderSlug,
    UserName,
    ExternalId,
    GroupName,
    GroupExternalId,
    Assignment,
    /// A Zoom account that another person of the connection already has.
    ZoomId,
    Other,
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SourceName => "the source's name",
            Self::ConnectionName => "the connection's name",
            Self::AdminEmail => "the administrator's e-mail",
            Self::ProviderSlug => "the provider's name in addresses",
            Self::UserName => "userName",
            Self::ExternalId => "externalId",
            Self::GroupName => "the group's displayName",
            Self::GroupExternalId => "the group's externalId",
            Self::Assignment => "the assignment",
            Self::ZoomId => "the Zoom account",
            Self::Other => "a unique value",
        })
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let unique = error.as_database_error().filter(|e| e.is_unique_violation()).map(|e| match e.constraint() {
            Some("source_name_key") => Unique::SourceName,
            Some("connection_name_key") => Unique::ConnectionName,
            Some("admin_email_key") => Unique::AdminEmail,
            Some("provider_slug") => Unique::ProviderSlug,
            Some("record_user_name") => Unique::UserName,
            Some("record_external_id") => Unique::ExternalId,
            Some("grp_name") => Unique::GroupName,
            Some("grp_external_id") => Unique::GroupExternalId,
            Some("assignment_person") => Unique::Assignment,
            Some("link_zoom_id") => Unique::ZoomId,
            _ => Unique::Other,
        });
        unique.map_or(Self::Database(error), Self::Taken)
    }
}

impl From<model::UnknownWord> for Error {
    fn from(error: model::UnknownWord) -> Self {
        Self::Unreadable { what: error.kind, why: error.to_string() }
    }
}

/// Reads a stored JSON value.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value).map_err(|e| Error::Unreadable { what, why: e.to_string() })
}

/// Makes a JSON value to store.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|e| Error::Unreadable { what, why: e.to_string() })
}
