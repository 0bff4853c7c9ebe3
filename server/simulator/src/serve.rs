//! HTTP around the account: reads a request, lets faults have it, answers and
//! writes the journal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::Full;
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderName, HeaderValue},
};
use tokio::{sync::watch, time::sleep};

use crate::{
    api,
    call::Call,
    fault::{Answer, Effect},
    reply::Reply,
    state::State,
};

const SCIM_JSON: &str = "application/scim+json";

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Grows with every change; waiters look again.
    pub(crate) changes: watch::Sender<u64>,
}

/// The connection is to be closed with nothing sent.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on purpose")]
pub(crate) struct Dropped;

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self { state: Mutex::new(state), changes: watch::Sender::new(0) }
    }

    pub(crate) fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        see(&self.lock())
    }

    pub(crate) fn change<T>(&self, make: impl FnOnce(&mut State) -> T) -> T {
        let made = make(&mut self.lock());
        self.changes.send_modify(|changes| *changes += 1);
        made
    }

    /// A test that panics while it looks must not take the others with it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) async fn serve(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
    let call = Call::read(request).await.map_err(|_| Dropped)?;
    let (latency, fault) = shared.change(|state| (state.options.latency, state.take_fault(&call)));
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let (reply, delivered) = match fault {
        Some(Effect::Drop) => {
            shared.change(|state| state.record(call, None, "", false));
            return Err(Dropped);
        }
        Some(Effect::Answer(Answer(reply))) => {
            shared.change(|state| state.record(call.clone(), Some(reply.status), &reply.body, true));
            return Ok(response(reply, &call));
        }
        Some(Effect::AnswerAfterApplying(Answer(reply))) => {
            shared.change(|state| {
                api::answer(state, &call);
                state.record(call.clone(), Some(reply.status), &reply.body, true);
            });
            return Ok(response(reply, &call));
        }
        Some(Effect::Delay(by)) => {
            sleep(by).await;
            (carry_out(&shared, &call, true), true)
        }
        Some(Effect::Hold(gate)) => {
            gate.pass().await;
            (carry_out(&shared, &call, true), true)
        }
        Some(Effect::LoseAnswer) => (carry_out(&shared, &call, false), false),
        None => (carry_out(&shared, &call, true), true),
    };
    if delivered { Ok(response(reply, &call)) } else { Err(Dropped) }
}

/// State and journal change together, so whoever sees one sees the other.
fn carry_out(shared: &Shared, call: &Call, delivered: bool) -> Reply {
    shared.change(|state| {
        let reply = api::answer(state, call);
        state.record(call.clone(), Some(reply.status), &reply.body, delivered);
        reply
    })
}

fn response(reply: Reply, call: &Call) -> Response<Full<Bytes>> {
    let mut headers = HeaderMap::new();
    if !reply.body.is_empty() {
        // What Zoom sends is undocumented; it asks for Accept: application/scim+json.
        let wants_scim = call.accept.as_deref().is_some_and(|accept| accept.contains(SCIM_JSON));
        let by_accept = if wants_scim { SCIM_JSON } else { "application/json" };
        let content_type = reply.content_type.as_deref().unwrap_or(by_accept);
        insert(&mut headers, header::CONTENT_TYPE.as_str(), content_type);
    }
    for (name, value) in &reply.headers {
        insert(&mut headers, name, value);
    }
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}
