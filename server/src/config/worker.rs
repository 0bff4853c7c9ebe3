//! Whether this process also provisions.

use super::reader::{Reader, switch};

#[derive(Debug)]
pub struct Worker {
    /// `ROLLCALL_WORKER` (on): off for a replica that only answers the web and SCIM.
    pub enabled: bool,
}

impl Worker {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { enabled: reader.parse("ROLLCALL_WORKER", true, "on", switch) }
    }
}
