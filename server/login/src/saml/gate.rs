//! The strict gate in front of samael. Before it checks a signature, xmlsec fetches addresses, opens files and runs
//! stylesheets that a message names; and samael accepts messages that say too little. So a message comes to it only in
//! the one shape that a sign-in needs, and meant for this portal, this request and this moment.
//!
//! The gate only refuses. What it read is compared with what samael verified, and is otherwise forgotten.

mod shape;
mod signature;

use super::refusal::Refusal;
use super::statement::Statement;
use super::xml::{self, Comments, Limits};

/// Of a response, measured on the XML.
const LIMITS: Limits =
    Limits { bytes: 256_000, elements: 2_000, depth: 20, attributes: 20, comments: Comments::Refused };

/// What the response says, provided that its signature is good.
pub(super) struct Seen {
    /// Of the response, which may be unsigned: they are compared, never used.
    pub response: Envelope,
    pub statement: Statement,
}

/// What stands on the response around the assertion.
pub(super) struct Envelope {
    pub issuer: Option<String>,
    pub destination: Option<String>,
    pub in_response_to: Option<String>,
    pub issue_instant: Option<String>,
}

/// Reads a response and refuses whatever is not in the shape of a sign-in.
pub(super) fn pass(xml: &str) -> Result<Seen, Refusal> {
    let root = xml::read(xml, &LIMITS)?;
    let assertion = shape::check(&root)?;
    signature::check(&root)?;
    let owned = |name| root.attribute(name).map(str::to_owned);
    let response = Envelope {
        issuer: root
            .children(super::name::ASSERTION, "Issuer")
            .next()
            .map(|issuer| issuer.text.trim_matches(xml::is_space).to_owned()),
        destination: owned("Destination"),
        in_response_to: owned("InResponseTo"),
        issue_instant: owned("IssueInstant"),
    };
    Ok(Seen { response, statement: Statement::read(assertion)? })
}
