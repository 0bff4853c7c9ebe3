//! The program `rollcall`: web portal, inbound SCIM and the worker in one process.
//!
//! This room wires the others together and knows axum; it speaks no SQL, renders no page and calls no Zoom by itself.
//! [`Server::start`] is what `rollcall serve`, `rollcall demo` and the tests start; [`router`] says what answers where.

pub mod assets;
pub mod commands;
pub mod config;
pub mod http;
pub mod mail;
pub mod postgres;

use crate::http::client::Attempts;
use crate::http::login::SignIn;
use crate::http::origin::Ours;
use crate::http::scim::trace::{self, Recorder};
use app::session::{Backend, CheckProvider};
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::{Router, middleware};
use directory::servers::Presence;
use directory::{Actor, Directory};
use login::OneTimeLink;
use mail::Mailer;
use provision::{Outbound, engine};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use url::Url;

/// The largest body of any request; SCIM answers a larger one in its own words.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// What the handlers share.
#[derive(Clone)]
pub struct AppState {
    pub directory: Directory,
    pub backend: Backend,
    pub ours: Arc<Ours>,
    pub https: bool,
    /// What signing in by an identity provider keeps in memory.
    pub sign_in: Arc<SignIn>,
    pub attempts: Arc<Attempts>,
    /// Requests to SCIM whose token opens nothing.
    pub wrong_tokens: Arc<Attempts>,
    /// Where SCIM requests go to be written down.
    pub trace: Recorder,
    /// How many proxies add to `X-Forwarded-For`.
    pub proxy_hops: u8,
    /// Turns true when the process is to end.
    pub stopping: watch::Receiver<bool>,
}

impl axum::extract::FromRef<AppState> for Directory {
    fn from_ref(state: &AppState) -> Self {
        state.directory.clone()
    }
}

/// Everything that answers.
pub fn router(state: AppState) -> Router {
    let limited = || from_fn_with_state(state.clone(), http::client::limit_attempts);
    let noted = || from_fn_with_state(state.clone(), http::login::note_failures);
    let portal = http::pages::router(&state)
        .merge(http::auth::router())
        .merge(http::auth::link_router().layer(limited()))
        .merge(http::login::router().layer(noted()).layer(limited()))
        .merge(http::live::router())
        .layer(from_fn_with_state(state.clone(), http::sessions::find_admin))
        .layer(from_fn_with_state(state.clone(), http::origin::check_same_origin))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(middleware::from_fn(http::body::in_time_or_408));
    Router::new()
        .merge(assets::router())
        .merge(http::scim::router().layer(middleware::map_request(http::body::in_time)))
        .merge(
            http::login::acs_router()
                .layer(noted())
                .layer(limited())
                .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
                .layer(middleware::from_fn(http::body::in_time_or_408)),
        )
        .merge(portal)
        .layer(from_fn_with_state(state.clone(), http::origin::check_host))
        .merge(http::health::router())
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state.clone(), http::headers::secure))
        .layer(middleware::from_fn(log_request))
        .with_state(state)
}

