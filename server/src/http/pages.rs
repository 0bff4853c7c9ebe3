//! The app's pages, its server functions, and plain form submissions to pages.

use crate::AppState;
use crate::http::export;
use app::error::AppError;
use app::form::{SECRET_FIELDS, Submitted};
use app::session::SignedIn;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, StatusCode, Uri};
use leptos::prelude::provide_context;
use leptos_axum::{generate_route_list, handle_server_fns_with_context, render_app_async_with_context};
use server_fn::error::{FromServerFnError, SERVER_FN_ERROR_HEADER};
use std::sync::LazyLock;

const BODY_LIMIT: usize = 1024 * 1024;

/// The paths of all pages, found once. While it looks for them the framework lets nothing load, in the whole process
/// (`leptos_server`'s `SuppressResourceLoad`): a page that another server of this process was rendering would wait for
/// ever. No router is there before this is, so no page is ever on its way.
pub static PATHS: LazyLock<Vec<String>> =
    LazyLock::new(|| generate_route_list(app::App).iter().map(|route| route.path().to_owned()).collect());

/// All pages: `GET` renders, `POST` is a form without script. And `/api/...`, the server functions.
pub fn router(state: &AppState) -> Router<AppState> {
    let mut pages = Router::new();
    for path in PATHS.iter() {
        pages = pages.route(path, get(page).post(submit));
    }
    let pages = pages
        .layer(middleware::from_fn_with_state(state.clone(), export::files))
        .layer(middleware::from_fn(require_sign_in));
    let functions = Router::new().route("/api/{*function}", post(function)).layer(from_fn(with_status));
    pages.merge(functions).fallback(page).with_state(state.clone())
}

async fn page(State(state): State<AppState>, request: Request) -> Response {
    render(&state, request, None).await
}

async fn render(state: &AppState, request: Request, submitted: Option<Submitted>) -> Response {
    let backend = state.backend.clone();
    let context = move || {
        provide_context(backend.clone());
        if let Some(submitted) = &submitted {
            provide_context(submitted.clone());
        }
    };
    render_app_async_with_context(context, app::document)(request).await
}

/// A server function, called by the app in the browser.
async fn function(State(state): State<AppState>, request: Request) -> Response {
    let backend = state.backend.clone();
    handle_server_fns_with_context(move || provide_context(backend.clone()), request).await.into_response()
}

/// Gives a server function's error the status it names; the framework answers every error with 500.
async fn with_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.status = status(&AppError::de(bytes.clone()));
    Response::from_parts(parts, Body::from(bytes))
}

fn status(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A page that needs somebody signed in leads to the sign-in page, which is told where to go back to.
async fn require_sign_in(request: Request, next: Next) -> Response {
    if request.uri().path() == "/login" || request.extensions().get::<SignedIn>().is_some() {
        return next.run(request).await;
    }
    if request.method() == Method::POST {
        return Redirect::to("/login").into_response();
    }
    let back = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let query = serde_urlencoded::to_string([("return_to", back)]).unwrap_or_default();
    Redirect::to(&format!("/login?{query}")).into_response()
}

/// A plain form: runs the server function named by `do`, then leads on where the function said, or shows the same page
/// again with what was sent and what became of it.
async fn submit(State(state): State<AppState>, request: Request) -> Response {
    let Some(path) = function_path(request.uri()) else {
        return (StatusCode::METHOD_NOT_ALLOWED, "This page takes no form.\n").into_response();
    };
    let (parts, body) = request.into_parts();
    let Ok(sent) = to_bytes(body, BODY_LIMIT).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The form is larger than 1 MiB. Nothing was saved.\n").into_response();
    };
    let mut call = Request::new(Body::from(sent.clone()));
    *call.method_mut() = Method::POST;
    *call.uri_mut() = match path.parse() {
        Ok(uri) => uri,
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    *call.headers_mut() = parts.headers.clone();
    // Asked for as data, the function's answer comes with its outcome instead of a redirect to the referrer.
    call.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    *call.extensions_mut() = parts.extensions.clone();
    let answer = function(State(state.clone()), call).await;
    if let Some(to) = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()) {
        return Redirect::to(to).into_response();
    }
    let Some(outcome) = outcome(answer).await else {
        return (StatusCode::BAD_REQUEST, "This form is not known. Open the page again.\n").into_response();
    };
    let status = outcome.as_ref().err().map_or(StatusCode::OK, status);
    let submitted = Submitted { path, fields: fields(&sent), outcome };
    let mut again = Request::from_parts(parts, Body::empty());
    *again.method_mut() = Method::GET;
    again.headers_mut().remove(CONTENT_LENGTH);
    again.headers_mut().remove(CONTENT_TYPE);
    let mut response = render(&state, again, Some(submitted)).await;
    if status != StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// `/api/` and the name after `do=`.
fn function_path(uri: &Uri) -> Option<String> {
    let name = uri.query()?.split('&').find_map(|pair| pair.strip_prefix("do="))?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then(|| format!("/api/{name}"))
}

/// What became of the call; none when there is no such function.
async fn outcome(answer: Response) -> Option<Result<String, AppError>> {
    let failed = answer.headers().contains_key(SERVER_FN_ERROR_HEADER);
    let ok = answer.status().is_success();
    let bytes: Bytes = to_bytes(answer.into_body(), BODY_LIMIT).await.ok()?;
    match (failed, ok) {
        (true, _) => Some(Err(AppError::de(bytes))),
        (false, true) => Some(String::from_utf8(bytes.to_vec()).map_err(|_| AppError::Internal)),
        (false, false) => None,
    }
}

fn fields(sent: &[u8]) -> Vec<(String, String)> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(sent).unwrap_or_default();
    fields.into_iter().filter(|(name, _)| !SECRET_FIELDS.contains(&name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_its_function_and_nothing_else() {
        let path = |uri: &str| function_path(&uri.parse().unwrap());
        assert_eq!(path("/sources?dialog=new&do=create_source1").as_deref(), Some("/api/create_source1"));
        assert_eq!(path("/sources"), None);
        assert_eq!(path("/sources?do=../scim"), None);
    }

    #[test]
    fn a_secret_does_not_come_back() {
        let kept = fields(b"name=Zoom&client_secret=s3cret&note=a%20b");
        assert_eq!(kept, [("name".into(), "Zoom".into()), ("note".into(), "a b".into())]);
    }
}
