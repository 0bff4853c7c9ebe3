//! What is learned of a request while it is answered.

use directory::audit::Entry;
use directory::tokens::Speaker;
use model::trace::{Bulk, Change, Operation};
use model::{SourceId, TokenId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many changes of a request are kept; the audit log has all.
pub const CHANGES: usize = 200;

/// One for each request; its copies are the same note.
#[derive(Clone, Default)]
pub struct Note(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    speaker: Option<(SourceId, TokenId)>,
    changes: Vec<Change>,
    operations: Vec<Operation>,
    retry_after: Option<u64>,
    allowed: Option<&'static str>,
}

impl Note {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token of this source was brought.
    pub fn speaks(&self, speaker: &Speaker) {
        self.noted().speaker = Some((speaker.source, speaker.token));
    }

    pub fn speaker(&self) -> Option<(SourceId, TokenId)> {
        self.noted().speaker
    }

    /// This was changed, or would have been.
    pub fn changed(&self, entries: &[Entry]) {
        let mut noted = self.noted();
        let room = CHANGES.saturating_sub(noted.changes.len());
        noted.changes.extend(entries.iter().take(room).map(|entry| Change {
            action: entry.action.to_owned(),
            target_kind: entry.target_kind.to_owned(),
            target_id: entry.target_id,
            target_name: entry.target_name.clone(),
        }));
    }

    pub fn changes(&self) -> Vec<Change> {
        self.noted().changes.clone()
    }

    /// How the operations of a bulk request went.
    pub fn operations(&self, operations: Vec<Operation>) {
        self.noted().operations = operations;
    }

    /// How many operations there were, and how many of them failed; none of any other request.
    pub fn bulk(&self) -> Option<Bulk> {
        let noted = self.noted();
        let number = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let failed = noted.operations.iter().filter(|operation| operation.has_failed()).count();
        (!noted.operations.is_empty())
            .then(|| Bulk { operations: number(noted.operations.len()), failed: number(failed) })
    }

    pub fn all_operations(&self) -> Vec<Operation> {
        self.noted().operations.clone()
    }

    /// The client has to wait for so many seconds.
    pub fn wait(&self, seconds: u64) {
        self.noted().retry_after = Some(seconds);
    }

    pub fn retry_after(&self) -> Option<u64> {
        self.noted().retry_after
    }

    /// The method was none of these.
    pub fn allows(&self, methods: &'static str) {
        self.noted().allowed = Some(methods);
    }

    pub fn allowed(&self) -> Option<&'static str> {
        self.noted().allowed
    }
}
