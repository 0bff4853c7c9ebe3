//! The identity providers that administrators sign in with: list, make, change, remove, and what a test brought back.
#![expect(clippy::too_many_arguments, reason = "a server function has one for each field of its form")]

use crate::components::Query;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::settings::{facts, guides, provider_table, tested};
use crate::written::{Html, Titled};
use leptos::prelude::*;
use model::ProviderId;
use model::provider::{Oidc, ProviderKind, RoleRule};
#[cfg(feature = "ssr")]
use model::provider::{Protocol, Provider};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A button of the sign-in page.
#[cfg(feature = "ssr")]
pub(crate) struct SignInOption {
    pub(crate) slug: String,
    pub(crate) label: String,
}

#[cfg(feature = "ssr")]
async fn sign_in_options() -> Result<Vec<SignInOption>, AppError> {
    let mut tx = crate::session::backend().directory.begin(directory::Actor::System).await?;
    let providers = directory::providers::list(&mut tx).await?.into_iter().filter(|provider| provider.enabled);
    Ok(providers.map(|Provider { slug, label, .. }| SignInOption { slug, label }).collect())
}

/// The sign-in page. Anybody may see it, and one-time links work also while providers cannot be read.
#[server]
pub async fn get_ways_in(at: Query) -> Result<Html, AppError> {
    let options = sign_in_options().await.unwrap_or_default();
    Ok(Html::of(|| crate::pages::login::ways::ways(options, &at)))
}

/// All providers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderList {
    pub html: Html,
    pub may_manage: bool,
}

#[server]
pub async fn list_providers() -> Result<ProviderList, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let providers = directory::providers::list(&mut tx).await?;
    let may_manage = crate::session::signed_in()?.role.allows(model::Permission::ManageProviders);
    Ok(ProviderList { html: Html::of(|| provider_table::all(providers, may_manage)), may_manage })
}

/// A provider, with what has to be pasted there. Without one, what a new one needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDetails {
    pub provider: Option<StoredProvider>,
    pub public_url: String,
    pub may_manage: bool,
    /// The head of its page.
    pub head: Html,
    /// What else is known of it.
    pub facts: Html,
    /// How to register at providers of its kind.
    pub guides: Html,
}

/// What a provider's form begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProvider {
    pub id: ProviderId,
    pub version: i64,
    pub kind: ProviderKind,
    pub slug: String,
    pub label: String,
    pub enabled: bool,
    pub groups_claim: String,
    pub roles: Vec<RoleRule>,
    pub oidc: Option<Oidc>,
    /// Of a SAML provider whose metadata was not pasted.
    pub metadata_url: Option<String>,
}

#[cfg(feature = "ssr")]
impl From<Provider> for StoredProvider {
    fn from(provider: Provider) -> Self {
        let kind = provider.protocol.kind();
        let (oidc, metadata_url) = match provider.protocol {
            Protocol::Oidc(oidc) => (Some(oidc), None),
            Protocol::Saml(saml) => (None, saml.metadata_url),
        };
        let Provider { id, version, slug, label, enabled, groups_claim, roles, .. } = provider;
        Self { id, version, kind, slug, label, enabled, groups_claim, roles, oidc, metadata_url }
    }
}

/// A provider; without a slug, what the form of a new one of that kind needs.
#[server]
pub async fn get_provider(
    #[server(default)] slug: String,
    #[server(default)] kind: String,
) -> Result<ProviderDetails, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let provider = match slug.as_str() {
        "" => None,
        slug => {
            let found = directory::providers::by_slug(&mut tx, slug).await?;
            Some(found.ok_or_else(|| AppError::NotFound { what: "provider".to_owned() })?)
        }
    };
    let may_manage = crate::session::signed_in()?.role.allows(model::Permission::ManageProviders);
    let kind = provider.as_ref().map_or_else(|| kind_of(&kind), |provider| provider.protocol.kind());
    Ok(ProviderDetails {
        public_url: crate::session::backend().public_url,
        may_manage,
        head: Html::of(|| provider.as_ref().map(|provider| facts::head(provider, may_manage)).into_any()),
        facts: Html::of(|| facts::facts(provider.as_ref(), may_manage)),
        guides: Html::of(|| guides::guides(kind)),
        provider: provider.map(StoredProvider::from),
    })
}

