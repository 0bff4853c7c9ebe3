//! The identity providers that administrators sign in with.

use crate::audit::Entry;
use crate::error::{from_json, to_json};
use crate::{Error, Result, Tx, admins, keyring};
use chrono::{DateTime, Utc};
use model::provider::{Protocol, Provider, RoleRule};
use model::{ProviderId, SecretId};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

const CLIENT_SECRET: &str = "provider.client_secret";

/// What a provider is made of. Without a secret the stored one stays.
#[derive(Debug, Clone)]
pub struct Settings {
    pub slug: String,
    pub label: String,
    pub enabled: bool,
    pub protocol: Protocol,
    /// SAML: the metadata that the protocol's settings were read from.
    pub metadata: Option<String>,
    pub client_secret: Option<SecretString>,
    pub groups_claim: String,
    pub roles: Vec<RoleRule>,
}

/// A provider with what it takes to sign somebody in.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    pub provider: Provider,
    pub client_secret: Option<SecretString>,
    pub metadata: Option<String>,
}

struct Row {
    id: Uuid,
    slug: String,
    label: String,
    enabled: bool,
    settings: serde_json::Value,
    ends_in: Option<String>,
    groups_claim: String,
    roles: serde_json::Value,
    version: i64,
    updated_at: DateTime<Utc>,
    updated_by: String,
    last_sign_in_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Provider {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let mut protocol = from_json("provider", row.settings)?;
        if let Protocol::Oidc(oidc) = &mut protocol {
            oidc.secret_ends_in = row.ends_in;
        }
        Ok(Self {
            id: ProviderId(row.id),
            slug: row.slug,
            label: row.label,
            enabled: row.enabled,
            protocol,
            groups_claim: row.groups_claim,
            roles: from_json("role mapping", row.roles)?,
            version: row.version,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            last_sign_in_at: row.last_sign_in_at,
        })
    }
}

/// All providers by their text on the sign-in page.
pub async fn list(tx: &mut Tx) -> Result<Vec<Provider>> {
    sqlx::query_as!(
        Row,
        "select p.id, slug, label, enabled, settings, s.ends_in as \"ends_in?\", groups_claim, roles, version, updated_at,
                updated_by, last_sign_in_at
         from provider p left join secret s on s.id = p.client_secret_id order by label, slug"
    )
    .fetch_all(tx.db())
    .await?
    .into_iter()
    .map(Provider::try_from)
    .collect()
}

/// The provider of that name in addresses.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Provider>> {
    Ok(list(tx).await?.into_iter().find(|provider| provider.slug == slug))
}

/// The provider as it stands now. Whoever changes or removes it waits until this unit of work has ended.
pub async fn hold(tx: &mut Tx, id: ProviderId) -> Result<Option<Provider>> {
    sqlx::query!("select id from provider where id = $1 for no key update", id.0).fetch_optional(tx.db()).await?;
    Ok(list(tx).await?.into_iter().find(|provider| provider.id == id))
}

/// The provider with its secret opened, for signing somebody in.
pub async fn settings(tx: &mut Tx, slug: &str) -> Result<Option<ProviderSettings>> {
    let Some(provider) = by_slug(tx, slug).await? else { return Ok(None) };
    let row = sqlx::query!("select client_secret_id, metadata from provider where id = $1", provider.id.0)
        .fetch_one(tx.db())
        .await?;
    let client_secret = match row.client_secret_id {
        Some(secret) => Some(keyring::reveal(tx, CLIENT_SECRET, SecretId(secret)).await?),
        None => None,
    };
    Ok(Some(ProviderSettings { provider, client_secret, metadata: row.metadata }))
}

/// Adds a provider.
pub async fn create(tx: &mut Tx, settings: &Settings) -> Result<ProviderId> {
    let id = ProviderId(Uuid::now_v7());
    let secret = match &settings.client_secret {
        Some(secret) => Some(keyring::store(tx, CLIENT_SECRET, secret).await?.0),
        None => None,
    };
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let (protocol, roles) = (to_json("provider", &settings.protocol)?, to_json("role mapping", &settings.roles)?);
    sqlx::query!(
        "insert into provider (id, slug, kind, label, enabled, settings, client_secret_id, metadata, groups_claim, roles,
                               created_at, updated_at, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)",
        id.0,
        settings.slug,
        settings.protocol.kind().as_str(),
        settings.label,
        settings.enabled,
        protocol,
        secret,
        settings.metadata,
        settings.groups_claim,
        roles,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    tx.audit(Entry::new("provider.created", "provider", id.0, &settings.label).after(shown(settings)?));
    Ok(id)
}

