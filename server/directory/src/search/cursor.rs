//! Cursors (RFC 9865): where a page ended, as text that the client gives back unread. A cursor belongs to one question:
//! with another filter, order or kind of resource it is refused.

use super::Search;
use crate::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The last result of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Of what question.
    question: [u8; 8],
    pub id: Uuid,
    /// What the order is by, where it is by anything.
    pub key: Option<String>,
}

pub(super) fn write(search: &Search<'_>, key: Option<&str>, id: Uuid) -> String {
    let place = Place { question: question(search), id, key: key.map(str::to_owned) };
    BASE64.encode(serde_json::to_vec(&place).unwrap_or_default())
}

pub(super) fn read(search: &Search<'_>, cursor: &str) -> Result<Place> {
    let bytes = BASE64.decode(cursor).map_err(|_| Error::BadCursor)?;
    let place: Place = serde_json::from_slice(&bytes).map_err(|_| Error::BadCursor)?;
    let clean = place.key.as_ref().is_none_or(|key| !key.contains('\0'));
    if place.question == question(search) && clean { Ok(place) } else { Err(Error::BadCursor) }
}

fn question(search: &Search<'_>) -> [u8; 8] {
    let text = format!("{:?} {:?} {:?}", search.of, search.filter, search.sort);
    let digest = Sha256::digest(text);
    std::array::from_fn(|n| digest[n])
}
