//! The bearer token (RFC 6750) that says which source is speaking.

use directory::{Actor, Directory};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use model::SourceId;
use scim::Error;

/// Who speaks, and for which source. Every wrong token gets the same answer: whether it was never made, has expired
/// or was revoked stands on the source's page, not here.
pub async fn authenticate(directory: &Directory, headers: &HeaderMap) -> Result<(Actor, SourceId), Error> {
    let token = bearer(headers).ok_or_else(|| refused("The Authorization header must be: Bearer and a token."))?;
    match directory::tokens::authenticate(directory, token).await {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(refused("The token is not valid. Generate one on the page of the source and paste it whole.")),
        Err(error) => Err(super::answer::failed(&error)),
    }
}

fn refused(detail: &str) -> Error {
    Error::plain(401, detail)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
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
    }
}