/// Saves a provider, after its own description was read: a wrong issuer or unusable metadata is refused. The fields of
/// the other protocol are empty; `values` and `roles` are the columns of the role mapping.
#[server]
pub async fn save_provider(
    /// Empty for a new provider.
    #[server(default)]
    id: String,
    #[server(default)] version: i64,
    #[server(default)] kind: String,
    #[server(default)] label: String,
    #[server(default)] slug: String,
    #[server(default)] enabled: Option<String>,
    #[server(default)] issuer: String,
    #[server(default)] client_id: String,
    #[server(default)] client_secret: String,
    #[server(default)] scopes: String,
    #[server(default)] metadata_url: String,
    #[server(default)] metadata: String,
    #[server(default)] groups_claim: String,
    #[server(default)] values: Vec<String>,
    #[server(default)] roles: Vec<String>,
) -> Result<(), AppError> {
    let enabled = enabled.is_some();
    let entered = save::Entered {
        kind,
        label,
        slug,
        enabled,
        issuer,
        client_id,
        client_secret,
        scopes,
        metadata_url,
        metadata,
        groups_claim,
        values,
        roles,
    };
    save::save(&id, version, &entered).await
}

/// Fetches a SAML provider's metadata again.
#[server]
pub async fn refresh_metadata(id: ProviderId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageProviders).await?;
    let provider = directory::providers::list(&mut tx).await?.into_iter().find(|provider| provider.id == id);
    drop(tx);
    let provider = provider.ok_or_else(|| AppError::NotFound { what: "provider".to_owned() })?;
    let model::provider::Protocol::Saml(saml) = &provider.protocol else {
        return Err(AppError::Conflict { message: "Only SAML providers have metadata.".to_owned() });
    };
    let Some(url) = saml.metadata_url.clone() else {
        let message = "This provider's metadata was pasted. Paste the new one, or enter its address.".to_owned();
        return Err(AppError::Conflict { message });
    };
    let draft = model::provider::Draft::Saml { metadata_url: Some(url), metadata: None };
    let checked = (crate::session::backend().check_provider)(draft).await;
    let checked = checked.map_err(|wrong| AppError::Conflict { message: wrong.message })?;
    let settings = directory::providers::Settings {
        slug: provider.slug.clone(),
        label: provider.label.clone(),
        enabled: provider.enabled,
        protocol: checked.protocol,
        metadata: checked.metadata,
        client_secret: None,
        groups_claim: provider.groups_claim.clone(),
        roles: provider.roles.clone(),
    };
    let mut tx = crate::session::begin(model::Permission::ManageProviders).await?;
    directory::providers::change(&mut tx, id, provider.version, &settings).await?;
    tx.commit().await?;
    crate::flash::say("Metadata read again", "What it says now is shown below.").await?;
    crate::session::go_to(&page_after(&provider.slug, provider.version));
    Ok(())
}

/// A provider's page after its version `before` was replaced. The address says so: the page is shown already, and looks
/// there for whether to read anew.
#[cfg(feature = "ssr")]
fn page_after(slug: &str, before: i64) -> String {
    format!("/settings/sign-in/{slug}?saved={}", before + 1)
}

/// Removes a provider.
#[server]
pub async fn remove_provider(id: ProviderId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageProviders).await?;
    let removed = directory::providers::remove(&mut tx, id).await?;
    tx.commit().await?;
    let text = "Nobody signs in by it any more, and the sessions it had opened have ended. Administrators stay.";
    crate::flash::say(format!("{} removed", removed.label), text).await?;
    crate::session::go_to("/settings/sign-in");
    Ok(())
}

/// What a test sign-in of whoever asks brought back.
#[server]
pub async fn get_test(slug: String, id: Uuid) -> Result<Titled, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let me = crate::session::signed_in()?.id;
    let found = directory::sign_in::test(&mut tx, me, id).await?;
    let text = found.ok_or_else(|| AppError::NotFound { what: "test".to_owned() })?;
    let outcome = serde_json::from_slice(&text).map_err(|error| {
        tracing::error!(%error, "a test sign-in could not be read");
        AppError::Internal
    })?;
    Ok(tested::page(&slug, outcome))
}

