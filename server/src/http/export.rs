//! `GET /audit?format=csv` and `?format=jsonl`: the list with its filter, as a file to take away.

use crate::AppState;
use app::components::Query;
use app::session::SignedIn;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use directory::audit::{Format, export, note_export};
use directory::{Actor, Directory};
use futures::TryStreamExt;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Method, StatusCode};
use model::{Administrator, Permission};

/// Answers with the file when the address asks for one, and lets everything else pass.
pub async fn audit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let query = Query::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    let wanted = query.get("format").filter(|_| request.uri().path() == "/audit" && request.method() == Method::GET);
    let (Some(format), Some(SignedIn(admin))) = (wanted, request.extensions().get::<SignedIn>()) else {
        return next.run(request).await;
    };
    let format: Format = match format.parse() {
        Ok(format) => format,
        Err(why) => return (StatusCode::BAD_REQUEST, why + "\n").into_response(),
    };
    // It writes into the log, so a page elsewhere must not lead a browser here. Programs do not say where they come from.
    let site = request.headers().get("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        let message = "This export was asked for by a page elsewhere, so nothing was exported. Open the audit log and press \
                       Export.\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    if !admin.role.allows(Permission::Export) {
        return (StatusCode::FORBIDDEN, "Your role does not allow exports. Ask an owner for another role.\n")
            .into_response();
    }
    file(&state.directory, admin.clone(), format, &query).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an export of the audit log failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn file(
    directory: &Directory,
    admin: Administrator,
    format: Format,
    query: &Query,
) -> directory::Result<Response> {
    let filter = app::pages::audit::filter(query);
    let mut tx = directory.begin(Actor::Admin { id: admin.id, email: admin.email }).await?;
    let name = format!("audit-{}.{}", tx.now().format("%Y-%m-%d"), format.as_str());
    note_export(&mut tx, format, &filter);
    tx.commit().await?;
    // A copy that breaks off is cut short without an end: the browser says so.
    let parts = export::export(directory, format, filter)
        .await?
        .inspect_err(|error| tracing::error!(%error, "an export of the audit log broke off"));
    let kind = match format {
        Format::Jsonl => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((headers, Body::from_stream(parts)).into_response())
}
