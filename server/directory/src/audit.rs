//! The audit log: what administrators, tokens and the system did to Rollcall itself, so that it can be proved later.
//!
//! An entry is written inside the transaction of the change it tells of ([`Entry`], through `Tx::audit`), with a keyed
//! hash of its own. Behind the writers one [`sealer`] for a database gives the entries numbers and chains them: each
//! hash is over the number, the hash before it and the entry ([`chain`]). Signed [`checkpoints`] leave the database, so
//! that a cut tail shows. [`verify`] walks the chain and names the first entry that was touched; it does the same with
//! an [`export`]. The chain's key is made once, when the log [`begin`]s, and never again. [`prune`] is the only thing that removes entries. Nothing here knows a page or a command line.

mod background;
mod beginning;
mod chain;
mod checkpoints;
mod diagnosis;
mod entries;
pub mod export;
pub mod file;
mod key;
mod lines;
mod list;
mod outside;
mod prune;
mod rows;
pub mod sealer;
mod verify;
mod walk;

pub use background::{start, state};
pub use beginning::begin;
pub use entries::{ACTIONS, Entry};
pub use export::{Format, note as note_export};
pub use key::BELONGS_TO;
pub use list::{get, list};
pub use prune::prune;
pub use verify::verify;

pub(crate) use beginning::find_key;
pub(crate) use entries::write;
pub(crate) use key::AuditKey;

use chrono::Duration;
use std::path::PathBuf;

/// How the audit log is kept by this process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// The file that checkpoints are appended to; none in a process that keeps none.
    pub checkpoints: Option<PathBuf>,
    /// Entries older than this are removed; none keeps them for ever.
    pub retention: Option<Duration>,
}
