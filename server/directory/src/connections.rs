//! Connections: Zoom accounts, their settings, credentials and switches.

use crate::audit::Entry;
use crate::error::{from_json, to_json};
use crate::text::name_key;
use crate::{Error, Result, Tx, due, keyring};
use chrono::{DateTime, Utc};
use model::connection::{Actions, Connection, ConnectionSummary, ConnectionTest, ScopeMode, ServerToServer};
use model::link::LinkCounts;
use model::{ConnectionId, SecretId};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

const CLIENT_SECRET: &str = "connection.client_secret";

/// What the Integration tab sets. Without a secret the stored one stays.
#[derive(Debug, Clone)]
pub struct Integration {
    pub name: String,
    pub description: String,
    pub scim_url: String,
    pub token_url: String,
    pub account_id: String,
    pub client_id: String,
    pub client_secret: Option<SecretString>,
}

/// A connection together with what it takes to call Zoom.
#[derive(Debug, Clone)]
pub struct ConnectionSettings {
    pub connection: Connection,
    pub client_secret: Option<SecretString>,
}

struct Row {
    id: Uuid,
    name: String,
    description: String,
    scim_url: String,
    token_url: String,
    account_id: String,
    client_id: String,
    ends_in: Option<String>,
    allow_create: bool,
    allow_update: bool,
    allow_disable: bool,
    allow_deprovision: bool,
    remove_action: String,
    scope: String,
    enabled: bool,
    test: Option<serde_json::Value>,
    paused_until: Option<DateTime<Utc>>,
    paused_cause: Option<serde_json::Value>,
    version: i64,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl TryFrom<Row> for Connection {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ConnectionId(row.id),
            name: row.name,
            description: row.description,
            scim_url: row.scim_url,
            auth: ServerToServer {
                token_url: row.token_url,
                account_id: row.account_id,
                client_id: row.client_id,
                secret_ends_in: row.ends_in,
            },
            actions: Actions {
                create: row.allow_create,
                update: row.allow_update,
                disable: row.allow_disable,
                deprovision: row.allow_deprovision,
                remove_action: row.remove_action.parse()?,
            },
            scope: row.scope.parse()?,
            enabled: row.enabled,
            test: row.test.map(|test| from_json("connection test", test)).transpose()?,
            paused_until: row.paused_until,
            paused_cause: row.paused_cause.map(|cause| from_json("cause", cause)).transpose()?,
            version: row.version,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        })
    }
}

/// The connection, or [`Error::NotFound`].
pub async fn get(tx: &mut Tx, id: ConnectionId) -> Result<Connection> {
    sqlx::query_as!(
        Row,
        "select c.id, c.name, description, scim_url, token_url, account_id, client_id, s.ends_in as \"ends_in?\",
                allow_create, allow_update, allow_disable, allow_deprovision, remove_action, scope, enabled, test,
                paused_until, paused_cause, version, updated_at, updated_by
         from connection c left join secret s on s.id = c.client_secret_id where c.id = $1",
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or(Error::NotFound("the connection"))?
    .try_into()
}

/// The same, held until the transaction ends: what is decided by what it says stays true.
pub async fn lock(tx: &mut Tx, id: ConnectionId) -> Result<Connection> {
    sqlx::query_scalar!("select id from connection where id = $1 for update", id.0).fetch_optional(tx.db()).await?;
    get(tx, id).await
}

/// The connection of that name, compared without case.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Connection>> {
    let id = sqlx::query_scalar!("select id from connection where name_key = $1", name_key(name))
        .fetch_optional(tx.db())
        .await?;
    match id {
        Some(id) => get(tx, ConnectionId(id)).await.map(Some),
        None => Ok(None),
    }
}

