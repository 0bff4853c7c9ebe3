//! Inbound SCIM 2.0 (RFC 7644) at `/scim/v2`: finds the source by the token, the endpoint by the path, and answers
//! every outcome as SCIM does. What a body, a filter or a PATCH means is `scim`'s; what is stored is `directory`'s.
//!
//! Start with [`endpoint`], the table of what answers where. It is one match instead of routes, so that a wrong method
//! or an unknown path gets a SCIM error too, and a slash at the end counts for nothing (RFC 7644, section 1.3).

mod answer;
mod bulk;
mod change;
mod everything;
mod groups;
mod replay;
mod request;
mod resources;
mod token;
pub mod trace;
mod users;
mod view;
mod write;

pub use replay::replay;

use crate::AppState;
use answer::Answer;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use directory::search::Of;
use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method};
use request::Call;
use scim::list::response as list;
use scim::{Error, discovery};
use tower_http::catch_panic::CatchPanicLayer;
use trace::Watch;

/// The path below the public URL.
pub const BASE_PATH: &str = "/scim/v2";

pub fn router() -> Router<AppState> {
    Router::new()
        .route(BASE_PATH, any(answer_request))
        .route(&format!("{BASE_PATH}/"), any(answer_request))
        .route(&format!("{BASE_PATH}/{{*path}}"), any(answer_request))
        .layer(CatchPanicLayer::custom(|_| answer::render(Err(answer::fault()), false)))
}

async fn answer_request(State(state): State<AppState>, request: Request) -> Response {
    let json_only = answer::wants_plain_json(request.headers());
    let head = request.method() == Method::HEAD;
    let (watch, request) = Watch::begin(&state, request);
    let outcome = match Call::open(state, request).await {
        Ok(call) => endpoint(call).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = answer::render(outcome, json_only);
    if let Some(seconds) = watch.note.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(methods) = watch.note.allowed() {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    }
    let response = watch.end(response).await;
    if head { answer::head_of(response) } else { response }
}

/// What answers where.
async fn endpoint(call: Call) -> Result<Answer, Error> {
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let base = call.base.as_str();
    let of = match segments.first() {
        Some(&"Groups") => Of::Groups,
        _ => Of::Users,
    };
    match (&call.method, segments.as_slice()) {
        (&Method::POST, ["Users" | "Groups", ".search"]) => resources::search(call, of).await,
        (_, path @ [_, ".search"]) => Err(not_taken(&call, path)),
        (&Method::GET, ["Users" | "Groups"]) => resources::list(call, of).await,
        (&Method::GET, ["Users" | "Groups", id]) => resources::get(call, of, id).await,
        (&Method::POST, ["Users" | "Groups"]) => resources::change(call, of, None).await,
        (&Method::PUT | &Method::PATCH, ["Users" | "Groups", id]) => resources::change(call, of, Some(id)).await,
        (&Method::DELETE, ["Users" | "Groups", id]) => resources::delete(call, of, id).await,

        (&Method::GET, []) => everything::list(call).await,
        (&Method::POST, [".search"]) => everything::search(call).await,
        (&Method::POST, ["Bulk"]) => bulk::run(call).await,
        (_, ["Me", ..]) => Err(not_supported("/Me stands for the user who asks; a token stands for a whole source.")),

        (&Method::GET, ["ServiceProviderConfig" | "ResourceTypes" | "Schemas", ..]) if call.has_filter() => {
            Err(Error::plain(403, "Nothing is filtered here. Ask without filter: the answer is the whole of it."))
        }
        (&Method::GET, ["ServiceProviderConfig"]) => Ok(Answer::ok(&discovery::service_provider_config(base))),
        (&Method::GET, ["ResourceTypes"]) => Ok(Answer::ok(&whole_list(discovery::resource_types(base)))),
        (&Method::GET, ["ResourceTypes", name]) => discovery::resource_type(base, name)
            .map(|document| Answer::ok(&document))
            .ok_or_else(|| Error::not_found("ResourceType", name)),
        (&Method::GET, ["Schemas"]) => Ok(Answer::ok(&whole_list(discovery::schemas(base)))),
        (&Method::GET, ["Schemas", urn]) => discovery::schema(base, urn)
            .map(|document| Answer::ok(&document))
            .ok_or_else(|| Error::not_found("Schema", urn)),

        (_, path) => Err(not_taken(&call, path)),
    }
}

/// 405 where the address takes other methods, and 404 where there is nothing.
fn not_taken(call: &Call, path: &[&str]) -> Error {
    let Some(methods) = allowed(path) else {
        return Error::plain(404, "There is nothing at this address. Resources are at /Users and /Groups.");
    };
    call.unit.note.allows(methods);
    wrong_method(methods)
}

/// The methods that an address takes; none where there is nothing.
fn allowed(path: &[&str]) -> Option<&'static str> {
    Some(match path {
        [] | ["ServiceProviderConfig"] | ["ResourceTypes" | "Schemas"] | ["ResourceTypes" | "Schemas", _] => {
            "GET, HEAD"
        }
        [".search" | "Bulk"] | ["Users" | "Groups", ".search"] => "POST",
        ["Users" | "Groups"] => "GET, HEAD, POST",
        ["Users" | "Groups", _] => "GET, HEAD, PUT, PATCH, DELETE",
        _ => return None,
    })
}

/// In SCIM's words, what was refused before it came here.
pub fn refused(status: u16, headers: &HeaderMap, detail: &str) -> Response {
    answer::render(Err(Error::plain(status, detail)), answer::wants_plain_json(headers))
}

/// Whether a path is one of these.
pub fn is_here(path: &str) -> bool {
    path.strip_prefix(BASE_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A discovery list: all on one page (RFC 7644, section 4).
fn whole_list(documents: Vec<serde_json::Value>) -> serde_json::Value {
    list(documents.len() as u64, 1, documents)
}

fn not_supported(why: &str) -> Error {
    Error::plain(501, format!("Not supported: {why} ServiceProviderConfig and ResourceTypes say what is."))
}

fn wrong_method(allowed: &str) -> Error {
    Error::plain(405, format!("This address takes {allowed}, and nothing else."))
}
