//! A connection's credentials: save them, and test them against Zoom.
//!
//! Save and Test connection send the same form. While provisioning is off, Test saves first and then tests what is
//! stored, so nothing that was typed can be lost, the secret included; the result is kept with the settings. While
//! provisioning is on, what was typed is tested first and stored only when Zoom accepts it: replacing a secret never
//! interrupts anybody, and a wrong one changes nothing. No transaction is open while Zoom is asked.

use crate::error::AppError;
use leptos::prelude::*;
use model::ConnectionId;
use serde::{Deserialize, Serialize};

/// Which button sent the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    #[default]
    Save,
    Test,
}

/// Makes a connection (without an id) or changes one, tests it when told, and goes to its Integration tab.
#[server]
pub async fn save_connection(
    id: Option<ConnectionId>,
    #[server(default)] version: i64,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] scim_url: String,
    #[server(default)] token_url: String,
    #[server(default)] account_id: String,
    #[server(default)] client_id: String,
    #[server(default)] client_secret: String,
    #[server(default)] intent: Intent,
) -> Result<(), AppError> {
    let entered = Entered { name, description, scim_url, token_url, account_id, client_id, client_secret };
    ssr::save_connection(id, version, entered, intent).await
}

/// The form's fields as they were typed.
#[derive(Clone, Default)]
#[cfg(feature = "ssr")]
struct Entered {
    name: String,
    description: String,
    scim_url: String,
    token_url: String,
    account_id: String,
    client_id: String,
    client_secret: String,
}

#[cfg(feature = "ssr")]
mod ssr {
    use super::{Entered, Intent};
    use crate::error::{AppError, Problems};
    use crate::session;
    use directory::connections::{self, ConnectionSettings, Integration};
    use model::connection::{Connection, ConnectionTest, TestFailure};
    use model::{ConnectionId, Permission};

    pub(super) async fn save_connection(
        id: Option<ConnectionId>,
        version: i64,
        entered: Entered,
        intent: Intent,
    ) -> Result<(), AppError> {
        let mut tx = session::begin(Permission::ManageConnections).await?;
        let stored = match id {
            Some(id) => Some(connections::settings(&mut tx, id).await?),
            None => None,
        };
        if stored.as_ref().is_some_and(|stored| stored.connection.version != version) {
            return Err(directory::Error::Stale("the connection").into());
        }
        let settings = read(entered, stored.as_ref().map(|stored| &stored.connection))?;
        let running = stored.as_ref().filter(|stored| stored.connection.enabled);
        if let (Intent::Test, Some(running)) = (intent, running) {
            let running = running.clone();
            drop(tx);
            return replace_running(running, settings).await;
        }
        let id = store(&mut tx, stored.as_ref().map(|stored| &stored.connection), settings).await?;
        let saved = connections::settings(&mut tx, id).await?;
        tx.commit().await?;
        match intent {
            Intent::Save => after_save(&saved.connection, stored.is_none()).await,
            Intent::Test => test_stored(saved).await,
        }
    }

    /// Checks what was typed; every wrong field is named.
    fn read(entered: Entered, stored: Option<&Connection>) -> Result<Integration, AppError> {
        let mut problems = Problems::default();
        let name = problems.text("name", "Connection name", &entered.name, 60);
        let description = problems.optional_text("description", "Description", &entered.description, 200);
        let scim_url = address(&mut problems, "scim_url", "SCIM URL", &entered.scim_url);
        let token_url = address(&mut problems, "token_url", "OAuth Token URL", &entered.token_url);
        let account_id = problems.text("account_id", "OAuth Account ID", &entered.account_id, 200);
        let client_id = problems.text("client_id", "OAuth Client ID", &entered.client_id, 200);
        let secret = problems.optional_text("client_secret", "OAuth Client Secret", &entered.client_secret, 500);
        if secret.is_empty() {
            need_secret(&mut problems, stored, &scim_url, &token_url);
        }
        problems.check()?;
        let client_secret = (!secret.is_empty()).then(|| secret.into());
        Ok(Integration { name, description, scim_url, token_url, account_id, client_id, client_secret })
    }

    /// An empty secret keeps the stored one, if there is one and it goes to where it went before: nobody may have it
    /// sent to another address without knowing it.
    fn need_secret(problems: &mut Problems, stored: Option<&Connection>, scim_url: &str, token_url: &str) {
        match stored.filter(|stored| stored.auth.secret_ends_in.is_some()) {
            None => problems.add("client_secret", "OAuth Client Secret is missing. Copy it from App Credentials in Zoom."),
            Some(stored) if stored.auth.token_url != token_url => problems.add(
                "client_secret",
                "The OAuth Token URL changed, and the stored secret is never sent to another address. Type the secret again.",
            ),
            // A token opens the whole Zoom account, so it goes to no other address either.
            Some(stored) if stored.scim_url != scim_url => problems.add(
                "client_secret",
                "The SCIM URL changed, and no Zoom token is sent to another address unasked. Type the secret again.",
            ),
            Some(_) => {}
        }
    }

    /// An address that Rollcall may call, without a slash at the end.
    fn address(problems: &mut Problems, field: &str, label: &str, typed: &str) -> String {
        let value = problems.text(field, label, typed, 500);
        let value = value.trim_end_matches('/').to_owned();
        if !value.is_empty()
            && let Err(error) = provision::check_url(&value, session::backend().allow_private_urls)
        {
            problems.add(field, format!("{label}: {error}"));
        }
        value
    }