/// All connections by name, with how their links stand.
pub async fn list(tx: &mut Tx) -> Result<Vec<ConnectionSummary>> {
    let rows = sqlx::query!(
        "select c.id, c.name, c.description, c.enabled, c.test,
                count(*) filter (where l.state = 'in_sync') as \"in_sync!\",
                count(*) filter (where l.state = 'pending') as \"pending!\",
                count(*) filter (where l.state = 'blocked') as \"blocked!\",
                count(*) filter (where l.state = 'failing') as \"failing!\",
                count(*) filter (where l.state = 'skipped') as \"skipped!\"
         from connection c left join link l on l.connection_id = c.id
         group by c.id order by c.name_key"
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            let test = row.test.map(|test| from_json::<ConnectionTest>("connection test", test)).transpose()?;
            Ok(ConnectionSummary {
                id: ConnectionId(row.id),
                name: row.name,
                description: row.description,
                enabled: row.enabled,
                valid: test.is_some_and(|test| test.passed()),
                links: LinkCounts {
                    in_sync: row.in_sync,
                    pending: row.pending,
                    blocked: row.blocked,
                    failing: row.failing,
                    skipped: row.skipped,
                },
            })
        })
        .collect()
}

/// The connections that are switched on: the engine drains these.
pub async fn runnable(tx: &mut Tx) -> Result<Vec<ConnectionId>> {
    let ids = sqlx::query_scalar!("select id from connection where enabled").fetch_all(tx.db()).await?;
    Ok(ids.into_iter().map(ConnectionId).collect())
}

/// The connection with its secret opened, for calling Zoom.
pub async fn settings(tx: &mut Tx, id: ConnectionId) -> Result<ConnectionSettings> {
    let connection = get(tx, id).await?;
    let secret =
        sqlx::query_scalar!("select client_secret_id from connection where id = $1", id.0).fetch_one(tx.db()).await?;
    let client_secret = match secret {
        Some(secret) => Some(keyring::reveal(tx, CLIENT_SECRET, SecretId(secret)).await?),
        None => None,
    };
    Ok(ConnectionSettings { connection, client_secret })
}

/// Makes a connection, switched off.
pub async fn create(tx: &mut Tx, settings: Integration) -> Result<ConnectionId> {
    let id = ConnectionId(Uuid::now_v7());
    let secret = match &settings.client_secret {
        Some(secret) => Some(keyring::store(tx, CLIENT_SECRET, secret).await?.0),
        None => None,
    };
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!(
        "insert into connection (id, name, name_key, description, scim_url, token_url, account_id, client_id,
                                 client_secret_id, created_at, updated_at, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)",
        id.0,
        settings.name,
        name_key(&settings.name),
        settings.description,
        settings.scim_url,
        settings.token_url,
        settings.account_id,
        settings.client_id,
        secret,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    let entry = Entry::new("connection.created", "connection", id.0, &settings.name);
    tx.audit(entry.after(visible(&settings)));
    Ok(id)
}

/// What of the settings may stand in the audit log.
fn visible(settings: &Integration) -> serde_json::Value {
    json!({
        "name": settings.name, "description": settings.description, "scim_url": settings.scim_url,
        "token_url": settings.token_url, "account_id": settings.account_id, "client_id": settings.client_id,
        "client_secret": settings.client_secret.as_ref().map(|_| "replaced"),
    })
}

/// The same of the settings as they are stored.
fn visible_of(connection: &Connection) -> serde_json::Value {
    json!({
        "name": connection.name, "description": connection.description, "scim_url": connection.scim_url,
        "token_url": connection.auth.token_url, "account_id": connection.auth.account_id,
        "client_id": connection.auth.client_id, "client_secret": null,
    })
}

