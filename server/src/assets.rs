//! The files a browser needs: script, wasm, stylesheet, icons.
//!
//! A release build carries them inside; a development build reads `dist/site` at each request, where the bundling tool
//! puts them (`cargo run -p bundle`). Addresses that carry the content's hash ([`pkg_dir`], [`versioned`]) may be kept
//! for ever; all others are asked for again each time and answered with 304 when nothing changed.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::Embed;
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[cfg_attr(debug_assertions, folder = "../dist/site")]
#[cfg_attr(not(debug_assertions), folder = "../dist/site-release")]
struct Site;

/// For a year, which is what "for ever" is on the web (RFC 9111 leaves it open, RFC 8246 gives `immutable`).
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// `/pkg/...`, `/favicon.svg`, `/icons.svg`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/pkg/{*path}", get(package))
        .route("/favicon.svg", get(|version, headers| top("favicon.svg", version, headers)))
        .route("/icons.svg", get(|version, headers| top("icons.svg", version, headers)))
}

/// Sixteen hex digits that change with any byte of any file.
pub fn content_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let mut names: Vec<_> = Site::iter().collect();
        names.sort();
        let mut all = Sha256::new();
        for (name, file) in names.iter().filter_map(|name| Some((name, Site::get(name)?))) {
            all.update(name.as_bytes());
            all.update([0]);
            all.update(file.metadata.sha256_hash());
        }
        hex(&all.finalize()[..8])
    })
}

/// Where pages find script, wasm and stylesheet, without a slash in front: `pkg/<hash>` (Leptos' `site_pkg_dir`). All
/// of them lie under one hash, so a script never meets the wasm of another build.
pub fn pkg_dir() -> String {
    format!("pkg/{}", content_hash())
}

/// The address of a file beside `pkg`: `/icons.svg?v=<hash>`.
pub fn versioned(name: &str) -> String {
    format!("/{name}?v={}", content_hash())
}

#[derive(serde::Deserialize)]
struct Version {
    v: Option<String>,
}

async fn top(name: &'static str, Query(version): Query<Version>, headers: HeaderMap) -> Response {
    serve(name, version.v.as_deref() == Some(content_hash()), &headers)
}

/// `/pkg/<hash>/rollcall.js` and `/pkg/rollcall.js`. Another build's hash is not found in a release: during a rolling
/// restart a page had better stay without script than run one that does not fit it.
async fn package(Path(path): Path<String>, Query(version): Query<Version>, headers: HeaderMap) -> Response {
    match path.split_once('/') {
        Some((hash, file)) if hash == content_hash() => serve(&format!("pkg/{file}"), true, &headers),
        Some((hash, file)) if cfg!(debug_assertions) && is_hash(hash) => serve(&format!("pkg/{file}"), false, &headers),
        _ => serve(&format!("pkg/{path}"), version.v.as_deref() == Some(content_hash()), &headers),
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn serve(name: &str, for_ever: bool, headers: &HeaderMap) -> Response {
    // The compressed copies are another form of a file, not files of their own.
    let Some(plain) = (!name.ends_with(".br")).then(|| File::find(name)).flatten() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let compressed = if accepts_brotli(headers) { File::find(&format!("{name}.br")) } else { None };
    // In a development build the hash is that of the start, while the files may have changed since.
    let keep = if for_ever && !cfg!(debug_assertions) { FOR_EVER } else { ASK_AGAIN };
    answer(name, plain, compressed, keep, headers)
}

/// A file's bytes and the SHA-256 of them.
struct File {
    bytes: Cow<'static, [u8]>,
    hash: [u8; 32],
}

impl File {
    fn find(name: &str) -> Option<Self> {
        Site::get(name).map(|file| Self { bytes: file.data, hash: file.metadata.sha256_hash() })
    }

    /// Different for the compressed form, because its bytes are (RFC 9110, section 8.8.3.3).
    fn etag(&self) -> String {
        format!("\"{}\"", hex(&self.hash[..8]))
    }
}

fn answer(name: &str, plain: File, compressed: Option<File>, keep: &'static str, asked: &HeaderMap) -> Response {
    let encoding = compressed.as_ref().map(|_| (CONTENT_ENCODING, HeaderValue::from_static("br")));
    let file = compressed.unwrap_or(plain);
    let tag = file.etag();
    let mut response = if asked.get_all(IF_NONE_MATCH).iter().any(|known| lists(known.to_str(), &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(file.bytes));
        response.headers_mut().extend(content_type(name).map(|kind| (CONTENT_TYPE, kind)));
        response.headers_mut().extend(encoding);
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (ETAG, tag)));
    response
}

fn content_type(name: &str) -> Option<HeaderValue> {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if kind.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    HeaderValue::try_from(format!("{kind}{charset}")).ok()
}

/// `br` with a weight above zero (RFC 9110, section 12.5.3).
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("br"));
        let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0));
        named && !refused
    })
}

