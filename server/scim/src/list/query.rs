//! What a list is asked for, in the query string or in the body of a POST to `.search`.

use serde_json::{Map, Value};

use super::{DEFAULT_COUNT, MAX_COUNT};
use crate::error::{Error, Result, ScimType, shown};
use crate::filter::{Filter, MAX_BYTES};
use crate::path::{AttrPath, each_name_once, get};
use crate::projection::Projection;
use crate::schema::ResourceType;

/// The `schemas` value of a search.
pub const SEARCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Longest cursor in bytes: far more than any that we gave.
const MAX_CURSOR_BYTES: usize = 4_096;

/// The page a client asked for, within our bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 is the first.
    pub start_index: u64,
    /// 0 asks for the number of results only; never so with a cursor.
    pub count: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { start_index: 1, count: DEFAULT_COUNT }
    }
}

/// By what a list is sorted (RFC 7644 section 3.4.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: AttrPath,
    pub descending: bool,
}

/// What a list is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    pub filter: Option<Filter>,
    pub page: Page,
    pub sort: Option<Sort>,
    /// Pages by cursor (RFC 9865) instead of by index; empty text asks for the first page.
    pub cursor: Option<String>,
}

impl ListQuery {
    /// Reads decoded query pairs. Names count in any case, unknown ones are passed over: Entra
    /// carries `aadOptscim062020` in the address of every request. Whether the filter fits the kind
    /// of resource is for [`Filter::check`] to say.
    pub fn from_pairs<'q>(pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> Result<Self> {
        let mut given = Given::default();
        for (name, value) in pairs {
            if name.eq_ignore_ascii_case("filter") {
                given.filter = Some(value);
            } else if name.eq_ignore_ascii_case("startIndex") {
                given.start_index = Some(value);
            } else if name.eq_ignore_ascii_case("count") {
                given.count = Some(value);
            } else if name.eq_ignore_ascii_case("sortBy") {
                given.sort_by = Some(value);
            } else if name.eq_ignore_ascii_case("sortOrder") {
                given.sort_order = Some(value);
            } else if name.eq_ignore_ascii_case("cursor") {
                given.cursor = Some(value);
            }
        }
        given.read()
    }

    /// Reads the body of a POST to `.search` (RFC 7644 section 3.4.3), and which attributes of the
    /// resources it wants to see. null counts as not given.
    pub fn from_search_request(body: &Value, kind: &'static ResourceType) -> Result<(Self, Projection)> {
        let Value::Object(body) = body else {
            return Err(Error::syntax("The body must be a JSON object, a SearchRequest."));
        };
        each_name_once(body)?;
        let (start_index, count) = (number(body, "startIndex")?, number(body, "count")?);
        let query = Given {
            filter: text(body, "filter")?,
            start_index: start_index.as_deref(),
            count: count.as_deref(),
            sort_by: text(body, "sortBy")?,
            sort_order: text(body, "sortOrder")?,
            cursor: text(body, "cursor")?,
        }
        .read()?;
        query.filter.iter().try_for_each(|filter| filter.check(kind))?;
        let mut names = Vec::new();
        for parameter in ["attributes", "excludedAttributes"] {
            names.extend(texts(body, parameter)?.into_iter().map(|name| (parameter, name)));
        }
        Ok((query, Projection::from_pairs(names, kind)?))
    }
}

/// What was given, in its text.
#[derive(Default)]
struct Given<'g> {
    filter: Option<&'g str>,
    start_index: Option<&'g str>,
    count: Option<&'g str>,
    sort_by: Option<&'g str>,
    sort_order: Option<&'g str>,
    cursor: Option<&'g str>,
}

