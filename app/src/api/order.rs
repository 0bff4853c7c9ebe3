//! The order of sources, and the rule that links their people.

use crate::error::AppError;
use leptos::prelude::*;
use model::SourceId;
use model::source::LinkRule;
use serde::{Deserialize, Serialize};

/// How sources stand to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmongSources {
    pub rule: LinkRule,
    /// The order has changed, and people are being merged anew.
    pub under_way: bool,
}

/// The rule, and whether a new order is still being carried out.
#[server]
pub async fn get_among_sources() -> Result<AmongSources, AppError> {
    let mut tx = crate::session::begin(model::Permission::Look).await?;
    let rule = directory::people::rule::get(&mut tx).await?;
    Ok(AmongSources { rule, under_way: directory::people::order::is_under_way(&mut tx).await? })
}

/// Moves a source one place up or down.
#[server]
pub async fn move_source(source: SourceId, up: bool) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageSources).await?;
    let name = directory::sources::get(&mut tx, source).await?.name;
    let moved = directory::people::order::step(&mut tx, source, up).await?;
    tx.commit().await?;
    let (title, text) = match (moved, up) {
        (true, true) => {
            (format!("{name} moved up"), "People whom several sources know are brought to the new order now.")
        }
        (true, false) => {
            (format!("{name} moved down"), "People whom several sources know are brought to the new order now.")
        }
        (false, _) => (format!("{name} stays where it is"), "There is no place further in that direction."),
    };
    crate::flash::say(title, text).await?;
    crate::session::go_to("/sources");
    Ok(())
}

/// Sets when people of different sources are linked without an administrator.
#[server]
pub async fn set_link_rule(link_by: LinkRule) -> Result<(), AppError> {
    let mut tx = crate::session::begin(model::Permission::ManageSources).await?;
    directory::people::rule::set(&mut tx, link_by).await?;
    tx.commit().await?;
    let text = match link_by {
        LinkRule::Off => "People are linked by administrators only. Whoever is linked stays linked.",
        LinkRule::UserName | LinkRule::Email => {
            "It counts for users that sources send or change from now on. Whoever is here is not linked by it."
        }
    };
    crate::flash::say("Rule saved", text).await?;
    crate::session::go_to("/sources");
    Ok(())
}
