//! Links: try one again.

use crate::error::AppError;
use leptos::prelude::*;
use model::{ConnectionId, PersonId};

/// Makes a person's link on a connection due now, and says who it was.
#[server]
pub async fn retry_link(connection: ConnectionId, person: PersonId) -> Result<PersonId, AppError> {
    let mut tx = crate::session::begin(model::Permission::Retry).await?;
    directory::links::retry(&mut tx, connection, &[person]).await?;
    tx.commit().await?;
    Ok(person)
}
