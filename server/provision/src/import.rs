//! An import from Zoom: how its list is read without missing anybody, and whose each account is. Pure; the engine makes
//! the calls and keeps what comes of them.

pub mod compare;
pub mod matching;
mod person;
pub mod scan;

use crate::causes;
use directory::imports::Terms;

/// On what terms accounts are confirmed.
pub fn terms(activate: bool) -> Terms {
    Terms { activate, mail: false, user_of: person::user_of, held: causes::not_started() }
}
