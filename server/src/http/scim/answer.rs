//! Answers: a resource, a list, nothing, or a SCIM error (RFC 7644, sections 3.1 and 3.12).

use axum::body::{Body, HttpBody};
use axum::response::{IntoResponse, Response};
use directory::Tx;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use scim::{Error, ScimType};
use serde_json::Value;

/// What an endpoint has to say.
pub struct Answer {
    status: StatusCode,
    body: Option<String>,
    /// A resource's own address and entity tag, for the headers Location and ETag.
    resource: Option<(String, String)>,
}

impl Answer {
    /// 200 with a document.
    pub fn ok(body: &Value) -> Self {
        Self::text(body.to_string())
    }

    /// 200 with a document that is text already.
    pub fn text(body: String) -> Self {
        Self { status: StatusCode::OK, body: Some(body), resource: None }
    }

    /// 200 with a resource.
    pub fn resource((body, tag): (String, String), location: String) -> Self {
        Self { resource: Some((location, tag)), ..Self::text(body) }
    }

    /// 201 with the resource that was made.
    pub fn created(shown: (String, String), location: String) -> Self {
        Self { status: StatusCode::CREATED, ..Self::resource(shown, location) }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, resource: None }
    }

    /// Without the resource, which has not changed in a way that the client has to be told here: 204, or 304.
    pub fn without_body(self, status: StatusCode) -> Self {
        Self { status, body: None, ..self }
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
        ..Answer::ok(&error.to_json())
    });
    let has_body = answer.body.is_some();
    let mut response = (answer.status, answer.body.map_or_else(Body::empty, Body::from)).into_response();
    let headers = response.headers_mut();
    if has_body {
        let media_type = if plain_json { "application/json" } else { "application/scim+json" };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    if answer.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Rollcall SCIM\""));
    }
    if let Some((location, etag)) = answer.resource {
        if let Some(location) = HeaderValue::from_str(&location).ok().filter(|_| answer.status == StatusCode::CREATED) {
            headers.insert(LOCATION, location);
        }
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(ETAG, etag);
        }
    }
    response
}

/// 409 for a value that another user or group of the source has. Who it is stands a search away: the transaction that
/// met it can read no more.
pub fn taken(tx: &Tx, kind: &str, attribute: &str, value: &str, same: &str) -> Error {
    let (value, source) = (Value::from(value), tx.actor().name());
    Error::uniqueness(format!(
        "Another {kind} of the source {source} has the {attribute} {value}.{same} Find it with the filter {attribute} eq \
         {value}, and change that one, or send another {attribute}."
    ))
}

/// The answer to HEAD: what GET would be answered, without the body.
pub fn head_of(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact().filter(|length| *length > 0) {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

/// The server's own fault.
pub fn fault() -> Error {
    Error::plain(500, "The server could not do this. Nothing was changed; try again later.")
}

/// What the directory refused, in SCIM's words. What failed inside goes to the log only.
pub fn failed(error: &directory::Error) -> Error {
    match error {
        directory::Error::NotFound(what) => Error::plain(404, format!("There is no such resource: {what}.")),
        directory::Error::Taken(what) => Error::uniqueness(format!("{what} is taken.")),
        directory::Error::Refused(why) => Error::bad_request(ScimType::InvalidValue, why.clone()),
        directory::Error::TooMuch(why) => Error::bad_request(ScimType::TooMany, why.clone()),
        directory::Error::BadCursor => Error::bad_request(
            ScimType::InvalidCursor,
            "The cursor is none of this server's, or belongs to another question. Begin again with an empty cursor.",
        ),
        error if error.is_too_slow() => Error::bad_request(
            ScimType::TooMany,
            "This took longer than a request may. Nothing was changed. Ask for less: a filter by id, userName or externalId, \
             fewer comparisons, fewer members at once.",
        ),
        error if error.is_busy() => {
            tracing::warn!(%error, "a SCIM request found the database busy");
            Error::plain(503, "The server is busy with other changes of the same. Nothing was changed; send it again.")
        }
        error => {
            tracing::error!(%error, "a SCIM request failed");
            fault()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let created = render(Ok(Answer::created(("{}".into(), "W/\"1\"".into()), "https://x/Users/1".into())), false);
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
        assert_eq!(failed(&directory::Error::Taken(directory::Unique::UserName)).status, 409);
    }
}
