//! The cookie that binds a sign-in to the browser that began it, and the paths that a sign-in may lead back to.

use super::Failed;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use http::HeaderMap;
use http::header::COOKIE;
use sha2::{Digest, Sha256};

/// As long as somebody may take at the provider.
const SECONDS: i64 = directory::sign_in::REQUEST_LIFE.num_seconds();

/// The SHA-256 of a secret that the browser holds: what is stored and compared.
pub struct FlowHash(pub Vec<u8>);

/// 256 random bits, as text.
pub fn random() -> Result<String, Failed> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failed::Broken(format!("no random bytes: {error}")))?;
    Ok(BASE64.encode(bytes))
}

pub fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

const fn name(https: bool) -> &'static str {
    if https { "__Host-rollcall-flow" } else { "rollcall-flow" }
}

/// The browser's cookie of sign-ins under way; several tabs share it.
pub fn of(headers: &HeaderMap, https: bool) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(key, _)| *key == name(https)).map(|(_, value)| value.to_owned());
    found.filter(|value| BASE64.decode(value).is_ok_and(|bytes| bytes.len() == 32))
}

/// Lax: the way back from the provider is a link from another site.
pub fn cookie(secret: &str, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{}={secret}; Path=/; Max-Age={SECONDS}; HttpOnly; SameSite=Lax{secure}", name(https))
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