/// Changes the integration. When anything that a test depends on changes, the old test no longer counts and the
/// connection is switched off until a new one succeeds. `version` is the one the form was made from.
pub async fn update(tx: &mut Tx, id: ConnectionId, version: i64, settings: Integration) -> Result<()> {
    let old = get(tx, id).await?;
    let secret = match &settings.client_secret {
        Some(secret) => Some(keyring::store(tx, CLIENT_SECRET, secret).await?.0),
        None => None,
    };
    let untested = settings.client_secret.is_some()
        || old.scim_url != settings.scim_url
        || old.auth.token_url != settings.token_url
        || old.auth.account_id != settings.account_id
        || old.auth.client_id != settings.client_id;
    let replaced = sqlx::query_scalar!("select client_secret_id from connection where id = $1 for update", id.0)
        .fetch_one(tx.db())
        .await?;
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let done = sqlx::query!(
        "update connection set name = $3, name_key = $4, description = $5, scim_url = $6, token_url = $7,
                account_id = $8, client_id = $9, client_secret_id = coalesce($10, client_secret_id),
                test = case when $11 then null else test end, enabled = enabled and not $11,
                version = version + 1, updated_at = $12, updated_by = $13
         where id = $1 and version = $2",
        id.0,
        version,
        settings.name,
        name_key(&settings.name),
        settings.description,
        settings.scim_url,
        settings.token_url,
        settings.account_id,
        settings.client_id,
        secret,
        untested,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale("the connection"));
    }
    if let (Some(_), Some(replaced)) = (secret, replaced) {
        keyring::forget(tx, SecretId(replaced)).await?;
    }
    let entry = Entry::new("connection.updated", "connection", id.0, &settings.name);
    let (mut before, mut after) = (visible_of(&old), visible(&settings));
    before["enabled"] = json!(old.enabled);
    after["enabled"] = json!(old.enabled && !untested);
    tx.audit(entry.before(before).after(after));
    tx.ring(id);
    Ok(())
}

/// Keeps what a test of the stored settings found. A test of other settings than those of `version` is not kept. A test
/// that passed ends the connection's wait: what it waited for is put right.
pub async fn keep_test(tx: &mut Tx, id: ConnectionId, version: i64, test: &ConnectionTest) -> Result<()> {
    let value = to_json("connection test", test)?;
    let done = sqlx::query!(
        "update connection set test = $3, enabled = enabled and $4,
                paused_until = case when $4 then null else paused_until end,
                paused_cause = case when $4 then null else paused_cause end
         where id = $1 and version = $2",
        id.0,
        version,
        value,
        test.passed()
    )
    .execute(tx.db())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale("the connection"));
    }
    let Connection { name, enabled, .. } = get(tx, id).await?;
    let entry = Entry::new("connection.tested", "connection", id.0, &name);
    tx.audit(entry.after(json!({ "passed": test.passed(), "enabled": enabled })));
    tx.ring(id);
    Ok(())
}

/// Sets what may be done in Zoom, and for whom. Everybody linked is looked at again.
pub async fn set_rules(tx: &mut Tx, id: ConnectionId, version: i64, actions: Actions, scope: ScopeMode) -> Result<()> {
    let old = get(tx, id).await?;
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let done = sqlx::query!(
        "update connection set allow_create = $3, allow_update = $4, allow_disable = $5, allow_deprovision = $6,
                remove_action = $7, scope = $8, version = version + 1, updated_at = $9, updated_by = $10
         where id = $1 and version = $2",
        id.0,
        version,
        actions.create,
        actions.update,
        actions.disable,
        actions.deprovision,
        actions.remove_action.as_str(),
        scope.as_str(),
        now,
        by
    )
    .execute(tx.db())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale("the connection"));
    }
    // A test of the credentials is still true: it depends on nothing that changed here.
    due::connection(tx, id).await?;
    let entry = Entry::new("connection.rules_changed", "connection", id.0, &old.name);
    tx.audit(
        entry
            .before(json!({ "actions": old.actions, "scope": old.scope }))
            .after(json!({ "actions": actions, "scope": scope })),
    );
    Ok(())
}

/// Switches provisioning on or off. On only with a test that passed.
pub async fn set_enabled(tx: &mut Tx, id: ConnectionId, enabled: bool) -> Result<()> {
    let connection = lock(tx, id).await?;
    if enabled && !connection.is_valid() {
        return Err(Error::Refused(
            "Provisioning stays off until a connection test succeeds. Test the connection on the Integration tab."
                .into(),
        ));
    }
    if connection.enabled == enabled {
        return Ok(());
    }
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    sqlx::query!(
        "update connection set enabled = $2, paused_until = null, paused_cause = null, version = version + 1, updated_at = $3, updated_by = $4 where id = $1",
        id.0,
        enabled,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    let action = if enabled { "connection.switched_on" } else { "connection.switched_off" };
    let entry = Entry::new(action, "connection", id.0, &connection.name);
    tx.audit(entry.before(json!({ "enabled": connection.enabled })).after(json!({ "enabled": enabled })));
    tx.ring(id);
    Ok(())
}
