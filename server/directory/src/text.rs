//! Folding of names for keys, sorting and search.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What a name is compared by: trimmed, inner white space single, NFC, lower case.
pub(crate) fn name_key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>().to_lowercase()
}

/// What the search looks in and for: lower case without diacritics, so that `novak` finds Novák; without NUL, which
/// Postgres cannot hold.
pub(crate) fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c) && *c != '\0').collect::<String>().to_lowercase()
}

/// A pattern for LIKE that finds `part` anywhere, taken literally.
pub(crate) fn like(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in fold(part.trim()).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A pattern for ILIKE that finds `part` anywhere, taken literally; none for an empty one. The logs keep names as
/// they were, with their diacritics, so the pattern keeps them as well.
pub(crate) fn contains(part: &str) -> Option<String> {
    let part = part.trim().replace('\0', "");
    if part.is_empty() {
        return None;
    }
    let mut pattern = String::from("%");
    for c in part.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

/// A list's key of two parts, as it stands in a query string.
pub(crate) mod cursor {
    use crate::{Error, Result};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use chrono::{DateTime, Utc};
    use model::Cursor;
    use uuid::Uuid;

    /// A text and an id. The text may be anybody's name: it is written in letters that nothing on its way changes.
    pub(crate) fn text(key: &str, id: Uuid) -> String {
        format!("{}.{}", id.simple(), BASE64.encode(key))
    }

    pub(super) fn read_text(cursor: &str) -> Result<(String, Uuid)> {
        let (key, id) = parts(cursor)?;
        let key = BASE64.decode(key).ok().and_then(|key| String::from_utf8(key).ok());
        Ok((key.filter(|key| !key.contains('\0')).ok_or(Error::BadCursor)?, id))
    }

    /// Where a page of a list by text starts, as its statement takes it.
    pub(crate) struct Place {
        /// From the end towards the start.
        pub(crate) back: bool,
        pub(crate) text: Option<String>,
        pub(crate) id: Option<Uuid>,
        /// One row more than the page has: it tells whether there are more.
        pub(crate) limit: i64,
    }

    pub(crate) fn place(at: &Cursor, size: usize) -> Result<Place> {
        let (back, key) = match at {
            Cursor::First => (false, None),
            Cursor::After(key) => (false, Some(read_text(key)?)),
            Cursor::Before(key) => (true, Some(read_text(key)?)),
        };
        let (text, id) = key.unzip();
        Ok(Place { back, text, id, limit: i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1) })
    }

    /// `id.rest`, as the id has a fixed form.
    fn parts(cursor: &str) -> Result<(&str, Uuid)> {
        let (id, rest) = cursor.split_once('.').ok_or(Error::BadCursor)?;
        Ok((rest, id.parse().map_err(|_| Error::BadCursor)?))
    }

    /// A time and an id.
    pub(crate) fn time(at: DateTime<Utc>, id: Uuid) -> String {
        format!("{}.{}", id.simple(), at.timestamp_micros())
    }

    pub(crate) fn read_time(cursor: &str) -> Result<(DateTime<Utc>, Uuid)> {
        let (micros, id) = parts(cursor)?;
        let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or(Error::BadCursor)?;
        Ok((at, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_spare_white_space() {
        assert_eq!(name_key("  Okta   Production "), name_key("okta production"));
        assert_ne!(name_key("Okta"), name_key("Okta 2"));
        assert_eq!(name_key("Cafe\u{301}"), name_key("CAFÉ"));
    }

    #[test]
    fn a_search_in_a_log_is_literal() {
        assert_eq!(contains(" 50%_ "), Some("%50\\%\\_%".to_owned()));
        assert_eq!(contains("  "), None);
    }

    #[test]
    fn search_is_literal_and_without_diacritics() {
        assert_eq!(fold("Novák"), "novak");
        assert_eq!(like("50%_a\\"), "%50\\%\\_a\\\\%");
        assert_eq!(like("a\0b"), "%ab%");
    }

    #[test]
    fn a_cursor_keeps_any_name_and_is_plain_ascii() {
        for name in ["", "novak", "a.b", "ada\u{202E}"] {
            let cursor = cursor::text(name, uuid::Uuid::nil());
            assert!(cursor.is_ascii());
            assert_eq!(cursor::read_text(&cursor).unwrap(), (name.to_owned(), uuid::Uuid::nil()));
        }
        assert!(cursor::read_text(&cursor::text("a\0", uuid::Uuid::nil())).is_err());
        assert!(cursor::read_text("nonsense").is_err());
    }
}
