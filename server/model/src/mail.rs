//! Mails that Rollcall sends, and how each stands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What became of a mail.
    MailState {
        /// To be sent now, or again later.
        Waiting = "waiting", "Waiting";
        /// A mail server took it.
        Sent = "sent", "Sent";
        /// Given up: it was refused, or could not be sent in time.
        Failed = "failed", "Not sent";
    }
}

/// How a mail stands, for the page of what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub state: MailState,
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was sent or given up.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why the newest attempt did not succeed, in a sentence.
    pub problem: Option<String>,
}
