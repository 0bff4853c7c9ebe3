//! Recursive descent over the text of a filter or a PATCH path, with both bounds kept: the text's
//! length before the first step, the depth at each parenthesis and bracket.

use serde_json::Value;

use super::{CompareOp, Filter, MAX_BYTES, MAX_DEPTH};
use crate::dialect;
use crate::error::shown;
use crate::json;
use crate::path::AttrPath;

/// What is wrong, as a sentence. The caller decides whether it is `invalidFilter` or `invalidPath`.
type Parsed<T> = std::result::Result<T, String>;

/// The text and how far it has been read.
pub(crate) struct Parser<'t> {
    /// What the text is, such as "The filter"; sentences begin with it.
    what: &'static str,
    text: &'t str,
    at: usize,
    depth: usize,
    in_brackets: bool,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(what: &'static str, text: &'t str) -> Parsed<Self> {
        if text.len() > MAX_BYTES {
            return Err(format!("{what} has {} bytes; at most {MAX_BYTES} are read.", text.len()));
        }
        Ok(Self { what, text, at: 0, depth: 0, in_brackets: false })
    }

    /// `filter` of the grammar: terms joined by `or`, which binds weaker than `and`.
    pub(crate) fn filter(&mut self) -> Parsed<Filter> {
        let mut terms = vec![self.conjunction()?];
        while self.keyword("or") {
            terms.push(self.conjunction()?);
        }
        Ok(one_or(terms, Filter::Or))
    }

    fn conjunction(&mut self) -> Parsed<Filter> {
        let mut terms = vec![self.term()?];
        while self.keyword("and") {
            terms.push(self.term()?);
        }
        Ok(one_or(terms, Filter::And))
    }

    fn term(&mut self) -> Parsed<Filter> {
        self.spaces();
        if self.rest().starts_with('(') {
            return self.enclosed('(', ')');
        }
        let start = self.at;
        if self.keyword("not") {
            self.spaces();
            if self.rest().starts_with('(') {
                return Ok(Filter::Not(Box::new(self.enclosed('(', ')')?)));
            }
            self.at = start;
        }
        let path = self.path()?;
        match self.brackets()? {
            Some(_) if self.in_brackets => Err("Brackets may not stand in brackets.".to_owned()),
            Some(inner) => self.element(path, inner),
            None => self.comparison(path),
        }
    }

    /// What follows `attribute[filter]`: nothing, or Entra's `.sub op value`.
    fn element(&mut self, path: AttrPath, inner: Filter) -> Parsed<Filter> {
        let inner = match self.sub_attribute()? {
            None => inner,
            Some(sub) => {
                let last = self.comparison(sub)?;
                dialect::filter::behind_brackets(inner, last)
            }
        };
        Ok(Filter::Element(path, Box::new(inner)))
    }

    fn comparison(&mut self, path: AttrPath) -> Parsed<Filter> {
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(op) = compare_op(word) else {
            return Err(format!("{} is not an operator. Right: eq, ne, co, sw, ew, gt, ge, lt, le, pr.", shown(word)));
        };
        if !self.rest().starts_with(is_space) {
            return Err(format!("A space and a value must follow {}.", shown(word)));
        }
        let value = self.literal()?;
        let fits = match op {
            CompareOp::Eq | CompareOp::Ne => true,
            CompareOp::Co | CompareOp::Sw | CompareOp::Ew => value.is_string(),
            _ => value.is_string() || value.is_number(),
        };
        if !fits {
            return Err(misfit(word, &value));
        }
        Ok(Filter::Compare(path, op, value))
    }

    /// An attribute path.
    pub(crate) fn path(&mut self) -> Parsed<AttrPath> {
        let word = self.word();
        if word.is_empty() {
            return Err(format!("An attribute is missing {}.", self.place()));
        }
        AttrPath::parse(word)
    }

    /// `[filter]`, when it stands here.
    pub(crate) fn brackets(&mut self) -> Parsed<Option<Filter>> {
        if !self.rest().starts_with('[') {
            return Ok(None);
        }
        let outer = std::mem::replace(&mut self.in_brackets, true);
        let inner = self.enclosed('[', ']');
        self.in_brackets = outer;
        inner.map(Some)
    }

    /// `.sub` behind brackets, when it stands here.
    pub(crate) fn sub_attribute(&mut self) -> Parsed<Option<AttrPath>> {
        if !self.rest().starts_with('.') {
            return Ok(None);
        }
        self.at += 1;
        let path = self.path()?;
        if path.sub.is_some() || path.schema.is_some() {
            return Err("Only one name may follow the brackets.".to_owned());
        }
        Ok(Some(path))
    }

    /// Nothing more may follow.
    pub(crate) fn end(&mut self) -> Parsed<()> {
        self.spaces();
        if self.rest().is_empty() {
            return Ok(());
        }
        Err(format!("{} is not understood {}: {}.", self.what, self.place(), shown(self.rest())))
    }

    fn enclosed(&mut self, open: char, close: char) -> Parsed<Filter> {
        self.at += open.len_utf8();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("{} is nested more than {MAX_DEPTH} levels deep. Write it flatter.", self.what));
        }
        let inner = self.filter()?;
        self.depth -= 1;
        self.spaces();
        if !self.rest().starts_with(close) {
            return Err(format!("{} is missing {}.", close, self.place()));
        }
        self.at += close.len_utf8();
        Ok(inner)
    }

    fn literal(&mut self) -> Parsed<Value> {
        self.spaces();
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let word = self.word();
        match word.to_ascii_lowercase().as_str() {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            _ => {}
        }
        match json::parse(word.as_bytes()) {
            Ok(number @ Value::Number(_)) => Ok(number),
            Err(why) if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Err(format!("{} is not a value: {}", shown(word), why.detail))
            }
            _ => Err(format!("{} is not a value. Put text in double quotes: \"text\".", shown(word))),
        }
    }

    fn quoted(&mut self) -> Parsed<Value> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|&(_, c)| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let Some((end, _)) = end else {
            return Err("A closing double quote is missing.".to_owned());
        };
        let text: String = serde_json::from_str(&rest[..=end]).map_err(|_| {
            format!("The text {} is not written as JSON writes it. Send \\\\ for a backslash.", shown(&rest[1..end]))
        })?;
        if text.contains('\0') {
            return Err(format!("{} holds the character NUL, which stands in no value.", self.what));
        }
        self.at += end + 1;
        Ok(Value::String(text))
    }

    /// Reads `word` if it stands here as a word of its own, in any case.
    fn keyword(&mut self, word: &str) -> bool {
        let start = self.at;
        if self.word().eq_ignore_ascii_case(word) {
            return true;
        }
        self.at = start;
        false
    }

    /// The characters up to the next space or bracket.
    fn word(&mut self) -> &'t str {
        self.spaces();
        let rest = self.rest();
        let end = rest.find(|c| is_space(c) || matches!(c, '(' | ')' | '[' | ']' | '"'));
        let word = &rest[..end.unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_space).len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn place(&self) -> String {
        if self.rest().is_empty() {
            return "at the end".to_owned();
        }
        format!("at byte {}", self.at + 1)
    }
}

