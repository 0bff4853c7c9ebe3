//! `/scim/v2`, as identity providers use and misuse it.

mod bad_input;
mod bulk;
mod etags;
mod filter;
pub mod groups;
mod lists;
mod patch;
mod projection;
mod races;
mod token;
mod users;
