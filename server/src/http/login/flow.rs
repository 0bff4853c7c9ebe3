//! The cookie that binds a sign-in to the browser that began it, and the paths that a sign-in may lead back to.

use crate::http::cookies;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use http::HeaderMap;

/// As long as somebody may take at the provider.
const SECONDS: i64 = directory::sign_in::REQUEST_LIFE.num_seconds();

/// The SHA-256 of a secret that the browser holds: what is stored and compared.
pub struct FlowHash(pub Vec<u8>);

const fn name(https: bool) -> &'static str {
    if https { "__Host-rollcall-flow" } else { "rollcall-flow" }
}

/// The browser's cookie of sign-ins under way; several tabs share it.
pub fn of(headers: &HeaderMap, https: bool) -> Option<String> {
    let found = cookies::of(headers, name(https)).map(str::to_owned);
    found.filter(|value| BASE64.decode(value).is_ok_and(|bytes| bytes.len() == 32))
}

pub fn cookie(secret: &str, https: bool) -> String {
    cookies::set(name(https), secret, SECONDS, https)
}

/// A path of ours, or the start page: never another site's address, and no step of a sign-in.
pub fn own_path(path: &str) -> &str {
    let other = path.starts_with("//") || path.starts_with("/\\") || path.starts_with("/auth/");
    let plain = path.len() <= 2000 && path.bytes().all(|byte| byte.is_ascii_graphic());
    if path.starts_with('/') && !other && plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;

    #[test]
    fn a_sign_in_leads_back_to_paths_of_ours_only() {
        assert_eq!(own_path("/people?q=a%20b#top"), "/people?q=a%20b#top");
        for other in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/auth/corp/start",
            "javascript:alert(1)",
            "/a\r\nb",
        ] {
            assert_eq!(own_path(other), "/", "{other}");
        }
    }

    #[test]
    fn only_a_cookie_of_ours_is_taken() {
        let with = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, line.parse().unwrap());
            of(&headers, false)
        };
        let secret = "A".repeat(43);
        assert_eq!(with(&format!("theme=dark; rollcall-flow={secret}")), Some(secret));
        assert_eq!(with("rollcall-flow=short"), None);
        assert_eq!(with("rollcall-flow="), None);
    }
}
