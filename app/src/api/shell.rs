//! What every page's frame shows: who is signed in, the connections, the counts beside the navigation.

use crate::error::AppError;
use leptos::prelude::*;
use model::Administrator;
use model::connection::ConnectionSummary;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub me: Administrator,
    pub connections: Vec<ConnectionSummary>,
    pub people: i64,
    pub sources: usize,
    pub version: String,
}

/// The frame's data.
#[server]
pub async fn read_frame() -> Result<Frame, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    Ok(Frame {
        me: crate::session::signed_in()?,
        connections: directory::connections::list(&mut tx).await?,
        people: directory::people::count(&mut tx).await?,
        sources: directory::sources::list(&mut tx).await?.len(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
