//! `/scim/v2`, as identity providers use and misuse it.

mod bad_input;
mod patch;
mod projection;
mod token;
mod users;