fn one_or(mut terms: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        Some(last) => {
            terms.push(last);
            join(terms)
        }
        None => join(terms),
    }
}

/// Why an operator does not go with a value that is no text.
fn misfit(operator: &str, value: &Value) -> String {
    let operator = shown(operator);
    if value.is_number() {
        return format!("{operator} looks into text. Put {value} in double quotes.");
    }
    format!("{operator} does not compare {value}: true, false and null are compared by eq and ne.")
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn compare_op(word: &str) -> Option<CompareOp> {
    Some(match word.to_ascii_lowercase().as_str() {
        "eq" => CompareOp::Eq,
        "ne" => CompareOp::Ne,
        "co" => CompareOp::Co,
        "sw" => CompareOp::Sw,
        "ew" => CompareOp::Ew,
        "gt" => CompareOp::Gt,
        "ge" => CompareOp::Ge,
        "lt" => CompareOp::Lt,
        "le" => CompareOp::Le,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::MAX_COMPARISONS;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn parse(text: &str) -> Filter {
        Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn refused(text: &str) -> String {
        let error = Filter::parse(text).expect_err(text);
        assert_eq!(error.status, 400);
        assert_eq!(error.to_json()["scimType"], "invalidFilter", "{text}");
        error.detail
    }

    #[test]
    fn every_example_of_the_rfc() {
        for text in [
            r#"userName eq "bjensen""#,
            r#"name.familyName co "O'Malley""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
            "title pr",
            r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
            r#"title pr and userType eq "Employee""#,
            r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
            r#"userType eq "Employee" and (emails co "example.com" or emails.value co "x")"#,
            r#"userType ne "Employee" and not (emails co "a" or emails.value co "b")"#,
            r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
            r#"emails[type eq "work" and value co "@a"] or ims[type eq "xmpp" and value co "@b"]"#,
        ] {
            parse(text);
        }
    }

    #[test]
    fn and_binds_before_or() {
        let Filter::Or(terms) = parse("a pr or b pr and c pr or d pr") else {
            panic!("expected or");
        };
        assert_eq!(terms.len(), 3);
        assert!(matches!(&terms[1], Filter::And(inner) if inner.len() == 2));
    }

    #[test]
    fn dialects() {
        let plain = parse(r#"userName eq "a+b c""#);
        assert_eq!(parse(r#"  userName+EQ+"a+b c"  "#), plain);
        let (path, value) = plain.equalities().unwrap()[0];
        assert!(path.is("username"));
        assert_eq!(value, "a+b c");
        assert_eq!(
            parse(r#"emails[type eq "work"].value eq "x""#),
            parse(r#"emails[type eq "work" and value eq "x"]"#)
        );
        assert_eq!(parse("active eq True"), parse("active eq true"));
        assert_eq!(parse(r#"not(a pr)and(b pr)"#), parse("not (a pr) and (b pr)"));
        parse(r#"not eq "an attribute called not""#);
        let both = parse(r#"id eq "g" and members eq "u""#);
        assert_eq!(both.equalities().map(|e| e.len()), Some(2));
        assert!(parse(r#"id eq "g" or members eq "u""#).equalities().is_none());
    }

    #[test]
    fn literals() {
        for (text, value) in [
            (r#""a\"b\\""#, json!("a\"b\\")),
            (r#""\u00e9""#, json!("é")),
            ("null", json!(null)),
            ("-1.5", json!(-1.5)),
            ("42", json!(42)),
        ] {
            let filter = parse(&format!("a eq {text}"));
            assert_eq!(filter.equalities().unwrap()[0].1, &value, "{text}");
        }
    }

    #[test]
    fn refusals_say_why() {
        assert!(refused("userName eq bjensen").contains("double quotes"));
        assert!(refused(r#"userName is "x""#).contains("not an operator"));
        assert!(refused(r#"userName eq "x"#).contains("closing double quote"));
        assert!(refused(r#"(userName eq "x""#).contains(") is missing at the end"));
        assert!(refused(r#"userName eq "\u0000""#).contains("NUL"));
        assert_eq!(
            refused("active gt true"),
            "\"gt\" does not compare true: true, false and null are compared by eq and ne."
        );
        assert_eq!(refused("title co 5"), "\"co\" looks into text. Put 5 in double quotes.");
        assert!(refused(r#"title eq "a\x""#).starts_with(r#"The text "a\x" is not written"#));
        assert!(refused(r#"title eq "x" y"#).starts_with("The filter is not understood at byte 14"));
        for text in [
            "",
            " ",
            "userName",
            "userName eq",
            r#"eq "x""#,
            r#"userName eq "x" garbage"#,
            r#"userName eq"x""#,
            "title pr and",
            r#"a.b.c eq "x""#,
            r#"emails[type[value pr]]"#,
            r#"emails[type eq "a"][value pr]"#,
            "userName co 5",
            "\u{0} pr",
            "emails[]",
            "()",
        ] {
            refused(text);
        }
    }

    #[test]
    fn bounds() {
        let nested = |n: usize| format!("{}a pr{}", "(".repeat(n), ")".repeat(n));
        parse(&nested(MAX_DEPTH));
        assert!(refused(&nested(MAX_DEPTH + 1)).contains("20 levels"));
        assert!(refused(&"not (".repeat(800)).contains("20 levels"));
        assert!(refused(&"a".repeat(MAX_BYTES + 1)).starts_with("The filter has 4097 bytes"));
        let wide = |n| vec!["a pr"; n].join(" or ");
        assert!(matches!(parse(&wide(MAX_COMPARISONS)), Filter::Or(terms) if terms.len() == MAX_COMPARISONS));
        assert!(refused(&wide(MAX_COMPARISONS + 1)).contains("50 comparisons"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn never_panics_on_filter_like_text(
            words in proptest::collection::vec(
                prop::sample::select(vec![
                    "a", "emails", "[", "]", "(", ")", "eq", "pr", "and", "or", "not", "\"", "x",
                    "\\", "true", "1", ".", ":", "urn:a:b", " ", " ", "+", "ä", "$ref",
                ]),
                0..40,
            )
        ) {
            let _ = Filter::parse(&words.concat());
        }

        #[test]
        fn any_text_can_be_looked_for(text in "[^\0]{0,50}") {
            let filter = parse(&format!("userName eq {}", json!(text)));
            prop_assert_eq!(filter.equalities().unwrap()[0].1, &json!(text));
        }
    }
}
