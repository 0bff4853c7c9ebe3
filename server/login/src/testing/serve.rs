//! HTTP around the provider.

use super::answers::{self, Call};
use super::behaviour::{Behaviour, Fault};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(super) struct Shared {
    pub(super) issuer: String,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) behaviour: Behaviour,
    pub(super) requests: Vec<String>,
    /// Codes that were given out and not brought back, with the request they answer.
    pub(super) codes: HashMap<String, HashMap<String, String>>,
    pub(super) given: usize,
}

/// The connection is to be closed with nothing sent.
#[derive(Debug, thiserror::Error)]
#[error("the connection was closed on purpose")]
pub(super) struct HungUp;

impl Shared {
    pub(super) fn new(issuer: String) -> Self {
        let (requests, codes) = (Vec::new(), HashMap::new());
        Self { issuer, state: Mutex::new(State { behaviour: Behaviour::new(), requests, codes, given: 0 }) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connections live in a set of this task, so aborting it ends them all.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(|request| serve(Arc::clone(&shared), request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn serve(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HungUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
    let call = Call { head, body: String::from_utf8_lossy(&body).into_owned() };
    let path = call.head.uri.path().to_owned();
    let fault = {
        let mut state = shared.state();
        state.requests.push(path.clone());
        state.behaviour.faults.get(path.as_str()).cloned()
    };
    let (status, kind, body) = match fault {
        None => return Ok(answers::answer(&shared, &call)),
        Some(Fault::Answer(status, kind, body)) => (status, kind, body),
        Some(Fault::Redirect) => {
            let location = format!("{}/elsewhere", shared.issuer);
            return Ok(Response::builder().status(302).header("location", location).body(Full::default()).unwrap());
        }
        Some(Fault::Huge) => (200, "application/json", format!("\"{}\"", "x".repeat(2 * 1024 * 1024))),
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::HangUp) => return Err(HungUp),
    };
    Ok(Response::builder().status(status).header("content-type", kind).body(Full::from(body)).unwrap())
}
