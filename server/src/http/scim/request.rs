//! A request as the endpoints need it: who speaks, the path in its parts, the query, the body.

use super::trace::Note;
use super::view::View;
use super::write::Unit;
use super::{BASE_PATH, token};
use crate::AppState;
use axum::body::Body;
use axum::extract::Request;
use directory::Directory;
use directory::search::Of;
use directory::tokens::Speaker;
use futures::StreamExt;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method};
use mime::Mime;
use percent_encoding::percent_decode_str;
use scim::discovery::MAX_PAYLOAD_BYTES;
use scim::etag::Condition;
use scim::{Error, ListQuery, Projection};
use serde_json::Value;

/// One authenticated call.
pub struct Call {
    pub unit: Unit,
    /// The address that ends in `/scim/v2`.
    pub base: String,
    pub method: Method,
    /// Below the base, decoded; empty segments are left out.
    pub path: Vec<String>,
    pairs: Vec<(String, String)>,
    headers: HeaderMap,
    body: Body,
}

/// What a query may say. Anything else is passed over: Entra carries `aadOptscim062020` in each address.
const PARAMETERS: &[&str] =
    &["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"];

impl Call {
    /// Lets the request in when its token opens a source, and may do what is asked.
    pub async fn open(state: AppState, request: Request) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let note = parts.extensions.get::<Note>().cloned().unwrap_or_default();
        let speaker = token::authenticate(&state, &parts, &note).await?;
        let base = format!("{}{BASE_PATH}", state.backend.public_url);
        Self::new(state.directory, base, speaker, parts, body, note, false)
    }

    /// A request that is only tried: no token is looked at, and nothing will be committed.
    pub fn rehearsal(
        directory: Directory,
        base: String,
        speaker: Speaker,
        request: Request,
        note: Note,
    ) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        Self::new(directory, base, speaker, parts, body, note, true)
    }

    fn new(
        directory: Directory,
        base: String,
        speaker: Speaker,
        parts: Parts,
        body: Body,
        note: Note,
        dry_run: bool,
    ) -> Result<Self, Error> {
        Ok(Self {
            unit: Unit { directory, actor: speaker.actor, source: speaker.source, note, dry_run },
            base,
            // What is asked for is the same (RFC 9110, section 9.3.2); the body is left out at the end.
            method: if parts.method == Method::HEAD { Method::GET } else { parts.method },
            path: segments(parts.uri.path())?,
            pairs: pairs(parts.uri.query().unwrap_or_default())?,
            headers: parts.headers,
            body,
        })
    }

    /// Whether a filter was sent.
    pub fn has_filter(&self) -> bool {
        self.pairs().any(|(name, _)| name.eq_ignore_ascii_case("filter"))
    }

    /// The filter, the order and the page of a list of resources of one of these kinds.
    pub fn list_query(&self, of: &[Of]) -> Result<ListQuery, Error> {
        let query = ListQuery::from_pairs(self.pairs())?;
        if let Some(filter) = &query.filter {
            of.iter().try_for_each(|of| filter.check(of.kind()))?;
        }
        Ok(query)
    }

    /// Which attributes of resources of this kind the client wants to see.
    pub fn view(&self, of: Of) -> Result<View, Error> {
        Ok(View::new(of, self.base.clone(), Projection::from_pairs(self.pairs(), of.kind())?))
    }

    /// In which versions the resource may be for a request to be done, and in which not.
    pub fn conditions(&self) -> Result<Vec<Condition>, Error> {
        let if_match = self.if_match()?;
        let unless = self.header(&IF_NONE_MATCH).map(|value| Condition::unless_match(&value)).transpose()?;
        Ok(if_match.into_iter().chain(unless).collect())
    }

    pub fn if_match(&self) -> Result<Option<Condition>, Error> {
        self.header(&IF_MATCH).map(|value| Condition::if_match(&value)).transpose()
    }

    /// In which versions the client has it already.
    pub fn if_none_match(&self) -> Option<Condition> {
        self.header(&IF_NONE_MATCH).map(|value| Condition::if_none_match(&value))
    }

    /// All lines of a header as one list.
    fn header(&self, name: &HeaderName) -> Option<String> {
        let lines: Vec<String> =
            self.headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned()).collect();
        (!lines.is_empty()).then(|| lines.join(","))
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body as JSON, within its bounds.
    pub async fn json(&mut self) -> Result<Value, Error> {
        check_content_type(&self.headers)?;
        let body = std::mem::take(&mut self.body);
        scim::json::parse(&read_body(body).await?)
    }
}

/// The parameters that mean something here, each once. A percent sign that encodes nothing stays one, as in a form.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::<(String, String)>::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (form_decode(name)?, form_decode(value)?);
        if !PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            continue;
        }
        if pairs.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            return Err(Error::plain(400, format!("The parameter {name} is sent twice. Send it once.")));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

fn form_decode(text: &str) -> Result<String, Error> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    let decoded = decoded.map_err(|_| Error::plain(400, "The query string is not valid percent-encoded UTF-8."))?;
    Ok(decoded.into_owned())
}

fn segments(path: &str) -> Result<Vec<String>, Error> {
    let below = path.strip_prefix(BASE_PATH).unwrap_or(path);
    below
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            percent_decode(segment).ok_or_else(|| Error::plain(400, "The address is not valid percent-encoded UTF-8."))
        })
        .collect()
}

