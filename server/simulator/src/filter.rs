//! `attribute eq value`, the only filter Zoom has, quoted or not, and paging.

use crate::call::Call;

/// An attribute and the value it must equal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) attribute: String,
    pub(crate) value: String,
}

impl Filter {
    /// `Err` is the filter's name as Zoom repeats it in its refusal.
    ///
    /// Zoom's reference writes the value bare (`userName eq a@b.c`); Okta and
    /// Entra send it quoted as RFC 7644 section 3.4.2.2 wants. Both pass.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (attribute, rest) = text.split_once(char::is_whitespace).ok_or(text)?;
        let refused = || attribute.to_owned();
        let (operator, value) = rest.trim().split_once(char::is_whitespace).ok_or_else(refused)?;
        if !operator.eq_ignore_ascii_case("eq") {
            return Err(refused());
        }
        let value = value.trim();
        let value =
            if value.starts_with('"') { serde_json::from_str(value).map_err(|_| refused())? } else { value.to_owned() };
        Ok(Self { attribute: attribute.to_owned(), value })
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) start_index: usize,
    pub(crate) count: usize,
}

impl Page {
    /// Zoom documents a `count` of 1 where none is sent, and 100 at most; more
    /// is cut down to that here (undocumented).
    pub(crate) fn of(call: &Call) -> Self {
        let number = |name| call.query(name).and_then(|value| value.parse::<i64>().ok());
        let start_index = number("startIndex").unwrap_or(1).max(1);
        let count = number("count").unwrap_or(1).clamp(0, 100);
        Self {
            start_index: usize::try_from(start_index).unwrap_or(usize::MAX),
            count: usize::try_from(count).unwrap_or(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn values_may_be_quoted_or_bare() {
        for text in ["userName eq a@b.c", "userName EQ \"a@b.c\"", " userName eq  a@b.c "] {
            let filter = Filter::parse(text);
            let expected = Filter { attribute: "userName".to_owned(), value: "a@b.c".to_owned() };
            assert_eq!(filter, Ok(expected), "{text}");
        }
        let spaced = Filter::parse("displayName eq Sales and Marketing").map(|filter| filter.value);
        assert_eq!(spaced.as_deref(), Ok("Sales and Marketing"));
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for (text, name) in [
            ("userName sw a", "userName"),
            ("userName", "userName"),
            ("userName pr", "userName"),
            ("userName eq \"a\" and active eq true", "userName"),
        ] {
            assert_eq!(Filter::parse(text), Err(name.to_owned()), "{text}");
        }
    }
}
