//! Tests across crates, over real HTTP: a whole server, a database of its own, a simulated Zoom. The modules mirror the
//! URL tree; [`road`] goes all the way, [`sweep`] visits every page and function there is.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod audit;
mod auth;
mod commands;
mod connections;
mod engine;
mod forms;
mod groups;
mod guard;
mod hang_up;
mod headers;
mod hydration;
mod keys;
mod mail;
mod people;
mod replicas;
mod road;
mod scim;
mod secrets;
mod sign_in;
mod sources;
mod sweep;