/// One line a request, without its query: that may hold a one-time token.
async fn log_request(request: Request, next: middleware::Next) -> axum::response::Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let start = tokio::time::Instant::now();
    let response = next.run(request).await;
    let (status, ms) = (response.status(), start.elapsed().as_millis());
    if status.is_server_error() {
        tracing::warn!(%method, path, status = status.as_u16(), ms, "request");
    } else {
        tracing::debug!(%method, path, status = status.as_u16(), ms, "request");
    }
    response
}

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Options {
    pub listen: SocketAddr,
    /// None: `http://localhost` with the port that was bound.
    pub public_url: Option<Url>,
    pub allow_private_urls: bool,
    /// Whether this process provisions, and sends mail.
    pub worker: bool,
    /// How many proxies in front of this server add to `X-Forwarded-For`.
    pub proxy_hops: u8,
    /// None: no mail is sent.
    pub mail: Option<config::Mail>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Listen(#[from] std::io::Error),
    #[error(transparent)]
    Directory(#[from] directory::Error),
}

/// A running server: listener, worker, mail, the sealer of the audit log, the trace of SCIM requests, who merges people
/// anew, and the relay between
/// replicas.
pub struct Server {
    pub address: SocketAddr,
    pub public_url: Url,
    pub directory: Directory,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// Turns true when no more requests come.
    answered: watch::Sender<bool>,
    /// Writes SCIM requests down.
    tracing: JoinHandle<()>,
}

impl Server {
    /// Listens, and starts what works in the background.
    pub async fn start(directory: Directory, options: Options) -> Result<Self, StartError> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let public_url = match options.public_url {
            Some(url) => url,
            None => Url::parse(&format!("http://localhost:{}", address.port())).map_err(std::io::Error::other)?,
        };
        let (stop, stopping) = watch::channel(false);
        let outbound = Outbound::new(options.allow_private_urls).map_err(std::io::Error::other)?;
        let portal = public_url.as_str().trim_end_matches('/').to_owned();
        let (recorder, seen) = trace::queue();
        let state = AppState {
            directory: directory.clone(),
            backend: Backend {
                directory: directory.clone(),
                public_url: portal.clone(),
                sends_mail: options.mail.is_some(),
                allow_private_urls: options.allow_private_urls,
                assets: format!("/{}", assets::pkg_dir()),
                check_provider: check_provider(directory.clone(), outbound.clone(), options.allow_private_urls),
                replay: http::scim::replay(directory.clone(), &portal),
            },
            sign_in: Arc::new(SignIn::new(outbound)),
            attempts: Arc::default(),
            wrong_tokens: Arc::default(),
            trace: recorder,
            proxy_hops: options.proxy_hops,
            ours: Arc::new(Ours::new(&public_url)),
            https: public_url.scheme() == "https",
            stopping: stopping.clone(),
        };
        let presence = Presence::announce(&directory, this_process()).await?;
        let mut tasks = vec![
            tokio::spawn(presence.keep(stopped(stopping.clone()))),
            tokio::spawn(http::serve::serve(listener, router(state), stopping.clone())),
            tokio::spawn(relay(directory.clone(), stopping.clone())),
            tokio::spawn(directory::audit::sealer::run(directory.clone(), stopped(stopping.clone()))),
            tokio::spawn(directory::people::order::run(directory.clone(), stopped(stopping.clone()))),
        ];
        if options.worker {
            let engine =
                engine::Options { allow_private_urls: options.allow_private_urls, ..engine::Options::default() };
            tasks.push(tokio::spawn(work(directory.clone(), engine, stopping.clone())));
            if let Some(mail) = options.mail {
                tasks.push(tokio::spawn(mail::run(directory.clone(), Mailer::new(mail, &portal), stopping)));
            }
        }
        // It goes on until the last request is answered.
        let (answered, all_answered) = watch::channel(false);
        let tracing = tokio::spawn(trace::run(directory.clone(), seen, all_answered));
        Ok(Self { address, public_url, directory, stop, tasks, answered, tracing })
    }

    /// Ends in an orderly way: requests and calls under way are finished, leases given up.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            finished(task).await;
        }
        self.answered.send_replace(true);
        finished(self.tracing).await;
        self.directory.close().await;
    }
}

async fn finished(task: JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(%error, "a task ended badly");
    }
}

/// How the pages check a provider: the sign-in room is not theirs to see.
fn check_provider(directory: Directory, outbound: Outbound, private: bool) -> CheckProvider {
    Arc::new(move |draft| {
        let (outbound, now) = (outbound.clone(), directory.now());
        Box::pin(async move { http::login::check(&outbound, draft, private, now).await })
    })
}

/// Machine and process, for people.
fn this_process() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("process {} on {}", std::process::id(), machine.trim())
}

/// Returns when the process is to end.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    drop(stopping.wait_for(|stop| *stop).await);
}

/// Provisions until the process is to end.
async fn work(directory: Directory, options: engine::Options, stopping: watch::Receiver<bool>) {
    if let Err(error) = engine::Worker::run(directory, options, stopped(stopping)).await {
        tracing::error!(%error, "the worker could not be started: nothing is provisioned");
    }
}

/// Keeps the relay between replicas running: it ends when the database is lost, and is started again.
async fn relay(directory: Directory, mut stopping: watch::Receiver<bool>) {
    loop {
        let ended = tokio::select! {
            ended = directory::wake::relay(directory.clone()) => ended,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "the relay between replicas ended; it is started again");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// A one-time sign-in link for an owner.
pub async fn setup_link(directory: &Directory, actor: Actor, public_url: &Url) -> anyhow::Result<SecretString> {
    let link = OneTimeLink::generate()?;
    let mut tx = directory.begin(actor).await?;
    directory::admins::keep_setup_link(&mut tx, &link.hash().0).await?;
    tx.commit().await?;
    Ok(link.address(public_url.as_str()))
}