impl Given<'_> {
    fn read(self) -> Result<ListQuery> {
        let mut query = ListQuery { sort: self.sort()?, ..ListQuery::default() };
        query.filter = self.filter.map(Filter::parse).transpose()?;
        if let Some(start) = self.start_index {
            let start = whole_number(start).ok_or_else(|| not_whole("startIndex", start))?;
            query.page.start_index = u64::try_from(start).unwrap_or(1).max(1);
        }
        if let Some(given) = self.count {
            let count = whole_number(given).ok_or_else(|| not_whole("count", given))?;
            query.page.count = u32::try_from(count.clamp(0, i64::from(MAX_COUNT))).unwrap_or(MAX_COUNT);
        }
        query.cursor = self.cursor(query.page.count)?;
        Ok(query)
    }

    /// An unknown order is refused, so that nobody takes the wrong end of a list for the right one.
    fn sort(&self) -> Result<Option<Sort>> {
        let descending = match self.sort_order.map(str::trim) {
            None | Some("") => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(other) => {
                return Err(Error::value(format!(
                    "sortOrder is {}; it must be ascending or descending.",
                    shown(other)
                )));
            }
        };
        let Some(by) = self.sort_by.map(str::trim).filter(|by| !by.is_empty()) else {
            return Ok(None);
        };
        if by.len() > MAX_BYTES {
            return Err(Error::value(format!("sortBy is longer than {MAX_BYTES} bytes.")));
        }
        let by = AttrPath::parse(by).map_err(|why| Error::value(format!("sortBy: {why}")))?;
        Ok(Some(Sort { by, descending }))
    }

    /// The two ways to turn pages exclude each other, and a page by cursor has at least one result
    /// (RFC 9865 section 2).
    fn cursor(&self, count: u32) -> Result<Option<String>> {
        let Some(cursor) = self.cursor else { return Ok(None) };
        if self.start_index.is_some() {
            return Err(Error::bad_request(
                ScimType::InvalidCursor,
                "cursor and startIndex exclude each other. Send one of them.",
            ));
        }
        if count == 0 {
            return Err(Error::bad_request(
                ScimType::InvalidCount,
                format!("With a cursor, count must be from 1 to {MAX_COUNT}."),
            ));
        }
        if cursor.len() > MAX_CURSOR_BYTES {
            return Err(Error::bad_request(ScimType::InvalidCursor, "The cursor is not one of ours."));
        }
        Ok(Some(cursor.to_owned()))
    }
}

/// A whole number; one too large to hold counts as the largest.
fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let limit = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(limit))
}

fn not_whole(name: &str, text: &str) -> Error {
    Error::value(format!("{name} is {}; it must be a whole number.", shown(text)))
}

fn given<'b>(body: &'b Map<String, Value>, name: &str) -> Option<&'b Value> {
    get(body, name).filter(|value| !value.is_null())
}

fn text<'b>(body: &'b Map<String, Value>, name: &str) -> Result<Option<&'b str>> {
    match given(body, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::value(format!("{name} must be text."))),
    }
}

/// A number as text, so that it is read like one of the query string.
fn number(body: &Map<String, Value>, name: &str) -> Result<Option<String>> {
    match given(body, name) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::value(format!("{name} must be a whole number."))),
    }
}

