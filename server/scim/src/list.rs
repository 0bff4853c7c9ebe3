//! Lists: which page was asked for, and the ListResponse that answers (RFC 7644 section 3.4.2).

use serde_json::{Value, json};

use crate::error::{Error, Result, shown};
use crate::filter::Filter;

/// The `schemas` value of a list.
pub const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Most resources in one page; `filter.maxResults` of the ServiceProviderConfig says so.
pub const MAX_COUNT: u32 = 200;

/// Resources in a page when the client does not say.
pub const DEFAULT_COUNT: u32 = 100;

/// The page a client asked for, within our bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 is the first.
    pub start_index: u64,
    /// 0 asks for the number of results only.
    pub count: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { start_index: 1, count: DEFAULT_COUNT }
    }
}

/// What the query string of a list asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    pub filter: Option<Filter>,
    pub page: Page,
}

impl ListQuery {
    /// Reads decoded query pairs. Names count in any case, unknown ones are passed over: Entra
    /// carries `aadOptscim062020` in the address of every request.
    pub fn from_pairs<'q>(pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> Result<Self> {
        let mut query = Self::default();
        for (name, value) in pairs {
            if name.eq_ignore_ascii_case("filter") {
                query.filter = Some(Filter::parse(value)?);
            } else if name.eq_ignore_ascii_case("startIndex") {
                let start = whole_number("startIndex", value)?;
                query.page.start_index = u64::try_from(start).unwrap_or(1).max(1);
            } else if name.eq_ignore_ascii_case("count") {
                let count = whole_number("count", value)?.clamp(0, i64::from(MAX_COUNT));
                query.page.count = u32::try_from(count).unwrap_or(MAX_COUNT);
            }
        }
        Ok(query)
    }
}

/// A whole number; one too large to hold counts as the largest.
fn whole_number(name: &str, text: &str) -> Result<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::value(format!("{name} is {}; it must be a whole number.", shown(text))));
    }
    let limit = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Ok(text.parse().unwrap_or(limit))
}

/// The ListResponse: `total` results in all, `resources` of them here, from `start_index`.
pub fn response(total: u64, start_index: u64, resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST_SCHEMA],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(pairs: &[(&str, &str)]) -> (u64, u32) {
        let page = ListQuery::from_pairs(pairs.iter().copied()).unwrap().page;
        (page.start_index, page.count)
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
            let error = ListQuery::from_pairs([pair]).expect_err("must be refused");
            assert_eq!(error.to_json()["scimType"], "invalidValue");
        }
        let query = ListQuery::from_pairs([("aadOptscim062020", ""), ("Filter", "title pr")]);
        assert!(query.unwrap().filter.is_some());
    }

    #[test]
    fn an_empty_list_has_its_keys() {
        let body = response(0, 1, Vec::new());
        assert_eq!(body["Resources"], json!([]));
        assert_eq!(body["totalResults"], 0);
        assert_eq!(body["itemsPerPage"], 0);
        assert_eq!(body["startIndex"], 1);
    }
}