/// What the kind's word means in a form; OpenID Connect when it means nothing.
pub fn kind_of(word: &str) -> ProviderKind {
    word.parse().unwrap_or(ProviderKind::Oidc)
}

#[cfg(feature = "ssr")]
mod save {
    //! From the form's texts to a provider.

    use super::kind_of;
    use crate::error::{AppError, Problems, wrong_field};
    use directory::providers::Settings;
    use model::provider::{Draft, Oidc, Protocol, ProviderKind, RoleRule, SLUG_LENGTH, Saml, check_slug, read_scopes};
    use model::{Permission, ProviderId, Role};
    use secrecy::SecretString;

    /// The most metadata that is taken, in characters.
    const METADATA: usize = 500_000;

    /// The longest client secret, in characters.
    const SECRET: usize = 500;

    /// The form's fields as they were typed.
    pub(super) struct Entered {
        pub kind: String,
        pub label: String,
        pub slug: String,
        pub enabled: bool,
        pub issuer: String,
        pub client_id: String,
        pub client_secret: String,
        pub scopes: String,
        pub metadata_url: String,
        pub metadata: String,
        pub groups_claim: String,
        pub values: Vec<String>,
        pub roles: Vec<String>,
    }

    pub(super) async fn save(id: &str, version: i64, form: &Entered) -> Result<(), AppError> {
        // Who may not, is told before anything is checked. No transaction is open while the provider is asked.
        drop(crate::session::begin(Permission::ManageProviders).await?);
        let id: Option<ProviderId> = match id {
            "" => None,
            id => Some(id.parse().map_err(|_| AppError::NotFound { what: "provider".to_owned() })?),
        };
        let (draft, mut settings) = read(form, id.is_none())?;
        match kept(id, &draft).await? {
            Some(protocol) => settings.protocol = protocol,
            None => {
                let checked = (crate::session::backend().check_provider)(draft).await;
                let checked = checked.map_err(|wrong| wrong_field(wrong.field, wrong.message))?;
                (settings.protocol, settings.metadata) = (checked.protocol, checked.metadata);
            }
        }
        let mut tx = crate::session::begin(Permission::ManageProviders).await?;
        let done = match id {
            None => directory::providers::create(&mut tx, &settings).await.map(|_| ()),
            Some(id) => directory::providers::change(&mut tx, id, version, &settings).await,
        };
        match done {
            Err(directory::Error::Taken(_)) => {
                let slug = &settings.slug;
                let message = format!("Another provider is called {slug} in addresses. Choose another name.");
                return Err(wrong_field("slug", message));
            }
            done => done?,
        }
        tx.commit().await?;
        let next = "Try it with Test sign-in: it walks the whole way and opens no session.";
        crate::flash::say(format!("{} saved", settings.label), next).await?;
        let slug = &settings.slug;
        let page = id.map_or_else(|| format!("/settings/sign-in/{slug}"), |_| super::page_after(slug, version));
        crate::session::go_to(&page);
        Ok(())
    }

