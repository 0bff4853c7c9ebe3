//! Messages that are attacks.
