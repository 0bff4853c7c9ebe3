//! What an administrator would do by hand: the source with its token, the connection with its test.

use super::folder::Kept;
use super::say;
use crate::commands::Failure;
use directory::connections::{self, Integration};
use directory::{Actor, Directory, Tx, sources, tokens};
use model::connection::{Actions, Connection, ScopeMode};
use model::source::SourceKind;
use model::{ConnectionId, SourceId};
use provision::{Credentials, Outbound, test_connection};
use secrecy::{ExposeSecret, SecretString};
use simulator::Handle;

const SOURCE: &str = "Demo directory";
const CONNECTION: &str = "Zoom (simulated)";

/// The token of the demo's source, both made on the first start. A token that was revoked meanwhile is replaced.
pub(super) async fn token(directory: &Directory, kept: &mut Kept) -> Result<SecretString, Failure> {
    if let Some(token) = &kept.token
        && tokens::is_in_force(directory, token).await?
    {
        return Ok(SecretString::from(token.clone()));
    }
    let mut tx = directory.begin(Actor::Command).await?;
    let source = source(&mut tx).await?;
    let made = tokens::generate(&mut tx, source, "Demo traffic", None).await?;
    tx.commit().await?;
    kept.token = Some(made.token.expose_secret().to_owned());
    Ok(made.token)
}

async fn source(tx: &mut Tx) -> Result<SourceId, Failure> {
    Ok(match sources::by_name(tx, SOURCE).await? {
        Some(source) => source.id,
        None => sources::create(tx, SOURCE, SourceKind::Scim).await?,
    })
}

/// The connection to the simulated Zoom: made, tested and switched on at the first start. Later it is only touched when
/// Zoom had to move to another port.
pub(super) async fn connection(directory: &Directory, zoom: &Handle, kept: &mut Kept) -> Result<(), Failure> {
    let mut tx = directory.begin(Actor::Command).await?;
    let found = match kept.connection {
        Some(id) => Some(connections::get(&mut tx, id).await?),
        None => connections::by_name(&mut tx, CONNECTION).await?,
    };
    let (id, switch_on) = match found {
        None => (create(&mut tx, zoom).await?, true),
        Some(connection) if is_there(&connection, zoom) && (connection.is_valid() || kept.connection.is_some()) => {
            kept.connection = Some(connection.id);
            return Ok(());
        }
        Some(connection) => {
            let was_on = connection.enabled || kept.connection.is_none();
            let settings = Integration {
                name: connection.name.clone(),
                description: connection.description.clone(),
                ..integration(zoom)
            };
            connections::update(&mut tx, connection.id, connection.version, settings).await?;
            (connection.id, was_on)
        }
    };
    tx.commit().await?;
    test(directory, id).await?;
    if switch_on {
        let mut tx = directory.begin(Actor::Command).await?;
        connections::set_enabled(&mut tx, id, true).await?;
        tx.commit().await?;
    }
    kept.connection = Some(id);
    Ok(())
}

fn is_there(connection: &Connection, zoom: &Handle) -> bool {
    connection.scim_url == zoom.scim_url() && connection.auth.token_url == zoom.token_url()
}

fn integration(zoom: &Handle) -> Integration {
    let credentials = zoom.credentials();
    Integration {
        name: CONNECTION.to_owned(),
        description: "A Zoom account that lives in this process.".to_owned(),
        scim_url: zoom.scim_url(),
        token_url: zoom.token_url(),
        account_id: credentials.account_id,
        client_id: credentials.client_id,
        client_secret: Some(credentials.client_secret.into()),
    }
}

async fn create(tx: &mut Tx, zoom: &Handle) -> Result<ConnectionId, Failure> {
    let id = connections::create(tx, integration(zoom)).await?;
    let version = connections::get(tx, id).await?.version;
    connections::set_rules(tx, id, version, Actions::default(), ScopeMode::Everyone).await?;
    Ok(id)
}

/// The test an administrator would start on the Integration tab.
async fn test(directory: &Directory, id: ConnectionId) -> Result<(), Failure> {
    let mut tx = directory.begin(Actor::Command).await?;
    let settings = connections::settings(&mut tx, id).await?;
    drop(tx);
    let outbound = Outbound::new(true).map_err(Failure::problem)?;
    let credentials = Credentials {
        scim_url: settings.connection.scim_url,
        token_url: settings.connection.auth.token_url,
        account_id: settings.connection.auth.account_id,
        client_id: settings.connection.auth.client_id,
        client_secret: settings.client_secret.unwrap_or_default(),
    };
    let found = test_connection(&outbound, &credentials, directory.now()).await;
    if let Some(failure) = &found.failure {
        say(&format!("The simulated Zoom did not pass its test: {} {}", failure.happened, failure.advice));
        return Err(Failure::problem("the demo's connection does not work. Begin again with rollcall demo --fresh."));
    }
    let mut tx = directory.begin(Actor::Command).await?;
    connections::keep_test(&mut tx, id, settings.connection.version, &found).await?;
    tx.commit().await?;
    Ok(())
}
