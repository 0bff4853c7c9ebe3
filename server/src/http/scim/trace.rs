//! The trace: what a source's client sent, what it was answered, and what that changed.
//!
//! A [`Watch`] goes along with each request and gives what it saw to the [`Recorder`], which never waits: its queue has a
//! bound, and what finds no room is counted only. Behind the answers one task ([`run`]) removes the secrets and writes in
//! batches. What happens inside of a request reaches its watch by a [`Note`].

mod about;
mod note;
mod recorder;
mod secrets;
mod seen;
mod watch;
mod writer;

pub use note::Note;
pub use recorder::{Recorder, queue};
pub use seen::replayed;
pub use watch::{Watch, kept};
pub use writer::run;

/// How much of a body is kept, in bytes.
const BODY: usize = 64 * 1024;
