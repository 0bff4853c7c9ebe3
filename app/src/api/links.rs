//! Links: try one again.

use crate::error::AppError;
use leptos::prelude::*;
use model::{ConnectionId, PersonId};

/// Makes a person's link on a connection due now, and goes to the person's page.
#[server]
pub async fn retry_link(connection: ConnectionId, person: PersonId) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::Retry).await?;
    let name = directory::people::get(&mut tx, person).await?.summary.display_name;
    directory::links::retry(&mut tx, connection, &[person]).await?;
    tx.commit().await?;
    crate::flash::say(format!("{name} is tried again"), "The new state shows here within seconds.").await?;
    crate::session::go_to(&format!("/people/{person}"));
    Ok(())
}
