//! The server functions: everything an administrator can ask for or do, one file a noun.

pub mod shell;
