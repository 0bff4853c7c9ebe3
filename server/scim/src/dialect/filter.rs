//! Filters in the query string.

use std::borrow::Cow;

use crate::filter::Filter;

/// `+` for a space outside quotes, in an address that was not decoded as a form (collections of
/// requests made for Entra).
pub(crate) fn spaces(filter: &str) -> Cow<'_, str> {
    if !filter.contains('+') {
        return Cow::Borrowed(filter);
    }
    let (mut quoted, mut escaped) = (false, false);
    let space = |c| {
        let outside = !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        if c == '+' && outside { ' ' } else { c }
    };
    Cow::Owned(filter.chars().map(space).collect())
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
        ] {
            assert_eq!(spaces(given), read);
        }
    }
}