    /// Reads the form; the settings' protocol still stands for nothing.
    fn read(form: &Entered, new: bool) -> Result<(Draft, Settings), AppError> {
        let mut problems = Problems::default();
        let label = problems.text("label", "Button text", &form.label, 60);
        let slug = slug(&mut problems, &form.slug);
        let groups_claim = problems.text("groups_claim", "The groups claim", &form.groups_claim, 300);
        let roles = roles(&mut problems, form);
        let draft = match kind_of(&form.kind) {
            ProviderKind::Oidc => {
                let issuer = problems.text("issuer", "Issuer", &form.issuer, 500);
                let client_id = problems.text("client_id", "Client ID", &form.client_id, 300);
                if new {
                    problems.text("client_secret", "Client secret", &form.client_secret, SECRET);
                } else {
                    problems.optional_text("client_secret", "Client secret", &form.client_secret, SECRET);
                }
                let scopes = problems.optional_text("scopes", "The list of scopes", &form.scopes, 500);
                let scopes = read_scopes(&scopes).unwrap_or_else(|message| {
                    problems.add("scopes", message);
                    Vec::new()
                });
                Draft::Oidc { issuer, client_id, scopes }
            }
            ProviderKind::Saml => {
                let url = problems.optional_text("metadata_url", "Metadata address", &form.metadata_url, 1000);
                if form.metadata.len() > METADATA {
                    problems
                        .add("metadata", "The metadata is too long. Paste that of one provider, not of a federation.");
                }
                let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
                let (metadata_url, metadata) = (given(&url), given(&form.metadata));
                if metadata_url.is_none() && metadata.is_none() && new {
                    problems.add("metadata_url", "Enter the metadata’s address, or paste the metadata below.");
                }
                if metadata_url.is_some() && metadata.is_some() {
                    let message = "There is an address above as well, and the two may differ. Remove the address to keep what is pasted, or what is pasted to have the address read.";
                    problems.add("metadata", message);
                }
                Draft::Saml { metadata_url, metadata }
            }
        };
        problems.check()?;
        let secret = form.client_secret.trim();
        let placeholder = Protocol::Oidc(Oidc {
            issuer: String::new(),
            client_id: String::new(),
            scopes: Vec::new(),
            secret_ends_in: None,
        });
        let settings = Settings {
            slug,
            label,
            enabled: form.enabled,
            protocol: placeholder,
            metadata: None,
            client_secret: (!secret.is_empty()).then(|| SecretString::from(secret.to_owned())),
            groups_claim,
            roles,
        };
        Ok((draft, settings))
    }

    fn slug(problems: &mut Problems, slug: &str) -> String {
        let slug = problems.text("slug", "The name in addresses", slug, SLUG_LENGTH).to_lowercase();
        if let (false, Err(message)) = (slug.is_empty(), check_slug(&slug)) {
            problems.add("slug", message);
        }
        slug
    }

    fn roles(problems: &mut Problems, form: &Entered) -> Vec<RoleRule> {
        let mut rules: Vec<RoleRule> = Vec::new();
        for (value, role) in form.values.iter().zip(&form.roles) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match role.parse::<Role>() {
                Ok(_) if rules.iter().any(|rule| rule.value == value) => {
                    problems.add("values", format!("{value} stands in the role mapping twice. Keep one of them."));
                }
                Ok(role) if value.chars().count() <= 300 => rules.push(RoleRule { value: value.to_owned(), role }),
                Ok(_) => problems.add("values", "A value of the role mapping is longer than 300 characters."),
                Err(_) => problems.add("values", format!("Choose the role that {value} gives.")),
            }
        }
        if rules.len() > 100 {
            problems.add("values", "The role mapping has more than 100 rows. Use fewer, larger groups.");
        }
        rules
    }

    /// The stored protocol, when the draft changes nothing of what the provider would have to be asked for.
    async fn kept(id: Option<ProviderId>, draft: &Draft) -> Result<Option<Protocol>, AppError> {
        let Some(id) = id else { return Ok(None) };
        let mut tx = crate::session::begin(Permission::ManageProviders).await?;
        let stored = directory::providers::list(&mut tx).await?.into_iter().find(|provider| provider.id == id);
        let stored = stored.ok_or_else(|| AppError::NotFound { what: "provider".to_owned() })?;
        Ok(match (stored.protocol, draft) {
            (Protocol::Saml(saml), Draft::Saml { metadata_url: url, metadata: None }) if url == &saml.metadata_url => {
                Some(Protocol::Saml(saml))
            }
            // Pasted metadata stays until other metadata, or an address, replaces it.
            (Protocol::Saml(saml), Draft::Saml { metadata_url: None, metadata: None }) => {
                Some(Protocol::Saml(Saml { metadata_url: None, ..saml }))
            }
            (Protocol::Oidc(oidc), Draft::Oidc { issuer, client_id, scopes }) if &oidc.issuer == issuer => {
                let (client_id, scopes) = (client_id.clone(), scopes.clone());
                Some(Protocol::Oidc(Oidc { issuer: oidc.issuer, client_id, scopes, secret_ends_in: None }))
            }
            _ => None,
        })
    }
}
