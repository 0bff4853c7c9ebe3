//! The server functions: everything an administrator can ask for or do, one file a noun.

pub mod admins;
pub mod assignments;
pub mod audit;
pub mod connections;
pub mod groups;
pub mod guides;
pub mod imports;
pub mod joined;
pub mod links;
pub mod logs;
pub mod order;
pub mod overview;
pub mod people;
pub mod providers;
pub mod sessions;
pub mod shell;
pub mod sources;
pub mod tokens;
pub mod trace;
