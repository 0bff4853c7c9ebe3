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
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    /// A text and an id: `id.text`, as the id has a fixed form.
    pub(crate) fn text(key: &str, id: Uuid) -> String {
        format!("{}.{key}", id.simple())
    }

    pub(crate) fn read_text(cursor: &str) -> Result<(String, Uuid)> {
        let (id, key) = cursor.split_once('.').filter(|(_, key)| !key.contains('\0')).ok_or(Error::BadCursor)?;
        Ok((key.to_owned(), id.parse().map_err(|_| Error::BadCursor)?))
    }

    /// A time and an id.
    pub(crate) fn time(at: DateTime<Utc>, id: Uuid) -> String {
        format!("{}.{}", id.simple(), at.timestamp_micros())
    }

    pub(crate) fn read_time(cursor: &str) -> Result<(DateTime<Utc>, Uuid)> {
        let (micros, id) = read_text(cursor)?;
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
        assert!(cursor::read_text("0192f0c1000070008000000000000000.a\0").is_err());
    }
}
