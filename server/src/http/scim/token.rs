//! The bearer token (RFC 6750) that says which source is speaking, and what it may do.

use super::answer;
use super::trace::Note;
use crate::AppState;
use crate::http::client;
use directory::tokens::{Access, Bearer, Speaker};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use scim::Error;
use scim::client::{Shape, recognise};

/// Who speaks, and for which source. Every wrong token gets the same answer: whether it was never made, has expired
/// or was revoked stands on the source's page, not here. A right token is never made to wait for wrong ones: whoever
/// guesses behind the same address must not stop an identity provider, and 256 bits are not guessed.
pub async fn authenticate(state: &AppState, parts: &Parts, note: &Note) -> Result<Speaker, Error> {
    let address = client::address(&parts.extensions, &parts.headers, state.proxy_hops);
    let access = match bearer(&parts.headers) {
        Some(token) => {
            let writes = changes_something(&parts.method, parts.uri.path());
            let bearer = Bearer { address, client: recognised(parts), writes };
            directory::tokens::authenticate(&state.directory, token, &bearer).await.map_err(|e| answer::failed(&e))?
        }
        None => Access::Nothing,
    };
    match access {
        Access::Source(speaker) => {
            note.speaks(&speaker);
            Ok(speaker)
        }
        Access::ReadOnly(speaker) => {
            note.speaks(&speaker);
            Err(Error::plain(403, READ_ONLY))
        }
        Access::Elsewhere(speaker) => {
            note.speaks(&speaker);
            Err(elsewhere(&address.to_canonical().to_string()))
        }
        Access::Nothing => Err(wrong(state, parts, note)),
    }
}

const READ_ONLY: &str = "This token only reads. Nothing was changed. Give the client a token of its source that may write, \
                         or let it only read.";

fn elsewhere(address: &str) -> Error {
    Error::plain(
        403,
        format!(
            "This token may not be used from {address}. The source's page says from where it may; generate a token \
             that may be used from there if that is where the client is."
        ),
    )
}

fn wrong(state: &AppState, parts: &Parts, note: &Note) -> Error {
    if let Err(seconds) = state.wrong_tokens.count_sender(&parts.extensions, &parts.headers, state.proxy_hops) {
        note.wait(seconds);
        let detail = format!("Too many requests with a wrong token came from your address. Try again in {seconds} s.");
        return Error::plain(429, detail);
    }
    let detail = match bearer(&parts.headers) {
        Some(_) => "The token is not valid. Generate one on the page of the source and paste it whole.",
        None => "There must be one Authorization header: Bearer and a token.",
    };
    Error::plain(401, detail)
}

/// What the client is, as far as its head tells.
fn recognised(parts: &Parts) -> Option<&'static str> {
    let user_agent =
        parts.headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let shape = Shape { user_agent, query: parts.uri.query().unwrap_or_default(), body: None };
    recognise(shape).map(|client| client.name())
}

/// A search is a reading, also by POST (RFC 7644, section 3.4.3).
fn changes_something(method: &Method, path: &str) -> bool {
    let search = method == Method::POST && path.trim_end_matches('/').ends_with("/.search");
    !(search || [Method::GET, Method::HEAD, Method::OPTIONS].contains(method))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    // Of several nobody knows which one counts.
    let (Some(value), None) = (sent.next(), sent.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(value: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_counts_in_any_case() {
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer  abc ").as_deref(), Some("abc"));
        for other in ["abc", "Basic abc", "Bearerabc", ""] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
        let mut two = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer abc"))]);
        two.append(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert_eq!(bearer(&two), None);
    }

    #[test]
    fn a_search_by_post_changes_nothing() {
        assert!(!changes_something(&Method::GET, "/scim/v2/Users"));
        assert!(!changes_something(&Method::POST, "/scim/v2/Users/.search/"));
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(changes_something(&method, "/scim/v2/Users/x"), "{method}");
        }
        assert!(changes_something(&Method::PATCH, "/scim/v2/Users/.search"));
    }
}