fn lists<E>(known: Result<&str, E>, tag: &str) -> bool {
    known.is_ok_and(|list| list.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        for yes in ["br", "gzip, br", "gzip;q=1.0, BR;q=0.5"] {
            assert!(accepts_brotli(&asking("accept-encoding", yes)), "{yes}");
        }
        for no in ["gzip", "br;q=0", "gzip, br; q=0.0", "brx", "identity"] {
            assert!(!accepts_brotli(&asking("accept-encoding", no)), "{no}");
        }
        assert!(!accepts_brotli(&HeaderMap::new()));
    }

    #[test]
    fn types_are_those_browsers_insist_on() {
        // A browser refuses a module script or streaming wasm of any other type.
        assert_eq!(content_type("pkg/rollcall.js").unwrap(), "text/javascript; charset=utf-8");
        assert_eq!(content_type("pkg/rollcall_bg.wasm").unwrap(), "application/wasm");
        assert_eq!(content_type("pkg/rollcall.css").unwrap(), "text/css; charset=utf-8");
        assert_eq!(content_type("icons.svg").unwrap(), "image/svg+xml");
    }

    #[test]
    fn a_known_tag_is_found_in_a_list() {
        assert!(lists::<()>(Ok("\"a\", W/\"b\""), "\"b\""));
        assert!(lists::<()>(Ok("*"), "\"b\""));
        assert!(!lists::<()>(Ok("\"ab\""), "\"b\""));
    }

    fn file(bytes: &'static [u8]) -> File {
        File { bytes: bytes.into(), hash: Sha256::digest(bytes).into() }
    }

    #[test]
    fn each_form_of_a_file_has_its_own_tag_and_is_sent_once() {
        let ask = |headers: HeaderMap, br: Option<File>| answer("pkg/a.js", file(b"plain"), br, ASK_AGAIN, &headers);
        let plain = ask(HeaderMap::new(), None);
        let small = ask(HeaderMap::new(), Some(file(b"small")));
        assert_eq!((plain.status(), plain.headers().get(CONTENT_ENCODING)), (StatusCode::OK, None));
        assert_eq!(small.headers()[CONTENT_ENCODING], "br");
        assert_eq!(small.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(small.headers()[VARY], "accept-encoding");
        assert_ne!(plain.headers()[ETAG], small.headers()[ETAG]);

        let known = HeaderMap::from_iter([(IF_NONE_MATCH, small.headers()[ETAG].clone())]);
        let again = ask(known.clone(), Some(file(b"small")));
        assert_eq!((again.status(), again.headers().get(CONTENT_TYPE)), (StatusCode::NOT_MODIFIED, None));
        assert_eq!(again.headers()[CACHE_CONTROL], ASK_AGAIN);
        assert_eq!(ask(known, None).status(), StatusCode::OK);
    }

    #[test]
    fn what_is_not_there_and_what_lies_outside_is_not_found() {
        for name in ["pkg/none.js", "pkg/../../../Cargo.toml", "../Cargo.toml", "pkg/rollcall.css.br"] {
            assert_eq!(serve(name, true, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn the_hash_fits_into_an_address() {
        assert!(is_hash(content_hash()));
        assert_eq!(pkg_dir(), format!("pkg/{}", content_hash()));
        assert_eq!(versioned("icons.svg"), format!("/icons.svg?v={}", content_hash()));
    }
}