fn texts<'b>(body: &'b Map<String, Value>, name: &str) -> Result<Vec<&'b str>> {
    let list = match given(body, name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        Some(one) => one.as_str().map(|text| vec![text]),
    };
    list.ok_or_else(|| Error::value(format!("{name} must be a list of attribute names.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{GROUP_TYPE, USER_TYPE};
    use serde_json::json;

    fn page(pairs: &[(&str, &str)]) -> (u64, u32) {
        let page = ListQuery::from_pairs(pairs.iter().copied()).unwrap().page;
        (page.start_index, page.count)
    }

    fn refused(pairs: &[(&str, &str)]) -> String {
        let error = ListQuery::from_pairs(pairs.iter().copied()).expect_err("must be refused");
        assert_eq!(error.status, 400);
        error.to_json()["scimType"].as_str().unwrap().to_owned()
    }

    #[test]
    fn bounds_of_a_page() {
        assert_eq!(page(&[]), (1, DEFAULT_COUNT));
        assert_eq!(page(&[("startIndex", "0"), ("count", "-5")]), (1, 0));
        assert_eq!(page(&[("startIndex", "-9"), ("COUNT", "7")]), (1, 7));
        assert_eq!(page(&[("startindex", "41"), ("count", "9999")]), (41, MAX_COUNT));
        let huge = "9".repeat(40);
        assert_eq!(page(&[("startIndex", &huge), ("count", &format!("-{huge}"))]), (i64::MAX as u64, 0));
    }

    #[test]
    fn a_number_that_is_none_is_refused_and_unknown_names_are_not() {
        for pair in [("count", "ten"), ("startIndex", ""), ("count", "1.5"), ("count", "-")] {
            assert_eq!(refused(&[pair]), "invalidValue");
        }
        let query = ListQuery::from_pairs([("aadOptscim062020", ""), ("Filter", "title pr")]);
        assert!(query.unwrap().filter.is_some());
    }

    #[test]
    fn sorting() {
        let sort = |pairs: &[(&str, &str)]| ListQuery::from_pairs(pairs.iter().copied()).unwrap().sort;
        let by_name = sort(&[("sortby", "name.familyName"), ("sortOrder", "Descending")]).unwrap();
        assert!(by_name.by.is("name.familyName") && by_name.descending);
        assert!(!sort(&[("sortBy", "userName")]).unwrap().descending);
        assert_eq!(sort(&[("sortOrder", "descending")]), None);
        assert_eq!(sort(&[("sortBy", " ")]), None);
        for wrong in [[("sortBy", "a b"), ("sortOrder", "ascending")], [("sortBy", "title"), ("sortOrder", "up")]] {
            assert_eq!(refused(&wrong), "invalidValue");
        }
        assert_eq!(refused(&[("sortBy", r#"emails[type eq "work"]"#)]), "invalidValue");
    }

    #[test]
    fn cursors() {
        let cursor = |pairs: &[(&str, &str)]| ListQuery::from_pairs(pairs.iter().copied()).unwrap().cursor;
        assert_eq!(cursor(&[]), None);
        assert_eq!(cursor(&[("cursor", ""), ("count", "999")]).as_deref(), Some(""));
        assert_eq!(cursor(&[("cursor", "x")]).as_deref(), Some("x"));
        assert_eq!(refused(&[("cursor", ""), ("startIndex", "1")]), "invalidCursor");
        assert_eq!(refused(&[("cursor", &"x".repeat(MAX_CURSOR_BYTES + 1))]), "invalidCursor");
        for count in ["0", "-1"] {
            assert_eq!(refused(&[("cursor", ""), ("count", count)]), "invalidCount");
        }
    }

    #[test]
    fn a_search_says_the_same_in_a_body() {
        let (query, projection) = ListQuery::from_search_request(
            &json!({
                "schemas": [SEARCH_SCHEMA],
                "attributes": ["displayName", "members"],
                "filter": "displayName sw \"smith\"",
                "StartIndex": 1,
                "count": 10,
                "sortBy": "displayName",
                "sortOrder": null,
            }),
            &GROUP_TYPE,
        )
        .unwrap();
        let pairs = [("filter", "displayName sw \"smith\""), ("count", "10"), ("sortBy", "displayName")];
        assert_eq!(query, ListQuery::from_pairs(pairs).unwrap());
        assert!(projection.shows("members") && !projection.shows("externalId"));
        let (query, _) =
            ListQuery::from_search_request(&json!({"cursor": "", "excludedAttributes": "name"}), &USER_TYPE).unwrap();
        assert_eq!(query.cursor.as_deref(), Some(""));
    }

    #[test]
    fn a_search_of_the_wrong_shape() {
        for (body, scim_type) in [
            (json!([]), "invalidSyntax"),
            (json!({"filter": 5}), "invalidValue"),
            (json!({"filter": "x"}), "invalidFilter"),
            (json!({"count": 1.5}), "invalidValue"),
            (json!({"startIndex": []}), "invalidValue"),
            (json!({"attributes": [1]}), "invalidValue"),
            (json!({"attributes": {}}), "invalidValue"),
            (json!({"attributes": ["a"], "excludedAttributes": ["b"]}), "invalidValue"),
            (json!({"cursor": "", "startIndex": 1}), "invalidCursor"),
        ] {
            let error = ListQuery::from_search_request(&body, &USER_TYPE).expect_err(&body.to_string());
            assert_eq!(error.to_json()["scimType"], scim_type, "{body}");
        }
    }
}
