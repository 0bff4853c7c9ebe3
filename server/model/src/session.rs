//! Browser sessions, as the pages show them.

use crate::{AdminId, ProviderId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A session of an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// The SHA-256 of the session's id, in hex: it names the session and opens nothing.
    pub id: String,
    pub admin: AdminId,
    pub email: String,
    pub origin: SessionOrigin,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// From where a session was opened, and by which proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOrigin {
    /// The provider that vouched; none for a one-time link.
    pub provider: Option<ProviderId>,
    /// Its label at that time.
    pub provider_label: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    /// The browser's own description (`User-Agent`).
    pub agent: Option<String>,
}
