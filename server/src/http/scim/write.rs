//! Writes: each request one transaction, in a task of its own. A client that hangs up meanwhile leaves all or nothing,
//! and what it finds later is what the answer would have said.

use super::answer::failed;
use super::trace::Note;
use directory::{Actor, Directory, Tx};
use model::SourceId;
use scim::Error;

/// The unit of work of a request: who speaks, and about whose users and groups.
#[derive(Clone)]
pub struct Unit {
    pub directory: Directory,
    pub actor: Actor,
    pub source: SourceId,
    /// What the trace is told.
    pub note: Note,
    /// Nothing is committed.
    pub dry_run: bool,
}

impl Unit {
    pub async fn begin(&self) -> Result<Tx, Error> {
        self.directory.begin(self.actor.clone()).await.map_err(|e| failed(&e))
    }

    /// Ends what a request writes: commits it, or in a dry run undoes it, and notes what was changed. Everything that
    /// writes ends here.
    pub async fn finish(&self, tx: Tx) -> Result<(), Error> {
        let entries = if self.dry_run { tx.rehearse().await } else { tx.commit_and_tell().await };
        self.note.changed(&entries.map_err(|error| failed(&error))?);
        Ok(())
    }
}

/// Runs a write to its end, whatever becomes of the client.
pub async fn to_the_end<T: Send + 'static>(
    write: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(write).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a SCIM write ended badly");
        Err(Error::plain(500, "The server could not do this. Nothing was changed; try again later."))
    })
}
