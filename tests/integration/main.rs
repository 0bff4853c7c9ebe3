//! Tests across crates, over real HTTP: a whole server, a database of its own, a simulated Zoom. The modules mirror the
//! URL tree; [`road`] goes all the way.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod engine;
mod road;
