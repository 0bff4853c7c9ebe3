//! What identity providers send besides the letter of the RFCs, brought into the RFCs' form at the
//! door: the reader of a body, a path or a filter calls these first, and nothing behind it knows
//! dialects.
//!
//! Each quirk is one function. Its doc names the clients and where it is written down; the requests
//! that were recorded, and what must come of them, are in `fixtures/<client>/`. What the RFCs
//! themselves allow is no dialect and stands elsewhere: names in any case (RFC 7643 section 2.1),
//! read-only attributes in a body (RFC 7644 section 3.5.1), unknown attributes.

pub(crate) mod filter;
pub(crate) mod patch;
pub(crate) mod path;
pub(crate) mod value;
