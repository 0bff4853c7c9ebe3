//! The trace of a source: its client's requests, what they were answered and what they changed, for a week.
//!
//! Rows are written behind the answers, in batches ([`write`]); nothing of a request waits for them. [`list`], [`get`] and
//! [`traffic`] are what the source's page shows, [`prune`] takes away what is old or too much.

mod prune;
mod read;
mod traffic;
mod write;

pub use prune::{KEPT_FOR, MOST, prune};
pub use read::{get, list};
pub use traffic::traffic;
pub use write::{Counts, Observed, write};