    /// Writes the settings, unless they are what stands there already.
    async fn store(
        tx: &mut directory::Tx,
        stored: Option<&Connection>,
        settings: Integration,
    ) -> Result<ConnectionId, AppError> {
        let name = settings.name.clone();
        let written = match stored {
            None => connections::create(tx, settings).await,
            Some(stored) if is_same(stored, &settings) => Ok(stored.id),
            Some(stored) => connections::update(tx, stored.id, stored.version, settings).await.map(|()| stored.id),
        };
        match written {
            Err(directory::Error::Taken(_)) => {
                let mut problems = Problems::default();
                problems.add("name", format!("There is a connection called {name} already. Choose another name."));
                Err(problems.check().err().unwrap_or(AppError::Internal))
            }
            other => Ok(other?),
        }
    }

    fn is_same(stored: &Connection, settings: &Integration) -> bool {
        settings.client_secret.is_none()
            && stored.name == settings.name
            && stored.description == settings.description
            && stored.scim_url == settings.scim_url
            && stored.auth.token_url == settings.token_url
            && stored.auth.account_id == settings.account_id
            && stored.auth.client_id == settings.client_id
    }

    async fn after_save(saved: &Connection, new: bool) -> Result<(), AppError> {
        let title = if new { "Connection saved, provisioning is off" } else { "Connection saved" };
        let text = match (saved.is_valid(), saved.enabled) {
            (false, _) => "Test the connection next. Provisioning stays off until a test succeeds.",
            (true, false) => "The last test still counts. Provisioning is off.",
            (true, true) => "The last test still counts, and provisioning goes on.",
        };
        crate::flash::say(title, text).await?;
        session::go_to(&format!("/connections/{}/integration?saved={}", saved.id, saved.version));
        Ok(())
    }

    /// Tests stored settings, keeps the result with them, and shows it on the Integration tab.
    async fn test_stored(saved: ConnectionSettings) -> Result<(), AppError> {
        let test = ask_zoom(&saved).await?;
        let (id, version) = (saved.connection.id, saved.connection.version);
        let mut tx = session::begin(Permission::ManageConnections).await?;
        connections::keep_test(&mut tx, id, version, &test).await?;
        tx.commit().await?;
        if !test.passed() {
            session::go_to(&format!("/connections/{id}/integration?dialog=test-failed&tested={}", test.at.timestamp()));
            return Ok(());
        }
        let text = "The settings are saved. Assign people next, then turn provisioning on.";
        crate::flash::say("The connection works", text).await?;
        session::go_to(&format!("/connections/{id}/integration?tested={}", test.at.timestamp()));
        Ok(())
    }

    /// Replaces the credentials of a connection that is running, if Zoom accepts the new ones.
    async fn replace_running(running: ConnectionSettings, settings: Integration) -> Result<(), AppError> {
        let mut candidate = running.clone();
        candidate.connection.scim_url.clone_from(&settings.scim_url);
        candidate.connection.auth.token_url.clone_from(&settings.token_url);
        candidate.connection.auth.account_id.clone_from(&settings.account_id);
        candidate.connection.auth.client_id.clone_from(&settings.client_id);
        if let Some(secret) = &settings.client_secret {
            candidate.client_secret = Some(secret.clone());
        }
        let test = ask_zoom(&candidate).await?;
        if !test.passed() {
            return Err(not_replaced(&test));
        }
        let stored = &running.connection;
        let mut tx = session::begin(Permission::ManageConnections).await?;
        // Somebody may have changed it, or switched it off, while Zoom was asked.
        if connections::lock(&mut tx, stored.id).await?.version != stored.version {
            return Err(directory::Error::Stale("the connection").into());
        }
        let id = store(&mut tx, Some(stored), settings).await?;
        let version = connections::get(&mut tx, id).await?.version;
        connections::keep_test(&mut tx, id, version, &test).await?;
        connections::set_enabled(&mut tx, id, true).await?;
        tx.commit().await?;
        crate::flash::say("The connection works", "The settings are saved, and provisioning goes on.").await?;
        session::go_to(&format!("/connections/{id}/integration?tested={}", test.at.timestamp()));
        Ok(())
    }

    fn not_replaced(test: &ConnectionTest) -> AppError {
        let mut problems = Problems::default();
        let failure = test.failure.clone().unwrap_or_else(|| TestFailure {
            happened: "A check did not pass.".to_owned(),
            zoom_answered: None,
            likely: String::new(),
            advice: "Test again.".to_owned(),
            field: None,
        });
        let answered = failure.zoom_answered.map(|said| format!(" Zoom answered: {said}.")).unwrap_or_default();
        let field = failure.field.unwrap_or_else(|| "scim_url".to_owned());
        let (happened, advice) = (failure.happened, format!("{} {}", failure.likely, failure.advice));
        problems.add(&field, advice);
        match problems.check() {
            Err(AppError::Invalid { fields, .. }) => AppError::Invalid {
                message: format!(
                    "{happened}{answered} Nothing was changed: provisioning goes on with the stored settings."
                ),
                fields,
            },
            _ => AppError::Internal,
        }
    }

    /// No transaction is open while this runs.
    async fn ask_zoom(settings: &ConnectionSettings) -> Result<ConnectionTest, AppError> {
        let backend = session::backend();
        let outbound = provision::Outbound::new(backend.allow_private_urls).map_err(|error| {
            tracing::error!(%error, "a connection could not be tested");
            AppError::Internal
        })?;
        let connection = &settings.connection;
        let credentials = provision::Credentials {
            scim_url: connection.scim_url.clone(),
            token_url: connection.auth.token_url.clone(),
            account_id: connection.auth.account_id.clone(),
            client_id: connection.auth.client_id.clone(),
            client_secret: settings.client_secret.clone().unwrap_or_default(),
        };
        Ok(provision::test_connection(&outbound, &credentials, backend.directory.now()).await)
    }
}
