//! Filters (RFC 7644 section 3.4.2.2): the syntax tree, which the directory turns into SQL, and
//! whether a resource satisfies it, which PATCH needs for its value filters.
//!
//! The parser is our own and small. The published grammar crates follow the RFC's letter and
//! refuse what clients send, above all Entra's `emails[type eq "work"].value eq "x"`, and their
//! tree would have to be copied into ours behind bounds of ours anyway.

mod check;
mod matches;
mod parse;

use serde_json::{Map, Value};

use crate::dialect;
use crate::error::{Error, Result};
use crate::path::AttrPath;
use crate::schema::ResourceType;

pub(crate) use matches::{Scope, holds};
pub(crate) use parse::Parser;

/// Longest filter or PATCH path in bytes.
pub const MAX_BYTES: usize = 4096;

/// Most comparisons in a filter: each may have to be made with every resource of a source.
pub const MAX_COMPARISONS: usize = 50;

/// How deep parentheses and brackets may nest.
pub const MAX_DEPTH: usize = 20;

/// A filter in its parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Two or more, all of which must hold.
    And(Vec<Filter>),
    /// Two or more, one of which must hold.
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// `path pr`: has a value that is not empty.
    Present(AttrPath),
    /// `path op value`; the value is text, a number, a boolean or null.
    Compare(AttrPath, CompareOp, Value),
    /// `attribute[filter]`: one element satisfies the filter, whose paths are sub-attributes.
    /// Entra's `attribute[filter].sub op value` is read as `attribute[filter and sub op value]`.
    Element(AttrPath, Box<Filter>),
}

/// The comparisons of RFC 7644 section 3.4.2.2, table 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Filter {
    /// Reads a decoded filter, or 400 `invalidFilter`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = dialect::filter::spaces(text);
        let mut parser = Parser::new("The filter", &text).map_err(Error::filter)?;
        let filter = parser.filter().and_then(|f| parser.end().map(|()| f)).map_err(Error::filter)?;
        if filter.comparisons() > MAX_COMPARISONS {
            return Err(Error::filter(format!(
                "The filter has more than {MAX_COMPARISONS} comparisons. Ask in several requests."
            )));
        }
        Ok(filter)
    }

    /// The comparisons, when the filter is nothing but `eq` joined by `and`.
    pub fn equalities(&self) -> Option<Vec<(&AttrPath, &Value)>> {
        match self {
            Self::Compare(path, CompareOp::Eq, value) => Some(vec![(path, value)]),
            Self::And(terms) => {
                let mut all = Vec::new();
                for term in terms {
                    all.extend(term.equalities()?);
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// How many comparisons there are in it; a measure of the work to evaluate it.
    pub(crate) fn comparisons(&self) -> usize {
        match self {
            Self::And(terms) | Self::Or(terms) => terms.iter().map(Self::comparisons).sum(),
            Self::Not(inner) | Self::Element(_, inner) => inner.comparisons(),
            Self::Present(_) | Self::Compare(..) => 1,
        }
    }

    /// Whether the resource, as clients see it (with `id`, `meta`, and `groups` or `members`),
    /// satisfies the filter. The directory finds the same ones by SQL.
    ///
    /// Attributes the resource lacks are unassigned: `eq null` and `ne "x"` hold for them. Of an
    /// attribute with several values, `ne` holds when none of them is equal, every other comparison
    /// when it holds for one. Text that is not case-exact is put in lower case on both sides, for
    /// order as well, which is then that of its bytes; `userName eq` compares by
    /// [`user_name_key`](crate::user_name_key). Times compare as moments.
    pub fn matches(&self, kind: &'static ResourceType, resource: &Map<String, Value>) -> bool {
        holds(self, resource, Scope::Resource(kind))
    }
}
