//! The simulator over real HTTP, one test for each behaviour of Zoom that is
//! documented: whoever changes one must change its test, and say why.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod groups;
mod limits;
mod oauth;
mod support;
mod users_change;
mod users_create;
mod users_leave;
mod users_read;
