//! Everything that answers HTTP: pages and server functions, sign-in, live events, health, inbound SCIM.

pub mod auth;
pub mod body;
pub mod client;
pub mod cookies;
pub mod export;
pub mod headers;
pub mod health;
pub mod live;
pub mod login;
pub mod origin;
pub mod pages;
pub mod scim;
pub mod serve;
pub mod sessions;
