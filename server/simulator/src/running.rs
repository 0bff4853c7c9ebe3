//! Starting and stopping.

use std::{net::SocketAddr, ops::Deref, sync::Arc};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::{
    handle::Handle,
    options::Options,
    serve::{Shared, serve},
    state::State,
};

/// A Zoom account to be started.
#[derive(Debug)]
pub struct Simulator;

#[derive(Debug, thiserror::Error)]
#[error("the simulated Zoom could not listen on {address}: {source}")]
pub struct StartError {
    pub address: SocketAddr,
    pub source: std::io::Error,
}

impl Simulator {
    /// Listens and answers until the [`Running`] is stopped or dropped. Any
    /// number may run in one process; each is an account of its own.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        let bind = options.bind;
        let failed = |source| StartError { address: bind, source };
        let listener = TcpListener::bind(bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = State::new(options, format!("http://{address}"));
        let shared = Arc::new(Shared::new(state));
        let acceptor = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Running { handle: Handle::new(shared), acceptor })
    }
}

/// A simulator at work; a [`Handle`] in all other respects.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    acceptor: JoinHandle<()>,
}

impl Running {
    /// A handle to pass on, which does not keep the simulator up.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops listening and closes every connection; requests not yet carried
    /// out never will be.
    pub async fn stop(mut self) {
        self.acceptor.abort();
        let _ = (&mut self.acceptor).await;
    }
}

impl Deref for Running {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.acceptor.abort();
    }
}

/// Connections live in a set of this task, so aborting it ends them all.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&shared)));
                }
                Err(error) => {
                    tracing::warn!(%error, "the simulated Zoom could not accept a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| serve(Arc::clone(&shared), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the simulated Zoom ended early");
    }
}
