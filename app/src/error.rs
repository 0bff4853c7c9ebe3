//! [`AppError`]: the only error a browser ever receives, each kind with its HTTP status.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// A wrong field of a form: its name, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// What went wrong, in words a person may read. Causes that are not theirs to know go to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    #[error("Your session has ended. Sign in again; what you typed was not saved.")]
    NotSignedIn,
    #[error(
        "This decides who gets in, so it asks for a sign-in of the last hour, and your identity provider has not said that there was one. Sign in again and repeat it; nothing was changed. If you are asked once more after that, the provider does not tell when you signed in: an owner finds the cause in the audit log."
    )]
    NotFresh,
    #[error("Your role does not allow this. Ask an owner for another role.")]
    Forbidden,
    #[error("There is no such {what}. It may have been removed.")]
    NotFound { what: String },
    /// A form with missing or wrong fields; nothing was changed.
    #[error("{message}")]
    Invalid { message: String, fields: Vec<FieldError> },
    /// The request is fine, but what stands there now forbids it.
    #[error("{message}")]
    Conflict { message: String },
    #[error("The request could not be read: {message}")]
    BadRequest { message: String },
    #[error(
        "The portal was updated since this page was loaded. Load the page again and repeat it; nothing was changed."
    )]
    Outdated,
    #[error(
        "The server could not be reached, so it is not known whether anything was changed. Load the page again and look."
    )]
    Unreachable,
    #[error(
        "Something went wrong on the server. Load the page again to see what stands there; the server's log has the cause."
    )]
    Internal,
}

impl AppError {
    /// There is no such thing: a word for its kind.
    pub fn no(what: &str) -> Self {
        Self::NotFound { what: what.to_owned() }
    }

    /// A form that cannot be carried out as it was sent, for no field's fault.
    #[cfg(feature = "ssr")]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), fields: Vec::new() }
    }

    /// The status of the answer that carries it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn => 401,
            Self::Forbidden | Self::NotFresh => 403,
            Self::NotFound { .. } => 404,
            Self::Invalid { .. } => 422,
            Self::Conflict { .. } => 409,
            Self::BadRequest { .. } | Self::Outdated => 400,
            Self::Unreachable => 503,
            Self::Internal => 500,
        }
    }

    /// The messages at a form's fields.
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid { fields, .. } => fields,
            _ => &[],
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => Self::BadRequest { message },
            _ => Self::Internal,
        }
    }
}

/// Collects what is wrong with a form, field by field.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// Trimmed; a problem when nothing is left or it is longer than `most` characters, or has control characters.
    pub fn text(&mut self, field: &str, label: &str, value: &str, most: usize) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.add(field, format!("{label} is missing. Fill it in."));
        }
        self.optional_text(field, label, value, most)
    }

    /// Like [`Problems::text`], but it may be empty.
    pub fn optional_text(&mut self, field: &str, label: &str, value: &str, most: usize) -> String {
        let value = value.trim();
        if value.chars().count() > most {
            self.add(field, format!("{label} is too long. Use at most {most} characters."));
        }
        if value.chars().any(char::is_control) {
            self.add(field, format!("{label} contains a line break or another control character. Remove it."));
        }
        value.to_owned()
    }

    /// Ends the server function when anything was wrong.
    pub fn check(self) -> Result<(), AppError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let message = match self.0.len() {
            1 => "One field needs a change. Nothing was saved.".to_owned(),
            n => format!("{n} fields need a change. Nothing was saved."),
        };
        Err(AppError::Invalid { message, fields: self.0 })
    }
}

/// One wrong field.
#[cfg(feature = "ssr")]
pub fn wrong_field(field: &str, message: impl Into<String>) -> AppError {
    let mut problems = Problems::default();
    problems.add(field, message);
    problems.check().err().unwrap_or(AppError::Internal)
}

#[cfg(feature = "ssr")]
impl From<directory::Error> for AppError {
    fn from(error: directory::Error) -> Self {
        use directory::Error as E;
        match error {
            E::NotFound(what) => Self::NotFound { what: what.trim_start_matches("the ").to_owned() },
            E::Taken(what) => Self::Conflict { message: format!("{what} is already taken. Choose another one.") },
            E::Stale(what) => Self::Conflict {
                message: format!("Somebody else changed {what} meanwhile. Load the page again and repeat your change."),
            },
            E::Refused(message) | E::TooMuch(message) => Self::Conflict { message },
            E::BadCursor => Self::BadRequest { message: "the page's start is not valid. Open the list again".into() },
            E::Key(_) | E::Migration(_) | E::Database(_) | E::Unreadable { .. } => {
                tracing::error!(%error, "a request failed");
                Self::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_way_to_the_browser() {
        let mut problems = Problems::default();
        problems.text("name", "Name", "   ", 10);
        problems.text("note", "Note", "a\u{0}b and more than ten", 10);
        let error = problems.check().unwrap_err();
        assert_eq!(error.status(), 422);
        assert_eq!(error.fields().iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["name", "note", "note"]);
        assert_eq!(AppError::de(error.ser()), error);
    }
}
