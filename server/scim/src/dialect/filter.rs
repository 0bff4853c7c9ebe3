//! Filters in the query string.

use std::borrow::Cow;

use crate::filter::Filter;

/// `+` for a space outside quotes, in an address that was not decoded as a form (collections of
/// requests made for Entra). That of an exponent (`1e+3`) stays.
pub(crate) fn spaces(filter: &str) -> Cow<'_, str> {
    if !filter.contains('+') {
        return Cow::Borrowed(filter);
    }
    let (mut quoted, mut escaped) = (false, false);
    let space = |(at, c)| {
        let outside = !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        if c == '+' && outside && !is_of_exponent(filter, at) { ' ' } else { c }
    };
    Cow::Owned(filter.char_indices().map(space).collect())
}

fn is_of_exponent(filter: &str, at: usize) -> bool {
    let before = filter[..at].strip_suffix(['e', 'E']);
    before.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
        && filter[at + 1..].starts_with(|c: char| c.is_ascii_digit())
}

/// `emails[type eq "work"].value eq "x"`, outside the RFC's grammar: Entra looks users up so when
/// an e-mail address is the matching attribute. One element is meant that satisfies both.
/// (Microsoft Learn, "Develop a SCIM endpoint".)
pub(crate) fn behind_brackets(inner: Filter, behind: Filter) -> Filter {
    Filter::And(vec![inner, behind])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_in_quotes_stays() {
        for (given, read) in [
            (r#"userName+eq+"a+b""#, r#"userName eq "a+b""#),
            (r#"a eq "x\"+y"+and+b pr"#, r#"a eq "x\"+y" and b pr"#),
            (r#"a eq "x\\"+or+b pr"#, r#"a eq "x\\" or b pr"#),
            ("title pr", "title pr"),
            ("n+gt+1.5e+3+and+m+le+2E+1", "n gt 1.5e+3 and m le 2E+1"),
        ] {
            assert_eq!(spaces(given), read);
        }
    }
}