/// `%XX` to its byte; a plus sign stays one, as this is a path.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

/// SCIM clients send `application/scim+json` or `application/json` (Okta, Google). JSON has one encoding (RFC 8259,
/// section 8.1); other parameters mean nothing.
fn check_content_type(headers: &HeaderMap) -> Result<(), Error> {
    let refuse = |why: &str| Err(Error::plain(415, format!("{why} Send it as application/scim+json, in UTF-8.")));
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return refuse("The body comes compressed, which is not supported.");
    }
    let mut sent = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = sent.next() else { return Ok(()) };
    let Some(media_type) = value.to_str().ok().and_then(media_type) else {
        return refuse("The Content-Type of the body cannot be read.");
    };
    if sent.next().is_some() {
        return refuse("The body comes with several Content-Types.");
    }
    if !["application/scim+json", "application/json"].contains(&media_type.essence_str()) {
        return refuse("The body is of another kind.");
    }
    let mut charsets = media_type.params().filter(|(name, _)| *name == mime::CHARSET).map(|(_, charset)| charset);
    match charsets.all(|charset| charset == mime::UTF_8 || charset == "utf8") {
        false => refuse("The body is in another charset."),
        true => Ok(()),
    }
}

/// Blanks may stand around semicolons, and nothing between two (RFC 9110, section 5.6.6); the parser wants neither.
fn media_type(text: &str) -> Option<Mime> {
    let mut quoted = false;
    let parts = text.split(|c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    let parts: Vec<&str> = parts.map(|part| part.trim_matches([' ', '\t'])).filter(|part| !part.is_empty()).collect();
    parts.join("; ").parse().ok()
}

/// Never more than the bound in memory, whatever the client announces.
async fn read_body(body: Body) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Error::plain(400, "The body ended early."))?;
        if bytes.len() + chunk.len() > MAX_PAYLOAD_BYTES {
            return Err(Error::plain(413, format!("The body is larger than {MAX_PAYLOAD_BYTES} bytes.")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_path_in_its_parts() {
        let parts = |path| segments(path).unwrap();
        assert_eq!(parts("/scim/v2/Users/"), ["Users"]);
        assert_eq!(parts("/scim/v2//Users/a%2Fb+c"), ["Users", "a/b+c"]);
        assert!(parts("/scim/v2").is_empty());
        for wrong in ["/scim/v2/%", "/scim/v2/%4", "/scim/v2/%zz", "/scim/v2/%+1", "/scim/v2/%ff"] {
            assert_eq!(segments(wrong).unwrap_err().status, 400, "{wrong}");
        }
    }

    #[test]
    fn parameters_that_mean_something_come_once() {
        let read = |query: &str| pairs(query).unwrap();
        let filter = |text: &str| vec![("filter".to_owned(), text.to_owned())];
        assert_eq!(read("x=1&filter=a+eq+%22%C3%A9%22&x=2&aadOptscim062020"), filter("a eq \"é\""));
        assert_eq!(read("filter=100%"), filter("100%"));
        assert_eq!(read("filter=%EF%BF%BD"), filter("\u{fffd}"), "a character like any other");
        assert_eq!(read(""), []);
        for wrong in ["count=1&Count=2", "x=%ff", "%ff=1", "filter=%c3"] {
            assert_eq!(pairs(wrong).unwrap_err().status, 400, "{wrong}");
        }
    }

    #[test]
    fn content_types() {
        let check =
            |value| check_content_type(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]));
        assert!(check("application/scim+json").is_ok());
        assert!(check("Application/JSON; Charset=UTF-8").is_ok());
        assert!(check("application/json;charset=\"utf-8\"; boundary=x").is_ok());
        assert!(check("application/json; x=\"a;charset=utf-16\"; charset=UTF8;").is_ok());
        assert!(
            check("application/json ;charset=utf-8").is_ok() && check("application/json\t;\t;charset=utf-8;").is_ok()
        );
        for wrong in [
            "text/xml",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset=utf-16; charset=utf-8",
            "application/json; charset=utf-16",
            "application/json;charset=\"iso-8859-1\"",
            "application/json; charset = utf-16",
            "application/json; charset=us-ascii",
            "application/jsonp",
            "json",
            "",
        ] {
            assert_eq!(check(wrong).unwrap_err().status, 415, "{wrong}");
        }
        let two = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CONTENT_TYPE, HeaderValue::from_static("text/xml")),
        ];
        let two = two.into_iter().fold(HeaderMap::new(), |mut map, (name, value)| {
            map.append(name, value);
            map
        });
        assert_eq!(check_content_type(&two).unwrap_err().status, 415);
        let zipped = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        assert_eq!(check_content_type(&zipped).unwrap_err().status, 415);
        let mut twice = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("identity"))]);
        assert!(check_content_type(&twice).is_ok());
        twice.append(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(check_content_type(&twice).unwrap_err().status, 415);
        assert!(check_content_type(&HeaderMap::new()).is_ok());
    }

    #[tokio::test]
    async fn a_body_has_a_bound() {
        assert_eq!(read_body(Body::from(vec![b' '; MAX_PAYLOAD_BYTES])).await.unwrap().len(), MAX_PAYLOAD_BYTES);
        let error = read_body(Body::from(vec![b' '; MAX_PAYLOAD_BYTES + 1])).await.unwrap_err();
        assert_eq!(error.status, 413);
    }
}
