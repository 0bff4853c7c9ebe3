//! Answers: a resource, a list, nothing, or a SCIM error (RFC 7644, sections 3.1 and 3.12).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use directory::Unique;
use http::header::{ACCEPT, CONTENT_TYPE, ETAG, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use scim::Error;
use serde_json::Value;

/// What an endpoint has to say.
pub struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// A resource's own address and entity tag, for the headers of the same names.
    resource: Option<(String, String)>,
    created: bool,
}

impl Answer {
    /// 200 with a document.
    pub fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), resource: None, created: false }
    }

    /// 200 with a resource.
    pub fn resource(body: Value, location: String, etag: String) -> Self {
        Self { resource: Some((location, etag)), ..Self::ok(body) }
    }

    /// 201 with the resource that was made.
    pub fn created(body: Value, location: String, etag: String) -> Self {
        Self { status: StatusCode::CREATED, created: true, ..Self::resource(body, location, etag) }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, resource: None, created: false }
    }
}

/// Whether the client takes plain JSON and nothing of SCIM (OneLogin).
pub fn wants_plain_json(headers: &HeaderMap) -> bool {
    let mut plain = false;
    for value in headers.get_all(ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            match range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
                "application/json" => plain = true,
                "application/scim+json" => return false,
                _ => {}
            }
        }
    }
    plain
}

/// The HTTP answer.
pub fn render(outcome: Result<Answer, Error>, plain_json: bool) -> Response {
    let answer = outcome.unwrap_or_else(|error| Answer {
        status: StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        body: Some(error.to_json()),
        resource: None,
        created: false,
    });
    let body = answer.body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut response = (answer.status, body).into_response();
    let headers = response.headers_mut();
    if answer.status != StatusCode::NO_CONTENT {
        let media_type = if plain_json { "application/json" } else { "application/scim+json" };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Rollcall SCIM\""));
    }
    if let Some((location, etag)) = answer.resource {
        if let Some(location) = HeaderValue::from_str(&location).ok().filter(|_| answer.created) {
            headers.insert(LOCATION, location);
        }
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(ETAG, etag);
        }
    }
    response
}

/// What the directory refused, in SCIM's words. What failed inside goes to the log only.
pub fn failed(error: &directory::Error) -> Error {
    match error {
        directory::Error::NotFound(what) => Error::plain(404, format!("There is no such resource: {what}.")),
        directory::Error::Taken(Unique::UserName) => {
            Error::uniqueness("Another user of this source has this userName (upper and lower case count as one).")
        }
        directory::Error::Taken(Unique::ExternalId) => {
            Error::uniqueness("Another user of this source has this externalId.")
        }
        directory::Error::Taken(what) => Error::uniqueness(format!("{what} is taken.")),
        error => {
            tracing::error!(%error, "a SCIM request failed");
            Error::plain(500, "The server could not do this. Nothing was changed; try again later.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn accepts(value: &'static str) -> bool {
        wants_plain_json(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]))
    }

    #[test]
    fn plain_json_only_for_those_who_take_nothing_else() {
        assert!(accepts("application/json"));
        assert!(accepts("Application/JSON; charset=utf-8"));
        for both in ["application/scim+json", "*/*", "application/json, application/scim+json", ""] {
            assert!(!accepts(both), "{both}");
        }
        assert!(!wants_plain_json(&HeaderMap::new()));
    }

    #[test]
    fn headers_of_answers() {
        let created = render(Ok(Answer::created(json!({}), "https://x/Users/1".into(), "W/\"1\"".into())), false);
        assert_eq!(created.status(), StatusCode::CREATED);
        assert_eq!(created.headers()[LOCATION], "https://x/Users/1");
        assert_eq!(created.headers()[ETAG], "W/\"1\"");
        assert_eq!(created.headers()[CONTENT_TYPE], "application/scim+json");
        let refused = render(Err(Error::plain(401, "no")), true);
        assert_eq!(refused.headers()[CONTENT_TYPE], "application/json");
        assert!(refused.headers().contains_key(WWW_AUTHENTICATE));
        assert!(!render(Ok(Answer::nothing()), false).headers().contains_key(CONTENT_TYPE));
    }

    #[test]
    fn nothing_from_inside_reaches_the_client() {
        let error = directory::Error::Unreadable { what: "record", why: "secret column".into() };
        let told = failed(&error);
        assert_eq!(told.status, 500);
        assert!(!told.detail.contains("secret"));
        assert_eq!(failed(&directory::Error::Taken(Unique::UserName)).status, 409);
    }
}
