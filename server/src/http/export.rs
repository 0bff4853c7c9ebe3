//! A list with its filter, as a file to take away: `GET /audit?format=csv` or `?format=jsonl`, and
//! `GET /connections/{id}/import?format=csv`.

use crate::AppState;
use app::components::Query;
use app::session::SignedIn;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use directory::audit::{Format, export, note_export};
use directory::{Actor, Directory, Error, Result, connections, imports};
use futures::{Stream, TryStreamExt};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Method, StatusCode};
use model::sort::AccountsSort;
use model::{Administrator, ConnectionId, Permission};

/// The lists that there are files of.
enum List {
    Audit,
    Accounts(ConnectionId),
}

impl List {
    fn at(path: &str) -> Option<Self> {
        if path == "/audit" {
            return Some(Self::Audit);
        }
        let id = path.strip_prefix("/connections/")?.strip_suffix("/import")?;
        id.parse().ok().map(Self::Accounts)
    }
}

/// Answers with the file when the address asks for one, and lets everything else pass.
pub async fn files(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let query = Query::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    let wanted = query.get("format").filter(|_| request.method() == Method::GET);
    let list = List::at(request.uri().path());
    let (Some(list), Some(format), Some(SignedIn(admin))) = (list, wanted, request.extensions().get::<SignedIn>())
    else {
        return next.run(request).await;
    };
    let format: Format = match (format.parse(), &list) {
        (Ok(Format::Jsonl), List::Accounts(_)) => {
            return (StatusCode::BAD_REQUEST, "Accounts are exported as csv.\n").into_response();
        }
        (Ok(format), _) => format,
        (Err(why), _) => return (StatusCode::BAD_REQUEST, why + "\n").into_response(),
    };
    // It writes into the log, so a page elsewhere must not lead a browser here. Programs do not say where they come from.
    let site = request.headers().get("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        let message = "This export was asked for by a page elsewhere, so nothing was exported. Open the list and press \
                       Export.\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    if !admin.role.allows(Permission::Export) {
        return (StatusCode::FORBIDDEN, "Your role does not allow exports. Ask an owner for another role.\n")
            .into_response();
    }
    let made = match list {
        List::Audit => audit(&state.directory, admin.clone(), format, &query).await,
        List::Accounts(connection) => accounts(&state.directory, admin.clone(), connection, &query).await,
    };
    match made {
        Ok(file) => file,
        // The page says that it is not there.
        Err(Error::NotFound(_)) => next.run(request).await,
        Err(error) => {
            tracing::error!(%error, "an export failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn audit(directory: &Directory, admin: Administrator, format: Format, query: &Query) -> Result<Response> {
    let filter = app::pages::audit::filter(query);
    let mut tx = directory.begin(Actor::Admin { id: admin.id, email: admin.email }).await?;
    let name = format!("audit-{}.{}", tx.now().format("%Y-%m-%d"), format.as_str());
    note_export(&mut tx, format, &filter);
    tx.commit().await?;
    Ok(file(&name, format, export::export(directory, format, filter).await?))
}

async fn accounts(
    directory: &Directory,
    admin: Administrator,
    connection: ConnectionId,
    query: &Query,
) -> Result<Response> {
    let filter = imports::Filter { q: query.text("q"), shown: query.parsed("show") };
    let sort = query.parsed("sort").unwrap_or(AccountsSort::Name);
    let mut tx = directory.begin(Actor::Admin { id: admin.id, email: admin.email }).await?;
    let of = connections::get(&mut tx, connection).await?;
    let name = format!("import-{}-{}.csv", in_file_name(&of.name), tx.now().format("%Y-%m-%d"));
    imports::note_export(&mut tx, &of, &filter);
    tx.commit().await?;
    Ok(file(&name, Format::Csv, imports::export(directory, connection, filter, sort)))
}

/// A name as a part of a file's: what every system takes.
fn in_file_name(name: &str) -> String {
    let name = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let name: String = name.take(40).collect();
    name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// A copy that breaks off is cut short without an end: the browser says so.
fn file(name: &str, format: Format, parts: impl Stream<Item = Result<String>> + Send + 'static) -> Response {
    let kind = match format {
        Format::Jsonl => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    let parts = parts.inspect_err(|error| tracing::error!(%error, "an export broke off"));
    (headers, Body::from_stream(parts)).into_response()
}
