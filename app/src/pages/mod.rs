//! The screens, one folder or file each.

pub mod audit;
pub mod connections;
pub mod groups;
pub mod login;
pub mod logs;
pub mod not_found;
pub mod overview;
pub mod people;
pub mod settings;
pub mod sources;
