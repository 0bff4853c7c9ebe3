//! An import from Zoom: how its list is read without missing anybody, and whose each account is. Pure; the engine makes
//! the calls and keeps what comes of them.

pub mod compare;
pub mod matching;
pub mod scan;
