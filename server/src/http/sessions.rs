//! Browser sessions: tower-sessions over the directory's table, and the middleware that finds who is signed in.

use app::session::{SignedIn, ThisSession};
use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};
use directory::Directory;
use model::session::SessionOrigin;
use model::{AdminId, ProviderId, Role};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

/// The session's key for the administrator's id.
const ADMIN: &str = "admin";
/// The session's key for the minute of the last request: writing it renews the idle limit, once a minute at most.
const SEEN: &str = "seen";
/// The session's keys for from where it was opened, when, with which role, and with which id token.
const ORIGIN: &str = "origin";
const SIGNED_IN_AT: &str = "signed_in_at";
const ROLE: &str = "role";
const ID_TOKEN: &str = "id_token";
/// A session that is not used for this long has ended.
const IDLE_MINUTES: i64 = 30;

/// Sessions in the database, known by the SHA-256 of their ids.
#[derive(Clone)]
pub struct Store(Directory);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

fn hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.to_string()).to_vec()
}

fn admin(record: &Record) -> Option<AdminId> {
    record.data.get(ADMIN).and_then(|value| serde_json::from_value(value.clone()).ok())
}

/// When a session that is used now ends, by our clock; the record says it by the system's.
fn end(directory: &Directory) -> DateTime<Utc> {
    directory.now() + chrono::Duration::minutes(IDLE_MINUTES)
}

fn data(record: &Record) -> Result<serde_json::Value> {
    serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn backend(error: directory::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let (id, data, end) = (hash(&record.id), data(record)?, end(&self.0));
            if directory::sessions::create(&self.0, &id, admin(record), &data, end).await.map_err(backend)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        directory::sessions::save(&self.0, &hash(&record.id), admin(record), &data(record)?, end(&self.0))
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some((data, end)) = directory::sessions::load(&self.0, &hash(id)).await.map_err(backend)? else {
            return Ok(None);
        };
        let data = serde_json::from_value(data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date =
            OffsetDateTime::from_unix_timestamp(end.timestamp()).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        directory::sessions::delete(&self.0, &hash(id)).await.map_err(backend)
    }
}

/// The cookie: `__Host-` and Secure under https; Lax, as a sign-in comes back from another site.
pub fn layer(directory: Directory, https: bool) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(Store(directory))
        .with_name(if https { "__Host-rollcall" } else { "rollcall" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::minutes(IDLE_MINUTES)))
}

/// A session to open.
pub struct Opened {
    pub admin: AdminId,
    pub origin: SessionOrigin,
    /// What the provider wants back when the session ends (OpenID Connect RP-Initiated Logout 1.0, section 2).
    pub id_token: Option<SecretString>,
}

/// Opens a session for an administrator under a new id; nothing of an older one stays in it.
pub async fn sign_in(session: &Session, directory: &Directory, opened: Opened) -> anyhow::Result<()> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(ADMIN, opened.admin).await?;
    session.insert(ORIGIN, opened.origin).await?;
    session.insert(SIGNED_IN_AT, directory.now()).await?;
    if let Some(id_token) = opened.id_token {
        session.insert(ID_TOKEN, directory.seal(ID_TOKEN, &id_token).await?).await?;
    }
    Ok(())
}

/// By which provider a session was opened, and what that provider wants back at its end.
pub async fn provider_of(session: &Session, directory: &Directory) -> Option<(ProviderId, Option<SecretString>)> {
    let origin = session.get::<SessionOrigin>(ORIGIN).await.ok().flatten()?;
    let sealed = session.get::<String>(ID_TOKEN).await.ok().flatten();
    Some((origin.provider?, sealed.and_then(|sealed| directory.unseal(ID_TOKEN, &sealed).ok())))
}

/// Finds who is signed in and says so in the request's extensions. An administrator who was removed is nobody from the
/// next request on; after a change of role the session goes on under a new id.
pub async fn find_admin(
    State(directory): State<Directory>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match session.get::<AdminId>(ADMIN).await {
        Ok(Some(id)) => match directory::admins::find(&directory, id).await {
            Ok(Some(admin)) => {
                renew(&session, directory.now(), admin.role).await;
                let signed_in_at = session.get(SIGNED_IN_AT).await.ok().flatten().unwrap_or_default();
                let id = session.id().map(|id| hash(&id)).unwrap_or_default();
                let id = id.iter().map(|byte| format!("{byte:02x}")).collect();
                request.extensions_mut().insert(ThisSession { id, signed_in_at });
                request.extensions_mut().insert(SignedIn(admin));
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the administrator of a session could not be read"),
        },
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "a session could not be read"),
    }
    next.run(request).await
}

async fn renew(session: &Session, now: DateTime<Utc>, role: Role) {
    let renewed: std::result::Result<(), tower_sessions::session::Error> = async {
        let minute = now.timestamp() / 60;
        if session.get::<i64>(SEEN).await? != Some(minute) {
            session.insert(SEEN, minute).await?;
        }
        match session.get::<Role>(ROLE).await? {
            Some(known) if known == role => {}
            known => {
                session.insert(ROLE, role).await?;
                if known.is_some() {
                    session.cycle_id().await?;
                }
            }
        }
        Ok(())
    }
    .await;
    if let Err(error) = renewed {
        tracing::error!(%error, "a session could not be renewed");
    }
}