/// Changes a provider that still has the version the caller saw. Its protocol stays; whoever it is linked to stays
/// linked, unless it is another issuer now.
pub async fn change(tx: &mut Tx, id: ProviderId, version: i64, settings: &Settings) -> Result<()> {
    let held = sqlx::query!("select slug, version, client_secret_id from provider where id = $1 for update", id.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the provider"))?;
    if held.version != version {
        return Err(Error::Stale("the provider"));
    }
    let before = by_slug(tx, &held.slug).await?.ok_or(Error::NotFound("the provider"))?;
    if before.protocol.kind() != settings.protocol.kind() {
        return Err(Error::Refused(
            "A provider keeps its protocol. Add another provider and remove this one when it works.".into(),
        ));
    }
    let secret = match &settings.client_secret {
        Some(secret) => Some(keyring::store(tx, CLIENT_SECRET, secret).await?.0),
        None => held.client_secret_id,
    };
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let (protocol, roles) = (to_json("provider", &settings.protocol)?, to_json("role mapping", &settings.roles)?);
    sqlx::query!(
        "update provider set slug = $2, label = $3, enabled = $4, settings = $5, client_secret_id = $6,
                metadata = coalesce($7, metadata), groups_claim = $8, roles = $9, version = version + 1,
                updated_at = $10, updated_by = $11
         where id = $1",
        id.0,
        settings.slug,
        settings.label,
        settings.enabled,
        protocol,
        secret,
        settings.metadata,
        settings.groups_claim,
        roles,
        now,
        by
    )
    .execute(tx.db())
    .await?;
    if let (Some(old), true) = (held.client_secret_id, settings.client_secret.is_some()) {
        keyring::forget(tx, SecretId(old)).await?;
    }
    let new_secret = settings.client_secret.is_some();
    let entry = Entry::new("provider.changed", "provider", id.0, &settings.label);
    let mut after = shown(settings)?;
    after["secret_replaced"] = json!(new_secret);
    tx.audit(entry.before(shown_stored(&before)?).after(after));
    Ok(())
}

/// Removes a provider. Nobody comes in by it any more; the sessions it opened end, and the roles its groups gave stay.
pub async fn remove(tx: &mut Tx, id: ProviderId) -> Result<Provider> {
    // Held before the administrators, as a sign-in does.
    let provider = hold(tx, id).await?.ok_or(Error::NotFound("the provider"))?;
    admins::keep_roles_of(tx, id).await?;
    let secret = sqlx::query_scalar!("delete from provider where id = $1 returning client_secret_id", id.0)
        .fetch_optional(tx.db())
        .await?
        .ok_or(Error::NotFound("the provider"))?;
    if let Some(secret) = secret {
        keyring::forget(tx, SecretId(secret)).await?;
    }
    let sessions = sqlx::query!("delete from session where data -> 'origin' ->> 'provider' = $1", id.0.to_string())
        .execute(tx.db())
        .await?
        .rows_affected();
    let entry = Entry::new("provider.removed", "provider", id.0, &provider.label).before(shown_stored(&provider)?);
    tx.audit(entry.after(json!({ "sessions_ended": sessions })));
    Ok(provider)
}

/// Notes that somebody came in.
pub(crate) async fn used(tx: &mut Tx, id: ProviderId) -> Result<()> {
    let now = tx.now();
    sqlx::query!("update provider set last_sign_in_at = $2 where id = $1", id.0, now).execute(tx.db()).await?;
    Ok(())
}

fn shown(settings: &Settings) -> Result<serde_json::Value> {
    let protocol = without_end(&settings.protocol);
    Ok(json!({
        "slug": settings.slug, "label": settings.label, "enabled": settings.enabled,
        "protocol": to_json("provider", &protocol)?, "groups_claim": settings.groups_claim,
        "roles": to_json("role mapping", &settings.roles)?,
    }))
}

fn shown_stored(provider: &Provider) -> Result<serde_json::Value> {
    let protocol = without_end(&provider.protocol);
    Ok(json!({
        "slug": provider.slug, "label": provider.label, "enabled": provider.enabled,
        "protocol": to_json("provider", &protocol)?, "groups_claim": provider.groups_claim,
        "roles": to_json("role mapping", &provider.roles)?,
    }))
}

/// No part of a secret stands in the audit log.
fn without_end(protocol: &Protocol) -> Protocol {
    let mut protocol = protocol.clone();
    if let Protocol::Oidc(oidc) = &mut protocol {
        oidc.secret_ends_in = None;
    }
    protocol
}
