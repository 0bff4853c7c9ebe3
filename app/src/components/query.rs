//! The state of a page, as it stands in its address: filters, page, open dialog.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use model::Cursor;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path with its query parameters, to read from and to make links with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// From a path and what stands after the question mark. Parameters without a value are left out: an empty field of
    /// a filter is no filter.
    pub fn parse(path: &str, search: &str) -> Self {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(search.trim_start_matches('?')).unwrap_or_default();
        Self { path: path.to_owned(), pairs: pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// The page's own, following the address. Read from the raw text, as the router's own map decodes twice.
    pub fn here() -> Memo<Self> {
        let location = use_location();
        Memo::new(move |_| Self::parse(&location.pathname.read(), &location.search.read()))
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter's value, to send on.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// A parameter that is one of our words or ids; whatever cannot be read counts as not given.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// Where the list's page starts.
    pub fn cursor(&self) -> Cursor {
        Cursor::from_query(self.get("after").map(str::to_owned), self.get("before").map(str::to_owned))
    }

    /// The same page with a parameter set.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut query = self.without(&[name]);
        query.pairs.push((name.to_owned(), value.into()));
        query
    }

    /// The same page without these parameters.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let pairs = self.pairs.iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned().collect();
        Self { path: self.path.clone(), pairs }
    }

    /// The same page with these parameters alone.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let pairs = self.pairs.iter().filter(|(key, _)| names.contains(&key.as_str())).cloned().collect();
        Self { path: self.path.clone(), pairs }
    }

    /// The same page with another's parameters besides.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.pairs.extend(other.pairs.iter().cloned());
        self
    }

    /// The same parameters on another page.
    #[must_use]
    pub fn on(self, path: String) -> Self {
        Self { path, ..self }
    }

    /// The same page with other parameters: those of a form that reads.
    #[must_use]
    pub fn asking(&self, search: &str) -> Self {
        Self::parse(&self.path, search)
    }

    /// All parameters, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The address.
    pub fn href(&self) -> String {
        match serde_urlencoded::to_string(&self.pairs) {
            Ok(search) if !search.is_empty() => format!("{}?{search}", self.path),
            _ => self.path.clone(),
        }
    }
}

/// To a server function it goes as the address that it is.
impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.href())
    }
}

/// From a page's address on this server; what it is read for makes links of it.
impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let address = String::deserialize(deserializer)?;
        if !address.starts_with('/') || address.starts_with("//") || address.contains('\\') {
            return Err(D::Error::custom("not an address of a page"));
        }
        let (path, search) = address.split_once('?').unwrap_or((&address, ""));
        Ok(Self::parse(path, search))
    }
}

/// The noun's id in the page's path (`:id`); none when it is not an id at all.
pub fn use_id<T>() -> Memo<Option<T>>
where
    T: std::str::FromStr + PartialEq + Send + Sync + 'static,
{
    let params = use_params_map();
    Memo::new(move |_| params.read().get_str("id").and_then(|id| id.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_and_removed_beside_the_others() {
        let query = Query::parse("/people", "q=a+b%2Bc&state=&after=k");
        assert_eq!(query.get("q"), Some("a b+c"));
        assert_eq!(query.get("state"), None);
        assert_eq!(query.without(&["after"]).with("before", "x&y").href(), "/people?q=a+b%2Bc&before=x%26y");
        assert_eq!(query.without(&["q", "after"]).href(), "/people");
        assert_eq!(query.only(&["q", "sort"]).href(), "/people?q=a+b%2Bc");
    }

    #[test]
    fn it_travels_as_an_address_of_this_server() {
        let query = Query::parse("/people", "q=a%26b&state=active");
        let sent = serde_json::to_value(&query).unwrap();
        assert_eq!(sent, "/people?q=a%26b&state=active");
        assert_eq!(serde_json::from_value::<Query>(sent).unwrap(), query);
        for other in ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", ""] {
            assert!(serde_json::from_value::<Query>(other.into()).is_err(), "{other}");
        }
    }

    #[test]
    fn after_wins_over_before_and_nonsense_is_no_filter() {
        assert_eq!(Query::parse("/", "before=a&after=b").cursor(), Cursor::After("b".to_owned()));
        assert_eq!(Query::parse("/", "n=x").parsed::<u8>("n"), None);
        assert_eq!(Query::parse("/", "%%%=").href(), "/");
    }
}
